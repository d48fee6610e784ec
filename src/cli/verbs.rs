//! The verbs: a line for each, and a file in this folder with its flags and what it does.

use std::ffi::OsString;

use clap::{Command, CommandFactory, FromArgMatches, Parser, Subcommand};

use super::Result;
use super::flags::Common;
use super::session::{Outcome, Session, VerbOfRun};

const EXAMPLES: &str = "\
Examples:
  patchwright show fix.patchbundle             see what the patch is for
  patchwright plan fix.patchbundle /opt/app    see what it would change
  patchwright apply fix.patchbundle /opt/app   apply it; asks you first
  patchwright rollback /opt/app                undo it";

const EXIT_CODES: &str = "\
Exit codes:
  0    done, or nothing to do
  1    the computer failed (disk, permissions ...); the folder is as before
  2    the command line is wrong; nothing was done
  3    refused (wrong version, conflict, drift ...); nothing was changed
  4    not trusted, or a damaged patch file; nothing was changed
  5    the change failed, and the folder was restored
  6    needs a person: an interrupted or unclear state; everything is kept
  7    not there yet: it waits for time or a person, or was stopped between two
       of many folders; nothing is wrong
  130  stopped before any change";

/// Applies patches to a product folder, and rolls any of them back later
#[derive(Debug, Parser)]
#[command(name = "patchwright", version = env!("PATCHWRIGHT_BUILD"), after_help = EXIT_CODES, max_term_width = 80)]
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
    ($($group:literal: {$($verb:ident($file:ident): $at_stake:ident,)*})*) => {
        /// What to do.
        #[derive(Debug, Subcommand)]
        pub(super) enum Verb {
            $($($verb(super::$file::Arguments),)*)*
        }

        /// What the verbs are for, and which they are, in the order in which the help lists them.
        const GROUPS: &[(&str, &[&str])] = &[$(($group, &[$(stringify!($file)),*])),*];

        impl Verb {
            /// The verb as it is typed.
            pub fn name(&self) -> &'static str {
                match self { $($(Verb::$verb(_) => stringify!($file),)*)* }
            }

            fn at_stake(&self) -> AtStake {
                match self { $($(Verb::$verb(_) => AtStake::$at_stake,)*)* }
            }

            pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
                match self { $($(Verb::$verb(arguments) => arguments.run(session),)*)* }
            }
        }
    };
}

verbs! {
    "Look (these change nothing)": {
        Show(show): Nothing,
        Diff(diff): Nothing,
        Plan(plan): Nothing,
        Explain(explain): Nothing,
        Rehearse(rehearse): File,
        Status(status): Nothing,
        Identify(identify): Nothing,
        Fixed(fixed): Nothing,
        Choose(choose): Nothing,
    }
    "Change a folder": {
        Apply(apply): Folder,
        Rollback(rollback): Folder,
        Reapply(reapply): Folder,
        Repair(repair): Folder,
        Toggle(toggle): Folder,
        Recover(recover): Folder,
        Accept(accept): Folder,
    }
    "Change many folders": {
        Rollout(rollout): Folder,
        Reconcile(reconcile): Folder,
    }
    "Make patch files": {
        New(new): Nothing,
        Edit(edit): Nothing,
        Make(make): File,
        Export(export): Nothing,
    }
    "Trust": {
        Verify(verify): Nothing,
        Review(review): File,
        Sign(sign): File,
        Key(key): File,
    }
    "Records, and this program": {
        History(history): Nothing,
        Metrics(metrics): Nothing,
        Evidence(evidence): File,
        Support(support): Nothing,
        Completions(completions): Nothing,
        Man(man): Nothing,
    }
}

impl Verb {
    /// What a run has to know of it.
    pub(crate) fn of_run(&self) -> VerbOfRun {
        VerbOfRun { name: self.name(), changes_a_folder: self.changes_a_folder() }
    }

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
pub fn command() -> Command {
    let command = Arguments::command();
    let help = help_of_the_program(&command);
    // Whatever the file of the program is called, everything that is shown can be typed after an installation.
    command.bin_name("patchwright").help_template(help).mut_subcommands(|verb| {
        verb.help_template(HELP_OF_A_VERB).mut_subcommands(|own| own.help_template(HELP_OF_A_VERB))
    })
}

/// What was typed.
pub(super) fn read(args: &[OsString]) -> Result<Arguments, clap::Error> {
    let mut command = command();
    let read = command.try_get_matches_from_mut(args).and_then(|read| Arguments::from_arg_matches(&read));
    read.map_err(|error| error.format(&mut command))
}

/// Examples are read before anything else.
const HELP_OF_A_VERB: &str = "{about}{after-help}\n\n{usage-heading} {usage}\n\n{all-args}";

/// A sentence, examples, and the verbs by what they are for.
fn help_of_the_program(command: &Command) -> String {
    let mut help = format!("{{about-with-newline}}\n{EXAMPLES}\n\n{{usage-heading}} {{usage}}\n");
    for (group, verbs) in GROUPS {
        help.push_str(&format!("\n{group}:\n"));
        for name in *verbs {
            let about = command.find_subcommand(name).and_then(Command::get_about);
            help.push_str(&format!("  {name:<11}  {}\n", about.unwrap_or_default()));
        }
    }
    help.push_str("\nHelp for one command: patchwright COMMAND --help\n");
    help.push_str("\nOptions of every command:\n{options}{after-help}");
    help
}
