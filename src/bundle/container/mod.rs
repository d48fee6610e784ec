//! The container: a ZIP file in a strict profile, which every tool can open and no two readers can see differently.
//!
//! The profile leaves no freedom. A member has six properties: name, method, CRC-32, packed size, size and offset.
//! Everything else in its local header and in its entry of the central directory follows from them, and so do the
//! end records from the members. The reader takes the six from the central directory, *encodes the records again*
//! and compares bytes. One comparison thus stands for all the rules that are easily forgotten: no encryption, no data
//! descriptor, one disk, empty comments, fixed time stamps, regular files only, ZIP64 where needed and only there,
//! no other extra field, and a local header that says what the central directory says.
//!
//! | member, in this order | method | |
//! |---|---|---|
//! | `manifest.json` | stored, deflate | first |
//! | `signatures/<16 to 64 hex digits>.minisig` or `.sshsig` | stored | ascending |
//! | `reviews/<16 to 64 hex digits>.json`, then its `.minisig` or `.sshsig` | stored | ascending |
//! | `changes.patch` | stored, deflate | once, or not at all |
//! | `blobs/shared` | stored, deflate, zstd | once, or not at all |
//! | `blobs/sha256/<64 hex digits>` | stored, deflate, zstd | ascending |
//!
//! A signature covers the manifest as it unpacks, to the byte, and the manifest names the digest of everything else.
//! Signatures are stored. What people are to read without this program is packed as everybody's tools unpack it; the
//! decompressor stops at the size that the record declares, which the limits bound.
//!
//! Records lie without gap: first member at 0, each at the end of the one before, then the central directory, then the
//! end record, then the end of the file.
//!
//! The records are read by our own code rather than a ZIP library: a library's job is to accept what is out there, to
//! search for the end record and to tolerate, and each such kindness would have to be found and undone here. With
//! encode-and-compare the reader needs ten fields of a fixed layout, and the writer has the encoder anyway.

mod member_rules;
mod name;
mod records;

mod read;
mod unpack;

mod positioned;

mod spool;
mod write;

#[cfg(test)]
mod crafted;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;

pub use read::Container;

pub use spool::{BlobSpool, PackedBlob};
pub use write::ContainerWriter;
