//! Carries out patches in memory, on a tree that is only read: what each file would hold, and how every hunk fits.
//!
//! A series is carried out patch by patch, each on the result of those before. Within one patch Git's rules hold:
//! a rename or copy starts from what stood there before the patch, so that two files can change places, and
//! everything else from what the diffs above it left.
//!
//! All problems are found, not only the first.

mod base;
mod content;
mod file;
mod git_id;
mod outcome;
mod strip;

use std::collections::{BTreeMap, BTreeSet};

use super::patch_text::{FileOp, FilePatch, PatchText, Remedy, StripLevel, UncarriedKind, stripped};
use super::place::Tolerance;
use super::{Content, WorkBudget};
use crate::model::characters::Quoted;
use crate::model::{Code, Mode, TreePath, check_link};
use crate::text::name_in_message;

pub(super) use git_id::sha1_id;
pub use outcome::Trouble;
pub(crate) use outcome::{
    FileOutcome, HunkOutcome, LeftBehind, NameReading, PatchOutcome, TextOrigin, prefix_phrase,
};

/// What stands at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileKind {
    File {
        content: Content,
        /// Its permissions.
        mode: Mode,
    },
    /// A link, and where it points.
    Link(String),
    /// A folder.
    Dir,
}

impl FileKind {
    fn as_str(&self) -> &'static str {
        match self {
            FileKind::File { .. } => "file",
            FileKind::Link(_) => "link",
            FileKind::Dir => "folder",
        }
    }
}

/// A tree that can be read.
pub(crate) trait ReadableTree {
    /// What stands at `path`.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, path: &TreePath) -> Result<Option<FileKind>, Trouble>;

    /// Whether a file or link stands at `path`. What cannot be looked at is not there.
    fn has_file(&self, path: &TreePath) -> bool;

    /// Whether a folder stands at `path`.
    fn has_folder(&self, path: &TreePath) -> bool;

    /// What the tree's own folder is called, where that is known.
    fn name(&self) -> Option<&str> {
        None
    }
}

/// How a patch is to be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PatchReading {
    /// How many folders at the start of each name are left out; `None`: as many as fit the tree.
    pub strip: Option<StripLevel>,
    /// Carry it out backwards.
    pub reverse: bool,
}

/// Patches on their way through a tree.
pub(crate) struct Series<'t> {
    tree: &'t dyn ReadableTree,
    tolerance: Tolerance,
    budget: WorkBudget,
    /// What the patches were made from, if somebody has it.
    base: Option<&'t dyn ReadableTree>,
    /// Contents of the base, with what patches of the series made of them.
    based: BTreeMap<TreePath, Option<Content>>,
    /// What the tree itself holds, where that was read.
    original: BTreeMap<TreePath, Option<FileKind>>,
    /// What patches left.
    current: BTreeMap<TreePath, Option<FileKind>>,
    /// What stood there before, for files that are already as a patch leaves them.
    earlier: BTreeMap<TreePath, Option<FileKind>>,
}

/// A place that was changed, or that is already as the patches leave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeChange {
    /// The place.
    pub path: TreePath,
    /// What stood there before the first patch.
    pub before: Option<FileKind>,
    /// What stands there behind the last.
    pub after: Option<FileKind>,
}

/// What one patch has done so far.
#[derive(Default)]
struct PatchProgress {
    /// What stood at each place before this patch.
    before: BTreeMap<TreePath, Option<FileKind>>,
    /// Places that this patch put something at.
    written: BTreeSet<TreePath>,
    /// Places that this patch will take away.
    leaving: BTreeSet<TreePath>,
}

impl<'t> Series<'t> {
    /// None yet.
    pub fn new(tree: &'t dyn ReadableTree, tolerance: impl Into<Tolerance>) -> Self {
        Self {
            tree,
            tolerance: tolerance.into(),
            budget: WorkBudget::default(),
            base: None,
            based: BTreeMap::new(),
            original: BTreeMap::new(),
            current: BTreeMap::new(),
            earlier: BTreeMap::new(),
        }
    }

    /// The same with what the patches were made from. Where it proves to be that, edits made since are merged.
    #[must_use]
    pub fn with_base(self, base: &'t dyn ReadableTree) -> Self {
        Self { base: Some(base), ..self }
    }

    /// Carries out `patch`. Files whose hunks do not all have a place stay as they are.
    pub fn apply(&mut self, patch: &PatchText<'_>, reading: PatchReading) -> PatchOutcome {
        let turned: Vec<Option<FilePatch<'_>>>;
        let mut files: Vec<(&FilePatch<'_>, bool)> = match reading.reverse {
            false => patch.files.iter().map(|file| (file, true)).collect(),
            true => {
                turned = patch.files.iter().map(FilePatch::reversed).collect();
                let turned = turned.iter().zip(&patch.files);
                turned
                    .map(|(turned, file)| (turned.as_ref().unwrap_or(file), turned.is_some()))
                    .rev()
                    .collect()
            }
        };
        let named: Vec<&FilePatch<'_>> = files.iter().map(|(file, _)| *file).collect();
        let level = match reading.strip {
            Some(level) => Ok(level),
            None => strip::find(self, &named),
        };
        let strip = match level {
            Ok(level) => level,
            Err(levels) => return unclear(self, patch, &named, &levels),
        };
        let mut progress = PatchProgress::default();
        for (file, _) in files.iter().filter(|(file, _)| matches!(file.op, FileOp::Delete | FileOp::Rename)) {
            progress.leaving.extend(strip::path(file, file.old.as_deref(), strip).and_then(Result::ok));
        }
        let carry_out = |(file, can_be_turned): (&FilePatch<'_>, bool)| match can_be_turned {
            true => self.apply_file(file, strip, &mut progress),
            false => FileOutcome::new(file).failed(Trouble::cannot_be_turned()),
        };
        let stripped = strip::left_out(&named, strip);
        let files = files.drain(..).map(carry_out).collect();
        PatchOutcome { strip, stripped, readings: Vec::new(), files, left_behind: left_behind(patch, strip) }
    }

    /// Whether so much was compared that the rest of the hunks could not be looked for.
    pub(crate) fn is_used_up(&self) -> bool {
        self.budget.is_used_up()
    }

    /// Every place that is not as it was, or that was found to be as a patch leaves it, by name.
    pub fn differences(&self) -> Vec<TreeChange> {
        let difference = |path: &TreePath, before: &Option<FileKind>, after: &Option<FileKind>| {
            (before != after).then(|| TreeChange {
                path: path.clone(),
                before: before.clone(),
                after: after.clone(),
            })
        };
        let mut found: BTreeMap<TreePath, TreeChange> = BTreeMap::new();
        for (path, after) in &self.current {
            let before = self.original.get(path).cloned().flatten();
            if let Some(difference) = difference(path, &before, after) {
                found.insert(path.clone(), difference);
            }
        }
        for (path, before) in &self.earlier {
            let now = self.original.get(path).cloned().flatten();
            let is_untouched = self.current.get(path).is_none_or(|current| *current == now);
            if is_untouched && let Some(difference) = difference(path, before, &now) {
                found.entry(path.clone()).or_insert(difference);
            }
        }
        found.into_values().collect()
    }

    /// What stands at `path` now.
    fn read(&mut self, path: &TreePath) -> Result<Option<FileKind>, Trouble> {
        if let Some(thing) = self.current.get(path).or_else(|| self.original.get(path)) {
            return Ok(thing.clone());
        }
        // Below a file or link that a patch has put there, or taken away, nothing of the tree is left.
        let is_replaced = |folder: TreePath| {
            matches!(self.current.get(&folder), Some(None | Some(FileKind::File { .. } | FileKind::Link(_))))
        };
        let thing = if path.ancestors().any(is_replaced) { None } else { self.tree.read(path)? };
        self.original.insert(path.clone(), thing.clone());
        Ok(thing)
    }

    /// Whether a folder stands at `path` now.
    fn has_folder(&self, path: &TreePath) -> bool {
        let comes_below =
            |(place, thing): (&TreePath, &Option<FileKind>)| thing.is_some() && place.is_below(path);
        let behind =
            self.current.range(path..).take_while(|(place, _)| place.as_str().starts_with(path.as_str()));
        self.tree.has_folder(path) || behind.into_iter().any(comes_below)
    }

    /// Whether a file or link stands at `path` now.
    fn has_file(&self, path: &TreePath) -> bool {
        match self.current.get(path).or_else(|| self.original.get(path)) {
            Some(thing) => matches!(thing, Some(FileKind::File { .. } | FileKind::Link(_))),
            None => self.tree.has_file(path),
        }
    }

    fn put(
        &mut self,
        path: &TreePath,
        thing: Option<FileKind>,
        progress: &mut PatchProgress,
    ) -> Result<(), Trouble> {
        if let Some(FileKind::Link(points_to)) = &thing {
            check_link(path, points_to).map_err(|error| {
                let meaning = format!("the link to {} can't be made: {}", Quoted(points_to), error.problem);
                Trouble::new(Code::Path, meaning).with(Remedy::LinkOut)
            })?;
        }
        let before = self.read(path)?;
        progress.before.entry(path.clone()).or_insert(before);
        match thing.is_some() {
            true => progress.written.insert(path.clone()),
            false => progress.written.remove(path),
        };
        self.current.insert(path.clone(), thing);
        Ok(())
    }

    /// Remembers that `path` is as a patch leaves it, and what would have stood there before.
    fn is_there(&mut self, path: &TreePath, before: Option<FileKind>) {
        self.earlier.entry(path.clone()).or_insert(before);
    }
}

/// What becomes of a patch whose names can be read in several ways: nothing.
fn unclear(
    series: &Series<'_>,
    patch: &PatchText<'_>,
    files: &[&FilePatch<'_>],
    levels: &[StripLevel],
) -> PatchOutcome {
    let known: Vec<&FilePatch<'_>> = files.iter().copied().filter(|file| file.op != FileOp::Create).collect();
    let told = if known.is_empty() { files } else { &known };
    let reading = |strip: &StripLevel| {
        let path = |file: &&FilePatch<'_>| {
            let is_moved = matches!(file.op, FileOp::Copy | FileOp::Rename);
            let name = file.old.as_deref().filter(|_| is_moved).unwrap_or(file.name());
            strip::path(file, Some(name), *strip)?.ok()
        };
        let is_missing = !known.is_empty() && !known.iter().any(|file| strip::has_file(series, file, *strip));
        let path = told.iter().find_map(path);
        NameReading {
            strip: *strip,
            path: path.map_or_else(String::new, |path| path.to_string()),
            is_missing,
        }
    };
    let strip = levels.first().copied().unwrap_or_default();
    PatchOutcome {
        strip,
        stripped: Vec::new(),
        readings: levels.iter().map(reading).collect(),
        files: files.iter().map(|file| FileOutcome::new(file)).collect(),
        left_behind: left_behind(patch, strip),
    }
}

fn left_behind(patch: &PatchText<'_>, strip: StripLevel) -> Vec<LeftBehind> {
    let left = |found: &super::patch_text::Uncarried| {
        let level = if found.has_side_folder { strip } else { strip.saturating_sub(1) };
        let path = stripped(&found.name, level).and_then(|name| TreePath::parse_bytes(name).ok());
        let path = path.filter(|_| found.kind != UncarriedKind::Remark);
        let path = path.map_or_else(|| name_in_message(&found.name), |path| path.to_string());
        LeftBehind { path, line: found.line, kind: found.kind.clone() }
    };
    patch.uncarried.iter().map(left).collect()
}

#[cfg(test)]
mod level_tests;
#[cfg(test)]
mod tests;
