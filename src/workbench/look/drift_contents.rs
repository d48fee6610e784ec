//! Both sides of every place that is not as the history says.

use std::path::Path;
use std::sync::Arc;

use super::stack::{all_copies, read_ledger};
use super::status::status_now;
use crate::disk::fs::{Fs, Place};
use crate::disk::node_at;
use crate::model::{Digest, FileChange, Node};
use crate::workbench::contents::{Library, SearchFirst};
use crate::workbench::{
    ChangeSide, Comparison, Drift, DriftKind, OneChange, Result, SideContent, Watch, Workbench,
};

impl Workbench {
    /// Calls `show` with every place that is not as the history says: what should be there on the left, what is there
    /// on the right. Writes nothing.
    ///
    /// # Errors
    /// If the folder or its history cannot be read, or somebody wished to stop.
    pub fn drift_contents(
        &self,
        target: &Path,
        watch: Watch<'_>,
        show: &mut dyn FnMut(&OneChange),
    ) -> Result<()> {
        let fs = self.disk(target)?;
        let ledger = read_ledger(&*fs)?;
        let mut drift = status_now(&*fs, &ledger, &self.environment().now(), watch)?.drift;
        // Nobody knows how these differ, or whether they do.
        drift.retain(|drift| drift.problem.is_none());
        let mut expected = ledger.expected();
        // Beside a file with an edit and a moved switch stands what it was before either.
        expected.extend(ledger.carried_edits());
        let file =
            |node: Option<&Node>| node.and_then(Node::as_file).map(|file| (file.digest, file.size_bytes));
        let should_be = |drift: &Drift| expected.get(&drift.path).cloned().flatten();
        let copies = Library::new(&[], SearchFirst::SafeCopies).in_folder(&*fs);
        let copies = copies.with_copies(all_copies(&*fs, &ledger)?);
        for drift in &drift {
            watch.cancel.check()?;
            let left = should_be(drift);
            let right = node_at(&*fs, &Place::from(&drift.path)).unwrap_or_default();
            let here = Place::from(&drift.path);
            let copy = |(digest, _): (Digest, u64)| match drift.kind {
                DriftKind::Permissions => Some(here.clone()),
                _ => copies.whole_copy(&digest).ok().flatten().map(Place::from),
            };
            let before = side(&fs, left.as_ref(), file(left.as_ref()).and_then(copy), watch);
            let after = side(&fs, right.as_ref(), Some(here.clone()), watch);
            show(&OneChange {
                change: FileChange::plain(drift.path.clone(), left.clone(), right, None),
                renamed_from: None,
                left,
                before,
                after,
                before_source: None,
                comparison: Comparison::OriginalToFolder,
                edits: None,
            });
        }
        Ok(())
    }
}

/// What is to be shown of `node`, whose content is at `place`.
fn side(fs: &Arc<dyn Fs>, node: Option<&Node>, place: Option<Place>, watch: Watch<'_>) -> ChangeSide {
    let file = match node {
        None => return ChangeSide::Absent,
        Some(Node::File(file)) => file,
        Some(_) => return ChangeSide::NotAFile,
    };
    let content =
        place.map(|place| SideContent::in_target(fs, place, (file.digest, file.size_bytes), watch.cancel));
    match content {
        None => ChangeSide::Unavailable("there is no backup of this file in the folder".to_owned()),
        Some(Ok(Some(content))) => ChangeSide::Content(content),
        Some(Ok(None)) => ChangeSide::Unavailable("it changed while it was read".to_owned()),
        Some(Err(error)) => ChangeSide::Unavailable(error.to_string()),
    }
}
