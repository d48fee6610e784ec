//! The verbs: a line for each, and a file in this folder with its flags and what it does.

use clap::{CommandFactory, Parser, Subcommand};

use super::Result;
use super::flags::Common;
use super::session::{Outcome, Session};

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

/// What may be left half done when a verb is cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AtStake {
    /// Nothing that matters.
    Nothing,
    /// A file that it makes or adds to.
    File,
    /// A product folder, which it changes.
    Folder,
}

macro_rules! verbs {
    ($($verb:ident($file:ident): $at_stake:ident,)*) => {
        /// What to do.
        #[derive(Debug, Subcommand)]
        pub(super) enum Verb {
            $($verb(super::$file::Arguments),)*
        }

        impl Verb {
            /// The verb as it is typed.
            pub fn name(&self) -> &'static str {
                match self { $(Verb::$verb(_) => stringify!($file),)* }
            }

            fn at_stake(&self) -> AtStake {
                match self { $(Verb::$verb(_) => AtStake::$at_stake,)* }
            }

            pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
                match self { $(Verb::$verb(arguments) => arguments.run(session),)* }
            }
        }
    };
}

// In the order in which the help lists them.
verbs! {
    New(new): Nothing,
    Edit(edit): Nothing,
    Make(make): File,
    Show(show): Nothing,
    Diff(diff): Nothing,
    Export(export): Nothing,
    Verify(verify): Nothing,
    Review(review): File,
    Sign(sign): File,
    Key(key): File,
    Plan(plan): Nothing,
    Explain(explain): Nothing,
    Apply(apply): Folder,
    Rollback(rollback): Folder,
    Accept(accept): Folder,
    Status(status): Nothing,
    Heal(heal): Folder,
    Identify(identify): Nothing,
    History(history): Nothing,
    Recover(recover): Folder,
    Support(support): Nothing,
    Completions(completions): Nothing,
    Man(man): Nothing,
}

impl Verb {
    /// Whether it changes a folder.
    pub(crate) fn changes_a_folder(&self) -> bool {
        self.at_stake() == AtStake::Folder
    }

    /// Whether it must not be stopped at any moment.
    pub(crate) fn needs_a_safe_stop(&self) -> bool {
        self.at_stake() != AtStake::Nothing
    }
}

/// The whole command line as data: for help, completions and the manual page.
pub fn command() -> clap::Command {
    Arguments::command()
}
