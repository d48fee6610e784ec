//! Writes what a bundle changes as one Git patch, for people and machines that have only Git or GNU patch.

use std::collections::BTreeSet;
use std::path::Path;

use crate::bundle::VerifiedBundle;
use crate::diff::patch_text::GitMode;
use crate::diff::{GitFile, pair_renames, write_git_patch};
use crate::model::{FileChange, Mode, Node, TreePath};
use crate::plan::why::Making;
use crate::plan::{Note, Obstacle, PlaceRemark};
use crate::text::one_line;
use crate::whole_file::WholeFile;
use crate::workbench::look::output::{OutputKind, refuse_taken};
use crate::workbench::{ChangeContents, ChangeSide, Error, Result, Watch, Workbench, is_text_patch};

/// Longest line above the patch.
const MAX_HEAD_CHARS: usize = 200;

/// A patch as Git writes it.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The patch.
    pub text: Vec<u8>,
    /// What such a patch cannot say.
    pub left_out: Vec<Note>,
}

impl Workbench {
    /// What the bundle changes, as a Git patch. Contents before that are not in the bundle are taken from `target`, also
    /// from its backups.
    ///
    /// # Errors
    /// [`Error::Refused`] names every content that is missing, or says that nothing would be in it.
    pub fn export(&self, bundle: &Path, target: Option<&Path>, watch: Watch<'_>) -> Result<Exported> {
        let patch = match target {
            Some(target) if is_text_patch(bundle)? => self.preview(bundle, target, watch)?.patch,
            _ => self.inspect(bundle, watch)?.patch,
        };
        let mut text = Vec::new();
        for (key, value) in [("From", &patch.about.vendor), ("Subject", &patch.about.title)] {
            text.extend_from_slice(format!("{key}: {}\n", one_line(value.raw(), MAX_HEAD_CHARS)).as_bytes());
        }
        text.extend_from_slice(b"---\n");
        let moved = if is_text_patch(bundle)? { BTreeSet::new() } else { moved(&self.open(bundle)?) };
        let mut export = GitExport { text, moved, left_out: Vec::new(), missing: Vec::new() };
        let head = export.text.len();
        self.changes_to_write(bundle, target, watch, &mut |contents| export.take(contents))?;
        if !export.missing.is_empty() {
            return Err(Error::Refused(export.missing));
        }
        match export.text.len() > head {
            true => Ok(Exported { text: export.text, left_out: export.left_out }),
            // Git and GNU patch would find no patch in it.
            false => Err(Error::refused(Making::NothingToWrite)),
        }
    }

    /// Writes what was exported, whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn save_export(&self, exported: &Exported, output: &Path) -> Result<()> {
        refuse_taken(output, OutputKind::GitPatch)?;
        let failed = |source| Error::File { doing: "write the patch", path: output.to_owned(), source };
        WholeFile::write(output, &exported.text).map_err(failed)
    }
}

/// The places of files that move, where the patch's diff says so.
fn moved(bundle: &VerifiedBundle) -> BTreeSet<TreePath> {
    let said = |(new, old): (&FileChange, Option<&FileChange>)| {
        old.filter(|_| bundle.has_diff_of(&new.path)).map(|old| old.path.clone())
    };
    pair_renames(&bundle.patch.changes).into_iter().filter_map(said).collect()
}

struct GitExport {
    text: Vec<u8>,
    /// Where files stood whose new place says that they moved.
    moved: BTreeSet<TreePath>,
    left_out: Vec<Note>,
    missing: Vec<Obstacle>,
}

impl GitExport {
    fn take(&mut self, contents: &ChangeContents<'_>) {
        let path = contents.change.path.as_str();
        let (left, right) = (contents.left.as_ref(), contents.change.after.as_ref());
        self.note_what_git_cannot_say(path, left, right);
        if self.moved.contains(&contents.change.path) {
            return;
        }
        if let Some(section) = &contents.diff {
            self.text.extend_from_slice(section);
            return;
        }
        let (Some(before), Some(after)) =
            (self.side(path, left, &contents.before), self.side(path, right, &contents.after))
        else {
            return;
        };
        write_git_patch(&mut self.text, path, before, after).expect("memory takes what is written");
    }

    /// A side as Git has it; `None`, and told, if its content is not at hand.
    fn side<'a>(
        &mut self,
        path: &str,
        node: Option<&'a Node>,
        side: &'a ChangeSide,
    ) -> Option<Option<GitFile<'a>>> {
        let content = match (node, side) {
            (None | Some(Node::Dir(_)), _) => return Some(None),
            (Some(Node::Link(link)), _) => {
                return Some(Some(GitFile { mode: GitMode::Link, content: link.points_to.as_bytes() }));
            }
            (Some(Node::File(_)), ChangeSide::Content(content)) => content.bytes().ok_or("it is too large"),
            (Some(Node::File(_)), ChangeSide::Unavailable(reason)) => Err(reason.as_str()),
            (Some(Node::File(_)), ChangeSide::Absent | ChangeSide::Diff(_) | ChangeSide::NotAFile) => {
                Err("it isn't available")
            }
        };
        match content {
            Ok(content) => {
                let is_program = node.and_then(Node::mode).is_some_and(Mode::is_executable);
                Some(Some(GitFile {
                    mode: if is_program { GitMode::Program } else { GitMode::File },
                    content,
                }))
            }
            Err(reason) => {
                self.missing.push(Obstacle::at(path, Making::NoContent { because: reason.to_owned() }));
                None
            }
        }
    }

    fn note_what_git_cannot_say(&mut self, path: &str, left: Option<&Node>, right: Option<&Node>) {
        let is_plain = |node: Option<&Node>| match node {
            Some(Node::Dir(mode)) => *mode == Mode::DIR,
            Some(Node::File(file)) => [Mode::FILE, Mode::PROGRAM].contains(&file.mode),
            None | Some(Node::Link(_)) => true,
        };
        let modes = (left.and_then(Node::mode), right.and_then(Node::mode));
        if modes.0 != modes.1 && !is_plain(right) {
            self.leave_out(path, PlaceRemark::OnlyExecutable);
        }
        let is_dir = |node: Option<&Node>| node.is_some_and(Node::is_dir);
        if is_dir(left) != is_dir(right) {
            self.leave_out(path, PlaceRemark::FoldersGoWithFiles);
        }
    }

    fn leave_out(&mut self, path: &str, why: PlaceRemark) {
        self.left_out.push(Note::at(path, why));
    }
}
