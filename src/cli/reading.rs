//! How text patches are read: the flags, and several files of one change.

use std::path::{Path, PathBuf};

use super::Result;
use super::edits::EditArguments;
use super::flags::{Lists, SbomFlag, is_bundle};
use super::session::InFolder;
use crate::report::{Report, shell_path};
use crate::workbench::{ApplyRequest, TextOptions, Tolerance, is_text_patch};

/// Most lines that `--fuzz` may leave out of account: no diff has more around a change by custom.
const MAX_FUZZ: i64 = 10;

/// Flags for text patches. A bundle needs none of them.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Text patches (.patch, .diff, emails, a quilt series)")]
pub(super) struct ReadingArguments {
    /// Strip this many folders from the start of each name; by default, as many as fit your folder
    #[arg(short = 'p', long = "strip", value_name = "N")]
    strip: Option<usize>,
    /// Fuzz: let up to this many lines around a change differ; the history records it
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=MAX_FUZZ))]
    fuzz: i64,
    /// Ignore differences in white space, as `patch -l` does; the history records it
    #[arg(long)]
    ignore_whitespace: bool,
    /// Apply in reverse: remove a patch from a folder that has no history of it
    #[arg(short = 'R', long)]
    reverse: bool,
    /// Apply the rest of a patch that names changes it doesn't contain, such as binary files; the history records it
    #[arg(long)]
    without_uncarried: bool,
    /// The product as it was when the patch was made; later edits are merged where that can be proven
    #[arg(long, value_name = "DIR")]
    base: Option<PathBuf>,
}

/// What a verb that plans or makes a change is told beside its files.
#[derive(Debug, clap::Args)]
pub(super) struct RequestFlags {
    #[command(flatten)]
    edits: EditArguments,
    #[command(flatten)]
    lists: Lists,
    #[command(flatten)]
    sbom: SbomFlag,
    #[command(flatten)]
    reading: ReadingArguments,
}

impl RequestFlags {
    /// The files and how they are read, with what was decided about edited files, the lists of withdrawn patches to ask,
    /// and an SBOM.
    pub(super) fn request(&self, files: &[PathBuf], target: &Path) -> Result<ApplyRequest> {
        let (choices, withdrawn) = (self.edits.choices()?, self.lists.withdrawn.clone());
        let request = self.reading.request(files, Some(target))?;
        Ok(ApplyRequest { choices, withdrawn, sbom: self.sbom.sbom.clone(), ..request })
    }
}

impl ReadingArguments {
    /// The files to name to the workbench, and how they are read: several text patches are one change, which their first
    /// file stands for.
    pub fn request(&self, files: &[PathBuf], target: Option<&Path>) -> Result<ApplyRequest> {
        let (first, further) = files.split_first().ok_or_else(|| Report::usage("A patch file is needed"))?;
        let mut texts = Vec::new();
        for file in files {
            if is_text_patch(is_bundle(file)?).without_folder()? {
                texts.push(file);
            }
        }
        if texts.is_empty()
            && let Some(flag) = self.first_flag()
        {
            return Err(Report::usage(format!("{flag} works only with text patches")).into());
        }
        let Some(text) = texts.first() else { return Ok(files.into()) };
        if texts.len() < files.len() {
            let (text, folder) = (shell_path(text), target.map_or("FOLDER".to_owned(), shell_path));
            return Err(Report::usage("Patch files and text patches can't be applied together")
                .hint(format!(
                    "Apply them one after the other, or make a patch file from the text patch: patchwright make --patch {text} --target {folder} --output NEW.patchbundle"
                ))
                .into());
        }
        let fuzz = usize::try_from(self.fuzz).unwrap_or_default();
        let reading = TextOptions {
            strip: self.strip,
            tolerance: Tolerance { fuzz, ignores_white_space: self.ignore_whitespace },
            reverse: self.reverse,
            without_uncarried: self.without_uncarried,
            base: self.base.clone(),
            further: further.to_vec(),
            only: None,
        };
        Ok(ApplyRequest { reading, ..first.into() })
    }

    /// One of the flags that were given.
    fn first_flag(&self) -> Option<&'static str> {
        let given = [
            (self.strip.is_some(), "-p"),
            (self.fuzz > 0, "--fuzz"),
            (self.ignore_whitespace, "--ignore-whitespace"),
            (self.reverse, "--reverse"),
            (self.without_uncarried, "--without-uncarried"),
            (self.base.is_some(), "--base"),
        ];
        given.into_iter().find_map(|(is_given, flag)| is_given.then_some(flag))
    }
}
