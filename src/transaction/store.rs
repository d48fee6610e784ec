//! The safe copies: what was there before, kept until the change is accepted, and proven before it is used.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use rayon::prelude::*;

use super::{IoResultExt, TransactionError, exists, layout};
use crate::disk::fs::{Fs, Place, StatePath};
use crate::disk::node_at;
use crate::model::{Digest, Node, Step, TreePath};

/// The verified backups of one history entry, by path.
#[derive(Debug, Clone)]
pub struct SafeCopies {
    copies: BTreeMap<TreePath, StatePath>,
    left: BTreeMap<TreePath, StatePath>,
    /// The places whose safe copy is missing or not what it was.
    damaged: Vec<TreePath>,
}

/// Why the backups cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SafeCopyError {
    /// Their folder is gone.
    #[error("the backups in {0} are missing")]
    Gone(StatePath),
    /// Some are not what they were.
    #[error("backups are missing or damaged: {}", super::list(.0))]
    Damaged(Vec<TreePath>),
    /// The system refused.
    #[error("can't read the backup of {path}")]
    Io {
        /// Whose.
        path: TreePath,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl SafeCopies {
    /// Finds and hashes the backup of every original of entry `seq`, whose steps are `steps`.
    ///
    /// # Errors
    /// Lists every copy that is missing or differs; nothing was touched.
    pub fn verify(fs: &dyn Fs, seq: u64, steps: &[Step]) -> Result<Self, SafeCopyError> {
        let found = Self::find(fs, seq, steps)?;
        match found.damaged.is_empty() {
            true => Ok(found),
            false => Err(SafeCopyError::Damaged(found.damaged)),
        }
    }

    /// The same, with those that are missing or differ named beside the others.
    ///
    /// # Errors
    /// If they are gone altogether, or cannot be read.
    pub(crate) fn find(fs: &dyn Fs, seq: u64, steps: &[Step]) -> Result<Self, SafeCopyError> {
        let mut safe = Self { copies: BTreeMap::new(), left: BTreeMap::new(), damaged: Vec::new() };
        let Some(first) = steps.first() else { return Ok(safe) };
        let unreadable = |step: &Step, source| SafeCopyError::Io { path: step.path.clone(), source };
        let folder = layout::undo_data(seq);
        let _kept_open = fs.keep_folders_open();
        if fs.look(&Place::from(&folder)).map_err(|source| unreadable(first, source))?.is_none() {
            return Err(SafeCopyError::Gone(folder));
        }
        let present = present_in(fs, &folder).map_err(|source| unreadable(first, source))?;
        let found: Vec<Option<StatePath>> = steps
            .par_iter()
            .enumerate()
            .map(|(n, step)| find(fs, &present, &folder, n, step).map_err(|source| unreadable(step, source)))
            .collect::<Result<_, _>>()?;
        for (n, (step, place)) in steps.iter().zip(found).enumerate() {
            match (needs_copy(step), place) {
                (false, _) => {}
                (true, Some(place)) => _ = safe.copies.insert(step.path.clone(), place),
                (true, None) => safe.damaged.push(step.path.clone()),
            }
            let left = layout::left(&folder, n);
            if present.contains(&left) {
                safe.left.insert(step.path.clone(), left);
            }
        }
        Ok(safe)
    }

    /// None of them, where the folder that they were in is gone.
    pub(crate) fn of_none(steps: &[Step]) -> Self {
        let damaged = steps.iter().filter(|step| needs_copy(step)).map(|step| step.path.clone()).collect();
        Self { copies: BTreeMap::new(), left: BTreeMap::new(), damaged }
    }

    /// The same for a change that also concerns these places, of which it kept nothing.
    pub(crate) fn lacking(mut self, places: impl IntoIterator<Item = TreePath>) -> Self {
        self.damaged.extend(places);
        self
    }

    /// The places whose safe copy is missing or not what it was.
    pub(crate) fn damaged(&self) -> &[TreePath] {
        &self.damaged
    }

    /// The backup for `path`.
    pub fn of(&self, path: &TreePath) -> Option<&StatePath> {
        self.copies.get(path)
    }

    /// The copy of what the entry left at `path`, where one was kept. Whoever uses it compares its digest.
    pub fn left(&self, path: &TreePath) -> Option<&StatePath> {
        self.left.get(path)
    }
}

/// What is in the folders of a way back.
fn present_in(fs: &dyn Fs, folder: &StatePath) -> io::Result<BTreeSet<StatePath>> {
    let mut present = BTreeSet::new();
    for place in ["copies", "left", "objects"].map(|name| folder.join(name)) {
        if fs.look(&Place::from(&place))?.is_some() {
            let names = fs.list(&Place::from(&place))?.text;
            present.extend(names.iter().filter(|name| StatePath::is_name(name)).map(|name| place.join(name)));
        }
    }
    Ok(present)
}

/// Where contents are kept, by digest, over the safe copies of many entries. What is in it was only found by name;
/// whoever reads it checks the digest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Archive {
    places: BTreeMap<Digest, Vec<StatePath>>,
}

impl Archive {
    /// Where the backups are.
    pub(crate) fn places(&self) -> impl Iterator<Item = &StatePath> {
        self.places.values().flatten()
    }

    /// Finds the backups of these entries: their numbers and steps.
    ///
    /// # Errors
    /// The system's.
    pub fn new<'a>(
        fs: &dyn Fs,
        entries: impl Iterator<Item = (u64, &'a [Step])>,
    ) -> Result<Self, TransactionError> {
        let names = |place: &StatePath| -> Result<BTreeSet<String>, TransactionError> {
            match exists(fs, place)? {
                true => Ok(fs.list(&Place::from(place)).context("list", place)?.text.into_iter().collect()),
                false => Ok(BTreeSet::new()),
            }
        };
        let kept = names(&layout::undo())?;
        let mut archive = Self::default();
        for (seq, steps) in entries {
            let folder = layout::undo_data(seq);
            if !kept.contains(&format!("{seq:08}")) {
                continue;
            }
            let present = [folder.join("copies"), folder.join("objects")]
                .into_iter()
                .map(|place| Ok((names(&place)?, place)))
                .collect::<Result<Vec<_>, TransactionError>>()?;
            let digests = steps.iter().map(|step| step.before.as_ref().and_then(Node::as_file));
            for (n, file) in digests.enumerate() {
                let Some(file) = file else { continue };
                let spelled = [n.to_string(), format!("{n}.old")];
                for (found, place) in &present {
                    let kept = spelled.iter().filter(|name| found.contains(*name));
                    archive.add(file.digest, kept.map(|name| place.join(name)));
                }
            }
            let between = layout::between(&folder);
            for name in names(&between)? {
                if let Ok(digest) = name.parse() {
                    archive.add(digest, [between.join(name)]);
                }
            }
        }
        Ok(archive)
    }

    /// Also finds the copies of what these entries left, where such are kept.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn with_what_was_left<'a>(
        mut self,
        fs: &dyn Fs,
        entries: impl Iterator<Item = (u64, &'a [Step])>,
    ) -> Result<Self, TransactionError> {
        for (seq, steps) in entries {
            let folder = layout::undo_data(seq);
            for (n, step) in steps.iter().enumerate() {
                let place = layout::left(&folder, n);
                if let (Some(file), true) = (step.after.as_ref().and_then(Node::as_file), exists(fs, &place)?)
                {
                    self.add(file.digest, [place]);
                }
            }
        }
        Ok(self)
    }

    /// The same with those of another one.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        other.places.iter().for_each(|(digest, places)| self.add(*digest, places.iter().cloned()));
        self
    }

    fn add(&mut self, digest: Digest, places: impl IntoIterator<Item = StatePath>) {
        let mut places = places.into_iter().peekable();
        if places.peek().is_some() {
            self.places.entry(digest).or_default().extend(places);
        }
    }

    /// Where this content may be.
    pub fn find(&self, digest: &Digest) -> &[StatePath] {
        self.places.get(digest).map_or(&[], Vec::as_slice)
    }
}

/// Whether the safe copies of entry `seq` are still kept.
///
/// # Errors
/// The system's.
pub(crate) fn has_undo_data(fs: &dyn Fs, seq: u64) -> Result<bool, TransactionError> {
    exists(fs, &layout::undo_data(seq))
}

/// Where the safe copy of step `n` of entry `seq` is, as far as names tell.
///
/// # Errors
/// The system's.
pub(crate) fn safe_copy(fs: &dyn Fs, seq: u64, n: usize) -> Result<Option<StatePath>, TransactionError> {
    for place in places(&layout::undo_data(seq), n) {
        if exists(fs, &place)? {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// Where the safe copy of step `n` may be, the best place first.
fn places(folder: &StatePath, n: usize) -> [StatePath; 3] {
    [layout::copy(folder, n), layout::aside(folder, n), layout::object(folder, n)]
}

/// A folder whose permissions changed in place has no copy and needs none.
fn needs_copy(step: &Step) -> bool {
    let in_place = matches!((&step.before, &step.after), (Some(Node::Dir(_)), Some(Node::Dir(_))));
    step.before.is_some() && !in_place
}

fn find(
    fs: &dyn Fs,
    present: &BTreeSet<StatePath>,
    folder: &StatePath,
    n: usize,
    step: &Step,
) -> io::Result<Option<StatePath>> {
    if !needs_copy(step) {
        return Ok(None);
    }
    for place in places(folder, n).into_iter().filter(|place| present.contains(place)) {
        if node_at(fs, &Place::from(&place))? == step.before {
            return Ok(Some(place));
        }
    }
    Ok(None)
}
