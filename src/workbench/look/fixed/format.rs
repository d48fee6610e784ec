//! The formats of documents about what is fixed, who says it, and what each of them may quote.

use serde_json::{Value, json};

use super::{FixedHere, StatedPatch};
use crate::model::{Digest, choices};
use crate::plan::{Claim, VexStatement};

choices! {
    /// The formats.
    #[derive(Default)]
    pub enum FixedFormat {
        /// OpenVEX 0.2: for Trivy and Grype.
        #[default]
        OpenVex = "openvex",
        /// CycloneDX 1.6 with the history of each patched library: for people and proof.
        CycloneDx = "cyclonedx",
        /// CycloneDX 1.6 VEX about that one.
        CycloneDxVex = "cyclonedx-vex",
        /// CSAF 2.0, profile VEX.
        Csaf = "csaf",
        /// `.trivyignore.yaml`: the only one that is exact to the folder.
        TrivyIgnore = "trivyignore",
        /// `osv-scanner.toml`.
        OsvScanner = "osv-scanner",
    }
}

/// Who says it.
#[derive(Debug, Clone)]
pub(crate) struct Publisher {
    pub name: String,
    /// An address that the publisher owns, which CSAF asks for.
    pub namespace: Option<String>,
}

impl Publisher {
    /// Whether this can be an address of theirs: a host, and behind it what RFC 3986 has for an address.
    pub(crate) fn is_address(text: &str) -> bool {
        let Some(rest) = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme)) else {
            return false;
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = host.split_once(':').unwrap_or((host, "0"));
        let is_label = |label: &str| {
            let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-';
            !label.is_empty() && label.bytes().all(is_plain)
        };
        let behind = &rest[rest.find(['/', '?', '#']).unwrap_or(rest.len())..];
        let (path, fragment) = behind.split_once('#').unwrap_or((behind, ""));
        host.split('.').all(is_label)
            && !port.is_empty()
            && port.bytes().all(|digit| digit.is_ascii_digit())
            && [path, fragment].into_iter().all(is_of_address)
    }

    /// Whether this can be the name of somebody.
    pub(crate) fn is_name(text: &str) -> bool {
        !text.trim().is_empty()
    }
}

/// Whether each character may stand in an address.
fn is_of_address(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'%' => is_hex(at + 1) && is_hex(at + 2),
        byte => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(byte),
    })
}

impl FixedFormat {
    /// Whether it must be said who owns which address.
    pub(crate) fn needs_namespace(self) -> bool {
        self == FixedFormat::Csaf
    }
}

/// This program, as documents name the tool that made them.
pub(super) fn tool() -> Value {
    json!({"type": "application", "name": "patchwright", "version": env!("CARGO_PKG_VERSION")})
}

impl FixedHere {
    /// The claims behind a statement.
    pub(crate) fn claims_of<'a>(&'a self, statement: &'a VexStatement) -> impl Iterator<Item = &'a Claim> {
        statement.claims.iter().map(|number| &self.claims[*number])
    }

    /// The patches behind it.
    pub(super) fn patches_of<'a>(
        &'a self,
        statement: &'a VexStatement,
    ) -> impl Iterator<Item = &'a StatedPatch> {
        self.claims_of(statement).filter_map(|claim| self.patches.get(&claim.key))
    }

    /// `ACME-HF-1042, signed by ACME; 2 files verified`: what a statement rests on, in one line.
    pub(super) fn grounds(&self, statement: &VexStatement) -> String {
        let mut patches: Vec<_> = self.patches_of(statement).map(|patch| patch.name.clone()).collect();
        patches.dedup();
        let mut authors: Vec<_> = self.claims_of(statement).flat_map(|claim| claim.authors.clone()).collect();
        authors.sort();
        authors.dedup();
        let files = match statement.paths.len() {
            1 => "1 file verified".to_owned(),
            number => format!("{number} files verified"),
        };
        // What may be running now says nothing about the folder as its history has it.
        let doubt = self.claims_of(statement).find_map(|claim| self.unchecked(claim));
        let doubt = doubt.filter(|change| !change.may_run());
        let doubt = doubt.map(|change| format!("; {}", change.phrase())).unwrap_or_default();
        format!("{}, signed by {}; {files}{doubt}", patches.join(", "), authors.join(", "))
    }

    /// A name for a document, made of what it says and of the history that it rests on.
    pub(super) fn uuid(&self, of: &Value) -> String {
        let digest = Digest::compute(format!("{}\n{of}", self.as_of.digest).as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.as_bytes()[..16]);
        // RFC 9562, version 8: made of whatever the maker chooses.
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }

    /// The number of the newest entry, at least 1: it grows with everything that happens to the folder.
    pub(super) fn edition(&self) -> u64 {
        self.as_of.entry.max(1)
    }
}
