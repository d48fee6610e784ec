//! Switches that were moved, and changes of the files that they are in. A switch stands apart from the patches: whoever
//! takes a patch out finds the file as if its switch had never been moved, and the switches of the patches that stay keep
//! where they stand.

use std::collections::{BTreeMap, BTreeSet};

use super::read_file::read_file;
use super::situation::Survey;
use super::stack::FolderStack;
use super::switches::{FolderSwitch, SwitchStand, stand_in, switches};
use crate::diff::{Merge, Switch, merge};
use crate::disk::fs::{Fs, Place};
use crate::ledger::{Action, Ledger};
use crate::model::{Digest, FileNode, LayerKey, Node, Position, Step, Toggle, ToggleKind, TreePath};
use crate::plan::{ChangeRemark, Note, Resolution};
use crate::workbench::Result;

/// The switches in a folder that do not stand where their patches left them, by file.
#[derive(Debug, Clone, Default)]
pub(crate) struct MovedSwitches(BTreeMap<TreePath, Vec<MovedSwitch>>);

#[derive(Debug, Clone)]
pub(crate) struct MovedSwitch {
    pub key: LayerKey,
    pub patch: String,
    pub toggle: Toggle,
    pub position: Position,
}

/// A content by its place and what it is.
pub(crate) type ContentOf<'a> = dyn Fn(&TreePath, &FileNode) -> Result<Option<Vec<u8>>> + 'a;

impl MovedSwitches {
    /// Finds them. What nobody moved with this program is an edit like any other.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn find(fs: &dyn Fs, ledger: &Ledger, folder: &FolderStack) -> Result<Self> {
        let mut found = Self::default();
        if !ledger.entries().iter().any(|entry| entry.action == Action::Toggle) {
            return Ok(found);
        }
        for switch in switches(fs, ledger, folder, "")? {
            let Some(position) = switch.position().filter(|_| switch.since.is_some()) else { continue };
            if position == switch.toggle.initially {
                continue;
            }
            let FolderSwitch { key, patch, toggle, .. } = switch;
            let here = found.0.entry(toggle.file.clone()).or_default();
            here.push(MovedSwitch { key, patch: patch.id, toggle, position });
        }
        Ok(found)
    }

    /// Those in the file at `path`.
    pub(crate) fn at(&self, path: &TreePath) -> &[MovedSwitch] {
        self.0.get(path).map_or(&[], Vec::as_slice)
    }

    /// What should be at each place if no switch had been moved: only places that are as they should be can tell.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub(crate) fn expected_without(
        &self,
        fs: &dyn Fs,
        expected: &BTreeMap<TreePath, Option<Node>>,
    ) -> Result<BTreeMap<TreePath, Option<Node>>> {
        let mut without = expected.clone();
        for (path, here) in &self.0 {
            let Some(Some(Node::File(file))) = expected.get(path) else { continue };
            let Some(content) = read_file(fs, &Place::from(path), file.digest)? else { continue };
            if let Some(content) = as_left(here, &content) {
                without.insert(path.clone(), Some(Node::File(same_but(file, &content))));
            }
        }
        Ok(without)
    }

    /// Works out what becomes of each file with a moved switch that is not as `steps` left it: they are taken back from the
    /// file without its switch, and switches of patches that are not `going` stay where they are.
    ///
    /// # Errors
    /// If a file cannot be read, or was changed while it was looked at.
    pub(crate) fn resolve(
        &self,
        fs: &dyn Fs,
        steps: &[Step],
        going: &BTreeSet<LayerKey>,
        (original, left): (&ContentOf<'_>, &ContentOf<'_>),
        survey: &mut Survey,
    ) -> Result<()> {
        for step in steps {
            let here = self.at(&step.path);
            let observed = survey.situation.tree.at(&step.path).cloned();
            if here.is_empty() || observed == step.after || observed == step.before {
                continue;
            }
            let stay: Vec<&MovedSwitch> = here.iter().filter(|one| !going.contains(&one.key)).collect();
            let goes = stay.len() < here.len();
            let (Some(Node::File(mine)), Some(Node::File(after))) = (&observed, &step.after) else {
                // It was the file itself that was switched off.
                if observed.is_none() && stay.is_empty() {
                    let resolution = Resolution::Switched { goes, file: None };
                    survey.situation.edits.insert(step.path.clone(), resolution);
                }
                continue;
            };
            let Some(content) = read_file(fs, &Place::from(&step.path), mine.digest)? else { continue };
            let Some(content) = as_left(here, &content) else { continue };
            let before = match &step.before {
                Some(Node::File(before)) => original(&step.path, before)?.map(|content| (before, content)),
                _ => None,
            };
            let is_as_left = Digest::compute(&content) == after.digest && mine.mode == after.mode;
            let goal = match (is_as_left, before) {
                (true, None) => None,
                (true, Some((before, _))) if stay.is_empty() => Some((before, None)),
                (true, Some((before, content))) => Some((before, Some(content))),
                (false, None) => continue,
                (false, Some((before, theirs))) => {
                    let Some(base) = left(&step.path, after)? else { continue };
                    match merge(step.path.as_str(), &base, &content, &theirs) {
                        Ok(Merge::Clean { content, .. }) => Some((before, Some(content))),
                        _ => continue,
                    }
                }
            };
            let resolution = match goal {
                None | Some((_, None)) => {
                    survey.made.take(&step.path);
                    Some(Resolution::Switched { goes, file: None })
                }
                Some((before, Some(content))) => {
                    let content = stay.iter().try_fold(content, |content, one| one.in_place(&content));
                    content.and_then(|content| {
                        let file = same_but(before, &content);
                        let is_kept = survey.made.keep(&step.path, content);
                        is_kept.then_some(Resolution::Switched { goes, file: Some(file) })
                    })
                }
            };
            if let Some(resolution) = resolution {
                survey.situation.edits.insert(step.path.clone(), resolution);
            }
        }
        Ok(())
    }
}

/// The switches of `all` that `steps` move, whatever they are for: each with where it stands afterwards. `content_of` has
/// what a step leaves.
pub(crate) fn notes_on_moved_switches(
    all: &[FolderSwitch],
    steps: &[Step],
    content_of: &dyn Fn(&Step) -> Option<Vec<u8>>,
) -> Vec<Note> {
    let mut notes = Vec::new();
    for switch in all {
        let toggle = &switch.toggle;
        let Some(step) = steps.iter().find(|step| step.path == toggle.file) else { continue };
        let then = match (toggle.kind, &step.after) {
            (ToggleKind::File, after) => {
                SwitchStand::At(toggle.position_of_file(matches!(after, Some(Node::File(_)))))
            }
            (_, Some(Node::File(_))) => match content_of(step) {
                Some(content) => stand_in(toggle, &content),
                None => continue,
            },
            _ => continue,
        };
        let SwitchStand::At(position) = then else { continue };
        if switch.stand == then {
            continue;
        }
        let opens = match position {
            Position::Off => toggle.vulnerabilities.clone(),
            Position::On => Vec::new(),
        };
        let remark = ChangeRemark::TurnsSwitch { switch: switch.full_name(), to: position, opens };
        notes.push(Note::at(&step.path, remark));
    }
    notes
}

impl MovedSwitch {
    /// The content with the switch where it stands.
    pub(crate) fn in_place(&self, content: &[u8]) -> Option<Vec<u8>> {
        self.at(content, self.position)
    }

    fn at(&self, content: &[u8], position: Position) -> Option<Vec<u8>> {
        if self.toggle.kind == ToggleKind::File {
            return None;
        }
        let moved =
            Switch::new(&self.toggle, Some(content)).and_then(|switch| switch.moved(content, position));
        moved.ok().map(|(content, _)| content)
    }
}

/// The content with each switch where its patch left it.
pub(crate) fn as_left(switches: &[MovedSwitch], content: &[u8]) -> Option<Vec<u8>> {
    switches.iter().try_fold(content.to_vec(), |content, one| one.at(&content, one.toggle.initially))
}

/// The same file with another content.
pub(crate) fn same_but(file: &FileNode, content: &[u8]) -> FileNode {
    FileNode { digest: Digest::compute(content), size_bytes: content.len() as u64, mode: file.mode }
}
