//! The ZIP file of an evidence pack: every tool opens it, and there is one way only to write the same files.
//!
//! As for patch files, everything in it follows from the names and contents. The reader takes those from the list at the
//! end, writes the file again and compares: one comparison finds any byte that was changed, wherever it is.

use std::ops::Range;

const LOCAL: &[u8; 4] = b"PK\x03\x04";
const CENTRAL: &[u8; 4] = b"PK\x01\x02";
const END: &[u8; 4] = b"PK\x05\x06";
const LOCAL_BYTES: usize = 30;
const CENTRAL_BYTES: usize = 46;
const END_BYTES: usize = 22;
/// Where the checksum is in a record of the list.
const CRC_AT: usize = 16;

/// 1 January 1980, the first day that the format knows.
const DATE: u16 = 1 << 5 | 1;
/// Version 2.0, written on Unix.
const MADE_BY: u16 = 3 << 8 | 20;
/// An ordinary file that everybody may read.
const MODE: u32 = 0o100_644 << 16;

/// Most files in it: the format counts them in two bytes.
pub(super) const MAX_MEMBERS: usize = u16::MAX as usize;

/// A file in it: name and content.
pub(super) type ArchiveMember = (String, Vec<u8>);

/// The bytes of the archive, and where each member's are.
pub(super) fn write(members: &[ArchiveMember]) -> (Vec<u8>, Vec<Range<usize>>) {
    let (mut bytes, mut directory, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for (name, content) in members {
        let offset = bytes.len();
        let mut facts = Vec::new();
        for number in [20_u16, 0, 0, 0, DATE] {
            facts.extend(number.to_le_bytes());
        }
        for number in [crc32fast::hash(content), length(content), length(content)] {
            facts.extend(number.to_le_bytes());
        }
        facts.extend((name.len() as u16).to_le_bytes());
        facts.extend([0, 0]);
        bytes.extend([LOCAL.as_slice(), &facts, name.as_bytes(), content].concat());
        directory.extend(CENTRAL);
        directory.extend(MADE_BY.to_le_bytes());
        directory.extend(facts);
        // No comment, the first disk, no hint of text.
        directory.extend([0; 6]);
        directory.extend(MODE.to_le_bytes());
        directory.extend((offset as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        places.push(offset..bytes.len());
    }
    let (start, count) = (bytes.len() as u32, members.len() as u16);
    bytes.extend(&directory);
    bytes.extend(END);
    bytes.extend([0; 4]);
    bytes.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    (bytes, places)
}

fn length(content: &[u8]) -> u32 {
    u32::try_from(content.len()).expect("a pack is far shorter than 4 GB")
}

/// The files in the archive `bytes`, and the names of those whose bytes or records are not as they were written; the list at
/// its end is called `(list of files)`.
///
/// # Errors
/// If it is no such archive at all, as a phrase.
pub(super) fn read(bytes: &[u8]) -> Result<(Vec<ArchiveMember>, Vec<String>), &'static str> {
    let not_one = "it's no evidence pack, or its list of files is damaged";
    let members = members(bytes).ok_or(not_one)?;
    let (mut again, places) = write(&members);
    let list = places.last().map_or(0, |place| place.end);
    let mut record = list;
    let mut changed = Vec::new();
    for ((name, _), place) in members.iter().zip(&places) {
        if bytes.get(place.clone()) != again.get(place.clone()) {
            changed.push(name.clone());
            // Its checksum in the list is that of what it was: the list is none the worse for it.
            let crc = record + CRC_AT..record + CRC_AT + 4;
            if let (Some(now), Some(was)) = (again.get_mut(crc.clone()), bytes.get(crc)) {
                now.copy_from_slice(was);
            }
        }
        record += CENTRAL_BYTES + name.len();
    }
    if bytes.get(list..) != again.get(list..) {
        changed.push("(list of files)".to_owned());
    }
    Ok((members, changed))
}

/// The names and contents, as the list at the end says they are.
fn members(bytes: &[u8]) -> Option<Vec<ArchiveMember>> {
    let end = bytes.get(bytes.len().checked_sub(END_BYTES)?..)?;
    let count = usize::from(u16_at(end, 10)?);
    let mut at = u32_at(end, 16)? as usize;
    let mut members: Vec<ArchiveMember> = Vec::with_capacity(count);
    let mut taken = 0_usize;
    for _ in 0..count {
        let record = bytes.get(at..at.checked_add(CENTRAL_BYTES)?)?;
        let (size, name_bytes) = (u32_at(record, 24)? as usize, usize::from(u16_at(record, 28)?));
        let name_at = at + CENTRAL_BYTES;
        let name = std::str::from_utf8(bytes.get(name_at..name_at.checked_add(name_bytes)?)?).ok()?;
        let content_at = (u32_at(record, 42)? as usize).checked_add(LOCAL_BYTES)?.checked_add(name_bytes)?;
        let content = bytes.get(content_at..content_at.checked_add(size)?)?;
        // Members that overlap would make more of a file than there is.
        taken = taken.checked_add(size)?;
        if taken > bytes.len() {
            return None;
        }
        members.push((name.to_owned(), content.to_vec()));
        at = name_at + name_bytes;
    }
    Some(members)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
