//! The flags that several verbs share. A verb's own flags are in its file.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Args, ValueEnum};
use jiff::Timestamp;

use super::Result;
use crate::model::Digest;
use crate::report::Report;
use crate::text::capitalised;
use crate::workbench::{DecisionDigest, Override, Overrides, is_text_patch, moment};

/// Flags of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct Common {
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Print progress as one JSON object per line; implies --json
    #[arg(long, global = true, value_name = "json", hide_possible_values = true)]
    pub progress: Option<ProgressFormat>,
    /// Answer yes to the question before a change
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Print without colors; NO_COLOR in the environment does the same
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
    /// Print nothing on success
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print full lists, checksums and each changed file
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// How progress is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProgressFormat {
    /// One JSON object per line.
    Json,
}

/// Patch files and the folder they are for. One list, so that flags may stand before, between and behind them.
#[derive(Debug, Args)]
pub(super) struct FilesAndTarget {
    /// The patch files or text patches, then the product folder
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

impl FilesAndTarget {
    /// The files and the folder.
    pub fn split(&self) -> Result<(Vec<PathBuf>, &Path)> {
        match self.paths.as_slice() {
            [files @ .., target] if !files.is_empty() => {
                files.iter().try_for_each(|file| is_bundle(file).map(drop))?;
                if target.is_file()
                    && let Some(folder) = files.iter().find(|file| file.is_dir() && !is_series(file))
                {
                    let report =
                        Report::usage(format!("{target:?} is a file; the product folder comes last"));
                    let hint = format!("Did you mean {target:?} {folder:?}?");
                    return Err(report.hint(hint).into());
                }
                Ok((files.to_vec(), target))
            }
            one_or_none => {
                let named = one_or_none.first().map_or("neither".to_owned(), |path| format!("{path:?}"));
                Err(Report::usage(format!("A patch file and a product folder are needed; you named {named}"))
                    .hint("Name the patch file first, then the product folder.")
                    .into())
            }
        }
    }
}

/// Lists of withdrawn patches.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Withdrawn patches")]
pub(super) struct Lists {
    /// Also check this list of withdrawn patches; this computer's own list is always checked
    #[arg(long, alias = "holds", value_name = "FILE")]
    pub withdrawn: Vec<PathBuf>,
}

/// An SBOM of the folder.
#[derive(Debug, Default, Args)]
pub(super) struct SbomFlag {
    /// An SBOM of the folder (CycloneDX or SPDX 2, JSON): answers for the components that the patch requires
    #[arg(long, value_name = "FILE")]
    pub sbom: Option<PathBuf>,
}

/// Reads what `plan --json` prints as `fingerprint`.
pub(super) fn fingerprint(text: &str) -> std::result::Result<DecisionDigest, String> {
    sha256(text).map(DecisionDigest)
}

/// Reads a digest, as it is printed.
pub(super) fn sha256(text: &str) -> std::result::Result<Digest, String> {
    text.parse().map_err(|_| "expected 64 hexadecimal digits".to_owned())
}

/// Refuses `-`: a bundle is read more than once, so it cannot come through a pipe.
pub(super) fn is_bundle(file: &Path) -> Result<&Path> {
    if file.as_os_str() == "-" {
        let report = Report::usage("A patch file cannot be read from a pipe");
        return Err(report.hint("Save it to a file first, then name that file.").into());
    }
    Ok(file)
}

/// Whether a folder holds a series of text patches.
fn is_series(folder: &Path) -> bool {
    is_text_patch(folder).unwrap_or_default()
}

/// The day or moment from which on something counts: one that was.
pub(super) fn since(text: &str, now: Timestamp) -> Result<Timestamp> {
    let example = "Write a day such as 2026-10-01, or a moment such as 2026-10-01T08:00:00Z.";
    match moment(text) {
        None => Err(Report::usage(format!("Can't read the date {text:?}")).hint(example).into()),
        Some(since) if since > now => {
            let report =
                Report::usage(format!("{text} is still to come, so nothing can have happened since"));
            Err(report.hint(format!("Name a day up to today, {} (UTC).", now.strftime("%Y-%m-%d"))).into())
        }
        Some(since) => Ok(since),
    }
}

/// A reason says something.
pub(super) fn reason(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("a reason is needed"),
        reason => Ok(reason.to_owned()),
    }
}

/// The same for a patch that comes back: those that are asked about anew, and count nowhere else. `UNDO`: only with
/// `--undo`.
#[derive(Debug, Clone, Default)]
pub(super) struct ReturnFlags<const UNDO: bool>(pub Overrides);

impl<const UNDO: bool> ReturnFlags<UNDO> {
    const RULES: [Override; 4] = [Override::Unsigned, Override::Dangerous, Override::Undo, Override::Related];

    /// What it does, as a sentence without its period.
    const fn deed(rule: Override) -> &'static str {
        match rule {
            Override::Unsigned => "also reapply a patch that nobody you trust has signed",
            Override::Undo => "also reapply a patch that undoes part of another one",
            Override::Related => "also reapply a patch whose files don't show what it says about another one",
            _ => {
                "also reapply an unsigned patch whose content runs with special rights, or that lets more people read a file"
            }
        }
    }
}

impl<const UNDO: bool> Args for ReturnFlags<UNDO> {
    fn augment_args(command: clap::Command) -> clap::Command {
        Self::RULES.into_iter().fold(command, |command, rule| {
            let deed = Self::deed(rule);
            let help = match UNDO {
                true => format!("With --undo: {deed}; the history records it"),
                false => format!("{}; the history records it", capitalised(deed)),
            };
            let flag = Arg::new(rule.flag()).long(rule.flag()).help(help);
            let flag = match rule.needs_reason() {
                true => flag.value_name("REASON").value_parser(reason),
                false => optional_reason(flag),
            };
            command.arg(if UNDO { flag.requires("undo") } else { flag })
        })
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl<const UNDO: bool> clap::FromArgMatches for ReturnFlags<UNDO> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = Self::default();
        given.update_from_arg_matches(matches)?;
        Ok(given)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for rule in Self::RULES {
            self.0.set(rule, matches.get_one::<String>(rule.flag()).cloned());
        }
        Ok(())
    }
}

/// `--flag` alone, or `--flag=REASON`.
fn optional_reason(flag: Arg) -> Arg {
    flag.value_name("REASON").num_args(0..=1).require_equals(true).default_missing_value("")
}

/// The rules that are set aside, a flag for each.
#[derive(Debug, Clone, Default)]
pub(super) struct OverrideFlags(pub Overrides);

impl Args for OverrideFlags {
    fn augment_args(command: clap::Command) -> clap::Command {
        Override::ALL.into_iter().fold(command, |command, rule| {
            let what = if rule.needs_reason() { "the reason" } else { "it, and the reason if you give one" };
            let help = format!("{}; the history records {what}", rule.deed());
            let flag = Arg::new(rule.flag()).long(rule.flag()).help(help);
            command.arg(match rule.needs_reason() {
                true => flag.value_name("REASON").value_parser(reason),
                false => optional_reason(flag),
            })
        })
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for OverrideFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = Self::default();
        given.update_from_arg_matches(matches)?;
        Ok(given)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for rule in Override::ALL {
            self.0.set(rule, matches.get_one::<String>(rule.flag()).cloned());
        }
        Ok(())
    }
}
