//! What can be wished for files that somebody edited: the same flags for looking and for doing.

use std::path::PathBuf;

use super::Result;
use crate::model::TreePath;
use crate::report::Report;
use crate::workbench::{EditChoice, EditChoices};

/// Wishes for files that were edited in the folder. Only for files that the patch allows to differ.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Files that were edited in the folder")]
pub(super) struct EditArguments {
    /// Leave this edited file as it is
    #[arg(long, value_name = "PATH")]
    keep_mine: Vec<String>,
    /// Take the patch's version of this file; the edited one is kept as a safe copy
    #[arg(long, value_name = "PATH")]
    take_theirs: Vec<String>,
    /// Take a file in which you merged both
    #[arg(long, value_name = "PATH=FILE")]
    merged: Vec<String>,
}

impl EditArguments {
    /// The wishes, by the place that each is for.
    pub fn choices(&self) -> Result<EditChoices> {
        let keep = self.keep_mine.iter().map(|path| (path.as_str(), EditChoice::KeepMine));
        let take = self.take_theirs.iter().map(|path| (path.as_str(), EditChoice::TakeTheirs));
        let mut choices = EditChoices::new();
        for (path, choice) in keep.chain(take) {
            add(&mut choices, parse(path)?, choice)?;
        }
        for pair in &self.merged {
            let (path, file) = place_and_file("--merged", pair)?;
            add(&mut choices, path, EditChoice::Merged(file))?;
        }
        Ok(choices)
    }
}

/// The place in a product folder and the file beside it in `PATH=FILE`.
pub(super) fn place_and_file(flag: &str, pair: &str) -> Result<(TreePath, PathBuf)> {
    match pair.split_once('=').filter(|(_, file)| !file.is_empty()) {
        Some((path, file)) => Ok((parse(path)?, PathBuf::from(file))),
        None => {
            let headline = format!("{flag} takes the place in the folder and your file: PATH=FILE");
            Err(Report::usage(headline).into())
        }
    }
}

fn parse(path: &str) -> Result<TreePath> {
    TreePath::parse(path).map_err(|error| Report::usage(error.to_string()).into())
}

fn add(choices: &mut EditChoices, path: TreePath, choice: EditChoice) -> Result<()> {
    match choices.insert(path.clone(), choice) {
        None => Ok(()),
        Some(_) => Err(Report::usage(format!("Two different things are wished for {path}")).into()),
    }
}
