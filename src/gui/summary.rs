//! What the window knows about a patch file, and the one place where it asks for it.

use std::path::Path;

use crate::environment::Environment;
use crate::model::{FileChange, Node, Patch};
use crate::progress::{CancelToken, Quiet};
use crate::report::Report;
use crate::text::{escape_line, escape_text};
use crate::workbench::{Watch, Workbench};

/// Reads the patch file at `path`: the one place where the window asks the workbench.
pub fn load(path: &Path) -> Result<Summary, Refusal> {
    let workbench = Workbench::new(Environment::of_this_machine());
    let watch = Watch { progress: &Quiet, cancel: &CancelToken::new() };
    match workbench.inspect(path, watch) {
        Ok(inspection) => Ok(Summary::of(&inspection.patch)),
        Err(error) => Err(Refusal::of(&Report::of(&error, None))),
    }
}

/// What a patch file says, in the words of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its one-line title.
    pub title: String,
    /// Its id and revision.
    pub identity: String,
    /// Who made it.
    pub vendor: String,
    /// Whom to call.
    pub contact: Option<String>,
    /// Its paragraph for everybody.
    pub summary: String,
    /// The product and the versions it is for.
    pub product: String,
    /// How many files it adds, changes and removes.
    pub counts: Counts,
}

/// How many files and links a patch adds, changes and removes. One that moves is added and removed; folders come
/// and go with what is in them and are not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Nothing was there before.
    pub added: usize,
    /// Something is there before and afterwards.
    pub changed: usize,
    /// Nothing is there afterwards.
    pub removed: usize,
}

/// Why a patch file cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What happened.
    pub headline: String,
    /// What a person can do now.
    pub hints: Vec<String>,
}

impl Refusal {
    /// `report` in the window's few words, with every text from the file escaped.
    fn of(report: &Report) -> Self {
        let line = |text: &String| escape_line(text).into_owned();
        let causes = report.causes.iter().map(line);
        let obstacles = report.obstacles.iter().map(|obstacle| line(&obstacle.meaning));
        let hints = report.hints.iter().map(line);
        Self {
            headline: format!("{} ({})", line(&report.title()), report.code),
            hints: causes.chain(obstacles).chain(hints).collect(),
        }
    }
}

impl Summary {
    /// The summary of `patch`, with every text of the vendor escaped.
    pub fn of(patch: &Patch) -> Self {
        let line = |text: &str| escape_line(text).into_owned();
        let product = &patch.product;
        Self {
            title: line(&patch.title),
            identity: patch.identity.to_string(),
            vendor: line(&patch.vendor),
            contact: patch.contact.as_deref().map(line),
            summary: escape_text(&patch.summary).into_owned(),
            product: line(&format!("{} {}", product.name, product.versions.join(", "))),
            counts: Counts::of(&patch.changes),
        }
    }
}

impl Counts {
    fn of(changes: &[FileChange]) -> Self {
        let mut counts = Self::default();
        let is_dir = |change: &FileChange| change.before.iter().chain(&change.after).all(Node::is_dir);
        for change in changes.iter().filter(|change| !is_dir(change)) {
            match (change.before.is_empty(), &change.after) {
                (true, _) => counts.added += 1,
                (false, Some(_)) => counts.changed += 1,
                (false, None) => counts.removed += 1,
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LinkNode, LocalEdits, Mode, Role, TreePath};

    #[test]
    fn files_and_links_are_counted_and_folders_are_not() {
        let link = || Node::Link(LinkNode { points_to: "x".to_owned() });
        let change = |before: Option<Node>, after| FileChange {
            path: TreePath::parse("a").expect("a path"),
            before: before.into_iter().collect(),
            after,
            payload: None,
            base: None,
            role: Role::Data,
            local_edits: LocalEdits::Refuse,
            fixes: Vec::new(),
        };
        let changes = [
            change(None, Some(link())),
            change(Some(link()), None),
            change(Some(Node::Dir(Mode::DIR)), Some(link())),
            change(None, Some(Node::Dir(Mode::DIR))),
        ];
        assert_eq!(Counts::of(&changes), Counts { added: 1, changed: 1, removed: 1 });
    }
}
