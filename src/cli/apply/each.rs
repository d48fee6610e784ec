//! A series applied patch by patch, each in a transaction of its own.

use std::path::{Path, PathBuf};

use super::{Agreed, Arguments, idle};
use crate::cli::Result;
use crate::cli::render::{answer, text};
use crate::cli::session::{InFolder, Outcome, Session, Stop};
use crate::report::{Files, Report};
use crate::workbench::{Applied, ApplyRequest, PatchFile, is_text_patch};

/// Applies the patches in their order. The first that cannot be applied ends it; those before stay, and are told.
pub(super) fn apply_each(
    arguments: &Arguments,
    mut request: ApplyRequest,
    target: &Path,
    session: &mut Session<'_, '_>,
) -> Result<Outcome> {
    let path = request.files.first().map(PathBuf::as_path).unwrap_or(Path::new(""));
    if !is_text_patch(path).without_folder()? {
        return Err(Report::usage("--each works only with a series of text patches").into());
    }
    let file = PatchFile { path, reading: &request.reading };
    let series = session.workbench().inspect_text(file).without_folder()?;
    let mut done: Vec<Applied> = Vec::new();
    for number in 0..series.patches.len() {
        request.reading.only = Some(number);
        match arguments.change(&request, target, session) {
            Ok(Agreed::To(applied)) => done.push(applied),
            Ok(Agreed::NothingToDo(_)) => {}
            Err(stop) => {
                let name = &series.patches[number].name;
                return Err(told(stop, name, &done, series.patches.len()));
            }
        }
    }
    let last_change = done.iter().rev().find(|applied| applied.entry.is_some());
    let ending = match last_change {
        Some(_) => Outcome::Done,
        None => idle(done.iter().flat_map(|applied| &applied.patches)),
    };
    session.answer_as(
        ending,
        |style| done.iter().map(|applied| text::applied(applied, target, style)).collect(),
        || answer::Series::new(last_change.or(done.last()), &done, target),
    )
}

/// The failure, with the patch that it is about and how far it went.
fn told(stop: Stop, name: &str, done: &[Applied], all: usize) -> Stop {
    let Stop::Failed(mut report) = stop else { return stop };
    report.headline = format!("{name}: {}", report.headline);
    let count = done.len();
    if count > 0 && matches!(report.files, Files::Unchanged | Files::PutBack | Files::NotConcerned) {
        report.files = Files::SomePatches;
    }
    report.hints.push(match done.last() {
        Some(last) => format!(
            "{count} of {all} patches of the series are applied, up to {}; you can roll back each of them.",
            last.patch.about.identity
        )
        .into(),
        None => format!("None of the {all} patches of the series was applied.").into(),
    });
    Stop::Failed(report)
}
