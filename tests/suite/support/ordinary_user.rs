//! Does something as a user who is not the administrator, whoever runs the tests.
#![cfg(unix)]

use std::path::Path;

#[cfg(target_os = "linux")]
use super::explore::in_order;

/// A user and group that own nothing: `nobody` on most systems.
#[cfg(target_os = "linux")]
const NOBODY: u32 = 65_534;

/// Runs `work` as an ordinary user; `None` where the administrator cannot become one.
#[cfg(target_os = "linux")]
pub fn as_ordinary_user<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    use rustix::fs::{Gid, Uid};
    use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
    if !rustix::process::geteuid().is_root() {
        return Some(work());
    }
    let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
    // Linux keeps the user per thread: this one changes for good and ends with the work, and everything that would
    // go to a pool of threads is done on it.
    let changed = || {
        set_thread_groups(&[])?;
        set_thread_res_gid(group, group, group)?;
        set_thread_res_uid(user, user, user)
    };
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| changed().ok().map(|()| in_order(work)));
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Runs `work` as an ordinary user; `None` where the administrator cannot become one.
#[cfg(not(target_os = "linux"))]
pub fn as_ordinary_user<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    (!rustix::process::geteuid().is_root()).then(work)
}

/// Makes everything in `folder` belong to the ordinary user that the administrator becomes; it already does where
/// somebody else runs the tests.
pub fn give_to_ordinary_user(folder: &Path) {
    #[cfg(target_os = "linux")]
    if rustix::process::geteuid().is_root() {
        give(folder, NOBODY);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = folder;
}

#[cfg(target_os = "linux")]
fn give(place: &Path, owner: u32) {
    std::os::unix::fs::lchown(place, Some(owner), Some(owner)).expect("the administrator may");
    if std::fs::symlink_metadata(place).expect("it is there").is_dir() {
        for entry in std::fs::read_dir(place).expect("it is a folder") {
            give(&entry.expect("an entry").path(), owner);
        }
    }
}
