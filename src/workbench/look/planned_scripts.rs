//! The scripts that a patch brings, as they would run: shown with the patch, and run by whoever changes a folder.

use crate::bundle::VerifiedBundle;
use crate::ledger::{ScriptNote, ScriptState, ScriptTime};
use crate::model::{Digest, Interpreter, Script, ScriptPhase};
use crate::scripts::{Ran, ScriptEnd};
use crate::workbench::Result;

/// The end of what a script printed that the history keeps, in characters: some screens.
const NOTED_CHARS: usize = 4000;

/// A script that would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedScript {
    /// Id and revision of its patch.
    pub patch: String,
    /// Its number in the patch, from 1.
    pub number: usize,
    /// When it runs.
    pub time: ScriptTime,
    /// Why the patch needs it, in the vendor's words.
    pub reason: String,
    /// What runs it.
    pub interpreter: Interpreter,
    /// Longest time it may take.
    pub timeout_secs: u32,
    /// SHA-256 of its text.
    pub digest: Digest,
    /// Its text, whole. Escape it before it is shown.
    pub text: String,
    /// What would undo what it did.
    pub undo: Option<Box<PlannedScript>>,
}

impl PlannedScript {
    fn new(
        patch: &str,
        index: usize,
        script: &Script,
        text_of: impl Fn(&Digest) -> Result<String>,
    ) -> Result<Self> {
        let (time, undo_time) = match script.phase {
            ScriptPhase::Before => (ScriptTime::Before, ScriptTime::UndoBefore),
            ScriptPhase::After => (ScriptTime::After, ScriptTime::UndoAfter),
        };
        let planned = |time, digest: Digest| -> Result<Self> {
            Ok(Self::alone((patch, index), script, time, (digest, text_of(&digest)?)))
        };
        let undo = script.undo.map(|digest| planned(undo_time, digest)).transpose()?;
        Ok(Self { undo: undo.map(Box::new), ..planned(time, script.blob)? })
    }

    /// One text of the script with this index of `patch`, without what would take it back.
    pub(crate) fn alone(
        (patch, index): (&str, usize),
        script: &Script,
        time: ScriptTime,
        (digest, text): (Digest, String),
    ) -> Self {
        Self {
            patch: patch.to_owned(),
            number: index + 1,
            time,
            reason: script.reason.raw().to_owned(),
            interpreter: script.interpreter,
            timeout_secs: script.timeout_secs,
            digest,
            text,
            undo: None,
        }
    }

    pub(crate) fn note(&self, state: ScriptState) -> ScriptNote {
        ScriptNote {
            patch: self.patch.clone(),
            number: self.number,
            time: self.time,
            sha256: self.digest,
            state,
            how: String::new(),
            millis: 0,
            output: String::new(),
        }
    }

    pub(crate) fn noted(&self, ran: &Ran) -> ScriptNote {
        let mut how = ran.how();
        if ran.left_running {
            how.push_str("; programs it left running were stopped");
        }
        if ran.dropped_bytes > 0 {
            how.push_str(&format!("; {} bytes of its output were not kept", ran.dropped_bytes));
        }
        let skipped = ran.output.chars().count().saturating_sub(NOTED_CHARS);
        ScriptNote {
            how,
            millis: u64::try_from(ran.took.as_millis()).unwrap_or(u64::MAX),
            output: ran.output.chars().skip(skipped).collect(),
            ..self.note(match ran.end {
                ScriptEnd::Exit(0) => ScriptState::Done,
                ScriptEnd::Stopped => ScriptState::Stopped,
                _ => ScriptState::Failed,
            })
        }
    }

    /// The script in words that hold nothing from the bundle but its patch's id.
    pub fn name(&self) -> String {
        self.note(ScriptState::Due).name()
    }
}

/// The scripts of one bundle.
pub(crate) fn planned_scripts(bundle: &VerifiedBundle) -> Result<Vec<PlannedScript>> {
    let name = bundle.patch.about.identity.to_string();
    let planned =
        |(index, script)| PlannedScript::new(&name, index, script, |digest| Ok(bundle.script_text(digest)?));
    bundle.patch.scripts.iter().enumerate().map(planned).collect()
}
