//! How patches are related to those in a folder, with everything that shows it.

use std::path::Path;

use super::list::wrapped;
use super::plan::{notes, obstacles, verdict};
use super::{headline, place, safe};
use crate::cli::render::{Detail, Style, words};
use crate::plan::{Consequence, Relation, RelationClass};
use crate::report::relations;
use crate::workbench::{ApplyPreview, ComingPatch, Consent};

pub(in crate::cli) fn explanation(preview: &ApplyPreview, target: &Path, style: Style) -> String {
    let mut text = String::new();
    for coming in &preview.patches {
        text.push_str(&one(coming, target, style));
    }
    text.push_str(&obstacles(&preview.preview.obstacles, Some(target), Detail::Full, style));
    if !preview.preview.obstacles.is_empty() {
        text.push('\n');
    }
    text.push_str(&notes(&preview.preview.notes, style));
    text.push_str(&verdict(preview, Consent::Missing, style));
    text
}

fn one(coming: &ComingPatch, target: &Path, style: Style) -> String {
    let mut text = format!("{}\nin {}\n\n", headline(&coming.patch, style), place(target));
    let (unrelated, related): (Vec<&Relation>, Vec<&Relation>) =
        coming.relations.iter().partition(|relation| relation.class == RelationClass::Independent);
    for relation in related {
        text.push_str(&told(relation, style));
    }
    let unrelated = unrelated.len() + coming.unrelated;
    let number = words::count(unrelated, "patch", "patches");
    text.push_str(&match coming.relations.len() + coming.unrelated {
        0 => "  No other patch here to compare with.\n\n".to_owned(),
        all if all == unrelated => format!("  Unrelated to the {number} there.\n\n"),
        _ if unrelated == 0 => String::new(),
        _ => format!("  Unrelated to {number} more.\n\n"),
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
    let mut text = format!("  {sentence} ({})\n", relation.class.as_str());
    for line in relations::evidence(relation) {
        text.push_str(&format!("      {}\n", wrapped(&safe(&line), 8)));
    }
    if !relation.way_out.is_empty() {
        text.push_str(&format!("      → {}\n", wrapped(&safe(&relation.way_out.to_string()), 8)));
    }
    text.push('\n');
    text
}
