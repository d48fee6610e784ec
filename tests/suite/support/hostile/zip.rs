//! ZIP files made by hand, record by record, so that every field can lie about every other.

/// The fields that a local header and a central entry have in common, in the order of APPNOTE.TXT.
#[derive(Clone)]
pub struct Fields {
    pub version_needed: u16,
    pub flags: u16,
    pub method: u16,
    pub time: u16,
    pub date: u16,
    pub crc32: u32,
    pub packed: u32,
    pub size: u32,
    pub name: Vec<u8>,
    pub extra: Vec<u8>,
}

/// A member as it stands in the file, with the entries of the central directory that point to it.
#[derive(Clone)]
pub struct Member {
    pub local: Fields,
    pub content: Vec<u8>,
    /// Put behind the content, where a data descriptor would be.
    pub after: Vec<u8>,
    pub listed: Vec<Listed>,
}

/// An entry of the central directory.
#[derive(Clone)]
pub struct Listed {
    pub fields: Fields,
    pub made_by: u16,
    pub disk: u16,
    pub external: u32,
    /// Instead of where the member really is.
    pub offset: Option<u32>,
}

/// A whole file.
#[derive(Clone, Default)]
pub struct Zip {
    pub before: Vec<u8>,
    pub members: Vec<Member>,
    /// Between the last member and the central directory.
    pub between: Vec<u8>,
    pub disk: u16,
    pub central_disk: u16,
    /// Instead of the true number of entries.
    pub count: Option<u16>,
    /// Whether the numbers of the end are in ZIP64 records.
    pub is_zip64: bool,
    pub comment: Vec<u8>,
    pub after: Vec<u8>,
}

impl Member {
    /// An honest member whose `packed` bytes are `content` by this method.
    pub fn packed(name: &[u8], method: u16, packed: &[u8], content: &[u8]) -> Self {
        Self::declared(name, method, packed, content.len(), crc32fast::hash(content))
    }

    /// An honest member that is not packed.
    pub fn stored(name: &[u8], content: &[u8]) -> Self {
        Self::packed(name, 0, content, content)
    }

    /// A member that says of its content what it likes.
    pub fn declared(name: &[u8], method: u16, packed: &[u8], size: usize, crc32: u32) -> Self {
        let fields = Fields {
            version_needed: if method == 93 { 63 } else { 20 },
            flags: 0,
            method,
            time: 0,
            date: 1 << 5 | 1,
            crc32,
            packed: packed.len() as u32,
            size: size as u32,
            name: name.to_vec(),
            extra: Vec::new(),
        };
        let listed = Listed {
            made_by: 3 << 8 | fields.version_needed,
            fields: fields.clone(),
            disk: 0,
            external: 0o100_644 << 16,
            offset: None,
        };
        Self { local: fields, content: packed.to_vec(), after: Vec::new(), listed: vec![listed] }
    }

    /// Changes the local header and the central entry alike.
    pub fn change_both(&mut self, change: impl Fn(&mut Fields)) {
        change(&mut self.local);
        for listed in &mut self.listed {
            change(&mut listed.fields);
            listed.made_by = 3 << 8 | listed.fields.version_needed;
        }
    }
}

impl Zip {
    pub fn last(&mut self) -> &mut Member {
        self.members.last_mut().expect("a bundle has members")
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = self.before.clone();
        let mut central = Vec::new();
        let mut entries = 0_u64;
        for member in &self.members {
            let offset = out.len() as u32;
            out.extend(b"PK\x03\x04");
            member.local.put(&mut out);
            for part in [&member.local.name, &member.local.extra, &member.content, &member.after] {
                out.extend(part);
            }
            for listed in &member.listed {
                listed.put(offset, &mut central);
                entries += 1;
            }
        }
        out.extend(&self.between);
        let central_offset = out.len() as u64;
        out.extend(&central);
        self.put_end(entries, central.len() as u64, central_offset, &mut out);
        out.extend(&self.after);
        out
    }

    fn put_end(&self, entries: u64, central_bytes: u64, central_offset: u64, out: &mut Vec<u8>) {
        let (mut count, mut size, mut offset) =
            (self.count.unwrap_or(entries as u16), central_bytes as u32, central_offset as u32);
        if self.is_zip64 {
            let begin = out.len() as u64;
            out.extend(b"PK\x06\x06");
            out.extend(44_u64.to_le_bytes());
            out.extend([45, 3, 45, 0].into_iter().chain([0; 8]));
            for word in [entries, entries, central_bytes, central_offset] {
                out.extend(word.to_le_bytes());
            }
            out.extend(b"PK\x06\x07\0\0\0\0");
            out.extend(begin.to_le_bytes());
            out.extend(1_u32.to_le_bytes());
            (count, size, offset) = (u16::try_from(entries).unwrap_or(u16::MAX), size, offset);
        }
        out.extend(b"PK\x05\x06");
        for word in [self.disk, self.central_disk, count, count] {
            out.extend(word.to_le_bytes());
        }
        out.extend(size.to_le_bytes());
        out.extend(offset.to_le_bytes());
        out.extend((self.comment.len() as u16).to_le_bytes());
        out.extend(&self.comment);
    }
}

impl Fields {
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

impl Listed {
    fn put(&self, offset: u32, out: &mut Vec<u8>) {
        out.extend(b"PK\x01\x02");
        out.extend(self.made_by.to_le_bytes());
        self.fields.put(out);
        // Comment length.
        out.extend([0; 2]);
        out.extend(self.disk.to_le_bytes());
        // Internal attributes.
        out.extend([0; 2]);
        out.extend(self.external.to_le_bytes());
        out.extend(self.offset.unwrap_or(offset).to_le_bytes());
        out.extend(&self.fields.name);
        out.extend(&self.fields.extra);
    }
}

/// The name of the blob with this digest.
pub fn blob_name(digest: impl std::fmt::Display) -> Vec<u8> {
    format!("blobs/sha256/{digest}").into_bytes()
}

/// A ZIP64 extra field with these numbers.
pub fn zip64(words: &[u64]) -> Vec<u8> {
    let head = [1_u16.to_le_bytes(), ((words.len() * 8) as u16).to_le_bytes()].concat();
    words.iter().fold(head, |extra, word| [extra, word.to_le_bytes().to_vec()].concat())
}

/// A deflate stream of so many MiB of zeros. A flushed block looks back at nothing, so one is made and repeated:
/// a bomb of any size costs nothing to build.
pub fn deflated_zeros(mib: usize) -> Vec<u8> {
    let mut block = Vec::with_capacity(1 << 16);
    let mut packer = flate2::Compress::new(flate2::Compression::best(), false);
    packer
        .compress_vec(&vec![0; 1 << 20], &mut block, flate2::FlushCompress::Full)
        .expect("zeros can be packed");
    assert_eq!(packer.total_in(), 1 << 20, "the block holds all of them");
    // The empty last block.
    [block.repeat(mib), vec![3, 0]].concat()
}
