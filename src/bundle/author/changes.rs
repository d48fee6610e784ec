//! From differences to changes: what each place's change says, and which contents it needs.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::inside::Inside;
use super::origins::{find_alike, find_same, wanted};
use super::pack::{DeltaSource, Packed, PackedForm, WantedContent};
use super::trees::{SourceSide, Trees};
use super::{AuthorError, MAX_BASE_BYTES, MAX_BASES_BYTES, MAX_DELTA_BYTES};
use crate::bundle::limits::MAX_DIFF_BYTES;
use crate::bundle::manifest::limits::DIFFED_BYTES;
use crate::bundle::order::{Bases, Order};
use crate::disk::fs::Stat;
use crate::model::{Digest, FileChange, FileNode, LocalEdits, Node, Payload, Role, Step, TreePath};
use crate::plan::{Note, PatchRemark, PlaceRemark};

/// The changes as far as they are known without a look at any content: good for everything but applying.
pub(super) fn bare(steps: &[Step], order: &Order) -> Vec<FileChange> {
    steps.iter().map(|step| change(step, order, None, Role::default())).collect()
}

fn change(step: &Step, order: &Order, same: Option<&TreePath>, role: Role) -> FileChange {
    let (wished_role, local_edits, fixes) = order.policy_for(&step.path);
    let edit = order.edits_at(&step.path).map(Digest::compute);
    // Edits by key begin with a content that travels with them.
    let base = step.before.as_ref().and_then(Node::as_file).filter(|_| edit.is_some());
    let whole = || wanted(step).map(|file| Payload::Whole { blob: file.digest });
    FileChange {
        path: step.path.clone(),
        before: step.before.iter().cloned().collect(),
        after: step.after.clone(),
        payload: same.map(|from| Payload::Same { from: from.clone() }).or_else(whole),
        base: base.map(|file| file.digest),
        edit,
        role: wished_role.unwrap_or(role),
        local_edits: local_edits.unwrap_or_default(),
        fixes: fixes.to_vec(),
    }
}

/// The changes on their way, with what they need.
pub(super) struct Draft {
    drafted: Vec<Drafted>,
    /// What the author should know.
    pub notes: Vec<Note>,
}

/// One change; its payload is provisional until the contents are packed.
struct Drafted {
    change: FileChange,
    content: Option<WantedContent>,
    base: Option<WantedContent>,
}

/// What a draft is made from.
pub(super) struct Basis<'a> {
    pub steps: &'a [Step],
    /// The look of every file that stands at a step's place before.
    pub seen: &'a BTreeMap<TreePath, Stat>,
    pub order: &'a Order,
    pub trees: &'a Trees<'a>,
}

impl Draft {
    /// Decides everything but which form of a content is smaller.
    pub fn new(basis: &Basis<'_>) -> Result<Self, AuthorError> {
        // A file that people may have edited is a bad source for another: its content may not be there.
        let may_give = |path: &TreePath| basis.local_edits(path) == LocalEdits::Refuse;
        let same = find_same(basis.steps, &may_give);
        let alike = find_alike(basis.steps, &same, &may_give, basis.trees)?;
        let insides: Vec<Option<Inside>> =
            basis.steps.par_iter().map(|step| basis.look_inside(step)).collect::<Result<_, _>>()?;
        let by_path: BTreeMap<&TreePath, &Step> = basis.steps.iter().map(|step| (&step.path, step)).collect();
        let drafted = basis.steps.iter().zip(&insides).map(|(step, inside)| {
            let alike = alike.get(&step.path).map(|from| by_path[from]);
            let is_text = inside.is_some_and(|inside| inside.is_text);
            let content = wanted(step).map(|file| basis.content(step, file, alike, is_text));
            let same = same.get(&step.path);
            let change = change(step, basis.order, same, inside.map_or(Role::Data, |inside| inside.role));
            Drafted { change, content: content.filter(|_| same.is_none()), base: None }
        });
        let secrets = basis.steps.iter().zip(&insides).filter_map(|(step, inside)| {
            Some(Note::at(&step.path, PlaceRemark::LikelySecret(inside.as_ref()?.secret?)))
        });
        let mut draft = Self { drafted: drafted.collect(), notes: secrets.collect() };
        draft.add_bases(&insides, basis.order);
        Ok(draft)
    }

    /// The contents to pack.
    pub fn wanted(&self) -> Vec<WantedContent> {
        self.drafted.iter().flat_map(|drafted| drafted.content.iter().chain(&drafted.base)).cloned().collect()
    }

    /// Takes contents for which the patch's diff has no room out of it, the last first; gives those to be packed anew.
    pub(crate) fn make_room(&mut self, packed: &Packed) -> Vec<WantedContent> {
        let mut left_bytes = MAX_DIFF_BYTES / 2;
        let mut anew = Vec::new();
        for content in self.drafted.iter_mut().filter_map(|drafted| drafted.content.as_mut()) {
            let needed = match packed.form_of(content) {
                PackedForm::Hunks(hunks) => hunks.size_bytes(),
                // A line is at least one byte long, and its mark is another.
                PackedForm::Lines => 2 * content.file.size_bytes,
                PackedForm::Whole(_) | PackedForm::Delta(_) => continue,
            };
            match left_bytes.checked_sub(needed) {
                Some(left) => left_bytes = left,
                None => {
                    content.may_be_diff = false;
                    anew.push(content.clone());
                }
            }
        }
        anew
    }

    /// What the content at each place is made of.
    pub(crate) fn contents(&self) -> BTreeMap<&TreePath, &WantedContent> {
        self.drafted
            .iter()
            .filter_map(|drafted| Some((&drafted.change.path, drafted.content.as_ref()?)))
            .collect()
    }

    /// The changes as they are.
    pub fn finish(&self, packed: &Packed) -> Vec<FileChange> {
        let finish = |drafted: &Drafted| {
            let payload = drafted.content.as_ref().map(|content| packed.payload_of(content));
            FileChange { payload: payload.or(drafted.change.payload.clone()), ..drafted.change.clone() }
        };
        self.drafted.iter().map(finish).collect()
    }

    /// Ships the old content of text files that get another one, as far as the author wishes.
    fn add_bases(&mut self, insides: &[Option<Inside>], order: &Order) {
        let replaces_others = order.about.may_replace_another();
        let mut left_bytes = MAX_BASES_BYTES;
        let mut left_out = 0;
        for (drafted, inside) in self.drafted.iter_mut().zip(insides) {
            drafted.change.base = None;
            let change = &drafted.change;
            let gets_other_content = change.payload.is_some();
            let is_needed = change.edit.is_some();
            let is_wished = match order.make.bases {
                Bases::All => true,
                // Who keeps an edited file may also take ours, which is made from the original. And where a patch takes
                // the place of another that was kept for good, the folder has the original no more.
                Bases::Merge => {
                    replaces_others
                        || matches!(change.local_edits, LocalEdits::KeepLocal | LocalEdits::Merge)
                        || inside.is_some_and(|inside| inside.is_utf_16)
                }
                Bases::None => false,
            };
            let [Node::File(file)] = change.before.as_slice() else { continue };
            let is_text = inside.is_some_and(|inside| inside.is_text);
            if !gets_other_content || !(is_needed || is_wished && is_text) {
                continue;
            }
            // Without it there are no edits by key; how large such a file may be, they have said already.
            if !is_needed && (file.size_bytes > MAX_BASE_BYTES || file.size_bytes > left_bytes) {
                left_out += 1;
                continue;
            }
            left_bytes = left_bytes.saturating_sub(file.size_bytes);
            drafted.base = Some(WantedContent {
                side: SourceSide::Old,
                path: change.path.clone(),
                file: file.clone(),
                source: None,
                may_be_diff: false,
            });
            drafted.change.base = Some(file.digest);
        }
        if left_out > 0 {
            self.notes.push(Note::new(PatchRemark::WithoutTheContentBefore {
                files: left_out,
                file_mib: MAX_BASE_BYTES >> 20,
                all_mib: MAX_BASES_BYTES >> 20,
            }));
        }
    }
}

impl Basis<'_> {
    fn local_edits(&self, path: &TreePath) -> LocalEdits {
        self.order.policy_for(path).1.unwrap_or_default()
    }

    /// Looks into the file before, or the one afterwards if there is none before.
    fn look_inside(&self, step: &Step) -> Result<Option<Inside>, AuthorError> {
        let is_file = |node: &Option<Node>| node.as_ref().and_then(Node::as_file).is_some();
        match (is_file(&step.before), is_file(&step.after)) {
            (true, _) => Inside::new(self.trees, SourceSide::Old, &step.path).map(Some),
            (false, true) => Inside::new(self.trees, SourceSide::New, &step.path).map(Some),
            (false, false) => Ok(None),
        }
    }

    fn content(&self, step: &Step, file: &FileNode, alike: Option<&Step>, is_text: bool) -> WantedContent {
        // What replaces an edited file has to come without the original.
        let needs_no_source = self.local_edits(&step.path) == LocalEdits::Replace;
        let own = step.before.as_ref().and_then(Node::as_file).is_some().then_some(step);
        let source = match own.or(alike) {
            Some(from) if !needs_no_source => self.source(from, file, own.is_none()),
            _ => None,
        };
        let is_short = |file: &FileNode| file.size_bytes <= DIFFED_BYTES;
        // A diff starts from the one file that is known to be there, or from nothing.
        let starts_well = match (&source, &step.before) {
            (Some(source), Some(_)) => source.path == step.path,
            (Some(_) | None, None) => true,
            (None, Some(_)) => false,
        };
        let may_be_diff = is_text
            && !needs_no_source
            && starts_well
            && is_short(file)
            && source.as_ref().is_none_or(|source| is_short(&source.file));
        WantedContent {
            side: SourceSide::New,
            path: step.path.clone(),
            file: file.clone(),
            source,
            may_be_diff,
        }
    }

    fn source(&self, from: &Step, wanted: &FileNode, is_guess: bool) -> Option<DeltaSource> {
        let file = from.before.as_ref().and_then(Node::as_file)?;
        if file.size_bytes.max(wanted.size_bytes) > MAX_DELTA_BYTES {
            return None;
        }
        let seen = self.seen.get(&from.path)?.clone();
        Some(DeltaSource { path: from.path.clone(), file: file.clone(), seen, is_guess })
    }
}
