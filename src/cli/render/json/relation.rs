//! How patches are related, for programs.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::bundle::trust;
use super::{fields, insert_some, obstacles, reference};
use crate::diff::Lines;
use crate::plan::{Class, Meeting, Relation, SharedPlace};
use crate::report::phrases as words;
use crate::workbench::{ApplyPreview, ComingPatch, Error, Removal};

pub(in crate::cli) fn explanation(preview: &ApplyPreview, target: &Path) -> Map<String, Value> {
    let found = &preview.preview.obstacles;
    let mut fields = Map::new();
    if !found.is_empty() {
        let report = crate::report::Report::from_error(&Error::Refused(found.clone()), Some(target));
        fields = super::failure(&report);
    }
    fields.extend(fields! {
        "target": words::path_text(target),
        "patches": preview.patches.iter().map(|coming| one(coming, true)).collect::<Vec<_>>(),
        "obstacles": obstacles(found),
    });
    fields
}

/// The patches of a plan; with those in the folder that they have nothing to do with only if `all`.
pub(super) fn patches(coming: &[ComingPatch]) -> Vec<Value> {
    coming.iter().map(|coming| one(coming, false)).collect()
}

fn one(coming: &ComingPatch, all: bool) -> Value {
    let shown = |relation: &&Relation| all || relation.class != Class::Independent;
    let mut fields = fields! {
        "patch": reference(&coming.patch.about.identity, &coming.patch.about.title),
        "file": words::path_text(&coming.file),
        "trust": trust(&coming.verdict),
        "reviews": super::keys::reviews(&coming.verdict, &coming.reviews),
        "replaces": coming.replaces,
        "relations": coming.relations.iter().filter(shown).map(relation).collect::<Vec<_>>(),
    };
    insert_some(&mut fields, "left_out", coming.left_out.clone());
    Value::Object(fields)
}

fn relation(relation: &Relation) -> Value {
    let evidence = &relation.evidence;
    json!({
        "id": relation.id,
        "revision": relation.revision,
        "class": relation.class.as_str(),
        "consequence": relation.class.consequence().as_str(),
        "sentence": relation.sentence,
        "way_out": relation.way_out,
        "both_fix": evidence.both_fix,
        "only_new_fixes": evidence.only_new,
        "only_other_fixes": evidence.only_other,
        "declared": evidence.declared.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "places": evidence.places.iter().map(place).collect::<Vec<_>>(),
    })
}

fn place(place: &SharedPlace) -> Value {
    let (word, lines): (&str, &[Lines]) = match &place.meeting {
        Meeting::Same => ("same", &[]),
        Meeting::OnTop => ("on-top", &[]),
        Meeting::DifferentLines => ("different-lines", &[]),
        Meeting::SameLines(lines) => ("same-lines", lines),
        Meeting::Whole => ("whole", &[]),
    };
    let lines: Vec<Value> = lines.iter().map(|lines| json!([lines.first, lines.last])).collect();
    json!({ "path": place.path.as_str(), "meeting": word, "lines": lines })
}

/// Whether and how a patch can go.
pub(super) fn removal(removal: &Removal) -> Value {
    let (word, with): (&str, &[String]) = match removal {
        Removal::Alone => ("alone", &[]),
        Removal::Rebuilding(with) => ("rebuilding", with),
        Removal::NeededBy(with) => ("needed", with),
        Removal::Contained(by) => ("contained", std::slice::from_ref(by)),
        Removal::GivenUp => ("given-up", &[]),
    };
    json!({ "how": word, "with": with })
}
