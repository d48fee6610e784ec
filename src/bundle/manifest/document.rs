//! The whole manifest as it is written in JSON, field by field; no rule is checked here but names and types.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::problem::{ManifestProblem, Problems};
use super::wire::{
    RawApprovals, RawAttestation, RawCarried, RawChange, RawCheck, RawCompliance, RawComponent, RawConflict,
    RawDiffText, RawHold, RawIssue, RawOrigin, RawOutcome, RawProduct, RawProof, RawRequiredComponent,
    RawRequirement, RawRequirementIf, RawResolved, RawRollback, RawRollout, RawScript, RawSeverity,
    RawToggle, wire,
};
use super::{change, limits};
use crate::model::FileChange;
use crate::text::json::present;

/// The value of `format` in every manifest that this program writes and reads.
pub(super) const FORMAT: &str = "patchwright-bundle/1";
/// What the `format` of every later manifest starts with.
pub(super) const FORMAT_FAMILY: &str = "patchwright-bundle/";

/// What every later format keeps, so that an old program can tell "newer" from "damaged".
#[derive(Deserialize)]
pub(super) struct RawHead {
    pub format: String,
    #[serde(default)]
    pub(crate) min_tool_version: Option<String>,
}

/// The whole document: what is interpreted, and the keys starting `x-`.
pub(super) struct RawDocument {
    pub manifest: Manifest,
    pub extensions: BTreeMap<String, Value>,
}

wire! {
    struct Manifest {
        format: String,
        min_tool_version?: String,
        id: String,
        revision: u32,
        sequence: u64,
        channel?: String,
        needs_approval?: RawApprovals,
        kind: String,
        title: String,
        summary: String,
        severity?: RawSeverity,
        issues*: RawIssue,
        fixes: Vec<String>,
        vulnerabilities*: String,
        resolves*: RawResolved,
        components*: RawComponent,
        requires_components*: RawRequiredComponent,
        committed?: String,
        unplanned?: bool,
        mends*: String,
        compliance*: RawCompliance,
        created: String,
        expires?: String,
        support_until?: String,
        vendor: String,
        contact?: String,
        license?: String,
        product: RawProduct,
        platforms*: String,
        result?: RawOutcome,
        requires*: RawRequirement,
        requires_if*: RawRequirementIf,
        conflicts*: RawConflict,
        supersedes*: String,
        holds*: RawHold,
        diff?: RawDiffText,
        changes: Changes,
        preflight*: RawCheck,
        health*: RawCheck,
        scripts*: RawScript,
        toggles*: RawToggle,
        restart?: String,
        rollout?: RawRollout,
        rollback: RawRollback,
        source?: String,
        origin?: RawOrigin,
        provenance*: String,
        tests*: String,
        review*: String,
        sbom?: RawCarried,
        vex?: RawCarried,
        attestations*: RawAttestation,
        proof?: RawProof,
    }
}

/// The changes, of which a patch can have very many: each is read when it comes, and none is kept in this form.
#[derive(Debug, PartialEq)]
pub(super) struct Changes(pub Result<Vec<FileChange>, ManifestProblem>);

impl Default for Changes {
    fn default() -> Self {
        Self(Ok(Vec::new()))
    }
}

/// Only the place of the list: whoever writes a manifest writes the changes one by one.
impl Serialize for Changes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_seq(Some(0))?.end()
    }
}

impl<'de> Deserialize<'de> for Changes {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_seq(ChangesVisitor)
    }
}

struct ChangesVisitor;

impl<'de> Visitor<'de> for ChangesVisitor {
    type Value = Changes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of changes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Changes, A::Error> {
        let (mut changes, mut problem, mut index) = (Vec::new(), None, 0);
        while let Some(raw) = list.next_element::<RawChange>()? {
            index += 1;
            // What is no change at all is told first, wherever it stands.
            if problem.is_some() || index > limits::CHANGES {
                continue;
            }
            match change::read(raw) {
                Ok(change) => changes.push(change),
                Err(found) => problem = Some(found.inside(format_args!("changes[{}]", index - 1))),
            }
        }
        if index > limits::CHANGES {
            let mut problems = Problems::default();
            problems.entries("changes", index, limits::CHANGES);
            problem = problem.or(problems.into_all().pop());
        }
        Ok(Changes(problem.map_or(Ok(changes), Err)))
    }
}

impl<'de> Deserialize<'de> for RawDocument {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_map(DocumentVisitor)
    }
}

struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = RawDocument;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a manifest")
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<RawDocument, A::Error> {
        let mut extensions = BTreeMap::new();
        let interpreted = Interpreted { object, extensions: &mut extensions, at_start: true };
        let manifest = Manifest::deserialize(MapAccessDeserializer::new(interpreted))?;
        Ok(RawDocument { manifest, extensions })
    }
}

/// The keys of a manifest without those starting `x-`, which are put aside. (`flatten` would do the same, but
/// switches off the refusal of unknown keys.)
struct Interpreted<'a, A> {
    object: A,
    extensions: &'a mut BTreeMap<String, Value>,
    at_start: bool,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Interpreted<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.object.next_key::<String>()? {
            if std::mem::take(&mut self.at_start) && key != "format" {
                return Err(A::Error::custom("the first key is not \"format\""));
            }
            if !key.starts_with("x-") {
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
            let value = self.object.next_value()?;
            self.extensions.insert(key, value);
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.object.next_value_seed(seed)
    }
}
