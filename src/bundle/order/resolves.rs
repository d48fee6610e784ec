//! What an order says the patch resolves, how bad that is, and which parts of the product it changes.

use super::detect;
use super::table::Table;
use crate::model::{
    Component, Purl, RequiredComponent, ResolvedIssue, ResolvedState, Severity, TreePath, VersRange,
};

pub(super) fn resolved(table: &Table<'_, '_>) -> ResolvedIssue {
    ResolvedIssue {
        kind: table.must_word("type"),
        id: table.must_text("id"),
        aliases: table.texts("aliases"),
        source: table.text("source"),
        published: table.text("published"),
        severity: table.table("severity").map(|table| severity(&table)),
        components: purls(table, table.texts("components")),
        state: table.word("state").unwrap_or(ResolvedState::Fixed),
        justification: table.word("justification"),
    }
}

pub(super) fn severity(table: &Table<'_, '_>) -> Severity {
    let severity = Severity { level: table.must_word("level"), cvss: table.text("cvss") };
    table.finish();
    severity
}

/// A part whose name is none is left out; there is a finding for it.
pub(super) fn read_component(table: &Table<'_, '_>) -> Option<Component> {
    let (version_after, patch) = (table.text("version_after"), table.must_word("patch_type"));
    let paths = paths(table);
    let named = Some(table.must_text("purl")).filter(|text| !text.is_empty())?;
    let purl = Purl::parse_exact(&named).map_err(|error| table.error("purl", error.to_string())).ok()?;
    Some(Component { purl, version_after, paths, patch })
}

/// A part whose name or range is none is left out; there is a finding for it.
pub(super) fn read_required(table: &Table<'_, '_>) -> Option<RequiredComponent> {
    let (named, versions) = (table.must_text("purl"), table.must_text("versions"));
    let detect = table.each("detect", detect::detect).into_iter().flatten().collect();
    let is_required = table.flag("required").unwrap_or(false);
    if named.is_empty() || versions.is_empty() {
        return None;
    }
    let purl = Purl::parse_any_version(&named).map_err(|error| table.error("purl", error.to_string()));
    let versions = VersRange::parse(&versions).map_err(|error| table.error("versions", error.to_string()));
    Some(RequiredComponent { purl: purl.ok()?, versions: versions.ok()?, detect, is_required })
}

fn purls(table: &Table<'_, '_>, texts: Vec<String>) -> Vec<Purl> {
    let read = |text: String| {
        Purl::parse_exact(&text).map_err(|error| table.error("components", error.to_string())).ok()
    };
    texts.into_iter().filter_map(read).collect()
}

fn paths(table: &Table<'_, '_>) -> Vec<TreePath> {
    let read =
        |text: String| TreePath::parse(&text).map_err(|error| table.error("paths", error.to_string())).ok();
    table.texts("paths").into_iter().filter_map(read).collect()
}
