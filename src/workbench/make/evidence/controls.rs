//! What is known of the patches that were applied, for the controls of the site: facts from the history, each of which its
//! record shows.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{EvidencePack, PatchEvidence};
use crate::ledger::{Action, Entry, Turn, Turns};
use crate::model::{Compliance, LayerKey};
use crate::plan::{ClaimProof, ControlAsk, ControlFacts, ControlLine, judge_controls};
use crate::workbench::FixedHere;

/// What the controls come to.
pub(super) fn lines(pack: &EvidencePack, controls: &[(String, Vec<ControlAsk>)]) -> Vec<ControlLine> {
    let times = BelievedTimes::new(&pack.all);
    let facts: Vec<ControlFacts> = pack.patches.iter().map(|patch| facts(pack, patch, &times)).collect();
    judge_controls(controls, &facts)
}

fn facts(pack: &EvidencePack, patch: &PatchEvidence, times: &BelievedTimes<'_>) -> ControlFacts {
    let key = patch.key;
    let here = pack.fixed.as_ref().filter(|fixed| fixed.unfinished.is_none());
    let said = patch.said.as_ref();
    let is_trusted = patch.vouched.as_ref().map(|vouched| vouched.verdict == "trusted");
    let signers = patch.vouched.iter().flat_map(|vouched| &vouched.signers);
    let entry = pack.entries.iter().find(|entry| entry.seq == key.entry);
    ControlFacts {
        patch: patch.note.id.clone(),
        entry: key.entry,
        came: times.of(key, &patch.note.id).map(|time| TimeZone::UTC.to_datetime(time).date()),
        is_here: here.map(|here| here.is_here(key)),
        unproven: here.and_then(|here| unproven(here, key)),
        replaced_by: here.and_then(|here| replaced_by(here, key)),
        is_trusted,
        reviewers: signers.filter(|one| one.role == "reviewer").map(|one| one.name.clone()).collect(),
        checks: checks(pack, key.entry),
        due: patch.due.clone(),
        issues: said.map(|said| said.issues.clone()).unwrap_or_default(),
        ticket: entry.and_then(|entry| entry.ticket.clone()),
        serves: said.iter().flat_map(|said| &said.compliance).map(Compliance::name).collect(),
    }
}

fn unproven(here: &FixedHere, key: LayerKey) -> Option<String> {
    let of_patch = here.claims.iter().filter(|claim| claim.key == key);
    of_patch
        .filter(|claim| claim.resolved.is_fixed_vulnerability() && !claim.is_proven())
        .map(|claim| claim.resolved.id.clone())
        .next()
}

fn replaced_by(here: &FixedHere, key: LayerKey) -> Option<String> {
    here.claims.iter().filter(|claim| claim.key == key).find_map(|claim| match &claim.proof {
        ClaimProof::Replaced { by } => Some(by.clone()),
        _ => None,
    })
}

/// How many health checks passed after an entry, before anything else was changed, and whether one failed.
fn checks(pack: &EvidencePack, seq: u64) -> (usize, bool) {
    let after = pack.all.iter().filter(|entry| entry.seq > seq);
    let after = after.take_while(|entry| entry.action == Action::Checked);
    let own = pack.all.iter().filter(|entry| entry.seq == seq);
    let all: Vec<bool> = own.chain(after).flat_map(|entry| &entry.checks).map(|check| check.passed).collect();
    (all.iter().filter(|passed| **passed).count(), all.contains(&false))
}

/// When entries were made, as far as their clocks can be believed: one that is dated before an earlier one can't.
struct BelievedTimes<'a> {
    entries: &'a [Entry],
    times: Vec<Option<Timestamp>>,
    turns: Turns,
}

impl<'a> BelievedTimes<'a> {
    fn new(entries: &'a [Entry]) -> Self {
        let mut latest = Timestamp::MIN;
        let believed = entries.iter().map(|entry| {
            let time: Timestamp = entry.time.parse().ok()?;
            let is_believed = time >= latest;
            latest = latest.max(time);
            is_believed.then_some(time)
        });
        Self { entries, times: believed.collect(), turns: Turns::new(entries) }
    }

    /// When the patch came, or last came back: what went in between was open meanwhile.
    fn of(&self, key: LayerKey, id: &str) -> Option<Timestamp> {
        let came_back = |entry: &Entry| {
            entry.seq > key.entry
                && entry.action == Action::Rollback
                && self.turns.of(entry) == Turn::CameBack
                && entry.patches().iter().any(|patch| patch.id == id)
        };
        let last = self.entries.iter().rposition(|entry| entry.seq == key.entry || came_back(entry))?;
        self.times[last]
    }
}
