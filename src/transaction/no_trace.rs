//! What is left where nothing came of a change: no state folder, if there is nothing in it that anybody could need.

use std::io;

use super::layout;
use crate::disk::TargetRoot;
use crate::disk::fs::{Fs, Place, StatePath};
use crate::ledger::Ledger;

/// Removes the state folder of a target in which nothing was ever changed. What can't be removed is in nobody's way: the next
/// change uses it.
pub(crate) fn leave_no_trace(root: &TargetRoot) {
    let _ = remove_unused(root.fs());
}

/// Nobody else writes there: we have the lock, until its file goes.
fn remove_unused(fs: &dyn Fs) -> io::Result<()> {
    let folders = [Ledger::folder(), layout::undo(), layout::dead()];
    let files = [layout::format(), layout::ignored()];
    let there = fs.list(&Place::State(StatePath::root()))?;
    let is_known = |name: &String| {
        let place = StatePath::is_name(name).then(|| StatePath::new(name));
        place.is_some_and(|place| {
            folders.contains(&place) || files.contains(&place) || place == layout::lock()
        })
    };
    if !there.not_text.is_empty() || !there.text.iter().all(is_known) {
        return Ok(());
    }
    let is_there = |place: &&StatePath| there.text.iter().any(|name| StatePath::new(name) == **place);
    // A folder with anything in it is not removed, and everything else stays with it.
    folders.iter().filter(is_there).try_for_each(|folder| fs.remove_dir(folder))?;
    files.iter().filter(is_there).try_for_each(|file| fs.remove_file(file))?;
    fs.remove_file(&layout::lock())?;
    fs.remove_dir(&StatePath::root())
}
