//! ZIP files for tests with any field set to anything. Written without a look at `records`, so that the two check
//! each other.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::bundle::BundleError;
use crate::model::Digest;
use crate::trust::{Attached, SignatureScheme};

use super::read::Container;
use super::spool::BlobSpool;
use super::write::ContainerWriter;

/// One of the two headers of a member, in the order of APPNOTE.TXT.
#[derive(Clone)]
pub(super) struct Header {
    pub(super) version_needed: u16,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) time: u16,
    pub(super) date: u16,
    pub(super) crc32: u32,
    pub(super) packed: u32,
    pub(super) size: u32,
    pub(super) name: Vec<u8>,
    pub(super) extra: Vec<u8>,
}

/// A member as it stands in the file.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) local: Header,
    pub(super) content: Vec<u8>,
    /// Put after the content, where a data descriptor would be.
    pub(super) after: Vec<u8>,
    pub(super) listed: Vec<Listed>,
}

/// An entry of the central directory.
#[derive(Clone)]
pub(super) struct Listed {
    pub(super) header: Header,
    pub(super) made_by: u16,
    pub(super) comment: Vec<u8>,
    pub(super) disk: u16,
    pub(super) internal: u16,
    pub(super) external: u32,
    /// Instead of where the member really is.
    pub(super) offset: Option<u32>,
}

/// A whole file.
#[derive(Clone, Default)]
pub(super) struct Crafted {
    pub(super) before: Vec<u8>,
    pub(super) members: Vec<Member>,
    pub(super) between: Vec<u8>,
    pub(super) end: EndFields,
    pub(super) comment: Vec<u8>,
    pub(super) after: Vec<u8>,
}

/// What the end record says instead of the truth.
#[derive(Clone, Default)]
pub(super) struct EndFields {
    pub(super) disk: u16,
    pub(super) central_disk: u16,
    pub(super) count: Option<u16>,
    pub(super) central_bytes: Option<u32>,
    pub(super) central_offset: Option<u32>,
}

impl Header {
    fn new(name: &[u8], method: u16, packed: &[u8], content: &[u8]) -> Self {
        Self {
            version_needed: if method == 93 { 63 } else { 20 },
            flags: 0,
            method,
            time: 0,
            date: 33,
            crc32: crc32fast::hash(content),
            packed: packed.len() as u32,
            size: content.len() as u32,
            name: name.to_vec(),
            extra: Vec::new(),
        }
    }

    fn put(&self, out: &mut Vec<u8>) {
        for word in [self.version_needed, self.flags, self.method, self.time, self.date] {
            out.extend(word.to_le_bytes());
        }
        for word in [self.crc32, self.packed, self.size] {
            out.extend(word.to_le_bytes());
        }
        out.extend((self.name.len() as u16).to_le_bytes());
        out.extend((self.extra.len() as u16).to_le_bytes());
    }
}

impl Member {
    /// A member that keeps all rules, unless its name or method does not.
    pub(super) fn packed(name: &[u8], method: u16, packed: &[u8], content: &[u8]) -> Self {
        let local = Header::new(name, method, packed, content);
        let made_by = 3 << 8 | local.version_needed;
        let external = 0o100_644 << 16;
        let header = local.clone();
        let listed =
            Listed { header, made_by, comment: Vec::new(), disk: 0, internal: 0, external, offset: None };
        Self { local, content: packed.to_vec(), after: Vec::new(), listed: vec![listed] }
    }

    pub(super) fn stored(name: &[u8], content: &[u8]) -> Self {
        Self::packed(name, 0, content, content)
    }

    /// Changes both headers alike.
    pub(super) fn headers(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.local);
        self.listed.iter_mut().for_each(|listed| change(&mut listed.header));
        self
    }
}

impl Crafted {
    pub(super) fn new(members: Vec<Member>) -> Self {
        Self { members, ..Self::default() }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut out = self.before.clone();
        let mut central = Vec::new();
        let mut count = 0u64;
        for member in &self.members {
            let offset = out.len() as u32;
            out.extend(b"PK\x03\x04");
            member.local.put(&mut out);
            for part in [&member.local.name, &member.local.extra, &member.content, &member.after] {
                out.extend(part);
            }
            for listed in &member.listed {
                listed.put(offset, &mut central);
                count += 1;
            }
        }
        out.extend(&self.between);
        let central_offset = out.len() as u32;
        out.extend(&central);
        self.put_end(count as u16, central.len() as u32, central_offset, &mut out);
        out.extend(&self.after);
        out
    }

    fn put_end(&self, count: u16, central_bytes: u32, central_offset: u32, out: &mut Vec<u8>) {
        let count = self.end.count.unwrap_or(count);
        out.extend(b"PK\x05\x06");
        for word in [self.end.disk, self.end.central_disk, count, count] {
            out.extend(word.to_le_bytes());
        }
        out.extend(self.end.central_bytes.unwrap_or(central_bytes).to_le_bytes());
        out.extend(self.end.central_offset.unwrap_or(central_offset).to_le_bytes());
        out.extend((self.comment.len() as u16).to_le_bytes());
        out.extend(&self.comment);
    }
}

impl Listed {
    fn put(&self, offset: u32, out: &mut Vec<u8>) {
        out.extend(b"PK\x01\x02");
        out.extend(self.made_by.to_le_bytes());
        self.header.put(out);
        out.extend((self.comment.len() as u16).to_le_bytes());
        out.extend(self.disk.to_le_bytes());
        out.extend(self.internal.to_le_bytes());
        out.extend(self.external.to_le_bytes());
        out.extend(self.offset.unwrap_or(offset).to_le_bytes());
        out.extend(&self.header.name);
        out.extend(&self.header.extra);
        out.extend(&self.comment);
    }
}

/// Contents of the bundle that the tests start from: stored, zstd and nothing at all.
pub(super) fn contents() -> Vec<Vec<u8>> {
    let text = "the quick brown fox jumps over the lazy dog, again and again\n".repeat(40);
    let mut contents = vec![b"short".to_vec(), text.into_bytes(), Vec::new(), noise(5_000)];
    contents.sort_by_key(|content| Digest::compute(content));
    contents
}

pub(super) const MANIFEST: &[u8] = br#"{"format": "patchwright-bundle/1"}"#;
pub(super) const FINGERPRINT: &str = "0123456789abcdef";

/// The bundle that hostile ones are made from.
pub(super) fn valid() -> Crafted {
    let manifest = Member::stored(b"manifest.json", MANIFEST);
    let signature =
        Member::stored(format!("signatures/{FINGERPRINT}.minisig").as_bytes(), b"untrusted comment");
    let blobs = contents().into_iter().map(|content| {
        let packed = zstd::bulk::compress(&content, 3).unwrap();
        if packed.len() < content.len() {
            Member::packed(&blob_name(&content), 93, &packed, &content)
        } else {
            Member::stored(&blob_name(&content), &content)
        }
    });
    Crafted::new([manifest, signature].into_iter().chain(blobs).collect())
}

/// The same bundle as our own writer makes it.
pub(super) fn written() -> Vec<u8> {
    let spool = BlobSpool::create_in(&std::env::temp_dir()).unwrap();
    let mut writer = ContainerWriter::begin(Vec::new(), MANIFEST).unwrap();
    writer.add_signature(FINGERPRINT, &signature(b"untrusted comment")).unwrap();
    for content in contents() {
        writer.add_blob(&spool.compress(&mut std::io::Cursor::new(content), 3).unwrap()).unwrap();
    }
    writer.finish().unwrap()
}

pub(super) fn blob_name(content: &[u8]) -> Vec<u8> {
    format!("blobs/sha256/{}", Digest::compute(content)).into_bytes()
}

/// Content that cannot be packed.
pub(super) fn noise(length: usize) -> Vec<u8> {
    crate::bundle::noise::noise(length, 1)
}

/// A signature of so many bytes, which nobody looks at here.
pub(super) fn signature(bytes: &[u8]) -> Attached {
    Attached { scheme: SignatureScheme::Minisign, bytes: bytes.to_vec() }
}

/// A file with some bytes, gone when dropped.
pub(super) struct OnDisk(tempfile::NamedTempFile);

impl OnDisk {
    pub(super) fn new(bytes: &[u8]) -> Self {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        Self(file)
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Opens `bytes` and reads everything that is in them.
pub(super) fn read_all(bytes: &[u8]) -> Result<Vec<Vec<u8>>, BundleError> {
    let file = OnDisk::new(bytes);
    read_file(file.path().to_owned())
}

fn read_file(path: PathBuf) -> Result<Vec<Vec<u8>>, BundleError> {
    let container = Container::open(&path)?;
    let mut all = vec![container.manifest_bytes()?];
    for (fingerprint, signature) in container.signatures()? {
        all.extend([fingerprint.into_bytes(), signature.bytes]);
    }
    if container.diff_size().is_some() {
        let mut text = Vec::new();
        container
            .open_diff()?
            .read_to_end(&mut text)
            .map_err(|error| BundleError::io("cannot read", error))?;
        all.push(text);
    }
    for (digest, _) in container.blobs() {
        let mut content = Vec::new();
        let copied = container.copy_blob(&digest, &mut content);
        // Pulled or pushed, the verdict is the same.
        let mut pulled = Vec::new();
        let read = container.open_blob(&digest)?.read_to_end(&mut pulled);
        assert_eq!(read.is_ok(), copied.is_ok());
        copied?;
        assert!(pulled == content);
        all.push(content);
    }
    Ok(all)
}
