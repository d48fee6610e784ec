//! How many folders at the start of a diff's names are not part of them.
//!
//! The header says it where it names two sides: `a/src/x` and `b/src/x` begin behind their first folder, `src/x` and
//! `src/x` begin where they begin. Two different sides are believed, as by every program that reads diffs. Two equal names
//! are what a diff without prefix has, and also one that was made a folder further up; and where a file only appears or
//! goes away, one name may be all there is. Then the tree is asked: a level fits if every file is there and every hunk has
//! a place in it. Where several fit, somebody has to say which is meant; a wrong file is never changed on a guess.
//!
//! To leave out more folders than the header says is to say that the product is a part of a larger tree, and not that the
//! file is missing. For that two files have to speak with their contents, or the product's folder with its name.

use std::collections::BTreeSet;

use super::git_id::has_id;
use super::{FileKind, Series, Trouble};
use crate::diff::WorkBudget;
use crate::diff::patch_text::{Body, FileOp, FilePatch, Remedy, StripLevel, stripped};
use crate::diff::place::place;
use crate::model::{Code, PathProblem, TreePath};
use crate::text::name_in_message;

/// Most folders that are tried: as deep as a path may be.
const MAX_LEVEL: StripLevel = TreePath::MAX_DEPTH;

/// How many files are looked at. The first some hundred of a patch tell where its tree begins.
const MAX_LOOKED_AT: usize = 300;

/// One folder, which stands for a side.
const CUSTOM: StripLevel = 1;

/// Most different folders in front that are told.
const MAX_TOLD: usize = 4;

/// What the headers say of where the tree begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StatedRoot {
    /// All of them that name both sides: behind so many folders.
    Level(StripLevel),
    /// None names both sides, but all names have the folders that Git and Mercurial put in front.
    Custom,
    /// Nothing, or not all of them the same.
    Nothing,
}

fn said(files: &[&FilePatch<'_>]) -> StatedRoot {
    let mut levels = files.iter().filter_map(|file| file.agree_from);
    if let Some(first) = levels.next() {
        return if levels.all(|level| level == first) {
            StatedRoot::Level(first)
        } else {
            StatedRoot::Nothing
        };
    }
    let is_custom = |file: &&FilePatch<'_>| {
        let begins = |name: Option<&[u8]>, side: &[u8]| name.is_none_or(|name| name.starts_with(side));
        begins(file.old.as_deref(), b"a/") && begins(file.new.as_deref(), b"b/")
    };
    if files.iter().all(is_custom) { StatedRoot::Custom } else { StatedRoot::Nothing }
}

/// The level at which the names of `files` are read.
///
/// # Errors
/// The levels among which somebody has to choose.
pub(super) fn find(series: &mut Series<'_>, files: &[&FilePatch<'_>]) -> Result<StripLevel, Vec<StripLevel>> {
    if files.is_empty() {
        // What is only named, and not carried, has names as programs write them by custom.
        return Ok(CUSTOM);
    }
    let is_absolute = |name: Option<&[u8]>| name.is_some_and(|name| name.starts_with(b"/"));
    if files.iter().any(|file| is_absolute(file.old.as_deref()) || is_absolute(file.new.as_deref())) {
        // Such names are read only as somebody says.
        return Ok(0);
    }
    let said = said(files);
    let known: Vec<&FilePatch<'_>> =
        files.iter().copied().filter(|file| file.op != FileOp::Create).take(MAX_LOOKED_AT).collect();
    if known.is_empty() {
        return of_new_files(series, files, said);
    }
    let is_present = |level: StripLevel| known.iter().any(|file| has_file(series, file, level));
    if let StatedRoot::Level(level @ CUSTOM..) = said
        && is_present(level)
    {
        return Ok(level);
    }
    let (first, begin, stated) = match said {
        StatedRoot::Level(level) => (level, level, Some(level)),
        StatedRoot::Custom => (0, CUSTOM, Some(CUSTOM)),
        StatedRoot::Nothing => (0, 0, None),
    };
    // More is left out only where all names lie in one folder: that of the product in a larger tree.
    let can_be = |level: &StripLevel| *level <= begin || lie_together(&known, *level, begin);
    let present: Vec<StripLevel> = (first..=MAX_LEVEL)
        .take_while(|level| has_level(&known, *level))
        .filter(|level| can_be(level) && is_present(*level))
        .collect();
    if present.iter().all(|level| Some(*level) == stated) {
        return Ok(stated.unwrap_or_default());
    }
    // All levels together may cost what one patch does.
    let mut budget = WorkBudget::default();
    let fitting: Vec<StripLevel> =
        present.iter().copied().filter(|level| fits(series, &known, *level, &mut budget)).collect();
    match (fitting.as_slice(), stated) {
        ([only], Some(stated)) if *only != stated && present.contains(&stated) => Err(vec![stated, *only]),
        ([only], _) if *only == begin => Ok(*only),
        ([only], _) if *only < begin => Err(vec![*only, begin]),
        ([only], _) if present[0] < *only => Err(vec![present[0], *only]),
        ([only], _) if is_part_of_larger_tree(series, &known, *only, begin) => Ok(*only),
        ([only], _) => Err(vec![begin, *only]),
        // What is missing, or does not fit, is told of the level that the header says.
        ([], Some(stated)) => Ok(stated),
        ([], None) if present.len() == 1 => Ok(present[0]),
        ([], None) => Err(present),
        (several, _) => Err(several.to_vec()),
    }
}

/// Whether the product is what lies in the folders between `begin` and `level`, and not a tree with some files of the
/// same names: none of these folders is there, and the product's is called like the last of them, or two of its files
/// have lines that the patch takes for theirs. Every file fits at `level`.
fn is_part_of_larger_tree(
    series: &Series<'_>,
    files: &[&FilePatch<'_>],
    level: StripLevel,
    begin: StripLevel,
) -> bool {
    let Some(front) = files.first().and_then(|file| front(file, file.name(), level, begin)) else {
        return false;
    };
    let front = String::from_utf8_lossy(&front).into_owned();
    let front: Vec<&str> = front.split('/').filter(|folder| !folder.is_empty()).collect();
    let is_here = |folder: &&str| TreePath::parse(folder).is_ok_and(|folder| series.has_folder(&folder));
    if front.first().is_some_and(is_here) {
        return false;
    }
    let has_lines = |file: &&&FilePatch<'_>| match &file.body {
        Body::Hunks(hunks) => hunks.iter().any(|hunk| hunk.old_len > 0),
        Body::Binary(..) => true,
        Body::Same => false,
    };
    let speak: BTreeSet<&[u8]> = files.iter().filter(has_lines).map(|file| file.name()).collect();
    speak.len() > 1 || front.last().is_some_and(|last| series.tree.name() == Some(last))
}

/// Where only new files come, nothing of the tree proves a level.
fn of_new_files(
    series: &Series<'_>,
    files: &[&FilePatch<'_>],
    said: StatedRoot,
) -> Result<StripLevel, Vec<StripLevel>> {
    let has_home = |level: StripLevel| {
        files.iter().take(MAX_LOOKED_AT).all(|file| {
            let path = path(file, file.new.as_deref(), level).and_then(Result::ok);
            path.is_some_and(|path| path.parent().is_none_or(|folder| series.has_folder(&folder)))
        })
    };
    let has_folders = has_level(files, CUSTOM);
    match said {
        StatedRoot::Level(0) | StatedRoot::Nothing if !has_folders => Ok(0),
        StatedRoot::Level(0) if has_home(0) => Ok(0),
        StatedRoot::Level(level @ CUSTOM..) => Ok(level),
        StatedRoot::Custom if !has_home(0) => Ok(CUSTOM),
        StatedRoot::Level(_) | StatedRoot::Custom | StatedRoot::Nothing => Err(vec![0, CUSTOM]),
    }
}

/// Whether some name is left of every file.
fn has_level(files: &[&FilePatch<'_>], level: StripLevel) -> bool {
    files.iter().all(|file| path(file, Some(file.name()), level).is_some())
}

/// Whether the file of a diff is there, before or after.
pub(super) fn has_file(series: &Series<'_>, file: &FilePatch<'_>, level: StripLevel) -> bool {
    let at = |name: Option<&[u8]>| path(file, name, level).and_then(Result::ok);
    [at(file.old.as_deref()), at(file.new.as_deref())].iter().flatten().any(|path| series.has_file(path))
}

/// Whether every file is there and everything in it has a place.
fn fits(
    series: &mut Series<'_>,
    files: &[&FilePatch<'_>],
    level: StripLevel,
    budget: &mut WorkBudget,
) -> bool {
    let mut seen = BTreeSet::new();
    files.iter().all(|file| {
        let Ok((old, new)) = paths(series, file, level) else { return false };
        let here = [old, new].into_iter().flatten().find(|path| series.has_file(path));
        let Some(here) = here else { return false };
        let is_first = seen.insert(here.clone());
        // A second diff of a file is one of what the first makes of it.
        !is_first
            || match (series.read(&here), &file.body) {
                (Ok(Some(FileKind::File { content, .. })), Body::Hunks(hunks)) => {
                    let placed = place(&content, hunks, series.tolerance, budget).hunks;
                    placed.iter().all(|(grade, _)| grade.is_good())
                }
                (Ok(Some(FileKind::File { content, .. })), Body::Binary(..)) => {
                    let is = |id| has_id(&content, id, budget) == Some(true);
                    file.ids.is_some_and(|(old, new)| is(old) || is(new))
                }
                (Ok(Some(_)), _) => true,
                _ => false,
            }
    })
}

/// The folders in front that are left out, escaped: some of them, if there are many.
pub(super) fn left_out(files: &[&FilePatch<'_>], level: StripLevel) -> Vec<String> {
    let mut told = BTreeSet::new();
    for file in files {
        let level = if file.has_side_folder { level } else { level.saturating_sub(1) };
        for name in [file.old.as_deref(), file.new.as_deref()].into_iter().flatten() {
            let rest = stripped(name, level).unwrap_or(name);
            let front = &name[..name.len() - rest.len()];
            if !front.is_empty() && told.len() < MAX_TOLD {
                told.insert(name_in_message(front));
            }
        }
    }
    told.into_iter().collect()
}

/// Whether all names before begin with the same folders, and all names after, behind the `begin` folders that stand for a
/// side.
fn lie_together(files: &[&FilePatch<'_>], level: StripLevel, begin: StripLevel) -> bool {
    let is_one = |name: for<'f> fn(&'f FilePatch<'_>) -> Option<&'f [u8]>| {
        let fronts: BTreeSet<Option<Vec<u8>>> =
            files.iter().filter_map(|file| Some(front(file, name(file)?, level, begin))).collect();
        fronts.len() <= 1 && !fronts.contains(&None)
    };
    is_one(|file| file.old.as_deref()) && is_one(|file| file.new.as_deref())
}

/// The folders of a name that are left out at `level` and not at `begin`.
fn front(file: &FilePatch<'_>, name: &[u8], level: StripLevel, begin: StripLevel) -> Option<Vec<u8>> {
    let of_rename = usize::from(!file.has_side_folder);
    let rest = stripped(name, level.saturating_sub(of_rename))?;
    let inner = stripped(name, begin.saturating_sub(of_rename))?;
    Some(inner[..inner.len() - rest.len()].to_vec())
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
    if name.starts_with(b"/") {
        let meaning = format!("the name {} begins at the root of the disk", name_in_message(name));
        return Some(Err(Trouble::new(Code::Path, meaning).with(Remedy::AbsoluteName)));
    }
    let unfit = |error: crate::model::PathError| {
        let meaning = format!("can't use the name {}: {}", name_in_message(name), error.problem);
        let trouble = Trouble::new(Code::Path, meaning);
        match error.problem {
            PathProblem::StateDir => trouble.with(Remedy::OurRecords),
            _ => trouble,
        }
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
        let name = name_in_message(name);
        let folders = if level == 1 { "no folder".to_owned() } else { format!("fewer than {level} folders") };
        let meaning = format!("the name {name} has {folders} to strip (-p {level})");
        Trouble::new(Code::Diff, meaning).with(Remedy::StripLevel)
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
    let usable = candidates.iter().filter_map(|path| path.as_ref().ok());
    let present = usable.filter(|path| series.has_file(path));
    // Of two that are equally short the one before, as for `patch`.
    let best = present.min_by_key(|path| (path.depth(), path.name().len(), path.as_str().len()));
    let path = match best {
        Some(path) => path.clone(),
        None => candidates.into_iter().next_back().expect("there is one")?,
    };
    Ok((Some(path.clone()), Some(path)))
}
