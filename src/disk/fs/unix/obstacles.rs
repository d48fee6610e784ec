//! What would stop the present user, found out by asking only.

use std::io;

use rustix::fs::{self, Access, OFlags, StatVfsMountFlags};
use rustix::io::Errno;

use crate::model::Code;

use super::super::Place;
use super::confine::{Root, may};
use super::status::{self, ObjectKind, ObjectStatus};

/// The bit that lets only owners rename and remove names in a folder.
const STICKY: u32 = 0o1000;

/// Reasons why names in `dir` could not be created, renamed and removed.
pub(super) fn to_change(root: &Root, dir: &Place) -> io::Result<Vec<String>> {
    let handle = root.open_dir(dir, START)?;
    let folder = status::of_handle(&handle)?;
    let mut obstacles = Vec::new();
    if fs::fstatvfs(&handle)?.f_flag.contains(StatVfsMountFlags::RDONLY) {
        obstacles.push("the volume is mounted read-only".to_owned());
    } else if !may(&handle, ".", Access::WRITE_OK | Access::EXEC_OK)? {
        let (user, group) = folder.owner;
        obstacles.push(format!(
            "the present user may not write in the folder (owner {user}:{group}, mode {})",
            folder.mode
        ));
    }
    if restricts_to_owners(&folder) {
        obstacles.push(format!(
            "the folder is sticky and belongs to user {}: only owners may rename what is in it",
            folder.owner.0
        ));
    }
    obstacles.extend(flags(&folder));
    Ok(obstacles)
}

/// Reasons why the thing at `at` could not be moved out of its folder, or replaced by one with the same owner.
pub(super) fn to_move(root: &Root, at: &Place) -> io::Result<Vec<(Code, String)>> {
    let spot = root.spot(at)?;
    let thing = spot.status()?.ok_or(Errno::NOENT)?;
    let mut obstacles = Vec::new();
    if thing.is_mount(root.device) {
        obstacles.push("another filesystem is mounted on it".to_owned());
    }
    if thing.owner.0 != me() && restricts_to_owners(&status::of_handle(&spot.dir)?) {
        obstacles.push(format!("it is in a sticky folder and belongs to user {}", thing.owner.0));
    }
    // A folder's own ".." changes when it moves.
    if thing.kind == ObjectKind::Dir && !may(&spot.dir, &spot.name, Access::WRITE_OK)? {
        obstacles.push("the present user may not write in it, which moving a folder needs".to_owned());
    }
    obstacles.extend(flags(&thing));
    let mut obstacles: Vec<(Code, String)> =
        obstacles.into_iter().map(|phrase| (Code::Rights, phrase)).collect();
    if thing.kind != ObjectKind::Dir && !may_give(thing.owner) {
        let (user, group) = thing.owner;
        let phrase =
            format!("it belongs to {user}:{group}, and the present user cannot give a new file that owner");
        obstacles.push((Code::Attributes, phrase));
    }
    Ok(obstacles)
}

/// Whether the present user can make a file with this owner.
fn may_give((user, group): (u32, u32)) -> bool {
    let is_mine = |group: u32| {
        rustix::process::getegid().as_raw() == group
            || rustix::process::getgroups()
                .is_ok_and(|groups| groups.iter().any(|mine| mine.as_raw() == group))
    };
    me() == 0 || (user == me() && is_mine(group))
}

#[cfg(target_os = "linux")]
const START: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const START: OFlags = OFlags::RDONLY;

/// The present user, asked for once on each thread: Linux keeps it per thread.
fn me() -> u32 {
    thread_local! {
        static ME: u32 = rustix::process::geteuid().as_raw();
    }
    ME.with(|me| *me)
}

fn restricts_to_owners(folder: &ObjectStatus) -> bool {
    folder.mode.bits() & STICKY != 0 && folder.owner.0 != me() && me() != 0
}

fn flags(thing: &ObjectStatus) -> impl Iterator<Item = String> {
    let immutable = thing.immutable.then(|| "it is marked as immutable".to_owned());
    let append_only = thing.append_only.then(|| "it is marked as append-only".to_owned());
    immutable.into_iter().chain(append_only)
}
