//! Files that tell a scanner what to leave out: `.trivyignore.yaml`, which is exact to the folder, and `osv-scanner.toml`,
//! which knows ids only.

use std::collections::BTreeSet;

use serde_json::Value;

use super::FixedHere;
use super::format::FixedFormat;
use crate::model::TreePath;
use crate::plan::{VexStatement, in_folder};
use crate::text::escape_line;

pub(super) const HEAD: &str =
    "# Made by Patchwright: what the files prove. Make it again after every change of the folder.\n";

/// The folders of the patched files, and those around them: scanners name a library by a file near its root.
pub(super) fn folders(statement: &VexStatement) -> BTreeSet<String> {
    let name = statement.purl.full_name();
    let root = |path: &TreePath| {
        let folder = path.as_str().rsplit_once('/')?.0.to_owned();
        // The innermost folder that is called as the library.
        let names: Vec<&str> = folder.split('/').collect();
        let parts: Vec<&str> = name.split('/').collect();
        let end = (parts.len()..=names.len()).rev().find(|end| names[end - parts.len()..*end] == parts[..]);
        Some(end.map_or(folder.clone(), |end| names[..end].join("/")))
    };
    statement.paths.iter().filter_map(root).filter(|folder| is_plain(folder)).collect()
}

/// Whether a path stands for itself among patterns.
fn is_plain(path: &str) -> bool {
    !path.contains(['*', '?', '[', ']', '{', '}', '\\', '!'])
}

/// Whether every copy that isn't patched is outside of those folders. What is in one would fall silent with it, such as a copy
/// that another library in it brings along.
pub(super) fn tells_apart(statement: &VexStatement) -> bool {
    let folders = folders(statement);
    let is_below = |copy: &String| {
        let copy = in_folder(copy);
        folders.iter().any(|folder| copy.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    };
    !folders.is_empty() && statement.knows_every_copy() && !statement.copies.iter().any(is_below)
}

/// `.trivyignore.yaml`.
pub(super) fn trivy(here: &FixedHere) -> String {
    let mut text = format!("{HEAD}vulnerabilities:");
    let mut is_empty = true;
    for statement in here.told_in(FixedFormat::TrivyIgnore) {
        for id in &statement.ids {
            is_empty = false;
            text.push_str(&format!("\n  - id: {}\n", quoted(id)));
            let folders = folders(statement);
            if !folders.is_empty() {
                text.push_str("    paths:\n");
                let beside = here.python.get(&statement.purl).into_iter().flatten();
                let beside = beside.map(ToString::to_string).filter(|path| is_plain(path));
                folders.into_iter().chain(beside).for_each(|folder| {
                    text.push_str(&format!("      - {}\n", quoted(&format!("{folder}/**"))));
                });
            }
            text.push_str(&format!("    purls:\n      - {}\n", quoted(statement.purl.as_str())));
            text.push_str(&format!("    statement: {}", quoted(&here.grounds(statement))));
        }
    }
    text.push_str(if is_empty { " []\n" } else { "\n" });
    text
}

/// `osv-scanner.toml`, for the folder that it is put in.
pub(super) fn osv_scanner(here: &FixedHere) -> String {
    let mut text = format!(
        "{HEAD}# It leaves out an id in every version of every library that is scanned with this file.\n"
    );
    let mut told: BTreeSet<&String> = BTreeSet::new();
    for statement in here.told_in(FixedFormat::OsvScanner) {
        for id in statement.ids.iter().filter(|id| told.insert(id)) {
            let reason = format!("{}: {}", statement.purl, here.grounds(statement));
            text.push_str(&format!(
                "\n[[IgnoredVulns]]\nid = {}\nreason = {}\n",
                quoted(id),
                quoted(&reason)
            ));
        }
    }
    text
}

/// A text in double quotes, as JSON, YAML and TOML all read it.
fn quoted(text: &str) -> String {
    Value::from(escape_line(text).as_ref()).to_string()
}
