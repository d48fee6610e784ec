//! Who can write a file on Unix, and exchange it: every folder and link on the way is looked at, from the root on.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use super::{GuardedError, Mend};

/// Most links that are followed on the way to a file, as in Linux.
const MAX_LINKS: usize = 40;

const WRITABLE_BY_GROUP: u32 = 0o020;
const WRITABLE_BY_ALL: u32 = 0o002;
const STICKY: u32 = 0o1000;

/// Where the file really is, links followed; `None` if there is none.
pub(super) fn find(path: &Path) -> Result<Option<PathBuf>, GuardedError> {
    let failed = |path: &Path, source| GuardedError::Io { doing: "look at", path: path.to_owned(), source };
    let whole = std::path::absolute(path).map_err(|source| failed(path, source))?;
    let mut ahead = names(&whole);
    let mut at = PathBuf::from("/");
    let mut links = 0;
    while let Some(name) = ahead.pop_front() {
        if name == ".." {
            at.pop();
            continue;
        }
        let here = fs::metadata(&at).map_err(|source| failed(&at, source))?;
        check_folder(&at, &here)?;
        let place = at.join(name);
        let found = match fs::symlink_metadata(&place) {
            Ok(found) => found,
            // A link that leads nowhere is not "no file": what it leads to may be back in a minute.
            Err(source) if links == 0 && is_nothing(&source) => return Ok(None),
            Err(source) => return Err(failed(&place, source)),
        };
        if found.is_symlink() {
            check_owner(&place, &found)?;
            links += 1;
            if links > MAX_LINKS {
                return Err(failed(path, io::Error::from(rustix::io::Errno::LOOP)));
            }
            let leads_to = fs::read_link(&place).map_err(|source| failed(&place, source))?;
            if leads_to.is_absolute() {
                at = PathBuf::from("/");
            }
            let mut after = names(&leads_to);
            after.append(&mut ahead);
            ahead = after;
            continue;
        }
        if !ahead.is_empty() && !found.is_dir() {
            return match links {
                0 => Ok(None),
                _ => Err(failed(&place, io::Error::from(rustix::io::Errno::NOTDIR))),
            };
        }
        at = place;
    }
    Ok(Some(at))
}

fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn names(path: &Path) -> VecDeque<OsString> {
    let name = |component: Component<'_>| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some(OsString::from("..")),
        _ => None,
    };
    path.components().filter_map(name).collect()
}

/// Only its owner may write to the file, and that is this person or root.
pub(super) fn check_file(path: &Path, found: &Metadata) -> Result<(), GuardedError> {
    check_owner(path, found)?;
    match writers(found.mode()) {
        Some(writers) => Err(writable_by(path, writers)),
        None => Ok(()),
    }
}

fn check_folder(path: &Path, found: &Metadata) -> Result<(), GuardedError> {
    check_owner(path, found)?;
    let mode = found.mode();
    match writers(mode) {
        // Nobody can exchange in it what belongs to others, and that is asked of what comes next on the way.
        Some(_) if mode & STICKY != 0 => Ok(()),
        Some(_) if mode & WRITABLE_BY_ALL == 0 && is_private_group(found) => Ok(()),
        Some(writers) => Err(writable_by(path, writers)),
        None => Ok(()),
    }
}

fn check_owner(path: &Path, found: &Metadata) -> Result<(), GuardedError> {
    let (owner, me) = (found.uid(), rustix::process::geteuid().as_raw());
    if owner == 0 || owner == me {
        return Ok(());
    }
    let problem = format!("belongs to someone else (user {owner})");
    Err(GuardedError::OfOthers { path: path.to_owned(), problem, mend: Mend::Owner(me) })
}

fn writers(mode: u32) -> Option<&'static str> {
    match (mode & WRITABLE_BY_ALL != 0, mode & WRITABLE_BY_GROUP != 0) {
        (true, _) => Some("everybody"),
        (false, true) => Some("its group"),
        (false, false) => None,
    }
}

fn writable_by(path: &Path, writers: &str) -> GuardedError {
    let problem = format!("can be changed by {writers}");
    GuardedError::OfOthers { path: path.to_owned(), problem, mend: Mend::ReadOnly }
}

/// Whether the folder is this person's, and its group is theirs alone, as far as the system's own lists say.
fn is_private_group(found: &Metadata) -> bool {
    let list = |file| fs::read_to_string(file).unwrap_or_default();
    found.uid() == rustix::process::geteuid().as_raw()
        && has_one_member(&list("/etc/passwd"), &list("/etc/group"), found.uid(), found.gid())
}

fn has_one_member(passwd: &str, group: &str, user: u32, of: u32) -> bool {
    let fields = |line: &str| line.split(':').map(str::to_owned).collect::<Vec<_>>();
    let number = |field: Option<&String>| field.and_then(|digits| digits.parse::<u32>().ok());
    let people: Vec<Vec<String>> = passwd.lines().map(fields).collect();
    let Some(name) = people.iter().find(|one| number(one.get(2)) == Some(user)).map(|one| &one[0]) else {
        return false;
    };
    let is_theirs = |one: &Vec<String>| number(one.get(3)) != Some(of) || number(one.get(2)) == Some(user);
    let mut groups = group.lines().map(fields).filter(|one| number(one.get(2)) == Some(of));
    let holds_only_them = |one: Vec<String>| {
        one.get(3).is_none_or(|members| members.split(',').all(|member| member.is_empty() || member == name))
    };
    people.iter().all(is_theirs) && groups.next().is_some_and(holds_only_them)
}

#[cfg(test)]
mod tests {
    use super::has_one_member;

    #[test]
    fn a_private_group_has_its_owner_and_nobody_else() {
        let passwd =
            "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\nbob:x:1001:100::/:/bin/sh\n";
        let group = "users:x:100:\nada:x:1000:\nshared:x:1002:ada\n";
        let has = |group: &str, of| has_one_member(passwd, group, 1000, of);
        assert!(has(group, 1000));
        assert!(has("ada:x:1000:ada\n", 1000), "named once more, as some systems do");
        assert!(!has("ada:x:1000:ada,bob\n", 1000), "somebody else is in it");
        assert!(!has(group, 100), "it is another person's");
        assert!(!has(group, 7), "nobody knows who is in it");
        assert!(!has_one_member(passwd, group, 7, 1000), "nobody knows who this is");
    }
}
