//! The places that a change touches: which are synced with it, and whether they hold what they should.

use std::collections::BTreeSet;
use std::io;

use rayon::prelude::*;

use super::{IoResultExt, TransactionError, finish, layout};
use crate::disk::fs::{Fs, Place};
use crate::disk::node_at;
use crate::model::{Node, Step};

/// Every folder that the steps change, and our folder of objects.
pub(super) fn touched_places(steps: &[Step]) -> Vec<Place> {
    let mut places: BTreeSet<Place> = steps.iter().map(|step| Place::parent_of(&step.path)).collect();
    // A folder that is gone is none of them: it is among our objects.
    for step in steps {
        match (&step.before, &step.after) {
            (Some(Node::Dir(_)), Some(Node::Dir(_))) => {
                places.insert(Place::from(&step.path));
            }
            (Some(Node::Dir(_)), _) => {
                places.remove(&Place::from(&step.path));
            }
            _ => {}
        }
    }
    places.insert(Place::State(layout::live().join("objects")));
    places.into_iter().collect()
}

/// The folders that the steps took out. They are synced, too: a power cut could otherwise keep the move of a folder and
/// lose that things in it had been moved before it, which would then be in two places.
pub(super) fn taken_out(fs: &dyn Fs, steps: &[Step]) -> Result<Vec<Place>, TransactionError> {
    let mut folders = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        if let (Some(Node::Dir(_)), None | Some(Node::File(_) | Node::Link(_))) = (&step.before, &step.after)
        {
            for place in [layout::object(&layout::live(), n), layout::aside(&layout::live(), n)] {
                if finish::is_folder(fs, &place)? {
                    folders.push(Place::from(&place));
                }
            }
        }
    }
    Ok(folders)
}

/// Reads every place back and compares it with what it should hold.
pub(super) fn verify(fs: &dyn Fs, steps: &[Step]) -> Result<(), TransactionError> {
    let _kept_open = fs.keep_folders_open();
    let verified: Vec<bool> =
        steps.par_iter().map(|step| holds_after(fs, step)).collect::<Result<_, TransactionError>>()?;
    match steps.iter().zip(verified).find(|(_, verified)| !verified) {
        Some((step, _)) => Err(TransactionError::NotVerified { path: step.path.clone() }),
        None => Ok(()),
    }
}

fn holds_after(fs: &dyn Fs, step: &Step) -> Result<bool, TransactionError> {
    match node_at(fs, &Place::from(&step.path)) {
        // Where a folder became a file or link, nothing is at the places that were in it.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(step.after.is_none()),
        node => Ok(node.context("read back", &step.path)? == step.after),
    }
}
