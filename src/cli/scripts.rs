//! Consent to scripts on the command line: a flag of its own, or a question of its own. `--yes` is neither.

use super::Result;
use super::render::text;
use super::session::{InFolder, Session};
use crate::model::Digest;
use crate::workbench::{PlannedScript, ScriptConsent, ScriptPlan};
use std::path::Path;

/// Flags about scripts.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Scripts")]
pub(super) struct ScriptFlags {
    /// Let the patch's scripts run on this computer, this time; with a SHA-256, only those that `plan --json` shows
    /// with it
    #[arg(long, value_name = "SHA-256", num_args = 0..=1, require_equals = true, default_missing_value = "all",
          value_parser = consent)]
    run_scripts: Option<ScriptConsent>,
}

fn consent(text: &str) -> std::result::Result<ScriptConsent, String> {
    match text {
        "all" => Ok(ScriptConsent::All),
        digest => digest
            .parse::<Digest>()
            .map(ScriptConsent::Shown)
            .map_err(|_| "expected 64 hexadecimal digits".to_owned()),
    }
}

impl ScriptFlags {
    /// What the flags say by themselves.
    pub fn consent(&self) -> ScriptConsent {
        self.run_scripts.unwrap_or_default()
    }

    /// What the flags say, or, where they say nothing, somebody who has read every script.
    pub fn agree(
        &self,
        plan: &ScriptPlan,
        target: &Path,
        session: &mut Session<'_, '_>,
    ) -> Result<ScriptConsent> {
        if let Some(consent) = self.run_scripts {
            return Ok(consent);
        }
        if plan.is_empty() || plan.refused.is_some() {
            // The workbench says what is to be said.
            return Ok(ScriptConsent::None);
        }
        if !session.can_ask() {
            return Err(plan.nobody_agreed()).in_folder(target);
        }
        let names: Vec<String> = plan.scripts.iter().map(PlannedScript::name).collect();
        let question = format!("Run {} on this computer?", names.join(", and "));
        session.ask(|style| text::scripts_in_full(&plan.scripts, style), &question)?;
        Ok(ScriptConsent::Shown(plan.digest()))
    }
}
