//! The edits by key of an order, and the files beside it that they take in.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeTable;

use super::ReadFile;
use super::finding::Findings;
use super::table::span_of;
use crate::diff::{FileEdits, MAX_EDIT_BYTES, NoEdits, OrderedEdit, ordered};
use crate::model::{LocalEdits, TreePath};

/// One edit of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderEdit {
    /// The file.
    pub path: TreePath,
    pub(crate) written: OrderedEdit,
}

impl OrderEdit {
    /// What happens where somebody edited the file.
    pub(crate) fn local_edits(&self) -> LocalEdits {
        if self.written.refuses_local_edits { LocalEdits::Refuse } else { LocalEdits::Edit }
    }
}

pub(super) fn read(text: &str, root: &Spanned<DeTable<'_>>, findings: &mut Findings<'_>) -> Vec<OrderEdit> {
    // Whoever has none may write what only readers of edits do not take.
    if root.get_ref().get("edits").is_none() {
        return Vec::new();
    }
    let written = match ordered(text) {
        Ok(written) => written,
        Err(NoEdits::Unread { line, why }) => {
            let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
            let told = format!(
                "can't be read because this line {why}; write a number above 9223372036854775807 as a text, and \
                 nest values at most 8 levels deep"
            );
            findings.error(&(start..start), "edits", told);
            return Vec::new();
        }
        Err(NoEdits::Bad(problems)) => {
            for (index, problem) in problems {
                findings.error(
                    &span_of(root, &format!("edits[{index}]")),
                    field(index, &problem.at),
                    problem.why,
                );
            }
            return Vec::new();
        }
    };
    let mut edits = Vec::new();
    for (index, written) in written.into_iter().enumerate() {
        match TreePath::parse(&written.file) {
            Ok(path) => edits.push(OrderEdit { path, written }),
            Err(error) => {
                let field = field(index, "file");
                findings.error(&span_of(root, &field), field, error.to_string());
            }
        }
    }
    edits
}

/// Reads the files that the edits take in, and holds every edit to the rules. What is wrong is said at its line.
pub(super) fn check(
    edits: &mut [OrderEdit],
    read_file: Option<&ReadFile<'_>>,
    root: &Spanned<DeTable<'_>>,
    findings: &mut Findings<'_>,
) {
    for (index, edit) in edits.iter_mut().enumerate() {
        for (import, name) in edit.written.imports.clone() {
            let Some(read_file) = read_file else { continue };
            let content = match TreePath::parse(&name) {
                Ok(path) => read_file(&path, MAX_EDIT_BYTES as u64)
                    .map_err(|error| format!("cannot be read: {error}")),
                Err(error) => Err(error.to_string()),
            };
            match content {
                Ok(content) => edit.written.imported.push(content),
                Err(problem) => {
                    let field = field(index, import.key());
                    findings.error(&span_of(root, &field), field, format!("{name}: {problem}"));
                }
            }
        }
        // Whether a name that may be anything is a file with sections shows when there is one.
        const ANY: &[u8] = b"[section]\n";
        let is_whole = edit.written.imported.len() == edit.written.imports.len();
        if is_whole && let Err(problem) = edit.written.edit(ANY) {
            let place = format!("edits[{index}]");
            let at = field(index, &problem.at);
            findings.error(
                &span_of(root, &at).clone(),
                if problem.at.is_empty() { place } else { at },
                problem.why,
            );
        }
    }
}

fn field(index: usize, at: &str) -> String {
    format!("edits[{index}].{at}")
}

/// The edits of an order, file by file, each for the content that it is for.
pub(crate) fn by_file(edits: &[OrderEdit]) -> BTreeMap<&TreePath, Vec<&OrderEdit>> {
    let mut by_file: BTreeMap<&TreePath, Vec<&OrderEdit>> = BTreeMap::new();
    edits.iter().for_each(|edit| by_file.entry(&edit.path).or_default().push(edit));
    by_file
}

/// The edits of one file.
///
/// # Errors
/// If its content does not tell its form, and nothing else does.
pub(crate) fn for_content(edits: &[&OrderEdit], content: &[u8]) -> Result<FileEdits, String> {
    let all = edits.iter().map(|edit| edit.written.edit(content));
    all.collect::<Result<_, _>>().map(FileEdits::new).map_err(|problem| problem.to_string())
}
