//! What a patch does at one place, and what a plan does there.

use super::word::choices;
use super::{Digest, Node, TreePath};

/// What a patch does at one path. A patch has at most one change per path; a rename is a change at the old
/// path (nothing there afterwards) and one at the new path whose payload says where the content comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The place.
    pub path: TreePath,
    /// What may stand there before; any one of them will do. Empty: nothing may stand there.
    pub before: Vec<Node>,
    /// What stands there afterwards; `None`: nothing.
    pub after: Option<Node>,
    /// How the content of `after` is found. `None` exactly when `after` is no file, or a file whose content
    /// is that of the file before (only its mode changes).
    pub payload: Option<Payload>,
    /// Blob with the content before, shipped where local edits may have to be merged, or the author wishes so.
    pub base: Option<Digest>,
    /// Blob with the edits by key that make `after` of `base`, and can be made in a file that somebody edited, too.
    pub edit: Option<Digest>,
    /// What the file is to the product.
    pub role: Role,
    /// What to do where somebody edited it.
    pub local_edits: LocalEdits,
    /// Ids out of the patch's fix set that this change belongs to; empty: all of them.
    pub fixes: Vec<String>,
}

impl FileChange {
    /// One that asks for nothing but what stands before and afterwards.
    pub fn plain(
        path: TreePath,
        before: Option<Node>,
        after: Option<Node>,
        payload: Option<Payload>,
    ) -> Self {
        Self {
            path,
            before: before.into_iter().collect(),
            after,
            payload,
            base: None,
            edit: None,
            role: Role::Data,
            local_edits: LocalEdits::Refuse,
            fixes: Vec::new(),
        }
    }

    /// Whether `observed` is what this change expects to find.
    pub fn expects(&self, observed: Option<&Node>) -> bool {
        match observed {
            Some(node) => self.before.contains(node),
            None => self.before.is_empty(),
        }
    }

    /// Whether `observed` is what this change would leave.
    pub(crate) fn is_done(&self, observed: Option<&Node>) -> bool {
        self.after.as_ref() == observed
    }
}

/// Where the content of an after file comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// The blob is the content. Its digest equals the after file's.
    Whole { blob: Digest },
    /// The blob turns the content that stood at `from` before into the content.
    Delta {
        blob: Digest,
        /// The place whose before file is the source: usually the change's own path, the old path of a rename.
        from: TreePath,
        /// SHA-256 of the source content; other before files cannot be used.
        source: Digest,
    },
    /// The patch's own diff (`changes.patch`) has it, line by line.
    Diff {
        /// The place whose before file the diff starts from; `None`: nothing stood there, all lines are in the diff.
        from: Option<TreePath>,
    },
    /// The content is that of the file that stood at `from` before (a rename, a copy, a swap).
    Same {
        /// The place whose before file has the content.
        from: TreePath,
    },
}

choices! {
    /// What a file is to the product.
    #[derive(Default)]
    pub enum Role {
        /// Program code or a library.
        Binary = "binary",
        /// Settings that people edit.
        Config = "config",
        /// Anything else the product reads.
        #[default]
        Data = "data",
        /// For people to read.
        Doc = "doc",
        /// Written by a program.
        Generated = "generated",
        /// A part of version control (`.git`), which decides what programs run. Nothing else may be changed there.
        VersionControl = "version-control",
    }

    /// What to do with a file that differs from everything the change expects.
    #[derive(Default)]
    pub enum LocalEdits {
        /// Stop and say so.
        #[default]
        Refuse = "refuse",
        /// Leave the edited file as it is.
        KeepLocal = "keep-local",
        /// Merge with the shipped base.
        Merge = "merge",
        /// Edit the edited file by the keys that the patch names.
        Edit = "edit",
        /// Put the edited file aside and write ours.
        Replace = "replace",
    }
}

/// One exchange at one place: exactly `before` is there, exactly `after` will be. What a plan consists of and a
/// transaction makes true; turned around, it is its own undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The place.
    pub path: TreePath,
    /// What was seen there.
    pub before: Option<Node>,
    pub after: Option<Node>,
}

impl Step {
    /// The step that undoes this one.
    pub fn inverse(&self) -> Self {
        Self { path: self.path.clone(), before: self.after.clone(), after: self.before.clone() }
    }
}
