//! Where old contents come from when a rollback needs them: the safe copies, and patch files where those are damaged.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use crate::bundle::VerifiedBundle;
use crate::diff::pair_renames;
use crate::disk::fs::{Fs, Place, StatePath};
use crate::disk::node_at;
use crate::model::{FileNode, Node, Patch, Step, TreePath};
use crate::plan::{FileNote, Note};
use crate::transaction::{ContentError, Contents, SafeCopies, SafeCopyError};
use crate::workbench::contents::{Library, SearchFirst};
use crate::workbench::look::merged_contents::MergedContents;
use crate::workbench::{Result, Workbench};

/// What to do about originals whose backups are missing or not what they were.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DamagedBackups {
    /// Patch files that may have them.
    pub from: Vec<PathBuf>,
    /// Restore the other places, and leave these as they are.
    pub leave: bool,
}

/// The same, with the patch files open.
#[derive(Clone, Default)]
pub(super) struct OtherSources {
    pub bundles: Arc<Vec<VerifiedBundle>>,
    pub leave: bool,
}

impl OtherSources {
    /// The backups of entry `seq`. Where all of them are gone, that is no end as long as somebody said what then.
    pub fn copies_of(&self, fs: &dyn Fs, seq: u64, steps: &[Step]) -> Result<SafeCopies> {
        match SafeCopies::find(fs, seq, steps) {
            Err(SafeCopyError::Gone(_)) if self.leave || !self.bundles.is_empty() => {
                Ok(SafeCopies::of_none(steps))
            }
            found => Ok(found?),
        }
    }
}

impl Workbench {
    pub(super) fn other_sources(&self, damaged: &DamagedBackups) -> Result<OtherSources> {
        let bundles = damaged.from.iter().map(|file| self.open(file)).collect::<Result<_>>()?;
        Ok(OtherSources { bundles: Arc::new(bundles), leave: damaged.leave })
    }
}

/// What patch files bring: as a whole, or as a change of what they say is in the folder.
pub(super) fn out_of<'a>(bundles: &'a [VerifiedBundle], fs: &'a dyn Fs) -> Library<'a> {
    Library::new(bundles, SearchFirst::Bundles).in_folder(fs).where_bundles_say()
}

/// Where the originals of damaged safe copies are.
pub(super) struct Elsewhere {
    /// Nobody has these.
    pub nowhere: Vec<TreePath>,
    pub notes: Vec<Note>,
}

pub(super) fn find_elsewhere(
    fs: &dyn Fs,
    kept: &SafeCopies,
    steps: &[Step],
    sources: &OtherSources,
) -> Result<Elsewhere> {
    let library = out_of(&sources.bundles, fs);
    let (mut nowhere, mut notes) = (Vec::new(), Vec::new());
    for path in kept.damaged() {
        let before = steps.iter().find(|step| step.path == *path).and_then(|step| step.before.as_ref());
        let failed = |source| SafeCopyError::Io { path: path.clone(), source };
        let file = before.and_then(Node::as_file);
        let is_brought = match file {
            Some(file) => library.is_brought(&file.digest).map_err(failed)?,
            None => false,
        };
        let here = file.and_then(|file| steps.iter().find(|step| has(step, file) && is_there(fs, step)));
        match (is_brought, sources.leave) {
            (false, _) if let Some(here) = here => {
                if here.path != *path {
                    let file = Some(here.path.to_string());
                    notes.push(Note::of_file(path, FileNote::TakenFrom { file }));
                }
            }
            (true, _) => {
                notes.push(Note::of_file(path, FileNote::TakenFrom { file: None }));
            }
            (false, leave) => {
                if leave {
                    notes.push(Note::of_file(path, FileNote::LeftAsItIs));
                }
                nowhere.push(path.clone());
            }
        }
    }
    Ok(Elsewhere { nowhere, notes })
}

/// Whether the content of `file` is what `step` left.
fn has(step: &Step, file: &FileNode) -> bool {
    step.after.as_ref().and_then(Node::as_file).is_some_and(|after| after.digest == file.digest)
}

/// Whether what `step` left is still there.
fn is_there(fs: &dyn Fs, step: &Step) -> bool {
    let found = node_at(fs, &Place::from(&step.path)).ok().flatten();
    found.zip(step.after.as_ref()).is_some_and(|(found, after)| found.same_content(after))
}

impl Elsewhere {
    /// Leaves a file under its new name where it can't be given back under its old one.
    pub(crate) fn leave_new_names(&mut self, patches: impl Iterator<Item = Patch>) {
        for patch in patches {
            for (new, old) in pair_renames(&patch.changes) {
                let Some(old) = old.filter(|old| self.nowhere.contains(&old.path)) else { continue };
                let note = FileNote::LeftBecauseOf { file: old.path.to_string() };
                self.notes.push(Note::of_file(&new.path, note));
                self.nowhere.push(new.path.clone());
            }
        }
    }
}

/// Old content out of the safe copies, or from elsewhere where they are damaged.
pub(super) struct KeptContents<'a> {
    pub kept: SafeCopies,
    pub made: MergedContents,
    pub elsewhere: Library<'a>,
}

impl Contents for KeptContents<'_> {
    fn kept(&self, step: &Step) -> Option<StatePath> {
        // A merged file is none of ours: it is written anew.
        self.kept.of(&step.path).filter(|_| self.made.of(&step.path).is_none()).cloned()
    }

    fn remembers(&self, step: &Step) -> bool {
        self.kept.left(&step.path).is_some()
    }

    fn write(&self, step: &Step, fs: &dyn Fs, out: &mut dyn Write) -> std::result::Result<(), ContentError> {
        if let Some(merged) = self.made.of(&step.path) {
            return Ok(out.write_all(merged)?);
        }
        self.elsewhere.write(step, fs, out)
    }
}
