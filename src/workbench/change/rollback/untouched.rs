//! Places that a rollback made right without touching them: their backup was damaged, or they were so already. Whatever
//! undoes that rollback, or is its way back again, is told of them.

use crate::disk::fs::Fs;
use crate::disk::observe;
use crate::ledger::{Action, Entry, Ledger, Turn};
use crate::model::{Node, Step};
use crate::plan::{FileNote, Note};
use crate::progress::{CancelToken, Quiet};
use crate::workbench::Result;

/// Those of one entry that are not as they should be when it is undone.
#[derive(Default)]
pub(super) struct Untouched {
    /// What a patch added, and goes with it: without these steps it would stay, and nobody would say so.
    pub goes: Vec<Step>,
    /// What comes back as it was when it went, with whatever was edited in it.
    pub stays: Vec<Note>,
}

impl Untouched {
    pub fn find(fs: &dyn Fs, ledger: &Ledger, entry: &Entry, turn: Turn) -> Result<Self> {
        if entry.action != Action::Rollback {
            return Ok(Self::default());
        }
        let mut steps = ledger.untouched_by(&[entry.seq].into()).remove(&entry.seq).unwrap_or_default();
        let keeps_modes = fs.features().modes;
        let plain =
            |node: Option<Node>| node.map(|node| if keeps_modes { node } else { node.without_mode() });
        let seen = observe(fs, steps.iter().map(|step| &step.path), &Quiet, &CancelToken::new())?.tree;
        steps.retain(|step| seen.at(&step.path).cloned() != plain(step.before.clone()));
        if turn == Turn::Went {
            return Ok(Self { goes: steps, stays: Vec::new() });
        }
        let stays = |step: &Step| Note::of_file(&step.path, FileNote::StaysUnlikeThePatch);
        Ok(Self { goes: Vec::new(), stays: steps.iter().map(stays).collect() })
    }
}
