//! What an entry says about scripts: which were agreed to, and what came of them.
//!
//! A script cannot be a part of the transaction. So that a crash leaves no doubt about what is in doubt, each is noted
//! as due before it runs, and with its outcome in a later entry. One that is due and has no outcome may have run, in
//! part or in whole.

use serde::{Deserialize, Serialize};

use super::{Action, CheckNote, Entry, Ledger, as_text};
use crate::model::{Digest, LayerKey};

/// When a script runs, undoing ones among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScriptTime {
    /// Before the change is prepared.
    Before,
    /// After the change is done.
    After,
    /// Before files are restored: undoes what an `After` script did.
    UndoAfter,
    /// After files are restored: undoes what a `Before` script did.
    UndoBefore,
}

impl ScriptTime {
    /// Whether it undoes what another one did.
    pub(crate) const fn is_undo(self) -> bool {
        matches!(self, ScriptTime::UndoAfter | ScriptTime::UndoBefore)
    }

    /// The word for it, as manifests, programs and the scripts themselves read it.
    pub const fn as_str(self) -> &'static str {
        match self {
            ScriptTime::Before => "before",
            ScriptTime::After => "after",
            ScriptTime::UndoAfter => "undo-after",
            ScriptTime::UndoBefore => "undo-before",
        }
    }
}

/// What is known about a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScriptState {
    /// It is about to run. Without a later word, nobody knows whether it did.
    Due,
    /// It ended well.
    Done,
    /// It did not.
    Failed,
    /// Somebody stopped it before its end.
    Stopped,
    /// It did not run, because one before it failed.
    Skipped,
}

/// One script, as the history tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptNote {
    /// Id and revision of its patch.
    pub patch: String,
    /// Its number in the patch, from 1.
    pub number: usize,
    /// When it runs.
    pub time: ScriptTime,
    /// SHA-256 of its text.
    #[serde(with = "as_text")]
    pub sha256: Digest,
    /// What is known.
    pub state: ScriptState,
    /// How it ended, as a phrase.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub how: String,
    /// How long it took.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub(crate) millis: u64,
    /// The end of what it printed. Escape it before it is shown.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub output: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks in this way")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl ScriptNote {
    /// The script in words that hold nothing from the bundle but its patch's id.
    pub fn name(&self) -> String {
        let number = self.number;
        match self.time {
            ScriptTime::Before => format!("script {number} of {}, before the change", self.patch),
            ScriptTime::After => format!("script {number} of {}, after the change", self.patch),
            ScriptTime::UndoAfter | ScriptTime::UndoBefore => {
                format!("the script that undoes script {number} of {}", self.patch)
            }
        }
    }

    /// The same as a check, for whoever shows both in one list.
    pub(crate) fn as_check(&self) -> CheckNote {
        let evidence = match self.state {
            ScriptState::Due => "it was about to run".to_owned(),
            ScriptState::Skipped => "it did not run".to_owned(),
            ScriptState::Done | ScriptState::Failed | ScriptState::Stopped => self.how.clone(),
        };
        CheckNote {
            check: self.name(),
            passed: !matches!(self.state, ScriptState::Failed | ScriptState::Stopped),
            evidence,
            printed: self.output.trim_end().to_owned(),
        }
    }

    fn is_same_script(&self, other: &Self) -> bool {
        (&self.patch, self.number, self.time) == (&other.patch, other.number, other.time)
    }
}

impl Entry {
    /// Whether this outcome is that of a script.
    pub(crate) fn is_of_script(&self, note: &CheckNote) -> bool {
        self.scripts.iter().any(|script| script.name() == note.check)
    }

    /// Checks and scripts in one list, in the order in which they came.
    pub fn outcomes(&self) -> Vec<CheckNote> {
        self.scripts.iter().map(ScriptNote::as_check).chain(self.checks.iter().cloned()).collect()
    }

    /// The same without what scripts printed, which may be the content of any file, and without what older versions
    /// wrote in sentences, which may quote it.
    pub(crate) fn without_what_scripts_printed(mut self) -> Self {
        self.scripts.iter_mut().for_each(|script| script.output.clear());
        self.checks.iter_mut().for_each(|check| check.printed.clear());
        self.older_remarks.clear();
        self
    }
}

impl Ledger {
    /// Whether scripts ran with `rollback`, or with what it rolled back: undoing it would bring a patch in without them.
    pub(crate) fn is_about_scripts(&self, rollback: &Entry) -> bool {
        let reversed = rollback.reverses.and_then(|seq| self.entry(seq));
        let out = rollback.out.iter().filter_map(|gone| self.entry(gone.key().entry));
        reversed.into_iter().chain(out).chain([rollback]).any(|entry| !entry.scripts.is_empty())
    }

    /// Scripts that were about to run around the newest change, and of which nothing was heard since.
    pub(crate) fn scripts_in_doubt(&self) -> Vec<&ScriptNote> {
        let mut heard: Vec<&ScriptNote> = Vec::new();
        let mut in_doubt = Vec::new();
        for entry in self.entries().iter().rev() {
            for note in entry.scripts.iter().rev() {
                match note.state {
                    ScriptState::Due if !heard.iter().any(|later| later.is_same_script(note)) => {
                        in_doubt.push(note);
                    }
                    _ => heard.push(note),
                }
            }
            if matches!(entry.action, Action::Apply | Action::Rollback | Action::Repair) {
                break;
            }
        }
        in_doubt.reverse();
        in_doubt
    }

    /// What is known about the scripts that came with the patch `key`: the last word about each.
    pub(crate) fn scripts_of(&self, key: LayerKey) -> Vec<ScriptNote> {
        let Some(patch) = self.note(key).and_then(super::PatchNote::reference) else { return Vec::new() };
        let patch = patch.to_string();
        let mut known: Vec<ScriptNote> = Vec::new();
        for entry in self.entries().iter().filter(|entry| entry.seq >= key.entry) {
            for note in entry.scripts.iter().filter(|note| note.patch == patch) {
                match known.iter_mut().find(|earlier| earlier.is_same_script(note)) {
                    Some(earlier) => earlier.clone_from(note),
                    None => known.push(note.clone()),
                }
            }
        }
        known
    }
}

/// The name of a script's text beside its entry.
pub(crate) fn script_name(digest: &Digest) -> String {
    format!("script-{digest}")
}
