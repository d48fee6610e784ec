//! Makes a bundle of text patches: with exact contents, for one folder and every other one that is like it.

use std::io::Read;
use std::path::PathBuf;

use super::side_by_side::{SideBySide, TreeSide};
use super::{MadeBundle, OrderSource, ProofChoice, read_order};
use crate::bundle::VerifiedBundle;
use crate::bundle::order::Order;
use crate::disk::fs::{Fs, Place};
use crate::disk::node_at;
use crate::model::{Digest, FileChange, Mode, Node, Payload, TreePath};
use crate::plan::why::Making;
use crate::workbench::{Error, PatchFile, Result, TextOptions, Watch, Workbench, text_patch};

/// What to make a bundle from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextMakeRequest {
    /// The text patch.
    pub patch: PathBuf,
    /// How it is read.
    pub reading: TextOptions,
    /// The folder it is made for. It is only read.
    pub target: PathBuf,
    /// What a person says about the patch; `None`: what the text patch says.
    pub order: Option<OrderSource>,
    /// Where the bundle goes.
    pub output: PathBuf,
    /// Whether it is proven.
    pub proof: ProofChoice,
}

impl Workbench {
    /// Makes a bundle of what text patches would do to a folder.
    ///
    /// # Errors
    /// [`Error::Refused`] lists every hunk that has no place; otherwise as [`Workbench::make`].
    pub(crate) fn make_of_text(&self, request: &TextMakeRequest, watch: Watch<'_>) -> Result<MadeBundle> {
        let patch = PatchFile { path: &request.patch, reading: &request.reading };
        let bundle = self.open_for(patch, &request.target, &self.keyring()?, watch)?;
        if let Some(text) = &bundle.text
            && !text.is_good()
        {
            return Err(Error::Refused(text_patch::obstacles(text)));
        }
        let fs = self.disk(&request.target)?;
        let sides = SideBySide::new()?;
        let mut places = 0;
        for change in &bundle.patch.changes {
            watch.cancel.check()?;
            places += usize::from(lay_out(change, &bundle, &*fs, &sides)?);
        }
        if places == 0 {
            return Err(nothing_to_make());
        }
        let order = match &request.order {
            Some(source) => read_order(source)?,
            None => Order::from(bundle.patch.about.clone()),
        };
        self.make_of_sides(order, &sides, &request.output, request.proof, watch)
    }
}

pub(super) fn nothing_to_make() -> Error {
    Error::refused(Making::NothingToDo)
}

/// Puts both sides of a change in place. Not what is already done: that is no part of the bundle.
fn lay_out(change: &FileChange, bundle: &VerifiedBundle, fs: &dyn Fs, sides: &SideBySide) -> Result<bool> {
    let path = &change.path;
    let read = |source| Error::File { doing: "read", path: PathBuf::from(path.as_str()), source };
    let found = node_at(fs, &Place::from(path)).map_err(read)?;
    if found.as_ref() == change.after.as_ref() {
        return Ok(false);
    }
    if found.as_ref() != change.before.first() {
        return Err(moved(path));
    }
    let mut ancestors: Vec<TreePath> = path.ancestors().collect();
    ancestors.sort_by_key(TreePath::depth);
    for folder in ancestors.iter().filter(|folder| bundle.patch.change_at(folder).is_none()) {
        sides.put_folder(TreeSide::Old, folder, Mode::DIR)?;
        sides.put_folder(TreeSide::New, folder, Mode::DIR)?;
    }
    let before = match &found {
        Some(Node::File(file)) => {
            let mut content = Vec::new();
            let mut reader = fs.open(&Place::from(path)).map_err(read)?;
            reader.read_to_end(&mut content).map_err(read)?;
            if Digest::compute(&content) != file.digest {
                return Err(moved(path));
            }
            content
        }
        _ => Vec::new(),
    };
    let after = match &change.payload {
        Some(Payload::Whole { blob }) => bundle.read_blob(blob, u64::MAX)?,
        _ => before.clone(),
    };
    for (side, node, content) in [(TreeSide::Old, &found, &before), (TreeSide::New, &change.after, &after)] {
        match node {
            None => {}
            Some(Node::Dir(mode)) => sides.put_folder(side, path, *mode)?,
            Some(Node::Link(link)) => sides.put_link(side, path, &link.points_to)?,
            Some(Node::File(file)) => sides.put_file(side, path, content, file.mode)?,
        }
    }
    Ok(true)
}

fn moved(path: &TreePath) -> Error {
    Error::refused_at(path, Making::ChangedMeanwhile)
}
