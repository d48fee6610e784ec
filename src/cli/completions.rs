//! `patchwright completions`: lets a shell complete commands and flags.

use clap_complete::Shell;

use super::Result;
use super::session::{Outcome, Session};
use super::verbs::command;

/// Print shell completions for commands and options
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright completions fish > ~/.config/fish/completions/patchwright.fish
  patchwright completions zsh > ~/.zfunc/_patchwright
  patchwright completions powershell >> $PROFILE
  source <(patchwright completions bash)")]
pub(super) struct Arguments {
    /// Your shell
    shell: Shell,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command(), "patchwright", &mut script);
        session.hand_over(&script)
    }
}
