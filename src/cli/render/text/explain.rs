//! How patches are related to what is in a folder, with everything that shows it.

use std::path::Path;

use super::plan::{obstacles, verdict};
use super::{headline, place, safe};
use crate::cli::render::{Style, words};
use crate::plan::{Class, Consequence, Meeting, Relation, SharedPlace};
use crate::workbench::{ApplyPreview, ComingPatch};

pub(in crate::cli) fn explanation(preview: &ApplyPreview, target: &Path, style: Style) -> String {
    let mut text = String::new();
    for coming in &preview.patches {
        text.push_str(&one(coming, target, style));
    }
    text.push_str(&obstacles(&preview.preview.obstacles, style));
    if !preview.preview.obstacles.is_empty() {
        text.push('\n');
    }
    text.push_str(&verdict(&preview.preview, style));
    text
}

fn one(coming: &ComingPatch, target: &Path, style: Style) -> String {
    let mut text = format!("{}\nin {}\n\n", headline(&coming.patch, style), place(target));
    let (unrelated, related): (Vec<&Relation>, Vec<&Relation>) =
        coming.relations.iter().partition(|relation| relation.class == Class::Independent);
    for relation in related {
        text.push_str(&told(relation, style));
    }
    let number = words::count(unrelated.len(), "patch", "patches");
    text.push_str(&match coming.relations.len() {
        0 => "  There is no other patch to be related to.\n\n".to_owned(),
        all if all == unrelated.len() => format!("  Has nothing to do with the {number} there.\n\n"),
        _ if unrelated.is_empty() => String::new(),
        _ => format!("  Has nothing to do with {number} more.\n\n"),
    });
    text
}

fn told(relation: &Relation, style: Style) -> String {
    let sentence = safe(&relation.sentence);
    let sentence = match relation.class.consequence() {
        Consequence::Stop => style.bad(&sentence),
        Consequence::Merge | Consequence::Replace => style.attention(&sentence),
        Consequence::Apply | Consequence::Skip => style.good(&sentence),
    };
    let mut text = format!("  {sentence} ({})\n", relation.class.word());
    let evidence = &relation.evidence;
    for said in &evidence.declared {
        text.push_str(&format!("      {}\n", safe(said)));
    }
    for (label, fixes) in [
        ("both fix", &evidence.both_fix),
        ("only the new one fixes", &evidence.only_new),
        ("only the other one fixes", &evidence.only_other),
    ] {
        if !fixes.is_empty() && !evidence.both_fix.is_empty() {
            text.push_str(&format!("      {label}: {}\n", safe(&fixes.join(", "))));
        }
    }
    for place in &evidence.places {
        text.push_str(&format!("      {}: {}\n", safe(place.path.as_str()), meeting(place)));
    }
    if !relation.way_out.is_empty() {
        text.push_str(&format!("      → {}\n", safe(&relation.way_out)));
    }
    text.push('\n');
    text
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
