//! What was put aside because it stood in the way of an undo, and is still there.

use super::{IoResultExt, TransactionError, layout};
use crate::disk::fs::{Fs, Place, StatePath};

/// Every thing of somebody else that is kept, sorted. People take these away when they don't need them any more.
///
/// # Errors
/// The system's.
pub(crate) fn put_aside(fs: &dyn Fs) -> Result<Vec<StatePath>, TransactionError> {
    let around = layout::conflicts();
    let list = |folder: &StatePath| -> Result<Vec<String>, TransactionError> {
        let place = Place::from(folder);
        match fs.look(&place).context("look at", folder)? {
            Some(_) => Ok(fs.list(&place).context("list", folder)?.text),
            None => Ok(Vec::new()),
        }
    };
    let mut kept = Vec::new();
    for change in list(&around)? {
        let folder = around.join(change);
        kept.extend(list(&folder)?.into_iter().map(|name| folder.join(name)));
    }
    kept.sort();
    Ok(kept)
}
