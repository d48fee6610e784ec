//! What shows how two patches are related, in the same words wherever it is told.

use crate::plan::{Meeting, Relation, SharedPlace};

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
    lines.extend(relation.containment().map(|told| format!("files: {told}")));
    lines.extend(evidence.places.iter().map(|place| format!("{}: {}", place.path, meeting(place))));
    lines
}

fn meeting(place: &SharedPlace) -> String {
    match &place.meeting {
        Meeting::Same => "both leave the same".to_owned(),
        Meeting::OnTop => "made for what the other one leaves".to_owned(),
        Meeting::DifferentLines => "both change it, in different lines".to_owned(),
        Meeting::SameLines(lines) => {
            let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
            let word = if lines.len() == 1 && !lines[0].contains('-') { "line" } else { "lines" };
            format!("both change {word} {}", lines.join(", "))
        }
        Meeting::Whole => "both change it, and what belongs to whom cannot be told apart".to_owned(),
    }
}
