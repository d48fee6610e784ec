//! What to do about files that somebody edited: the same flags for looking and for doing.

use std::path::PathBuf;

use super::Result;
use crate::model::TreePath;
use crate::report::Report;
use crate::workbench::{EditChoice, EditChoices};

/// What to do about files that were edited in the folder. Only for files that the patch allows to differ.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Edited files")]
pub(super) struct EditArguments {
    /// Keep your version of this edited file
    #[arg(long, value_name = "PATH")]
    keep_mine: Vec<String>,
    /// Use the patch's version of this file; yours is backed up
    #[arg(long, value_name = "PATH")]
    take_theirs: Vec<String>,
    /// Use FILE, in which you merged both versions of PATH
    #[arg(long, value_name = "PATH=FILE")]
    merged: Vec<String>,
}

impl EditArguments {
    /// The choices, by the file that each is for.
    pub fn choices(&self) -> Result<EditChoices> {
        let keep = self.keep_mine.iter().map(|path| (path.as_str(), EditChoice::KeepMine));
        let take = self.take_theirs.iter().map(|path| (path.as_str(), EditChoice::TakeTheirs));
        let mut choices = EditChoices::new();
        for (path, choice) in keep.chain(take) {
            add(&mut choices, parse(path)?, choice)?;
        }
        for pair in &self.merged {
            let (path, file) = path_and_file("--merged", pair)?;
            add(&mut choices, path, EditChoice::Merged(file))?;
        }
        Ok(choices)
    }
}

/// The file in a product folder and the one beside it in `PATH=FILE`.
pub(super) fn path_and_file(flag: &str, pair: &str) -> Result<(TreePath, PathBuf)> {
    match pair.split_once('=').filter(|(_, file)| !file.is_empty()) {
        Some((path, file)) => Ok((parse(path)?, PathBuf::from(file))),
        None => {
            let headline = format!("{flag} needs the path in the folder and your file: PATH=FILE");
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
        Some(_) => Err(Report::usage(format!("{path} is given two different choices")).into()),
    }
}
