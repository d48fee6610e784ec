//! Waiting until things are on disk.

use std::fs::File;
use std::io;

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::super::Place;
use super::super::os::in_parallel;
use super::confine::Root;
use super::status::ObjectKind;

/// Up to so many places are synced one by one, so that other programs' unwritten data does not hold us up; for more,
/// one call for the whole filesystem is faster. Measured on ext4, files of 10 KiB: 16 places 8 ms against 3 ms
/// (51 ms without threads), 256 places 43 ms against 13 ms (804 ms).
const ONE_BY_ONE: usize = 16;

/// Returns when all places are on disk.
pub(super) fn sync(root: &Root, syncs_whole: bool, places: &[Place]) -> io::Result<()> {
    if syncs_whole && places.len() > ONE_BY_ONE {
        return sync_whole(root);
    }
    in_parallel(places, |place| sync_one(root, syncs_whole, place))
}

fn sync_one(root: &Root, syncs_whole: bool, place: &Place) -> io::Result<()> {
    let handle = match place {
        Place::Root => root.open_dir(place, OFlags::RDONLY),
        _ => {
            let spot = root.spot(place)?;
            if spot.existing()?.kind == ObjectKind::Link {
                // A link has no content apart from its name, which its folder's sync makes durable.
                return Ok(());
            }
            spot.open_file_or_dir()
        }
    };
    match handle {
        // On macOS this also empties the drive's own cache.
        Ok(handle) => File::from(handle).sync_all(),
        // A file that its owner may not read cannot be synced by itself.
        Err(error) if Errno::from_io_error(&error) == Some(Errno::ACCESS) && syncs_whole => sync_whole(root),
        Err(error) => Err(error),
    }
}

#[cfg(target_os = "linux")]
fn sync_whole(root: &Root) -> io::Result<()> {
    Ok(rustix::fs::syncfs(&root.handle)?)
}

#[cfg(not(target_os = "linux"))]
fn sync_whole(_: &Root) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
