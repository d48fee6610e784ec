//! The lines of the review page, and how what is in them is worded.

use std::collections::BTreeSet;

use crate::model::{Node, Restart, Step};
use crate::present::fit;
use crate::present::overview::line;
use crate::report::changes::{self, ChangeLine, ChangeStatus};
use crate::report::phrases;
use crate::words::{self, fill, window};
use crate::workbench::{ApplyPreview, ComingPatch, PatchNote};

/// A line of the review page. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewLine {
    /// What it is about.
    pub name: &'static str,
    pub value: String,
    /// Whether it can be changed on the first page.
    pub can_change: bool,
}

impl ReviewLine {
    pub(super) fn fact(name: &'static str, value: String) -> Self {
        Self { name, value, can_change: false }
    }

    pub(super) fn choice(name: &'static str, value: String) -> Self {
        Self { name, value, can_change: true }
    }

    /// What has to be restarted afterwards, if anything.
    pub(super) fn restarts(needed: &BTreeSet<Restart>) -> Option<Self> {
        let sentences: Vec<&str> = needed.iter().filter_map(|what| words::restart(*what)).collect();
        (!sentences.is_empty()).then(|| Self::fact(words::RESTART, sentences.join("\n")))
    }

    /// The health checks that follow, if there are any.
    pub(super) fn checked_afterwards(checks: impl Iterator<Item = String>) -> Option<Self> {
        let checks: Vec<String> = checks.map(|check| line(&check)).collect();
        (!checks.is_empty()).then(|| Self::fact(window::CHECKED_AFTERWARDS, checks.join("\n")))
    }
}

/// The patches in the order in which they come.
pub(super) fn in_order(patches: &[ComingPatch]) -> String {
    let title = |one: &ComingPatch| one.patch.about.title.to_string();
    patches.iter().map(title).collect::<Vec<_>>().join(" \u{2192}\n")
}

/// Paths in a line each, as many as one reads.
pub(super) fn shortened(mut paths: Vec<String>) -> String {
    fit::shorten(&mut paths);
    paths.join("\n")
}

/// A line with the ids of patches; none where there are none.
pub(super) fn names<'a>(
    name: &'static str,
    patches: impl IntoIterator<Item = &'a PatchNote>,
) -> Option<ReviewLine> {
    let ids: Vec<String> = patches.into_iter().map(|patch| line(&patch.id)).collect();
    (!ids.is_empty()).then(|| ReviewLine::fact(name, ids.join(", ")))
}

pub(super) fn product(preview: &ApplyPreview) -> String {
    let name = line(&preview.patch.about.product.name);
    let found = preview.version.as_deref().map(line);
    match (found, preview.patch.about.result_version.as_deref().map(line)) {
        (Some(old), Some(new)) if old != new => format!("{name} {old} → {new}"),
        (Some(version), _) => format!("{name} {version}"),
        (None, Some(new)) => format!("{name} → {new}"),
        (None, None) => name,
    }
}

/// `2 restored, 1 reverted`, in the words for what comes back, changes and goes.
pub(super) fn counts(lines: &[ChangeLine<'_>]) -> String {
    let number = |status| changes::number(lines, status);
    let parts = [
        (number(ChangeStatus::Added), words::N_COME_BACK),
        (number(ChangeStatus::Modified) + number(ChangeStatus::TypeChanged), words::N_RESTORED),
        (number(ChangeStatus::Renamed), window::N_RENAMED),
        (number(ChangeStatus::Deleted), words::N_GO_AWAY),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, template)| fill(template, &[("n", &number.to_string())]))
        .collect();
    if parts.is_empty() { words::NONE.to_owned() } else { parts.join(", ") }
}

/// How long it takes, for somebody who wonders whether to fetch a coffee.
pub(super) fn duration(steps: &[Step]) -> String {
    /// What a slow disk reads, writes and flushes in a second, in bytes.
    const BYTES_PER_SECOND: u64 = 40 << 20;
    /// Places that a slow disk exchanges and flushes in a second.
    const PLACES_PER_SECOND: u64 = 200;
    let file_bytes =
        |node: &Option<Node>| node.as_ref().and_then(Node::as_file).map_or(0, |file| file.size_bytes);
    let bytes: u64 = steps.iter().map(|step| file_bytes(&step.before) + file_bytes(&step.after)).sum();
    let seconds = bytes / BYTES_PER_SECOND + steps.len() as u64 / PLACES_PER_SECOND;
    match seconds {
        0..10 => words::FEW_SECONDS.to_owned(),
        10..60 => words::UNDER_A_MINUTE.to_owned(),
        _ => phrases::count(seconds.div_ceil(60) as usize, "minute", "minutes"),
    }
}
