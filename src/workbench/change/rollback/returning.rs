//! What has to hold before a patch comes back, as it has to before one comes: nothing gets in by undoing its rollback that is
//! kept out where it is applied. What is asked of the product afterwards is `checks_after`.

use std::collections::BTreeSet;

use super::super::scripts::refuse_to_bring_back;
use super::route::PlannedRollback;
use crate::disk::fs::Fs;
use crate::ledger::{Entry, EntryFact, Ledger, OverrideNote};
use crate::model::{FileChange, LayerKey, LocalEdits, Patch};
use crate::plan::why::{HistoryDoubt, Override, Restoring};
use crate::plan::{Note, NoteAbout, Obstacle, OnDrift, Resolution, Situation, fitness};
use crate::trust::Standing;
use crate::workbench::look::edited_images::kept_edits;
use crate::workbench::look::merged_contents::MergedContents;
use crate::workbench::look::site_rules::unmet;
use crate::workbench::look::situation::{CheckReach, Survey, product_seen};
use crate::workbench::look::stack::manifest_of;
use crate::workbench::look::vouching::Vouching;
use crate::workbench::{Result, Watch, Workbench};

impl Workbench {
    /// Adds to `look`, which takes back `entry`, what product, machine, time and the rules of the site say against the patches
    /// that come back by it. What was set aside when they came stays so. `reach`: how far the checks of a patch may
    /// reach that nobody vouches for.
    pub(super) fn add_fitness(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        entry: &Entry,
        look: &mut PlannedRollback,
        (reach, watch): (CheckReach, Watch<'_>),
    ) -> Result<()> {
        let back = ledger.brought_without(entry);
        if back.is_empty() {
            return Ok(());
        }
        let keys = self.keys_of_today()?;
        let vouching = self.vouching(&keys, fs, ledger);
        // The version that what comes back before it left; outside: nothing does.
        let mut left: Option<Option<String>> = None;
        for key in back {
            let Some(patch) = manifest_of(fs, ledger, key) else { continue };
            let verdict = vouching.verdict_of(key);
            let is_trusted = verdict.as_ref().is_some_and(|verdict| verdict.standing == Standing::Trusted);
            let seen =
                product_seen(fs, &patch, if is_trusted { CheckReach::Everywhere } else { reach }, watch)?;
            let situation = Situation {
                is_product: seen.is_product,
                product_evidence: seen.evidence,
                version: left.unwrap_or(seen.version),
                failed_checks: seen.failed_checks,
                unasked_checks: seen.unasked_checks,
                platform: look.survey.situation.platform.clone(),
                now: look.survey.situation.now.clone(),
                ..Situation::default()
            };
            look.has_unasked |= !situation.unasked_checks.is_empty();
            left = Some(version_left(ledger, key, &patch));
            let (mut obstacles, notes): (Vec<Obstacle>, Vec<Note>) = fitness(&patch, &situation);
            let now = self.environment().timestamp();
            let rules = verdict.map(|verdict| unmet(&patch, &verdict, &verdict.policy, now));
            let rules = rules.into_iter().flatten();
            let (aside, rules): (Vec<Obstacle>, Vec<Obstacle>) =
                rules.partition(|rule| was_set_aside(ledger, &vouching, key, rule));
            let still_aside = |rule| Note::of_obstacle(NoteAbout::StillSetAside, rule);
            look.preview.preview.notes.extend(aside.into_iter().map(still_aside));
            // The way around it is one of applying.
            obstacles.extend(rules.into_iter().map(|rule| {
                let (code, meaning) = (rule.code(), rule.meaning());
                Obstacle::new(HistoryDoubt::NotAllowedNow { code, meaning })
            }));
            look.preview.preview.obstacles.extend(obstacles);
            look.preview.preview.notes.extend(notes);
        }
        Ok(())
    }
}

impl Workbench {
    /// What has to be allowed for what `entry` rolled back to be reapplied; `None` where that is refused whatever is allowed,
    /// and the patch can only be applied again.
    pub(crate) fn needed_to_return(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        entry: &Entry,
    ) -> Option<BTreeSet<Override>> {
        refuse_to_bring_back(ledger, entry).ok()?;
        // What can't be told is asked then.
        let recalls = self.recalls(&[]).unwrap_or_default();
        let doubts = self.doubts_about_returning(fs, ledger, entry, &recalls).unwrap_or_default();
        if !doubts.is_empty() || self.break_rules(fs, ledger, entry).unwrap_or_default() {
            return None;
        }
        let asked = self.asked(fs, ledger, entry).unwrap_or_default();
        Some(asked.iter().filter_map(Obstacle::way_around).collect())
    }

    /// Whether the rules of the site speak against what comes back when `entry` is taken back.
    fn break_rules(&self, fs: &dyn Fs, ledger: &Ledger, entry: &Entry) -> Result<bool> {
        let keys = self.keys_of_today()?;
        let vouching = self.vouching(&keys, fs, ledger);
        let now = self.environment().timestamp();
        let breaks_one = |key: LayerKey| {
            let (patch, verdict) = (manifest_of(fs, ledger, key)?, vouching.verdict_of(key)?);
            let mut rules = unmet(&patch, &verdict, &verdict.policy, now).into_iter();
            rules.find(|rule| !was_set_aside(ledger, &vouching, key, rule))
        };
        Ok(ledger.brought_without(entry).into_iter().any(|key| breaks_one(key).is_some()))
    }
}

/// What somebody set aside when the patches came that come back when `entry` is taken back. That was said about that
/// change, and not about this one.
pub(super) fn allowed_before(ledger: &Ledger, entry: &Entry) -> Vec<Obstacle> {
    let came: BTreeSet<u64> = ledger.brought_without(entry).into_iter().map(|key| key.entry).collect();
    let came = came.into_iter().filter_map(|seq| ledger.entry(seq));
    came.flat_map(|came| {
        RETURNING.into_iter().filter_map(move |rule| {
            let note = came.overrides.iter().find(|note: &&OverrideNote| note.rule == rule.rule())?;
            let shown = came.facts.iter().filter_map(|fact| match fact {
                EntryFact::Accepted { rule: Some(known), shown, .. } if *known == rule.rule() => {
                    Some(shown.as_str())
                }
                _ => None,
            });
            let shown: Vec<&str> = shown.collect();
            let shown = if shown.is_empty() { format!("--{}", rule.flag()) } else { shown.join("; ") };
            let (patch, reason) = (came.subject(), note.reason.clone());
            Some(Obstacle::new(HistoryDoubt::AllowedBefore { patch, rule, shown, reason }))
        })
    })
    .collect()
}

/// The rules that are asked about anew where a patch comes back.
const RETURNING: [Override; 3] = [Override::Dangerous, Override::Undo, Override::Related];

/// The version that `patch` left when it came, if that is known.
fn version_left(ledger: &Ledger, key: LayerKey, patch: &Patch) -> Option<String> {
    let of_all = || {
        let entry = ledger.entry(key.entry).filter(|entry| entry.layer_keys().last() == Some(key))?;
        entry.version_after.clone()
    };
    patch.about.result_version.clone().or_else(of_all)
}

/// Whether this person has set `rule` aside when the patch came, or said that the history is right that says so.
fn was_set_aside(ledger: &Ledger, vouching: &Vouching<'_>, key: LayerKey, rule: &Obstacle) -> bool {
    let came = ledger.entry(key.entry).filter(|_| vouching.is_believed(key));
    let around = rule.way_around();
    came.zip(around)
        .is_some_and(|(came, around)| came.overrides.iter().any(|set_aside| set_aside.rule == around.rule()))
}

/// Holds what was edited since the rollback `entry` against what the patches that come back by undoing it say of local edits.
/// Where a patch allows none, nothing is merged; where it edits the file by key, what its edits say must be so has to hold
/// in what is merged.
pub(super) fn hold_to_patches(
    fs: &dyn Fs,
    ledger: &Ledger,
    entry: &Entry,
    on_drift: OnDrift,
    survey: &mut Survey,
) -> Vec<Obstacle> {
    let mut unfit = Vec::new();
    if survey.situation.edits.is_empty() {
        return unfit;
    }
    for key in ledger.brought_without(entry) {
        let patch = manifest_of(fs, ledger, key);
        for change in patch.iter().flat_map(|patch| &patch.changes) {
            let path = &change.path;
            let Some(Resolution::Merged { .. }) = survey.situation.edits.get(path) else { continue };
            let whys = match change.local_edits {
                LocalEdits::Edit => broken_conditions(fs, key, change, &survey.made),
                LocalEdits::Refuse | LocalEdits::KeepLocal | LocalEdits::Merge | LocalEdits::Replace => {
                    Vec::new()
                }
            };
            match (on_drift, whys.is_empty(), change.local_edits == LocalEdits::Refuse) {
                (OnDrift::Stop, false, _) => unfit.push(Obstacle::at(path, Restoring::EditsUnfit { whys })),
                (OnDrift::KeepCopy, false, _) | (_, true, true) => {
                    survey.situation.edits.remove(path);
                    survey.made.take(path);
                }
                (_, true, false) => {}
            }
        }
    }
    unfit
}

/// What the edits of `change` say must be so and is not in what was `made` of its file.
fn broken_conditions(fs: &dyn Fs, key: LayerKey, change: &FileChange, made: &MergedContents) -> Vec<String> {
    let kept = change.edit.and_then(|digest| kept_edits(fs, key, &digest));
    let (Some(edits), Some(content)) = (kept, made.of(&change.path)) else {
        return vec!["the history doesn't have what they ask for".to_owned()];
    };
    match edits.conditions_in(content) {
        Ok(conditions) => conditions.into_iter().filter_map(|(_, why)| Some(why?.to_string())).collect(),
        Err(why) => vec![why.to_string()],
    }
}
