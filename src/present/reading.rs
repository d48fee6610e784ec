//! Answers the model's questions out of the workbench. Slow: whoever calls does so beside the window.

use super::check::CheckPage;
use super::failure::Failure;
use super::history::FolderView;
use super::home::{self, Known};
use super::message::{Effect, Event, RollbackQuestion};
use crate::plan::OnDrift;
use crate::viewer;
use crate::workbench::{
    ApplyRequest, Error, HealOptions, PatchFile, RollbackOptions, ScriptConsent, TextOptions, Watch,
    Workbench, is_text_patch_by_name, typed_path,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Questions of which only the newest matters: a new one calls the old one off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Whether something is a patch file or a folder.
    Sort,
    /// What a patch file says.
    Inspect,
    /// What is in a folder.
    Look,
    /// Whether both fit, or going back does.
    Preview,
    /// Both sides of a change.
    Contents,
    /// The folders in a folder.
    List,
    Sample,
    /// How everything stands that the home page tells of.
    Survey,
}

impl Question {
    /// The question that `effect` asks, if it asks one.
    pub fn from_effect(effect: &Effect) -> Option<Self> {
        match effect {
            Effect::Sort(_) => Some(Question::Sort),
            Effect::Inspect(..) => Some(Question::Inspect),
            Effect::Look(..) => Some(Question::Look),
            Effect::Preview(..) | Effect::PreviewBack(..) | Effect::PreviewRepair(..) => {
                Some(Question::Preview)
            }
            Effect::Contents(..) => Some(Question::Contents),
            Effect::List(..) => Some(Question::List),
            Effect::LayOutSample(_) => Some(Question::Sample),
            _ => None,
        }
    }
}

/// The answer to an effect that asks a question, with text patches read as `reading` says; `None` for one that asks none.
pub fn answer(
    workbench: &Workbench,
    reading: &TextOptions,
    effect: Effect,
    watch: Watch<'_>,
) -> Option<Event> {
    Some(match effect {
        Effect::Sort(paths) => sort(&paths),
        Effect::Inspect(ticket, bundle, folder) => {
            let file = PatchFile { path: &bundle, reading };
            let inspect = || workbench.inspect_for(file, folder.as_deref(), watch);
            Event::Inspected(ticket, Box::new(found(None, inspect)))
        }
        Effect::Look(ticket, folder) => {
            let look = || look(workbench, &folder, watch);
            Event::Looked(ticket, Box::new(found(Some(&folder), look)))
        }
        Effect::Preview(ticket, files, folder, choices) => {
            let reading = reading.clone();
            let request = ApplyRequest { files, reading, choices, withdrawn: Vec::new() };
            let preview = || workbench.preview(request, &folder, watch);
            Event::Previewed(ticket, Box::new(found(Some(&folder), preview)))
        }
        Effect::PreviewBack(ticket, folder, question) => {
            let preview = || workbench.preview_rollback(&folder, &options(&question), watch);
            Event::BackPreviewed(ticket, Box::new(found(Some(&folder), preview)))
        }
        Effect::PreviewRepair(ticket, folder) => {
            let preview = || {
                let options = HealOptions::default();
                let mut from = workbench.open_for_heal(&options)?;
                let found = workbench.preview_heal(&folder, &options, &mut from, watch)?;
                Ok(CheckPage::of_repair(&found, &folder))
            };
            Event::RepairPreviewed(ticket, Box::new(found(Some(&folder), preview)))
        }
        Effect::Contents(ticket, bundle, path, folder, comparison) => {
            let folder = folder.as_deref();
            let file = PatchFile { path: &bundle, reading };
            let load = || viewer::model::load(workbench, file, &path, folder, comparison, watch);
            Event::ContentsRead(ticket, found(folder, load).map(|found| found.map(Arc::new)))
        }
        Effect::List(ticket, place) => {
            Event::Listed(ticket, found(None, || workbench.folders(place.as_deref())))
        }
        Effect::LayOutSample(ticket) => {
            Event::SampleReady(ticket, found(None, || workbench.lay_out_sample(watch)))
        }
        _ => return None,
    })
}

/// Looks at what the home page tells of, and hands on each answer as soon as it is there.
pub fn survey(
    workbench: &Workbench,
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
    watch: Watch<'_>,
    mut tell: impl FnMut(Event),
) {
    for file in files {
        if let Ok(Some(known)) = catch_unwind(AssertUnwindSafe(|| home::look_at_patch(workbench, &file))) {
            tell(Event::Surveyed(file, Known::Patch(known)));
        }
    }
    for folder in folders {
        if watch.cancel.check().is_err() {
            return;
        }
        let look = AssertUnwindSafe(|| home::look_at_folder(workbench, &folder, watch));
        if let Ok(known) = catch_unwind(look) {
            tell(Event::Surveyed(folder, Known::Folder(known)));
        }
    }
}

/// Tells patch files from folders, of which the last counts. A patch file is known by what it is, and when nothing is
/// there, by its name; anything else that is missing is told best as a folder that is gone. A folder in which a
/// `series` stands holds patches; one that has it further below may be what they are for.
pub fn sort(typed: &[PathBuf]) -> Event {
    let (mut bundles, mut folder) = (Vec::new(), None);
    for path in typed.iter().map(|path| typed_path(path)) {
        match patch_file(&path) {
            Some(bundle) => bundles.push(bundle),
            None => folder = Some(path),
        }
    }
    Event::Sorted { bundles, folder }
}

/// The patch file or folder of patches that `path` stands for, if it does.
fn patch_file(path: &Path) -> Option<PathBuf> {
    let has_its_name = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("patchbundle"))
        || is_text_patch_by_name(path);
    let is_series = path.is_file() && path.file_name().is_some_and(|name| name == SERIES);
    match path.parent() {
        Some(patches) if is_series => Some(patches.to_owned()),
        _ if path.is_file() || path.join(SERIES).is_file() || has_its_name && !path.exists() => {
            Some(path.to_owned())
        }
        _ => None,
    }
}

/// The file of a folder of patches that says in which order they come.
const SERIES: &str = "series";

/// What `question` finds. One that panics answers like one that failed: the window must live on.
fn found<T>(folder: Option<&Path>, question: impl FnOnce() -> Result<T, Error>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(question)) {
        Ok(found) => found.map_err(|error| Failure::from_error(&error, folder)),
        Err(_) => Err(Failure::of_lost_job()),
    }
}

fn look(workbench: &Workbench, folder: &Path, watch: Watch<'_>) -> Result<FolderView, Error> {
    Ok(FolderView::new(workbench.status(folder, watch)?, &workbench.history(folder)?))
}

fn options(question: &RollbackQuestion) -> RollbackOptions {
    RollbackOptions {
        which: question.which.clone(),
        on_drift: if question.keep_edits { OnDrift::KeepCopy } else { OnDrift::Stop },
        expected: None,
        scripts: ScriptConsent::None,
    }
}
