//! Access control list and attribute flags.

use std::collections::BTreeMap;
use std::io;

use windows_sys::Win32::Foundation::GENERIC_WRITE;
use windows_sys::Win32::Security::{DACL_SECURITY_INFORMATION, SE_SELF_RELATIVE};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_ARCHIVE, FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_NORMAL, FILE_ATTRIBUTE_READONLY,
    FILE_ATTRIBUTE_SYSTEM, FILE_WRITE_ATTRIBUTES, READ_CONTROL, WRITE_DAC,
};

use super::super::os::refused;
use super::super::{Attributes, StatKind};
use super::confine::{A_MOMENT, A_WHILE, Resolved, Status};
use super::sys;

/// Key of the security descriptor with the access control list, in the system's self-relative form.
const ACL: &str = "acl";

/// Key of the attribute flags, a little-endian number of 32 bits.
const FLAGS: &str = "flags";

/// The flags that belong to the file rather than to how it is stored.
const KEPT: u32 =
    FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_READONLY;

pub(super) fn read(spot: &Resolved) -> io::Result<Attributes> {
    let file = spot.open(READ_CONTROL, A_MOMENT)?;
    let flags = Status::new(&file)?.flags & KEPT;
    let acl = sys::security_bytes(&file, DACL_SECURITY_INFORMATION)?;
    let extended = [(ACL.to_owned(), acl), (FLAGS.to_owned(), flags.to_le_bytes().to_vec())];
    Ok(Attributes { owner: None, extended: BTreeMap::from(extended) })
}

pub(super) fn write(spot: &Resolved, wanted: &Attributes) -> io::Result<()> {
    if let Some(acl) = wanted.extended.get(ACL) {
        check_descriptor(acl)?;
        let file = spot.open(READ_CONTROL | WRITE_DAC, A_WHILE)?;
        if sys::security_bytes(&file, DACL_SECURITY_INFORMATION)? != *acl {
            sys::set_security(&file, DACL_SECURITY_INFORMATION, acl)?;
        }
    }
    if let Some(flags) = wanted.extended.get(FLAGS) {
        let flags = flags.as_slice().try_into().map_err(|_| refused("attribute flags are four bytes"))?;
        set_flags(spot, u32::from_le_bytes(flags) & KEPT)?;
    }
    Ok(())
}

fn set_flags(spot: &Resolved, wanted: u32) -> io::Result<()> {
    let seen = spot.existing()?;
    if seen.flags & KEPT == wanted {
        return Ok(());
    }
    if wanted & FILE_ATTRIBUTE_READONLY != 0 && matches!(seen.found.kind, StatKind::File { .. }) {
        // Once it is read-only nobody can ask Windows to write it to disk any more.
        spot.open_file(GENERIC_WRITE, A_WHILE)?.sync_all()?;
    }
    let flags = seen.flags & !KEPT & !FILE_ATTRIBUTE_NORMAL | wanted;
    // No flag at all has a name of its own; zero would mean "as they are".
    let flags = if flags == 0 { FILE_ATTRIBUTE_NORMAL } else { flags };
    sys::set_flags(&spot.open(FILE_WRITE_ATTRIBUTES, A_WHILE)?, flags)
}

/// Lets a file or folder that is to be removed lose the flag that would prevent it.
pub(super) fn make_removable(spot: &Resolved) -> io::Result<()> {
    set_flags(spot, spot.existing()?.flags & KEPT & !FILE_ATTRIBUTE_READONLY)
}

/// Makes sure that what the system is about to read as a descriptor with one list ends where the bytes end.
fn check_descriptor(bytes: &[u8]) -> io::Result<()> {
    const HEADER: usize = 20;
    const LIST_HEADER: usize = 8;
    let damaged = || refused("the security descriptor is damaged");
    let number = |at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
    let short = |at: usize| bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map(u16::from_le_bytes);
    let self_relative = short(2).is_some_and(|control| control & SE_SELF_RELATIVE != 0);
    // Owner, group and audit list are not in it.
    if !self_relative || [4, 8, 12].iter().any(|at| number(*at) != Some(0)) {
        return Err(damaged());
    }
    let list = number(16).and_then(|at| usize::try_from(at).ok()).ok_or_else(damaged)?;
    if list == 0 {
        return Ok(());
    }
    let end = short(list.saturating_add(2)).map(|size| list + usize::from(size)).ok_or_else(damaged)?;
    let whole = list >= HEADER && list.is_multiple_of(4) && end >= list + LIST_HEADER && end <= bytes.len();
    if whole { Ok(()) } else { Err(damaged()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_descriptor_never_reaches_the_system() {
        let empty_list =
            [1, 0, 4, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 2, 0, 8, 0, 0, 0, 0, 0];
        assert!(check_descriptor(&empty_list).is_ok());
        for length in 0..empty_list.len() {
            assert!(check_descriptor(&empty_list[..length]).is_err(), "{length}");
        }
        for (at, byte) in [(3, 0), (4, 1), (16, 255), (19, 255), (22, 9), (23, 255), (22, 7)] {
            let mut damaged = empty_list;
            damaged[at] = byte;
            assert!(check_descriptor(&damaged).is_err(), "byte {at}");
        }
    }
}
