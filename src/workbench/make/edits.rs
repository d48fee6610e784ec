//! Edits by key: tried on the files that an author has, and made into a patch file.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::from_patch::nothing_to_make;
use super::side_by_side::{SideBySide, TreeSide};
use super::{MadeBundle, OrderSource, ProofChoice, read_order, read_order_file};
use crate::bundle::order::{Order, OrderEdit, by_file, for_content};
use crate::diff::{FileEdits, MAX_EDITED_BYTES, Tried};
use crate::disk::fs::{Fs, Place};
use crate::disk::node_at;
use crate::model::{Mode, Node, TreePath};
use crate::named_file;
use crate::plan::why::OrderMistake;
use crate::workbench::{Error, Result, Watch, Workbench};

/// What to make a bundle of edits from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EditMakeRequest {
    /// The product as it is. It is only read.
    pub from: PathBuf,
    /// The file with the order, which has the edits.
    pub order: PathBuf,
    /// An SBOM of the product, which goes along.
    pub sbom: Option<PathBuf>,
    /// Files of other builds, or their folders, that the edits have to fit, too.
    pub tries: Vec<PathBuf>,
    /// Where the bundle goes.
    pub output: PathBuf,
    /// Whether it is proven.
    pub proof: ProofChoice,
}

/// How the edits of an order fit one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TriedFile {
    /// The file that was tried.
    pub file: PathBuf,
    /// What came of it, or why nothing did.
    pub tried: std::result::Result<Tried, String>,
}

impl TriedFile {
    /// Whether the edits can be made in the file, or are in it.
    pub fn fits(&self) -> bool {
        self.tried.as_ref().is_ok_and(|tried| tried.content.is_some())
    }
}

impl Workbench {
    /// Makes a bundle of the edits of an order, for a product that has the files.
    ///
    /// # Errors
    /// [`Error::Refused`] lists every edit that does not fit or does nothing; otherwise as [`Workbench::make`].
    pub(crate) fn make_of_edits(&self, request: &EditMakeRequest, watch: Watch<'_>) -> Result<MadeBundle> {
        let source = OrderSource::File(request.order.clone()).listed_in(request.sbom.clone());
        let mut order = read_order(&source)?;
        let fs = self.disk(&request.from)?;
        refuse_unfit(&try_all(&order, &request.tries, Some(&*fs))?)?;
        let sides = SideBySide::new()?;
        for edited in edited_files(&order, &*fs)? {
            watch.cancel.check()?;
            put_on_both_sides(&sides, &edited.path, [&edited.before, &edited.after], edited.mode)?;
            order.packed_edits.insert(edited.path, edited.packed);
        }
        if order.packed_edits.is_empty() {
            return Err(nothing_to_make());
        }
        for toggle in
            order.about.toggles.iter().filter(|toggle| !order.packed_edits.contains_key(&toggle.file))
        {
            if let Some((content, mode)) = read(&*fs, &toggle.file)? {
                put_on_both_sides(&sides, &toggle.file, [&content, &content], mode)?;
            }
        }
        self.make_of_sides(order, &sides, &request.output, request.proof, watch)
    }

    /// Tries the edits of an order on files, or on the files of product folders. Nothing is written. Whether somebody changed
    /// a value that an edit changes, too, shows only beside the product in `from`, as it does in a plan.
    ///
    /// # Errors
    /// If the order is none or has no edits for a file, or a file cannot be read.
    pub(crate) fn try_edits(
        &self,
        order: &Path,
        files: &[PathBuf],
        from: Option<&Path>,
    ) -> Result<Vec<TriedFile>> {
        let order = read_order_file(order)?;
        let from = from.map(|from| self.disk(from)).transpose()?;
        match order.edits.is_empty() {
            true => Err(Error::refused(OrderMistake::NoEdits)),
            false => try_all(&order, files, from.as_deref()),
        }
    }
}

fn try_all(order: &Order, files: &[PathBuf], from: Option<&dyn Fs>) -> Result<Vec<TriedFile>> {
    let by_file = by_file(&order.edits);
    let original = |path: &TreePath| -> Result<Option<Vec<u8>>> {
        let Some(from) = from else { return Ok(None) };
        Ok(read(from, path)?.map(|(content, _)| content))
    };
    let mut tried = Vec::new();
    for file in files {
        if file.is_dir() {
            for (path, edits) in &by_file {
                tried.push(try_on(file.join(path.as_str()), edits, original(path)?)?);
            }
            continue;
        }
        let is_meant = |path: &TreePath| file.ends_with(Path::new(path.as_str()));
        let meant = by_file.iter().find(|(path, _)| is_meant(path));
        // Where the order edits one file only, there is nothing to mistake.
        let only = if by_file.len() == 1 { by_file.iter().next() } else { None };
        match meant.or(only) {
            Some((path, edits)) => tried.push(try_on(file.clone(), edits, original(path)?)?),
            None => return Err(Error::refused(OrderMistake::NoEditFor { file: file.clone() })),
        }
    }
    Ok(tried)
}

/// # Errors
/// With every file that the edits do not fit, and why.
fn refuse_unfit(tried: &[TriedFile]) -> Result<()> {
    let mut obstacles = Vec::new();
    for TriedFile { file, tried } in tried.iter().filter(|tried| !tried.fits()) {
        let whys = match tried {
            Ok(tried) => tried.clashes().map(ToString::to_string).collect(),
            Err(why) => vec![why.clone()],
        };
        let unfit = |because| crate::plan::Obstacle::new(OrderMistake::Unfit { file: file.clone(), because });
        obstacles.extend(whys.into_iter().map(unfit));
    }
    if obstacles.is_empty() { Ok(()) } else { Err(Error::Refused(obstacles)) }
}

/// Puts a file into the old and the new folder.
fn put_on_both_sides(sides: &SideBySide, path: &TreePath, contents: [&[u8]; 2], mode: Mode) -> Result<()> {
    let mut ancestors: Vec<TreePath> = path.ancestors().collect();
    ancestors.sort_by_key(TreePath::depth);
    for (side, content) in [TreeSide::Old, TreeSide::New].into_iter().zip(contents) {
        for folder in &ancestors {
            sides.put_folder(side, folder, Mode::DIR)?;
        }
        sides.put_file(side, path, content, mode)?;
    }
    Ok(())
}

/// Tries edits on a file; with the original that they are made for, as a plan does.
fn try_on(file: PathBuf, edits: &[&OrderEdit], original: Option<Vec<u8>>) -> Result<TriedFile> {
    let failed = |source| Error::File { doing: "read", path: file.clone(), source };
    let content = named_file::read(&file, MAX_EDITED_BYTES).map_err(failed)?;
    let tried = |edits: FileEdits| match &original {
        Some(original) => edits.try_on_edited(original, &content),
        None => edits.try_on(&content),
    };
    let made_for = original.as_ref().unwrap_or(&content);
    let tried = for_content(edits, made_for).and_then(|edits| tried(edits).map_err(|why| why.to_string()));
    Ok(TriedFile { file, tried })
}

/// One file as it is, and as its edits make it.
struct Edited {
    path: TreePath,
    before: Vec<u8>,
    after: Vec<u8>,
    mode: Mode,
    packed: Vec<u8>,
}

/// Packs the edits of an order that is made into a bundle of two whole folders. Where the new folder has something else
/// than the edits make of the old file, nobody knows which of the two is meant.
pub(super) fn pack(order: &mut Order, old: &dyn Fs, new: &dyn Fs) -> Result<()> {
    let mut obstacles = Vec::new();
    for edited in edited_files(order, old)? {
        if read(new, &edited.path)?.map(|(content, _)| content).as_deref() == Some(&edited.after) {
            order.packed_edits.insert(edited.path, edited.packed);
        } else {
            obstacles.push(crate::plan::Obstacle::at(&edited.path, OrderMistake::OtherThanEdited));
        }
    }
    if obstacles.is_empty() { Ok(()) } else { Err(Error::Refused(obstacles)) }
}

/// Every file that the order edits, with what becomes of it.
fn edited_files(order: &Order, fs: &dyn Fs) -> Result<Vec<Edited>> {
    let (mut edited, mut obstacles) = (Vec::new(), Vec::new());
    for (path, edits) in by_file(&order.edits) {
        let Some((before, mode)) = read(fs, path)? else {
            obstacles.push(crate::plan::Obstacle::at(path, OrderMistake::NoFileToEdit));
            continue;
        };
        match edit(&edits, &before) {
            Ok((after, packed)) => edited.push(Edited { path: path.clone(), before, after, mode, packed }),
            Err(whys) => {
                let at = |because| crate::plan::Obstacle::at(path, OrderMistake::Edit { because });
                obstacles.extend(whys.into_iter().map(at));
            }
        }
    }
    if obstacles.is_empty() { Ok(edited) } else { Err(Error::Refused(obstacles)) }
}

/// What the edits make of a content, and the edits as they travel; or everything that is wrong with them.
fn edit(edits: &[&OrderEdit], before: &[u8]) -> std::result::Result<(Vec<u8>, Vec<u8>), Vec<String>> {
    let one = |why: String| vec![why];
    let edits: FileEdits = for_content(edits, before).map_err(one)?;
    let tried = edits.try_on(before).map_err(|why| one(why.to_string()))?;
    let wrong: Vec<String> = tried.clashes().map(ToString::to_string).chain(tried.idle()).collect();
    let packed = edits.to_json().map_err(|problem| one(problem.to_string()))?;
    match tried.content {
        Some(after) if wrong.is_empty() => Ok((after, packed)),
        _ => Err(wrong),
    }
}

/// The file at `path`, if there is one.
pub(super) fn read(fs: &dyn Fs, path: &TreePath) -> Result<Option<(Vec<u8>, Mode)>> {
    let failed = |source| Error::File { doing: "read", path: PathBuf::from(path.as_str()), source };
    let Some(Node::File(file)) = node_at(fs, &Place::from(path)).map_err(failed)? else { return Ok(None) };
    let mut content = Vec::new();
    let open = fs.open(&Place::from(path)).map_err(failed)?;
    open.take(MAX_EDITED_BYTES as u64 + 1).read_to_end(&mut content).map_err(failed)?;
    Ok(Some((content, file.mode)))
}
