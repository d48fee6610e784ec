//! Answers the model's questions out of the workbench. Slow: whoever calls does so beside the window.

use super::failure::Failure;
use super::history::FolderView;
use super::message::{Effect, Event, RollbackQuestion};
use crate::plan::OnDrift;
use crate::viewer;
use crate::workbench::{
    Error, RollbackOptions, ScriptConsent, Watch, Which, Workbench, is_text_patch_by_name, typed_path,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
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
}

impl Question {
    /// The question that `effect` asks, if it asks one.
    pub fn from_effect(effect: &Effect) -> Option<Self> {
        match effect {
            Effect::Sort(_) => Some(Question::Sort),
            Effect::Inspect(..) => Some(Question::Inspect),
            Effect::Look(..) => Some(Question::Look),
            Effect::Preview(..) | Effect::PreviewBack(..) => Some(Question::Preview),
            Effect::Contents(..) => Some(Question::Contents),
            Effect::List(..) => Some(Question::List),
            Effect::LayOutSample(_) => Some(Question::Sample),
            _ => None,
        }
    }
}

/// The answer to an effect that asks a question; `None` for one that asks none.
pub fn answer(workbench: &Workbench, effect: Effect, watch: Watch<'_>) -> Option<Event> {
    Some(match effect {
        Effect::Sort(path) => sort(&path),
        Effect::Inspect(ticket, bundle, folder) => {
            let inspect = || workbench.inspect_for(&bundle, folder.as_deref(), watch);
            Event::Inspected(ticket, Box::new(found(None, inspect)))
        }
        Effect::Look(ticket, folder) => {
            let look = || look(workbench, &folder, watch);
            Event::Looked(ticket, Box::new(found(Some(&folder), look)))
        }
        Effect::Preview(ticket, bundle, folder, choices) => {
            let preview = || workbench.preview_with(std::slice::from_ref(&bundle), &folder, &choices, watch);
            Event::Previewed(ticket, Box::new(found(Some(&folder), preview)))
        }
        Effect::PreviewBack(ticket, folder, question) => {
            let preview = || workbench.preview_rollback(&folder, &options(&question), watch);
            Event::BackPreviewed(ticket, Box::new(found(Some(&folder), preview)))
        }
        Effect::Contents(ticket, bundle, path, against) => {
            let load = || viewer::model::load(workbench, &bundle, &path, against.as_deref(), watch);
            Event::ContentsRead(ticket, found(against.as_deref(), load).map(|found| found.map(Arc::new)))
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

/// Whether `path` is a patch file or a folder. A patch file is known by what it is, and when nothing is there, by its
/// name; anything else that is missing is told best as a folder that is gone. A folder in which a `series` stands
/// holds patches; one that has it further below may be what they are for.
pub fn sort(typed: &Path) -> Event {
    let path = typed_path(typed);
    let has_its_name = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("patchbundle"))
        || is_text_patch_by_name(&path);
    let is_series = path.is_file() && path.file_name().is_some_and(|name| name == SERIES);
    match path.parent() {
        Some(patches) if is_series => Event::BundlePicked(patches.to_owned()),
        _ if path.is_file() || path.join(SERIES).is_file() || has_its_name && !path.exists() => {
            Event::BundlePicked(path)
        }
        _ => Event::FolderPicked(path),
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
    let which = match &question.patch {
        _ if question.again => Which::Reapply,
        Some(id) => Which::Patch(id.clone()),
        None => Which::Last,
    };
    RollbackOptions {
        which,
        on_drift: if question.keep_edits { OnDrift::KeepCopy } else { OnDrift::Stop },
        expected: None,
        scripts: ScriptConsent::None,
    }
}
