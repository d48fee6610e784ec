//! What was put aside because it stood in the way of an undo, or was found in the place of something of ours, and is still
//! there.

use super::{IoResultExt, TransactionError, layout};
use crate::disk::fs::{Fs, Place, StatePath};

/// Things that are kept for people, sorted. They take these away when they don't need them any more.
#[derive(Debug, Default)]
pub(crate) struct PutAside {
    /// What stood in the way of a recovery.
    pub by_recovery: Vec<StatePath>,
    /// Backups of entries that are gone from the history, contents that a program wrote to old files, and what nobody of ours
    /// has made.
    pub found: Vec<StatePath>,
}

/// All of them.
///
/// # Errors
/// The system's.
pub(crate) fn put_aside(fs: &dyn Fs) -> Result<PutAside, TransactionError> {
    let around = layout::conflicts();
    let list = |folder: &StatePath| -> Result<Vec<String>, TransactionError> {
        let place = Place::from(folder);
        match fs.look(&place).context("look at", folder)? {
            Some(_) => Ok(fs.list(&place).context("list", folder)?.text),
            None => Ok(Vec::new()),
        }
    };
    let mut kept = PutAside::default();
    for change in list(&around)? {
        let folder = around.join(&change);
        let of = if change == layout::FOUND { &mut kept.found } else { &mut kept.by_recovery };
        of.extend(list(&folder)?.into_iter().map(|name| folder.join(name)));
    }
    kept.by_recovery.sort();
    kept.found.sort();
    Ok(kept)
}
