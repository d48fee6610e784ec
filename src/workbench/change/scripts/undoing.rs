//! What takes back the scripts of patches that are in a folder: whether it may run, and where its text is.

use super::{MAX_SCRIPT_BYTES, PlannedScript, ScriptConsent, ScriptPlan};
use crate::disk::fs::Fs;
use crate::ledger::{Entry, Ledger, PatchNote, ScriptNote, ScriptState, ScriptTime, read_small, script_name};
use crate::model::{Digest, LayerKey, ScriptPhase};
use crate::plan::Obstacle;
use crate::plan::why::{Scripts, Undo};
use crate::workbench::look::stack::manifest_of;
use crate::workbench::{Error, Result, Workbench};

impl Workbench {
    /// What takes back the scripts of these patches, in the order in which it would run. Where scripts are left as they
    /// are, nobody is asked who may ship any.
    pub(in crate::workbench::change) fn undo_plan(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        keys: &[LayerKey],
        consent: ScriptConsent,
    ) -> Result<ScriptPlan> {
        let mut plan = ScriptPlan::default();
        for key in keys.iter().rev() {
            let known = ledger.scripts_of(*key);
            // One that is only due may have run: taking it back has to cope with that, as the template says.
            let may_have_run = |note: &&ScriptNote| {
                matches!(note.time, ScriptTime::Before | ScriptTime::After)
                    && note.state != ScriptState::Skipped
            };
            let has_run: Vec<&ScriptNote> = known.iter().filter(may_have_run).collect();
            if has_run.is_empty() {
                continue;
            }
            let permitted = match consent {
                ScriptConsent::Without => Ok(()),
                _ => self.may_undo(fs, ledger, *key)?,
            };
            match permitted.and_then(|()| kept_scripts(fs, ledger, *key, &has_run)) {
                Ok(scripts) => plan.scripts.extend(scripts),
                Err(why) => drop(plan.refused.get_or_insert(why)),
            }
        }
        plan.refused = plan.refused.take().or_else(|| plan.not_for_this_system());
        plan.scripts.sort_by_key(|script| script.time);
        Ok(plan)
    }

    /// Whether what takes back the scripts of a patch may run: the keys of today decide, whatever was true when it came,
    /// and only where this person knows who wrote what the history says about them.
    fn may_undo(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        key: LayerKey,
    ) -> Result<std::result::Result<(), Obstacle>> {
        let reference = ledger.note(key).and_then(PatchNote::reference);
        let patch = reference.map(|patch| patch.to_string()).unwrap_or_default();
        let Some(memory) = self.memory()? else {
            return Ok(Err(Obstacle::new(Scripts::NoMemory { patch })));
        };
        let unknown = memory.unknown_entries(ledger);
        let tells = |entry: &&Entry| {
            entry.seq == key.entry || entry.scripts.iter().any(|script| script.patch == patch)
        };
        if ledger.entries().iter().filter(tells).any(|entry| unknown.contains(&entry.seq)) {
            return Ok(Err(Obstacle::new(Scripts::ForeignHistory { patch })));
        }
        let keys = self.keys_of_today()?;
        let verdict = self.vouching(&keys, fs, ledger).verdict_of(key);
        Ok(match verdict {
            Some(verdict) if self.may_run_scripts(&verdict).is_ok() => Ok(()),
            Some(_) => Err(Obstacle::new(Scripts::NotVouchedToday { patch })),
            None => Err(Obstacle::new(Scripts::NoUndo)),
        })
    }
}

/// What takes back those scripts of one patch that have run, the last one first.
fn kept_scripts(
    fs: &dyn Fs,
    ledger: &Ledger,
    key: LayerKey,
    has_run: &[&ScriptNote],
) -> std::result::Result<Vec<PlannedScript>, Obstacle> {
    let lost = || Obstacle::new(Scripts::NoUndo);
    // The manifest's digest is checked; each text is by the digest that the manifest names.
    let patch = manifest_of(fs, ledger, key).ok_or_else(lost)?;
    let name = patch.about.identity.to_string();
    let text_of = |digest: &Digest| -> Option<String> {
        let place = Ledger::place_of(key.entry).join(script_name(digest));
        let bytes = read_small(fs, &place, MAX_SCRIPT_BYTES).ok()?;
        (Digest::compute(&bytes) == *digest).then(|| String::from_utf8(bytes).ok())?
    };
    let mut undo = Vec::new();
    for (index, script) in patch.scripts.iter().enumerate().rev() {
        let Some(digest) = script.undo.filter(|_| has_run.iter().any(|note| note.number == index + 1)) else {
            continue;
        };
        let time = match script.phase {
            ScriptPhase::Before => ScriptTime::UndoBefore,
            ScriptPhase::After => ScriptTime::UndoAfter,
        };
        let text = text_of(&digest).ok_or_else(lost)?;
        undo.push(PlannedScript::alone((&name, index), script, time, (digest, text)));
    }
    Ok(undo)
}

/// Taking a rollback back would bring a patch in without its scripts.
pub(in crate::workbench::change) fn refuse_to_bring_back(ledger: &Ledger, rollback: &Entry) -> Result<()> {
    match ledger.is_about_scripts(rollback) {
        false => Ok(()),
        true => Err(Error::refused(Undo::HasScripts)),
    }
}
