//! How much a manifest may say. Everything in it comes from outside, so everything has an end.

/// The whole text: room for [`CHANGES`] changes with long names, two digests each, and read in a second or two.
pub(crate) const MANIFEST_BYTES: usize = 64 << 20;
/// Changes in one patch. The largest source trees have about this many files.
pub(crate) const CHANGES: usize = 100_000;
/// Builds that one change may start from. Vendors ship a handful of builds of one version.
pub(crate) const BEFORE_IMAGES: usize = 32;
/// Size of one file. Nobody patches larger ones, and 100,000 such sizes still add up in 64 bits.
pub const FILE_BYTES: u64 = 1 << 40;
/// Size of a file, before and after, that `changes.patch` changes line by line: what is larger is for programs, and a
/// delta does better. Both sides and their lines are held in memory while they are made.
pub(crate) const DIFFED_BYTES: u64 = 16 << 20;
/// Target of a link that stands there before; no system stores a longer one.
pub(crate) const LINK_BYTES: usize = 4096;

/// Lists that people read: issues, fixes, requirements, holds, steps …. Nobody reads more.
pub(crate) const ENTRIES: usize = 1000;
/// Names of one problem. Four lists of vulnerabilities are in wide use, and vendors have their own.
pub(crate) const ALIASES: usize = 20;
/// Checks before or after; each may take minutes.
pub(crate) const CHECKS: usize = 100;
/// Ways to recognise a product, and versions it may have.
pub(crate) const DETECT: usize = 100;
/// Keys starting `x-`.
pub(crate) const EXTENSIONS: usize = 64;
/// Bytes of one `x-` value as compact JSON: a paragraph or a small table, no payload.
pub(crate) const EXTENSION_BYTES: usize = 16 << 10;
/// Bytes of the name of an `x-` key: fits a column of a table.
pub(crate) const EXTENSION_NAME_BYTES: usize = 64;

/// The title, in characters: one line of a window.
pub(crate) const TITLE_CHARS: usize = 200;
/// The summary, in characters: one page, read on the phone to somebody.
pub(crate) const SUMMARY_CHARS: usize = 4000;
/// Names, ids and versions, in characters.
pub(crate) const NAME_CHARS: usize = 200;
/// A sentence or two, in characters: a reason, a step, a line of evidence.
pub(crate) const SENTENCE_CHARS: usize = 1000;
/// Addresses, in characters: what browsers and proxies agree on.
pub(crate) const URL_CHARS: usize = 2000;
/// A text that a file must contain, in characters.
pub(crate) const NEEDLE_CHARS: usize = 1000;

/// Longest time that one try of a check may take, in seconds.
pub(crate) const CHECK_TIMEOUT_SECS: u32 = 300;
/// Further tries of a check, one second apart.
pub(crate) const CHECK_RETRIES: u32 = 60;

/// Switches of one patch. Somebody has to keep each of them in mind.
pub(crate) const TOGGLES: usize = 64;

/// Scripts of one patch. They are read one by one before anybody agrees to them.
pub(crate) const SCRIPTS: usize = 16;
/// Bytes of one script: some thousand lines, which is more than anybody reads before agreeing.
pub(crate) const SCRIPT_BYTES: u64 = 64 << 10;
/// Bytes of an SBOM: those of whole systems have 200 MB.
pub(crate) const SBOM_BYTES: u64 = 512 << 20;
/// Bytes of each other document that travels along; they are kept in the folder's history.
pub(crate) const CARRIED_BYTES: u64 = 1 << 20;
/// Attestations of one patch.
pub(crate) const ATTESTATIONS: usize = 16;
/// Longest time that one script may take, in seconds. Whoever needs longer gives the person a step to do instead.
pub(crate) const SCRIPT_TIMEOUT_SECS: u32 = 3600;
