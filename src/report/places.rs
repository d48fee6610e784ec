//! A file or a folder that the system refuses, in words.

use std::path::Path;

use super::words::{in_words, shell_path, shell_word};
use super::{FREE_SPACE, Report};
use crate::disk::fs::FolderError;
use crate::model::Code;

pub(super) const CHECK_THE_PATH: &str = "Check the path. Every folder in it must exist.";

pub(super) fn of_file(code: Code, doing: &str, path: &Path, source: &std::io::Error) -> Report {
    let report = Report::new(code, format!("Can't {doing}")).at(path.display()).because(in_words(source));
    match code {
        Code::Occupied => report.hint("Choose another name; existing files are never overwritten."),
        Code::Space => report.hint(FREE_SPACE),
        _ if source.kind() == std::io::ErrorKind::NotFound => report.hint(CHECK_THE_PATH),
        _ => report,
    }
}

pub(super) fn of_memory(code: Code, path: &Path, detail: &str) -> Report {
    let shown = shell_path(path);
    Report::new(code, "Can't read what this account saw of folders before")
        .at(path.display())
        .because(detail.to_owned())
        .hint(format!(
            "Restore the file from a backup, or move it away: `mv {shown} {shown}.damaged`. \
             Without it, older patches aren't recognized, and every history counts as foreign."
        ))
}

pub(super) fn of_folder(code: Code, path: &Path, error: &FolderError) -> Report {
    let report = Report::new(code, "Can't open the folder").at(path.display());
    match error {
        FolderError::IsLink { real, .. } => {
            let real = real.display().to_string();
            let hint = format!("To use the folder it points to, name that one: {}", shell_word(&real));
            report.because(format!("it's a link to {real}")).hint(hint)
        }
        FolderError::NotAFolder(_) => {
            report.because("it isn't a folder").hint("Name the folder where the product is installed.")
        }
        FolderError::System { source, .. } => {
            report.because(in_words(source)).hint("Name the folder where the product is installed.")
        }
    }
}
