//! The documents that say what is fixed in a folder to programs of others. The same folder gives the same bytes: nothing
//! in them depends on when they are made.

use std::collections::BTreeMap;

use serde_json::Value;

use super::format::{FixedFormat, Publisher};
use super::{FixedHere, csaf, cyclonedx, ignore_files, openvex};
use crate::model::Purl;
use crate::plan::{Claim, Untold, VexStatement};
use crate::text::json::spell_out;

impl FixedHere {
    /// The document in this format.
    pub(crate) fn document(&self, format: FixedFormat, publisher: &Publisher) -> String {
        match format {
            FixedFormat::OpenVex => laid_out(&openvex::document(self, publisher)),
            FixedFormat::CycloneDx => laid_out(&cyclonedx::bom(self)),
            FixedFormat::CycloneDxVex => laid_out(&cyclonedx::vex(self)),
            FixedFormat::Csaf => laid_out(&csaf::document(self, publisher)),
            FixedFormat::TrivyIgnore => ignore_files::trivy(self),
            FixedFormat::OsvScanner => ignore_files::osv_scanner(self),
        }
    }

    /// The statements that a document of this format may make.
    pub(crate) fn told_in(&self, format: FixedFormat) -> impl Iterator<Item = &VexStatement> {
        self.statements.iter().filter(move |statement| untold(statement, format).is_none())
    }

    /// Whether a document of this format may make this statement.
    pub(crate) fn can_tell(&self, format: FixedFormat, statement: &VexStatement) -> bool {
        untold(statement, format).is_none()
    }

    /// What is fixed here and not in a document of this format: the claim, the library if that is why, and why.
    pub(crate) fn untold(&self, format: FixedFormat) -> Vec<(&Claim, Option<Purl>, Untold)> {
        let mut told: BTreeMap<usize, Vec<&VexStatement>> = BTreeMap::new();
        for (statement, number) in
            self.statements.iter().flat_map(|one| one.claims.iter().map(move |number| (one, number)))
        {
            told.entry(*number).or_default().push(statement);
        }
        let mut left_out = Vec::new();
        for (number, claim) in self.claims.iter().enumerate().filter(|(_, claim)| claim.is_proven()) {
            if let Some(why) = claim.untold() {
                left_out.push((claim, None, why));
                continue;
            }
            let nameless = claim.nameless();
            left_out.extend(nameless.map(|(part, why)| (claim, Some(part.purl.clone()), why)));
            let why = |statement: &&VexStatement| {
                Some((claim, Some(statement.purl.clone()), untold(statement, format)?))
            };
            left_out.extend(told.get(&number).into_iter().flatten().filter_map(why));
        }
        left_out
    }
}

/// Why a document of this format may not make this statement; `None` if it may.
fn untold(statement: &VexStatement, format: FixedFormat) -> Option<Untold> {
    let is_told_apart = match format {
        // These name the very files.
        FixedFormat::CycloneDx => true,
        FixedFormat::TrivyIgnore => ignore_files::tells_apart(statement),
        _ => false,
    };
    if !is_told_apart && !statement.holds_for_the_whole_folder() {
        return Some(Untold::Copies);
    }
    // Trivy ends without a word of help at an entry without one.
    let needs_cve = format == FixedFormat::Csaf && csaf::cve(statement).is_none();
    needs_cve.then_some(Untold::NoCve)
}

/// Whether this is a document in one of these formats that this program made.
pub(in crate::workbench::look) fn is_document(text: &[u8]) -> bool {
    if text.starts_with(ignore_files::HEAD.as_bytes()) {
        return true;
    }
    let Ok(document) = serde_json::from_slice::<Value>(text) else { return false };
    let says = |place: &str| document.pointer(place).and_then(Value::as_str).unwrap_or_default();
    let names = ["/metadata/tools/components/0/name", "/document/tracking/generator/engine/name"];
    says("/tooling").starts_with("patchwright/") || names.iter().any(|place| says(place) == "patchwright")
}

fn laid_out(document: &Value) -> String {
    let text = serde_json::to_string_pretty(document).expect("a document has text keys only");
    spell_out(&text) + "\n"
}
