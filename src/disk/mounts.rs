//! Other paths that lead to a folder because a disk, or a part of it, is mounted in several places.

use std::path::{Path, PathBuf};

/// Most places where one disk is mounted that are asked; containers have tens.
#[cfg(target_os = "linux")]
const MAX_PLACES: usize = 256;

/// The other paths of the folder at `real`, whose links are resolved, as far as this process sees them.
#[cfg(target_os = "linux")]
pub(crate) fn other_paths(real: &Path) -> Vec<PathBuf> {
    use std::os::unix::fs::MetadataExt;
    let object = |path: &Path| path.metadata().ok().map(|found| (found.dev(), found.ino()));
    let Ok(mounts) = std::fs::read_to_string("/proc/self/mountinfo") else { return Vec::new() };
    let own = object(real);
    let mut others = candidates(&mounts, real);
    // A path may be covered by what was mounted over it later.
    others.retain(|other| own.is_some() && object(other) == own);
    others
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn other_paths(_: &Path) -> Vec<PathBuf> {
    Vec::new()
}

/// A folder of a disk, and where it is mounted.
#[cfg(target_os = "linux")]
struct Mounted {
    disk: String,
    /// The folder, in the disk.
    part: PathBuf,
    at: PathBuf,
}

#[cfg(target_os = "linux")]
impl Mounted {
    /// A line of the system's list: `36 35 98:0 /part /at rw,noatime - ext3 /dev/root rw`.
    fn read(line: &str) -> Option<Self> {
        let mut words = line.split(' ').skip(2);
        let (disk, part, at) = (words.next()?, words.next()?, words.next()?);
        Some(Self { disk: disk.to_owned(), part: unescaped(part), at: unescaped(at) })
    }
}

/// Where else the folder at `real` would be by what is mounted.
#[cfg(target_os = "linux")]
fn candidates(mounts: &str, real: &Path) -> Vec<PathBuf> {
    let mounts: Vec<Mounted> = mounts.lines().filter_map(Mounted::read).collect();
    // Of those that are mounted at one place, the last one is seen.
    let around = mounts.iter().filter(|mount| real.starts_with(&mount.at));
    let Some(own) = around.max_by_key(|mount| mount.at.as_os_str().len()) else { return Vec::new() };
    let Ok(within) = real.strip_prefix(&own.at) else { return Vec::new() };
    let place = own.part.join(within);
    let elsewhere = mounts.iter().filter(|mount| mount.disk == own.disk && mount.at != own.at);
    let mut others: Vec<PathBuf> = elsewhere
        .filter_map(|mount| Some(mount.at.join(place.strip_prefix(&mount.part).ok()?)))
        .filter(|other| other != real)
        .take(MAX_PLACES)
        .collect();
    others.sort();
    others.dedup();
    others
}

/// A path of that list, in which blanks and what else would divide it are spelled as octal numbers.
#[cfg(target_os = "linux")]
fn unescaped(path: &str) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    let bytes = path.as_bytes();
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 4).filter(|_| bytes[at] == b'\\');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                plain.push(byte);
                at += 4;
            }
            None => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    std::ffi::OsString::from_vec(plain).into()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
        22 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
        23 22 0:5 / /proc rw - proc proc rw\n\
        30 22 8:1 /opt/app/lib /mnt/my\\040lib rw - ext4 /dev/sda1 rw\n\
        31 22 8:2 / /data rw - ext4 /dev/sdb1 rw\n\
        32 31 8:2 /a /data/b rw - ext4 /dev/sdb1 rw\n";

    #[test]
    fn a_part_of_a_disk_that_is_mounted_twice_has_two_paths() {
        let others = |path: &str| candidates(MOUNTS, Path::new(path));
        assert_eq!(others("/mnt/my lib/x"), [PathBuf::from("/opt/app/lib/x")]);
        assert_eq!(others("/opt/app/lib"), [PathBuf::from("/mnt/my lib")]);
        assert_eq!(others("/data/b"), [PathBuf::from("/data/a")]);
        assert_eq!(others("/data/a/c"), [PathBuf::from("/data/b/c")]);
        for alone in ["/opt/app", "/data", "/srv", "/proc/1"] {
            assert_eq!(others(alone), [] as [PathBuf; 0], "{alone}");
        }
    }

    #[test]
    fn a_line_that_is_none_is_passed_over() {
        for mounts in ["", "\n", "1 2 3", "22 1 8:1 / /\\9zz rw"] {
            assert_eq!(candidates(mounts, Path::new("/opt")), [] as [PathBuf; 0], "{mounts}");
        }
    }
}
