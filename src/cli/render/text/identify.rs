//! What a folder is, from its files.

use std::path::Path;

use super::list::columns;
use super::{place, safe, title};
use crate::cli::render::{Style, words};
use crate::model::{PlaceProblem, TreePath};
use crate::workbench::{Identified, IdentifiedPatch, Presence};

/// Most places that are listed of one patch; `--verbose` lists all.
const SHOWN: usize = 5;

pub(in crate::cli) fn identified(
    found: &Identified,
    target: &Path,
    is_verbose: bool,
    style: Style,
) -> String {
    let product = match (&found.product, &found.version) {
        (Some(product), Some(version)) => format!("{} {}", safe(product), safe(version)),
        (Some(product), None) => format!("{}, unknown version", safe(product)),
        (None, Some(version)) => format!("An unknown product, version {}", safe(version)),
        (None, None) => "An unknown product".to_owned(),
    };
    let mut text = format!("{}\n\n", style.strong(&format!("{product} in {}", place(target))));
    if found.patches.is_empty() {
        text.push_str("Nothing to compare with: there is no history, and you named no patch file.\n");
        return text;
    }
    let rows: Vec<[String; 3]> = found.patches.iter().map(row).collect();
    for (line, patch) in columns(&rows).lines().zip(&found.patches) {
        text.push_str(&format!("{line}\n"));
        for remark in remarks(patch) {
            text.push_str(&format!("        {remark}\n"));
        }
        text.push_str(&files("edited here", &patch.edited, is_verbose));
        text.push_str(&files("neither original nor patched", &patch.other, is_verbose));
        text.push_str(&unreadable(&patch.unreadable, is_verbose));
    }
    text
}

fn row(patch: &IdentifiedPatch) -> [String; 3] {
    let all = patch.after + patch.before + patch.edited.len() + patch.other.len() + patch.unreadable.len();
    let number = format!("{} of {}", patch.after, words::count(all, "file", "files"));
    let presence = format!("{}: {number} match", patch.presence.phrase());
    [safe(&patch.identity.to_string()).into_owned(), presence, title(&patch.title)]
}

fn remarks(patch: &IdentifiedPatch) -> Vec<String> {
    let mut remarks = Vec::new();
    if patch.in_history {
        remarks.push("the history says it was applied here".to_owned());
    }
    let moved = patch.moved.iter();
    remarks.extend(moved.map(|(id, position)| format!("its switch {} is {position}", safe(id.as_str()))));
    if patch.is_product == Some(false) {
        remarks.push(format!("it's for {}, which isn't in this folder", safe(&patch.product)));
    } else if patch.is_for_version == Some(false) && patch.presence != Presence::In {
        remarks.push("it's for another version".to_owned());
    }
    remarks
}

fn unreadable(files: &[PlaceProblem], is_verbose: bool) -> String {
    let shown = if is_verbose { files.len() } else { files.len().min(SHOWN) };
    let row = |file: &PlaceProblem| {
        format!("        can't be checked: {}, {}\n", safe(&file.path), safe(&file.detail))
    };
    files[..shown].iter().map(row).collect::<String>() + &more(files.len() - shown)
}

fn files(what: &str, files: &[TreePath], is_verbose: bool) -> String {
    let shown = if is_verbose { files.len() } else { files.len().min(SHOWN) };
    let row = |path: &TreePath| format!("        {what}: {}\n", safe(path.as_str()));
    files[..shown].iter().map(row).collect::<String>() + &more(files.len() - shown)
}

fn more(rest: usize) -> String {
    match rest {
        0 => String::new(),
        rest => format!("        … and {rest} more; --verbose lists all of them\n"),
    }
}
