//! How many folders at the start of a diff's names are not part of them: found from the tree.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::{Series, Trouble};
use crate::diff::patch_text::{FileOp, FilePatch, StripLevel, stripped};
use crate::model::{Code, TreePath};
use crate::text::escape_bytes;

/// Most folders that are tried: as deep as a path may be.
const MAX_LEVEL: StripLevel = TreePath::MAX_DEPTH;

/// How many files are looked at. The first some hundred of a patch tell where its tree begins.
const MAX_LOOKED_AT: usize = 300;

/// What names have in front by custom, then nothing, then more and more.
fn levels() -> impl Iterator<Item = StripLevel> {
    [CUSTOM, 0].into_iter().chain(CUSTOM + 1..=MAX_LEVEL)
}

/// One folder, which stands for a side.
const CUSTOM: StripLevel = 1;

/// How well a level fits: files that are there, and folders for files that appear.
type Score = (usize, usize);

/// The level at which most of the files are there; among equals the customary one.
pub(super) fn find<'f, 'p: 'f>(
    series: &Series<'_>,
    files: impl Iterator<Item = &'f FilePatch<'p>>,
) -> StripLevel {
    let files: Vec<&FilePatch<'_>> = files.take(MAX_LOOKED_AT).collect();
    // The first of the best ones.
    let scored = levels().map(|level| (level, score(series, &files, level))).enumerate();
    let best = scored.max_by_key(|(order, (_, score))| (*score, Reverse(*order)));
    best.map_or(CUSTOM, |(_, (level, _))| level)
}

fn score(series: &Series<'_>, files: &[&FilePatch<'_>], level: StripLevel) -> Score {
    // More than the customary folder is left out only where all names lie in one folder: that of the product in a
    // larger tree.
    if level > CUSTOM && !lie_together(files, level) {
        return (0, 0);
    }
    files.iter().fold((0, 0), |(present, homes), file| {
        let (is_present, has_home) = look(series, file, level);
        (present + usize::from(is_present), homes + usize::from(has_home && level <= CUSTOM))
    })
}

/// Whether all names before begin with the same folders, and all names after: but for the one that stands for a side.
fn lie_together(files: &[&FilePatch<'_>], level: StripLevel) -> bool {
    fn front<'n>(file: &FilePatch<'_>, name: &'n [u8], level: StripLevel) -> Option<&'n [u8]> {
        let (side, level) = if file.has_side_folder { (1, level) } else { (0, level - 1) };
        let rest = stripped(name, level)?;
        let inner = stripped(name, side)?;
        Some(&inner[..inner.len() - rest.len()])
    }
    let is_one = |before: bool| {
        let fronts: BTreeSet<Option<&[u8]>> = files
            .iter()
            .filter_map(|file| {
                let name = if before { file.old.as_deref() } else { file.new.as_deref() };
                Some(front(file, name?, level))
            })
            .collect();
        fronts.len() <= 1 && !fronts.contains(&None)
    };
    is_one(true) && is_one(false)
}

/// Whether the file of a diff is there, and whether there is a folder for one that appears.
fn look(series: &Series<'_>, file: &FilePatch<'_>, level: StripLevel) -> (bool, bool) {
    let at = |name: Option<&[u8]>| path(file, name, level).and_then(Result::ok);
    let (old, new) = (at(file.old.as_deref()), at(file.new.as_deref()));
    // That a file of the same name is somewhere says nothing of one that appears.
    let counts = file.op != FileOp::Create || level <= CUSTOM;
    let is_present = counts && old.iter().chain(&new).any(|path| series.has_file(path));
    // Git always has the folder that stands for a side.
    let has_home = file.op == FileOp::Create
        && !file.is_git
        && new.and_then(|path| path.parent()).is_some_and(|folder| series.tree.has_folder(&folder));
    (is_present, has_home)
}

/// The path that a name of a diff means; `None` if the name has not enough folders.
pub(super) fn path(
    file: &FilePatch<'_>,
    name: Option<&[u8]>,
    level: StripLevel,
) -> Option<Result<TreePath, Trouble>> {
    let name = name?;
    // Git leaves out the folder that stands for a side where it says a rename.
    let level = if file.has_side_folder { level } else { level.saturating_sub(1) };
    let name = stripped(name, level)?;
    let unfit = |error: crate::model::PathError| {
        Trouble::new(Code::Path, format!("the name {} cannot be used: {}", escape_bytes(name), error.problem))
    };
    Some(TreePath::parse_bytes(name).map_err(unfit))
}

/// The paths of a diff before and after.
pub(super) fn paths(
    series: &Series<'_>,
    file: &FilePatch<'_>,
    level: StripLevel,
) -> Result<(Option<TreePath>, Option<TreePath>), Trouble> {
    let too_short = |name: &[u8]| {
        let name = escape_bytes(name);
        Trouble::new(
            Code::Diff,
            format!("the name {name} has fewer than {level} folders to leave out (-p {level})"),
        )
    };
    let one = |name: Option<&[u8]>| match (name, path(file, name, level)) {
        (None, _) => Ok(None),
        (Some(name), None) => Err(too_short(name)),
        (Some(_), Some(path)) => path.map(Some),
    };
    if file.is_git || file.op != FileOp::Modify {
        return Ok((one(file.old.as_deref())?, one(file.new.as_deref())?));
    }
    // A plain diff of `x.orig` and `x` means one file: the one that is there.
    let named = [file.old.as_deref(), file.new.as_deref()];
    let candidates: Vec<Result<TreePath, Trouble>> =
        named.into_iter().filter_map(|name| path(file, name, level)).collect();
    if candidates.is_empty() {
        return Err(too_short(file.name()));
    }
    let usable: BTreeSet<TreePath> = candidates.iter().filter_map(|path| path.clone().ok()).collect();
    let present = usable.iter().filter(|path| series.has_file(path));
    let best = present.min_by_key(|path| (path.depth(), path.name().len(), path.as_str().len()));
    let path = match best {
        Some(path) => path.clone(),
        None => candidates.into_iter().next_back().expect("there is one")?,
    };
    Ok((Some(path.clone()), Some(path)))
}
