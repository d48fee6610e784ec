//! What shows how two patches are related, in the same words wherever it is told.

use crate::model::TreePath;
use crate::plan::{Meeting, Relation, RelationClass, SharedPlace, words_of as phrases_of};
use crate::workbench::Containment;

/// Most files that are named.
const MAX_UNDONE_NAMES: usize = 3;

/// What the relation was decided from, in a line each. Texts of bundles are in it as they are.
pub fn evidence(relation: &Relation) -> Vec<String> {
    let evidence = &relation.evidence;
    let mut lines: Vec<String> = evidence.declared.iter().map(ToString::to_string).collect();
    for (label, fixes) in [
        ("both fix", &evidence.both_fix),
        ("only the new one fixes", &evidence.only_new),
        ("only the other one fixes", &evidence.only_other),
    ] {
        if !fixes.is_empty() && !evidence.both_fix.is_empty() {
            lines.push(format!("{label}: {}", fixes.join(", ")));
        }
    }
    let rewriting = || relation.rewriting().filter(|_| relation.class == RelationClass::BuildsOn);
    lines.extend(relation.containment().or_else(rewriting).map(|told| format!("files: {told}")));
    lines.extend(evidence.places.iter().map(|place| format!("{}: {}", place.path, meeting(place))));
    lines
}

/// What a patch says about containing one that is there, and what its files show.
pub fn contained(told: &Containment) -> String {
    let (by, files) = (&told.by, phrases_of(&told.files));
    let is_shown = told.files.kept == told.files.all;
    match (told.has_replaced, is_shown) {
        (true, true) => format!("{by} contains it: {files}"),
        (true, false) => format!("{by} replaces it: {files}"),
        (false, _) => format!("{by} says it contains it; both are kept"),
    }
}

/// That the files don't show that a patch is in, and the history alone is no proof.
pub(crate) const ONLY_SAID: &str = "only the history says so; its files don't show it";

/// That something which a patch changed in these files is undone.
pub fn undone(files: &[TreePath]) -> String {
    let names: Vec<&str> = files.iter().take(MAX_UNDONE_NAMES).map(TreePath::as_str).collect();
    let more = if files.len() > names.len() { ", …" } else { "" };
    format!("undone in {}{more}", names.join(", "))
}

fn meeting(place: &SharedPlace) -> String {
    match &place.meeting {
        Meeting::Same => "same result".to_owned(),
        Meeting::OnTop => "made for the result of the other".to_owned(),
        Meeting::DifferentLines => "both change it, in different places".to_owned(),
        Meeting::SameLines(lines) => {
            let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
            let word = if lines.len() == 1 && !lines[0].contains('-') { "line" } else { "lines" };
            format!("both change {word} {}", lines.join(", "))
        }
        Meeting::Whole => "both change it, and their changes can't be separated".to_owned(),
    }
}
