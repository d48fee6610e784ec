//! What sort of volume the target is on, told without writing anything.

use std::io;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{self, Dir, StatVfsMountFlags};

use super::super::{Features, Space, Volume};
use super::confine::Root;
use super::status;

/// How many names of the target's own folder are tried in the other case before giving up.
const CASE_PROBES: usize = 32;

/// Filesystems that behave alike as far as we care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Has everything; one `syncfs` reports the errors of all its files.
    Native,
    /// Has everything, but keeps its data in another filesystem, whose errors it may not pass on.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux stacks filesystems"))]
    Layered,
    /// Keeps links, modes and any name, but cannot exchange; also what is not known.
    Plain,
    /// As Windows made it: links, but no modes and not every name.
    Ntfs,
    /// No journal, no links, no modes.
    Fat,
    /// Far away or in a program, with the rules of Unix.
    RemoteUnix,
    /// Far away or in a program, with rules of its own.
    RemoteOther,
}

/// What was found out when the target was opened.
pub(super) struct Traits {
    pub(super) features: Features,
    /// One `syncfs` is as good as many `fsync`.
    pub(super) syncs_whole: bool,
}

impl Traits {
    pub(super) fn new(root: &Root) -> io::Result<Self> {
        use Family::{Fat, Layered, Native, Ntfs, Plain, RemoteOther, RemoteUnix};
        let (family, name) = family_of(root)?;
        let read_only = fs::fstatvfs(&root.handle)?.f_flag.contains(StatVfsMountFlags::RDONLY);
        let like_unix = matches!(family, Native | Layered | Plain | RemoteUnix);
        let features = Features {
            exchange: matches!(family, Native | Layered),
            modes: like_unix,
            overrides_modes: rustix::process::geteuid().is_root(),
            hard_links: like_unix || family == Ntfs,
            case_sensitive: is_case_sensitive(&root.handle).unwrap_or(like_unix && cfg!(target_os = "linux")),
            any_name: like_unix,
            volume: match family {
                _ if read_only => Volume::ReadOnly,
                Fat => Volume::Fat,
                RemoteUnix | RemoteOther => Volume::Network(name),
                Native | Layered | Plain | Ntfs => Volume::Local,
            },
        };
        Ok(Self { features, syncs_whole: family == Native && syncfs_reports_errors() })
    }
}

/// Room for the present user.
pub(super) fn space(root: &Root) -> io::Result<Space> {
    let seen = fs::fstatvfs(&root.handle)?;
    // Filesystems that make entries as needed (btrfs) report no entries at all.
    let free_entries = if seen.f_files == 0 { u64::MAX } else { seen.f_favail };
    let block_bytes = seen.f_frsize.max(1);
    Ok(Space { free_bytes: seen.f_bavail.saturating_mul(block_bytes), free_entries, block_bytes })
}

#[cfg(target_os = "linux")]
fn family_of(root: &Root) -> io::Result<(Family, String)> {
    use Family::{Fat, Layered, Native, Ntfs, Plain, RemoteOther, RemoteUnix};
    // The type is a signed word of another width on every processor; its low 32 bits are the number.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "only the low 32 bits count")]
    let magic = fs::fstatfs(&root.handle)?.f_type as u32;
    let (family, name) = match magic {
        // ext2 has no exchange, and only its name tells it from ext3 and ext4.
        0x0000_ef53 if mounted_as(root.device).as_deref() == Some("ext2") => (Plain, "ext2"),
        0x0000_ef53 => (Native, "ext4"),
        0x5846_5342 => (Native, "xfs"),
        0x9123_683e => (Native, "btrfs"),
        0x0102_1994 => (Native, "tmpfs"),
        0xf2f5_2010 => (Native, "f2fs"),
        0x794c_7630 => (Layered, "overlayfs"),
        0x0000_4d44 => (Fat, "FAT"),
        0x2011_bab0 => (Fat, "exFAT"),
        0x5346_544e | 0x7366_746e => (Ntfs, "NTFS"),
        0x0000_6969 => (RemoteUnix, "NFS"),
        0x00c3_6400 => (RemoteUnix, "Ceph"),
        0x5346_414f | 0x6b41_4653 => (RemoteUnix, "AFS"),
        0x6573_5546 => {
            return Ok((RemoteUnix, mounted_as(root.device).unwrap_or_else(|| "FUSE".to_owned())));
        }
        0x0000_517b | 0xff53_4d42 | 0xfe53_4d42 => (RemoteOther, "SMB"),
        0x0102_1997 => (RemoteOther, "9p"),
        0x786f_4256 => (RemoteOther, "VirtualBox shared folder"),
        _ => (Plain, "unknown"),
    };
    Ok((family, name.to_owned()))
}

/// The type that the filesystem on `device` is mounted as, such as `fuse.sshfs`.
#[cfg(target_os = "linux")]
fn mounted_as(device: u64) -> Option<String> {
    let table = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let numbers = format!("{}:{}", device >> 32, device & 0xffff_ffff);
    let line = table.lines().find(|line| line.split(' ').nth(2) == Some(&numbers))?;
    let (_, after_the_optional_fields) = line.split_once(" - ")?;
    after_the_optional_fields.split(' ').next().map(str::to_owned)
}

/// Since Linux 5.8 `syncfs` reports what went wrong while writing back; before, only a full disk shows.
#[cfg(target_os = "linux")]
fn syncfs_reports_errors() -> bool {
    let name = rustix::system::uname();
    let mut numbers = name.release().to_str().unwrap_or_default().split(|c: char| !c.is_ascii_digit());
    let mut number = || numbers.next().and_then(|number| number.parse::<u32>().ok()).unwrap_or(0);
    (number(), number()) >= (5, 8)
}

#[cfg(not(target_os = "linux"))]
fn syncfs_reports_errors() -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
fn family_of(root: &Root) -> io::Result<(Family, String)> {
    /// `MNT_LOCAL` of <sys/mount.h>.
    const LOCAL: u32 = 0x1000;
    let seen = fs::fstatfs(&root.handle)?;
    let name = seen.f_fstypename.iter().take_while(|c| **c != 0);
    let name = name.map(|c| char::from(c.cast_unsigned())).collect::<String>();
    let family = match name.as_str() {
        "msdos" | "exfat" => Family::Fat,
        "ntfs" => Family::Ntfs,
        "apfs" => Family::Native,
        "smbfs" | "webdav" => Family::RemoteOther,
        _ if seen.f_flags & LOCAL == 0 || name.contains("fuse") => Family::RemoteUnix,
        _ => Family::Plain,
    };
    Ok((family, name))
}

/// Asks for names of the folder in the other case. `None` when no name has letters.
fn is_case_sensitive(root: &OwnedFd) -> Option<bool> {
    let names = Dir::read_from(root).ok()?.take(CASE_PROBES + 2).filter_map(Result::ok);
    let names = names.filter_map(|entry| entry.file_name().to_str().map(str::to_owned).ok());
    let names = names.collect::<Vec<_>>();
    let changed = |name: &str| name.chars().map(other_case).collect::<String>();
    let (name, other) =
        names.iter().map(|name| (name, changed(name))).find(|(name, other)| *name != other)?;
    // Both names listed are two objects, or one with two names; either way the case tells them apart.
    if names.contains(&other) {
        return Some(true);
    }
    let object = |name: &str| status::at(root.as_fd(), name).map(|found| (found.device, found.object)).ok();
    Some(object(&other).is_none_or(|found| Some(found) != object(name)))
}

fn other_case(c: char) -> char {
    if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
}
