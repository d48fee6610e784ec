//! Documents beside an order that travel with the patch as they are: its author's VEX, and attestations of others.

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;
use toml::de::DeTable;

use super::finding::Findings;
use super::script::ReadFile;
use super::table::{Table, span_of};
use crate::bundle::manifest::limits::CARRIED_BYTES;
use crate::model::{CarriedFile, Digest, Evidence, TreePath};
use crate::text::json;

/// Documents as an order names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CarriedDocuments {
    vex: Option<CarriedDocument>,
    attestations: Vec<CarriedDocument>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CarriedDocument {
    /// The file, as seen from the order's folder; never outside of it.
    name: TreePath,
    /// The media type of an attestation.
    media_type: String,
    bytes: Vec<u8>,
}

impl CarriedDocuments {
    /// The contents that have to travel.
    pub(crate) fn contents(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.vex.iter().chain(&self.attestations).map(|one| &one.bytes)
    }
}

pub(super) fn read(table: &Table<'_, '_>) -> CarriedDocuments {
    let named = |name, media_type| CarriedDocument { name, media_type, bytes: Vec::new() };
    let vex = table.text("vex").and_then(|_| table.must_path("vex"));
    let attestation = |table: Table<'_, '_>| {
        let (file, media_type) = (table.must_path("file"), table.must_text("media_type"));
        table.finish();
        file.map(|file| named(file, media_type))
    };
    CarriedDocuments {
        vex: vex.map(|vex| named(vex, String::new())),
        attestations: table.tables("attestations").into_iter().filter_map(attestation).collect(),
    }
}

/// Fills in the contents, and describes them in `evidence`. What is wrong with a file is said at the line that names it.
pub(super) fn load(
    documents: &mut CarriedDocuments,
    evidence: &mut Evidence,
    read_file: &ReadFile<'_>,
    root: &Spanned<DeTable<'_>>,
    findings: &mut Findings<'_>,
) {
    let mut fill = |field: String, document: &mut CarriedDocument| {
        let content =
            read_file(&document.name, CARRIED_BYTES).map_err(|error| format!("cannot be read: {error}"));
        let content = content.and_then(|content| match content.len() as u64 > CARRIED_BYTES {
            true => Err(format!("is longer than {} MiB", CARRIED_BYTES >> 20)),
            false => Ok(content),
        });
        match content {
            Ok(content) => document.bytes = content,
            Err(problem) => {
                findings.error(&span_of(root, &field), field, format!("{}: {problem}", document.name));
                return None;
            }
        }
        let format = match document.media_type.is_empty() {
            true => vex_format(&document.bytes),
            false => Some(document.media_type.clone()),
        };
        let Some(format) = format else {
            let problem = "is no VEX in OpenVEX, CycloneDX or CSAF, as JSON";
            findings.error(&span_of(root, &field), field, format!("{}: {problem}", document.name));
            return None;
        };
        let size_bytes = document.bytes.len() as u64;
        Some(CarriedFile { format, digest: Digest::compute(&document.bytes), size_bytes })
    };
    evidence.vex = documents.vex.as_mut().and_then(|vex| fill("vex".to_owned(), vex));
    let numbered = documents.attestations.iter_mut().enumerate();
    evidence.attestations =
        numbered.filter_map(|(index, one)| fill(format!("attestations[{index}].file"), one)).collect();
}

/// Which VEX it is, as it says itself.
fn vex_format(bytes: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct VexHead {
        #[serde(rename = "@context")]
        context: Option<String>,
        #[serde(rename = "bomFormat")]
        bom_format: Option<String>,
        #[serde(rename = "specVersion")]
        spec_version: Option<String>,
        vulnerabilities: Option<Vec<Value>>,
        document: Option<CsafHead>,
    }
    #[derive(Deserialize)]
    struct CsafHead {
        category: Option<String>,
        csaf_version: Option<String>,
    }
    let head: VexHead = json::from_slice(bytes, bytes.len()).ok()?;
    let version = head.context.as_deref().and_then(|text| text.strip_prefix("https://openvex.dev/ns"));
    if let Some(version) = version {
        return Some(format!("OpenVEX {}", version.trim_start_matches(['/', 'v'])).trim_end().to_owned());
    }
    if head.bom_format.as_deref() == Some("CycloneDX") && head.vulnerabilities.is_some() {
        return Some(format!("CycloneDX {}", head.spec_version?));
    }
    let document = head.document.filter(|one| one.category.as_deref() == Some("csaf_vex"))?;
    Some(format!("CSAF {}", document.csaf_version?))
}

#[cfg(test)]
mod tests {
    use super::vex_format;

    #[test]
    fn a_vex_says_which_one_it_is() {
        for (text, format) in [
            (r#"{"@context":"https://openvex.dev/ns/v0.2.0","statements":[]}"#, Some("OpenVEX 0.2.0")),
            (r#"{"@context":"https://openvex.dev/ns","statements":[]}"#, Some("OpenVEX")),
            (r#"{"bomFormat":"CycloneDX","specVersion":"1.6","vulnerabilities":[]}"#, Some("CycloneDX 1.6")),
            (r#"{"document":{"category":"csaf_vex","csaf_version":"2.0"}}"#, Some("CSAF 2.0")),
            // A bill of materials says nothing of vulnerabilities, and an advisory isn't a VEX.
            (r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}"#, None),
            (r#"{"document":{"category":"csaf_security_advisory","csaf_version":"2.0"}}"#, None),
            (r#"{"@context":"https://example.com"}"#, None),
            ("[]", None),
            ("", None),
        ] {
            assert_eq!(vex_format(text.as_bytes()).as_deref(), format, "{text}");
        }
    }
}
