//! Answers the model's questions out of the workbench. Slow: whoever calls does so beside the window.

use super::check::CheckPage;
use super::choose::ChoicePage;
use super::drifted::DriftLines;
use super::failure::Failure;
use super::fixed::FixedView;
use super::history::{FolderView, VerifiedHistory};
use super::home::{self, Known};
use super::merge::MergePage;
use super::message::{
    Beside, Effect, Event, KeyEffect, ManyEffect, PapersEffect, RepairQuestion, RollbackQuestion,
    ScriptAnswer,
};
use super::review;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::model::TreePath;
use crate::plan::OnDrift;
use crate::viewer;
use crate::viewer::model::Query;
use crate::workbench::{
    ApplyRequest, Comparison, Error, HistoryCheck, Occasion, PatchFile, RepairOptions, RollbackOptions,
    ScriptConsent, TextOptions, ToggleOptions, Watch, Workbench, is_text_patch_by_name, typed_path,
};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

mod keys;
mod make;
mod many;
mod papers;

/// Questions of which only the newest matters: a new one calls the old one off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Whether something is a patch file or a folder.
    Sort,
    /// What a patch file says.
    Inspect,
    /// What is in a folder.
    Look,
    /// Where something stands in every change.
    Find,
    /// Whether a folder's history is whole.
    Verify,
    /// The lines in which files differ.
    Drift,
    /// What is fixed in a folder.
    Fixed,
    /// Which patches mend what was found.
    Choose,
    /// What came of making a patch.
    Make,
    /// How edits by key fit.
    TryEdits,
    /// Whether what the edits of a patch ask for is so.
    Conditions,
    /// What trust rules ask for.
    AskRules,
    /// Whether a file was saved.
    Save,
    /// How folders stand to a state file.
    Compare,
    /// How a rollout stands.
    Rollout,
    /// What a run of it would do.
    PlanRollout,
    /// Whether what was said about it was written down.
    Say,
    /// Whether evidence is as it was made.
    CheckEvidence,
    /// How changing folders goes.
    Count,
    /// What a folder is.
    Identify,
    /// What a scanner will say.
    CompareScan,
    /// What a saved plan says.
    Plan,
    /// Whether both fit, or the rollback does.
    Preview,
    /// What meets in an edited file.
    Merge,
    /// Which keys are known.
    Keys,
    /// A key, or what is done with one.
    ChangeKeys,
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
            Effect::FindInAll(..) => Some(Question::Find),
            Effect::VerifyHistory(..) | Effect::Vouch(..) => Some(Question::Verify),
            Effect::ReadDrift(..) => Some(Question::Drift),
            Effect::Preview(..)
            | Effect::PreviewBack(..)
            | Effect::PreviewRepair(..)
            | Effect::PreviewKeep(..)
            | Effect::PreviewSwitch(..) => Some(Question::Preview),
            Effect::ReadMerge(..) | Effect::KeepMerged(..) => Some(Question::Merge),
            Effect::LookFixed(..) => Some(Question::Fixed),
            Effect::Choose(..) => Some(Question::Choose),
            Effect::Make(..) => Some(Question::Make),
            Effect::SaveFixed(..)
            | Effect::Many(ManyEffect::SaveComparison(..))
            | Effect::Papers(
                PapersEffect::SaveEvidence(..)
                | PapersEffect::Export(..)
                | PapersEffect::SaveOrder(_)
                | PapersEffect::SaveKey(..)
                | PapersEffect::SaveFigures(..)
                | PapersEffect::SavePlan(..),
            ) => Some(Question::Save),
            Effect::Papers(PapersEffect::TryEdits(..)) => Some(Question::TryEdits),
            Effect::Papers(PapersEffect::CheckConditions(..)) => Some(Question::Conditions),
            Effect::Papers(PapersEffect::AskRules(..)) => Some(Question::AskRules),
            Effect::Papers(PapersEffect::Identify(..)) => Some(Question::Identify),
            Effect::Papers(PapersEffect::ReadPlan(..)) => Some(Question::Plan),
            Effect::Papers(PapersEffect::CompareScan(..)) => Some(Question::CompareScan),
            Effect::Papers(PapersEffect::CheckEvidence(..)) => Some(Question::CheckEvidence),
            Effect::Papers(PapersEffect::Count(..)) => Some(Question::Count),
            Effect::Many(ManyEffect::Compare(..)) => Some(Question::Compare),
            Effect::Many(ManyEffect::Read(..)) => Some(Question::Rollout),
            Effect::Many(ManyEffect::Plan(..)) => Some(Question::PlanRollout),
            Effect::Many(ManyEffect::Say(..)) => Some(Question::Say),
            Effect::Keys(KeyEffect::List(_)) => Some(Question::Keys),
            Effect::Keys(_) | Effect::SaveReview(..) => Some(Question::ChangeKeys),
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
        Effect::Look(ticket, folder, lists) => {
            let look = || look(workbench, &folder, &lists, watch);
            Event::Looked(ticket, Box::new(found(Some(&folder), look)))
        }
        Effect::Preview(..)
        | Effect::PreviewBack(..)
        | Effect::PreviewRepair(..)
        | Effect::PreviewKeep(..)
        | Effect::PreviewSwitch(..) => return preview(workbench, reading, effect, watch),
        Effect::FindInAll(ticket, bundle, paths, folder, comparison, query) => {
            let file = PatchFile { path: &bundle, reading };
            let folder = folder.as_deref();
            let find = || find_in_all(workbench, file, &paths, (folder, comparison), &query, watch);
            Event::FoundInAll(ticket, found(folder, find))
        }
        Effect::VerifyHistory(..) | Effect::Vouch(..) | Effect::ReadDrift(..) => {
            return about_history(workbench, effect, watch);
        }
        Effect::ReadMerge(ticket, bundles, folder, path) => {
            let read = || {
                let sides = workbench.merge_sides(&bundles, &folder, &path)?;
                Ok(MergePage::new(path, sides))
            };
            Event::MergeRead(ticket, found(Some(&folder), read))
        }
        Effect::KeepMerged(path, merged) => {
            let kept = found(None, || workbench.keep_merged(&path, &merged));
            Event::MergeKept(path, kept)
        }
        Effect::SaveReview(path, bundle, digest, wish) => {
            let save = || {
                let shown = workbench.look_to_sign(&bundle, Some(digest), watch)?;
                let review = workbench.review(&shown, &wish)?;
                workbench.save_review(&review::form(&review, &path), &path).map(|()| path)
            };
            Event::Saved(found(None, save))
        }
        Effect::Keys(effect) => Event::Keys(keys::answer(workbench, effect, watch)),
        Effect::Contents(ticket, bundle, path, folder, comparison) => {
            let folder = folder.as_deref();
            let file = PatchFile { path: &bundle, reading };
            let load = || viewer::model::load(workbench, file, &path, folder, comparison, watch);
            Event::ContentsRead(ticket, found(folder, load).map(|found| found.map(Arc::new)))
        }
        Effect::List(ticket, place) => {
            let place = nearest(place);
            Event::Listed(ticket, found(None, || workbench.folders(place.as_deref())))
        }
        Effect::LayOutSample(ticket) => {
            Event::SampleReady(ticket, found(None, || workbench.lay_out_sample(watch)))
        }
        Effect::Many(effect) => many::answer(workbench, effect, watch),
        Effect::Papers(effect) => papers::answer(workbench, reading, effect, watch),
        effect => return about_fixes(workbench, effect, watch),
    })
}

/// Where one was may be gone: then one begins in the nearest folder above that is there.
fn nearest(place: Option<PathBuf>) -> Option<PathBuf> {
    let above = place.as_deref().and_then(|place| place.ancestors().find(|above| above.is_dir()));
    above.map(Path::to_owned).or(place)
}

/// What is fixed, which patches would fix more, and what comes of making one.
fn about_fixes(workbench: &Workbench, effect: Effect, watch: Watch<'_>) -> Option<Event> {
    Some(match effect {
        Effect::LookFixed(ticket, folder) => {
            let look = || Ok(FixedView::new(&workbench.fixed(&folder, &[], watch)?));
            Event::FixedLooked(ticket, found(Some(&folder), look))
        }
        Effect::SaveFixed(path, folder, form) => {
            let save = || {
                let here = workbench.fixed(&folder, &[], watch)?;
                let publisher = form.publisher(workbench.environment().name());
                workbench.save_fixed(&here.document(form.format, &publisher), &path)
            };
            Event::Saved(found(None, save))
        }
        Effect::Choose(ticket, folder, form) => {
            let choose = || {
                let choice = workbench.choose(&form.wish(), &folder, watch)?;
                Ok(ChoicePage::new(&choice, workbench.environment().timestamp()))
            };
            Event::Chosen(ticket, found(Some(&folder), choose))
        }
        Effect::Make(ticket, form, output) => {
            Event::Made(ticket, found(None, || make::make(workbench, &form, &output, watch)))
        }
        _ => return None,
    })
}

/// What a change would do.
fn preview(workbench: &Workbench, reading: &TextOptions, effect: Effect, watch: Watch<'_>) -> Option<Event> {
    Some(match effect {
        Effect::Preview(ticket, files, folder, choices, Beside { withdrawn, sbom }) => {
            let reading = reading.clone();
            let request = ApplyRequest { files, reading, choices, withdrawn, sbom };
            let preview = || workbench.preview(request, &folder, watch);
            Event::Previewed(ticket, Box::new(found(Some(&folder), preview)))
        }
        Effect::PreviewBack(ticket, folder, question) => {
            let preview =
                || workbench.preview_rollback_from(&folder, &options(&question), &question.damaged, watch);
            Event::BackPreviewed(ticket, Box::new(found(Some(&folder), preview)))
        }
        Effect::PreviewRepair(ticket, folder, RepairQuestion { only, from }) => {
            let preview = || {
                let options = RepairOptions { paths: only, from, ..RepairOptions::default() };
                let mut from = workbench.open_for_repair(&options)?;
                let found = workbench.preview_repair(&folder, &options, &mut from, watch)?;
                Ok(CheckPage::of_repair(&found, &folder))
            };
            Event::RepairPreviewed(ticket, Box::new(found(Some(&folder), preview)))
        }
        Effect::PreviewKeep(ticket, folder, id) => {
            let preview = || {
                let found = workbench.preview_accept(&folder, Some(&id))?;
                Ok(CheckPage::of_keeping(&found, &folder))
            };
            Event::RepairPreviewed(ticket, Box::new(found(Some(&folder), preview)))
        }
        Effect::PreviewSwitch(ticket, folder, id, to) => {
            let preview = || {
                // Whether a reason is needed is told with what was found; it is given later.
                let occasion = Occasion::NONE;
                let options = ToggleOptions { id, to, reason: Some(String::new()), expected: None, occasion };
                let found = workbench.preview_toggle(&folder, &options, watch)?;
                Ok(CheckPage::of_switch(&found, &folder))
            };
            Event::RepairPreviewed(ticket, Box::new(found(Some(&folder), preview)))
        }
        _ => return None,
    })
}

/// The answer to what is asked and said about the history of a folder.
fn about_history(workbench: &Workbench, effect: Effect, watch: Watch<'_>) -> Option<Event> {
    Some(match effect {
        Effect::VerifyHistory(ticket, folder) => {
            let verified = verified(&folder, || workbench.check_history(&folder));
            Event::HistoryVerified(ticket, verified)
        }
        Effect::ReadDrift(ticket, folder) => {
            let read = || DriftLines::read(workbench, &folder, watch);
            Event::DriftRead(ticket, found(Some(&folder), read))
        }
        Effect::Vouch(ticket, folder, reason) => {
            let vouched = verified(&folder, || workbench.vouch_for_history(&folder, &reason));
            Event::Vouched(ticket, folder, vouched)
        }
        _ => return None,
    })
}

fn verified(
    folder: &Path,
    check: impl FnOnce() -> crate::workbench::Result<HistoryCheck>,
) -> Result<VerifiedHistory, Failure> {
    found(Some(folder), || check().map(|check| VerifiedHistory::new(&check)))
}

/// How often something stands in each of the changes that have it. What cannot be read or is no text has nothing.
fn find_in_all(
    workbench: &Workbench,
    file: PatchFile<'_>,
    paths: &[TreePath],
    (folder, comparison): (Option<&Path>, Comparison),
    query: &Query,
    watch: Watch<'_>,
) -> Result<BTreeMap<String, usize>, Error> {
    let hits = |path: &TreePath| -> Result<Option<(String, usize)>, Error> {
        let contents = viewer::model::load(workbench, file, path, folder, comparison, watch)?;
        let hits = contents.as_ref().and_then(|contents| contents.text()?.find(query, watch.cancel).ok());
        let count = hits.map_or(0, |hits| hits.all().len());
        Ok((count > 0).then(|| (path.as_str().to_owned(), count)))
    };
    let found: Vec<_> = paths.par_iter().map(hits).collect::<Result<_, _>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// Looks at what the home page tells of, and hands on each answer as soon as it is there.
pub fn survey(
    workbench: &Workbench,
    folders: Vec<PathBuf>,
    (files, withdrawn): (Vec<PathBuf>, &[PathBuf]),
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
        let look = AssertUnwindSafe(|| home::look_at_folder(workbench, &folder, withdrawn, watch));
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

fn look(
    workbench: &Workbench,
    folder: &Path,
    withdrawn: &[PathBuf],
    watch: Watch<'_>,
) -> Result<FolderView, Error> {
    let status = workbench.status_against(folder, withdrawn, watch)?;
    Ok(FolderView::new(status, &workbench.history(folder)?))
}

fn options(question: &RollbackQuestion) -> RollbackOptions {
    RollbackOptions {
        which: question.which.clone(),
        on_drift: if question.keep_edits { OnDrift::KeepCopy } else { OnDrift::Stop },
        expected: None,
        scripts: match question.scripts {
            ScriptAnswer::Without => ScriptConsent::Without,
            // Nothing runs here: the worker is told what may.
            ScriptAnswer::None | ScriptAnswer::Run(_) => ScriptConsent::None,
        },
        occasion: Occasion::NONE,
        withdrawn: question.withdrawn.clone(),
        overrides: question.overrides.clone(),
    }
}
