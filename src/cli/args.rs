//! What can be typed: the verbs, and the flags that all of them share. A verb's own flags are in its file.

use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::{
    Result, accept, apply, completions, diff, explain, export, heal, history, identify, key, make, man, new,
    plan, recover, rollback, show, sign, status, support, verify,
};
use crate::plan::Fingerprint;
use crate::report::Report;

const EXIT_CODES: &str = "\
Exit codes:
  0    done, or nothing to do
  1    failed for a reason of the machine (disk, permission ...); the folder is as before
  2    the command line itself is wrong
  3    refused: something stands in the way (wrong version, conflict, drift ...); nothing changed
  4    not trusted: the patch file is damaged, hostile or not signed; nothing changed
  5    failed while changing and put back as before
  6    needs a person: unfinished or contradictory state; everything is kept
  130  interrupted before any change

Examples:
  patchwright show fix.patchbundle
  patchwright plan fix.patchbundle /opt/app
  patchwright apply fix.patchbundle /opt/app --allow-unsigned
  patchwright rollback /opt/app";

/// Puts patches into a product folder so carefully that anybody can take each of them out again.
#[derive(Debug, Parser)]
#[command(name = "patchwright", version, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub verb: Verb,
}

/// Flags of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct Common {
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Print one JSON object per line while working; implies --json
    #[arg(long, global = true, value_name = "json", hide_possible_values = true)]
    pub progress: Option<ProgressFormat>,
    /// Answer the question that a changing command asks with yes
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Print no colours; the environment variable NO_COLOR does the same
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Print nothing about work that succeeded
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print everything: full lists, digests, each changed file
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// How progress is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProgressFormat {
    /// One JSON object per line.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    New(new::Arguments),
    Make(make::Arguments),
    Show(show::Arguments),
    Diff(diff::Arguments),
    Export(export::Arguments),
    Verify(verify::Arguments),
    Sign(sign::Arguments),
    Key(key::Arguments),
    Plan(plan::Arguments),
    Explain(explain::Arguments),
    Apply(apply::Arguments),
    Rollback(rollback::Arguments),
    Accept(accept::Arguments),
    Status(status::Arguments),
    Heal(heal::Arguments),
    Identify(identify::Arguments),
    History(history::Arguments),
    Recover(recover::Arguments),
    Support(support::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

impl Verb {
    /// The verb as it is typed.
    pub fn name(&self) -> &'static str {
        match self {
            Verb::New(_) => "new",
            Verb::Make(_) => "make",
            Verb::Show(_) => "show",
            Verb::Diff(_) => "diff",
            Verb::Export(_) => "export",
            Verb::Verify(_) => "verify",
            Verb::Sign(_) => "sign",
            Verb::Key(_) => "key",
            Verb::Plan(_) => "plan",
            Verb::Explain(_) => "explain",
            Verb::Apply(_) => "apply",
            Verb::Rollback(_) => "rollback",
            Verb::Accept(_) => "accept",
            Verb::Status(_) => "status",
            Verb::Heal(_) => "heal",
            Verb::Identify(_) => "identify",
            Verb::History(_) => "history",
            Verb::Recover(_) => "recover",
            Verb::Support(_) => "support",
            Verb::Completions(_) => "completions",
            Verb::Man(_) => "man",
        }
    }

    /// Whether it changes a folder.
    pub fn changes_a_folder(&self) -> bool {
        matches!(
            self,
            Verb::Apply(_) | Verb::Rollback(_) | Verb::Heal(_) | Verb::Accept(_) | Verb::Recover(_)
        )
    }

    /// Whether it must not be stopped at any moment.
    pub fn needs_a_safe_stop(&self) -> bool {
        self.changes_a_folder() || matches!(self, Verb::Make(_) | Verb::Sign(_) | Verb::Key(_))
    }
}

/// The whole command line as data: for help, completions and the manual page.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Patch files and the folder they are for. One list, so that flags may stand before, between and behind them.
#[derive(Debug, Args)]
pub(super) struct FilesAndTarget {
    /// The patch files or text patches, and last the product folder
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

impl FilesAndTarget {
    /// The files and the folder.
    pub fn split(&self) -> Result<(Vec<PathBuf>, &Path)> {
        match self.paths.as_slice() {
            [files @ .., target] if !files.is_empty() => {
                files.iter().try_for_each(|file| is_bundle(file).map(drop))?;
                Ok((files.to_vec(), target))
            }
            one_or_none => {
                let named = one_or_none.first().map_or("nothing".to_owned(), |path| format!("{path:?}"));
                Err(Report::usage(format!("A patch file and a product folder are needed; {named} was named"))
                    .hint("Name the patch file first and the product folder last.")
                    .into())
            }
        }
    }
}

/// Lists of patches that were called back.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Patches that were called back")]
pub(super) struct Lists {
    /// Also ask this list of called-back patches; the one of this machine is asked always
    #[arg(long, value_name = "FILE")]
    pub holds: Vec<PathBuf>,
}

/// Reads what `plan --json` prints as `fingerprint`.
pub(super) fn fingerprint(text: &str) -> std::result::Result<Fingerprint, String> {
    text.parse().map(Fingerprint).map_err(|_| "64 hexadecimal digits are expected".to_owned())
}

/// Refuses `-`: a bundle is read more than once, so it cannot come through a pipe.
pub(super) fn is_bundle(file: &Path) -> Result<&Path> {
    if file.as_os_str() == "-" {
        let report = Report::usage("A patch file cannot be read from a pipe");
        return Err(report.hint("Save it to a file, then name that.").into());
    }
    Ok(file)
}
