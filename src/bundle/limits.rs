//! How much a bundle may ask of the machine that looks at it. Checked before the work, each with its reason.

/// Largest bundle file. More than any product's patch is; small enough that hashing it ends.
pub(crate) const MAX_BUNDLE_BYTES: u64 = 64 << 30;

/// Most members of a container. Each costs a header check and a few hundred bytes of memory, so that the largest
/// directory is read in a second and held in some 20 MB.
pub(crate) const MAX_MEMBERS: u64 = 100_000;

/// Largest sum of all unpacked sizes: what a full disk of an ordinary workstation could still take.
pub(crate) const MAX_CONTENT_BYTES: u64 = 256 << 30;

/// Largest `changes.patch`: the largest source trees change less from one release to the next. What is above it in a
/// patch of many texts travels as blobs.
pub(crate) const MAX_DIFF_BYTES: u64 = 256 << 20;

/// Most bytes that `changes.patch` says about one file: nobody reads more.
pub(crate) const MAX_SECTION_BYTES: usize = 8 << 20;

/// Most lines that it says about one file. They are held in memory, one by one.
pub(crate) const MAX_SECTION_LINES: usize = 400_000;

/// Largest sum of the small contents that share a member: they are unpacked whenever the bundle is opened.
pub(crate) const MAX_SHARED_BYTES: u64 = 64 << 20;

/// Largest content that may be among them. Larger ones are worth their own records, and are read one by one.
pub(crate) const MAX_SMALL_BLOB_BYTES: u64 = 32 << 10;

/// Largest manifest. It is held in memory; one change takes 300 to 600 bytes, so this is room for some 100,000 changes.
pub(crate) const MAX_MANIFEST_BYTES: u64 = 64 << 20;

/// Largest manifest whatever it is packed to.
pub(crate) const SMALL_MANIFEST_BYTES: u64 = 8 << 20;

/// How many times larger than its packed bytes a manifest above [`SMALL_MANIFEST_BYTES`] may get: digests do not pack, and
/// every change has one or two of them, so that honest ones stay below 8:1. Whoever wants the memory has to send the bytes.
pub(crate) const MAX_MANIFEST_RATIO: u64 = 16;

/// Largest signature file. A minisign signature has about 300 bytes, most of it comment.
pub(crate) const MAX_SIGNATURE_BYTES: u64 = 4 << 10;

/// Longest review.
pub(crate) const MAX_REVIEW_BYTES: u64 = crate::trust::MAX_REVIEW_BYTES as u64;

/// Most signatures, those over reviews among them: more than any review asks for, few enough that checking all of them takes no time.
pub(crate) const MAX_SIGNATURES: usize = 32;

/// How many times larger than its packed bytes one member may get. Deflate ends at 1032:1 by its construction;
/// more than this cannot be honest deflate.
pub(crate) const MAX_MEMBER_RATIO: u64 = 1100;

/// How many times larger than their packed bytes all members together may get. Programs and text stay below 20:1;
/// the writer keeps every member of its own below this, so no honest sum can reach it.
pub(crate) const MAX_TOTAL_RATIO: u64 = 200;

/// Largest zstd window of a member, as a power of two: 8 MiB, which RFC 8878 recommends every decoder to support.
/// It bounds the memory of each thread that unpacks.
pub(crate) const MAX_WINDOW_LOG: u32 = 23;

/// Highest zstd level of a member: the last whose window fits in [`MAX_WINDOW_LOG`].
pub(crate) const MAX_LEVEL: i32 = 19;
