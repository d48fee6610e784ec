//! Parts of several answers: scripts, what is hidden, and what a text patch doesn't carry.

use serde::{Deserialize, Serialize};

use super::{all, answers};
use crate::text::confusables::{ConfusableKind, ConfusableSeverity};
use crate::workbench::{self, HiddenCount, HiddenIn, HiddenPlace, PlannedScript, ScriptTime};

answers! {
    Script(script: &PlannedScript) {
        patch: String = script.patch.clone(),
        number: usize = script.number,
        phase: ScriptTime = script.time,
        reason: String = script.reason.clone(),
        interpreter: String = script.interpreter.as_str().to_owned(),
        timeout_secs: u32 = script.timeout_secs,
        sha256: String = script.digest.to_string(),
        text: String = script.text.clone(),
        [undo]: Box<Script> = script.undo.as_deref().map(|undo| Box::new(Script::new(undo))),
    }

    /// Something that a text patch names as different and does not carry.
    NotCarried(path: &str, what: &str) {
        path: String = path.to_owned(),
        what: String = what.to_owned(),
    }

    Hidden(hidden: &workbench::Hidden) {
        deceiving: u64 = hidden.number(ConfusableSeverity::Deceiving),
        unusual: u64 = hidden.number(ConfusableSeverity::Unusual),
        there_before: u64 = hidden.there_before,
        not_looked_through: u64 = hidden.not_looked_through,
        kinds: Vec<HiddenKindCount> = hidden.counts().map(|(danger, kind, count)| HiddenKindCount::new(danger, kind, count)).collect(),
        places: Vec<Place> = all(&hidden.places, Place::new),
    }

    HiddenKindCount(danger: ConfusableSeverity, kind: ConfusableKind, count: HiddenCount) {
        kind: String = kind.as_str().to_owned(),
        danger: String = danger.as_str().to_owned(),
        number: u64 = count.number,
        places: u64 = count.places,
    }

    Place(place: &HiddenPlace) {
        kind: String = place.suspect.kind.as_str().to_owned(),
        danger: String = place.suspect.danger.as_str().to_owned(),
        ..at: At = At::new(place),
        shown: String = place.suspect.shown.clone(),
    }
}

/// Where something is hidden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum At {
    Words { field: String },
    Name { name: String },
    File { path: String, line: u64, column: u64 },
}

impl At {
    fn new(place: &HiddenPlace) -> Self {
        let (line, column) = (place.suspect.line, place.suspect.column);
        match place.at.clone() {
            HiddenIn::Words(field) => At::Words { field },
            HiddenIn::Name(name) => At::Name { name },
            HiddenIn::File(path) => At::File { path, line, column },
        }
    }
}
