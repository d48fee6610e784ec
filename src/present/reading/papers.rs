//! Answers about evidence and figures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::{found, keys};
use crate::present::conditions::ConditionsView;
use crate::present::evidence::{CheckedEvidence, EvidenceForm};
use crate::present::figures::{FiguresForm, FiguresPage};
use crate::present::identify::IdentifiedPage;
use crate::present::keys::SignForm;
use crate::present::message::{Beside, Event, PapersEffect, PapersEvent, PlanQuestion, ReadPlan};
use crate::present::scan::ScanView;
use crate::present::tried::{AskedRules, TriedEdits};
use crate::report::evidence;
use crate::workbench::{
    ApplyPreview, ApplyRequest, DecisionDigest, Error, Exposition, FolderMetrics, PlanFile, TextOptions,
    Watch, Workbench,
};

/// When each entry of each folder was written, in seconds since 1970.
type Moments = BTreeMap<(usize, u64), i64>;

pub(super) fn answer(
    workbench: &Workbench,
    reading: &TextOptions,
    effect: PapersEffect,
    watch: Watch<'_>,
) -> Event {
    Event::Papers(match effect {
        PapersEffect::SaveEvidence(path, form, key) => {
            let folder = form.folder.clone();
            let save = || save(workbench, &path, &form, key.as_deref(), watch);
            return Event::Saved(found(Some(&folder), save));
        }
        PapersEffect::CheckEvidence(ticket, path) => {
            let check = || Ok(CheckedEvidence::new(&workbench.verify_evidence(&path)?, &path));
            PapersEvent::Checked(ticket, found(None, check))
        }
        PapersEffect::Export(path, bundle, folder) => {
            let folder = folder.as_deref();
            return Event::Saved(found(folder, || export(workbench, path, (&bundle, folder), watch)));
        }
        PapersEffect::SavePlan(path, question, shown) => {
            let save = || {
                let preview = would_do(workbench, reading, &question, watch)?;
                save_plan(workbench, &preview, shown, &path)
            };
            return Event::Saved(found(Some(&question.folder), save));
        }
        PapersEffect::ReadPlan(ticket, file, question) => {
            let read = || {
                let preview = would_do(workbench, reading, &question, watch)?;
                Ok(ReadPlan { agreed: PlanFile::load(&file)?.decision(&preview, &file)?, file })
            };
            PapersEvent::PlanRead(ticket, found(Some(&question.folder), read))
        }
        PapersEffect::SaveOrder(path) => {
            return Event::Saved(found(None, || workbench.save_template(&path).map(|()| path.clone())));
        }
        PapersEffect::SaveFigures(path, form) => {
            return Event::Saved(found(None, || save_figures(workbench, &path, &form)));
        }
        PapersEffect::SaveKey(path, key) => {
            return Event::Saved(found(None, || workbench.save_public_key(&key.groups(), &path)));
        }
        PapersEffect::TryEdits(ticket, order, files, original) => {
            let original = original.as_deref();
            let try_edits =
                || Ok(TriedEdits::new(&workbench.try_edits(&order, &files, original)?, original.is_some()));
            PapersEvent::EditsTried(ticket, found(None, try_edits))
        }
        PapersEffect::CheckConditions(ticket, files, folder) => {
            let check = || Ok(ConditionsView::new(&workbench.conditions(&files, &folder)?));
            PapersEvent::ConditionsChecked(ticket, found(Some(&folder), check))
        }
        PapersEffect::AskRules(ticket, bundle, rules) => {
            let ask = || Ok(AskedRules::new(&workbench.verify_by(&rules, &bundle, watch)?, &bundle, &rules));
            PapersEvent::RulesAsked(ticket, found(None, ask))
        }
        PapersEffect::Identify(ticket, form) => {
            let look = || Ok(IdentifiedPage::new(&workbench.identify(&form.folder, &form.files, watch)?));
            PapersEvent::Identified(ticket, found(Some(&form.folder), look))
        }
        PapersEffect::CompareScan(ticket, folder, report) => {
            let compare = || compare_with_scan(workbench, &folder, &report, watch);
            PapersEvent::ScanCompared(ticket, found(Some(&folder), compare))
        }
        PapersEffect::Count(ticket, form) => {
            PapersEvent::Counted(ticket, Box::new(found(None, || count(workbench, &form))))
        }
    })
}

/// What is fixed in the folder of what a scan found.
fn compare_with_scan(
    workbench: &Workbench,
    folder: &Path,
    report: &Path,
    watch: Watch<'_>,
) -> Result<ScanView, Error> {
    let mut here = workbench.fixed(folder, &[], watch)?;
    Ok(ScanView::new(&workbench.compare_with_scan(&mut here, folder, report)?))
}

/// Writes the plan that was `shown` into a file, if it still is that.
fn save_plan(
    workbench: &Workbench,
    preview: &ApplyPreview,
    shown: DecisionDigest,
    path: &Path,
) -> Result<PathBuf, Error> {
    if preview.decision() != shown {
        return Err(Error::not_as_agreed());
    }
    PlanFile::new(preview, workbench.environment().now()).save(path).map(|()| path.to_owned())
}

/// Writes the changes of a patch for `git apply`.
fn export(
    workbench: &Workbench,
    path: PathBuf,
    (bundle, folder): (&Path, Option<&Path>),
    watch: Watch<'_>,
) -> Result<PathBuf, Error> {
    let exported = workbench.export(bundle, folder, watch)?;
    workbench.save_export(&exported, &path)?;
    Ok(path)
}

/// What would happen, read as the window reads it.
fn would_do(
    workbench: &Workbench,
    reading: &TextOptions,
    question: &PlanQuestion,
    watch: Watch<'_>,
) -> Result<ApplyPreview, Error> {
    let PlanQuestion { files, folder, edits, beside: Beside { withdrawn, sbom } } = question.clone();
    let reading = reading.clone();
    let request = ApplyRequest { files, reading, choices: edits, withdrawn, sbom };
    workbench.preview(request, &folder, watch)
}

fn save(
    workbench: &Workbench,
    path: &Path,
    form: &EvidenceForm,
    key: Option<&SignForm>,
    watch: Watch<'_>,
) -> Result<PathBuf, Error> {
    let signer = key.map(|form| keys::signer(workbench, form)).transpose()?;
    let pack = workbench.gather_evidence(&form.folder, &form.wish(), watch)?;
    let (page, document) = (evidence::page(&pack), evidence::document(&pack));
    Ok(workbench.save_evidence(&pack, &page, &document, signer.as_ref(), path)?.path)
}

/// Writes the figures as the ending of the name says.
fn save_figures(workbench: &Workbench, path: &Path, form: &FiguresForm) -> Result<PathBuf, Error> {
    let (measured, _) = measure(workbench, form)?;
    let text = match path.extension().and_then(|ending| ending.to_str()) {
        Some("prom") => measured.exposed(Exposition::Prometheus),
        Some("om" | "openmetrics") => measured.exposed(Exposition::OpenMetrics),
        _ => measured.as_csv(),
    };
    workbench.save_report(path, &text)
}

fn count(workbench: &Workbench, form: &FiguresForm) -> Result<FiguresPage, Error> {
    let (measured, moments) = measure(workbench, form)?;
    Ok(FiguresPage::new(&measured, &moments))
}

/// What the histories say, and when each entry of each folder was written.
fn measure(workbench: &Workbench, form: &FiguresForm) -> Result<(FolderMetrics, Moments), Error> {
    let mut moments = BTreeMap::new();
    for (number, folder) in form.folders.iter().enumerate() {
        for entry in workbench.history(folder)?.entries {
            if let Ok(moment) = entry.time.parse::<Timestamp>() {
                moments.insert((number, entry.seq), moment.as_second());
            }
        }
    }
    let now = workbench.environment().timestamp();
    let first = || moments.values().min().and_then(|second| Timestamp::from_second(*second).ok());
    let since = match form.reach.days() {
        Some(days) => now.checked_sub(SignedDuration::from_hours(24 * days)).ok(),
        None => first(),
    };
    Ok((workbench.metrics(&form.folders, since.unwrap_or(now))?, moments))
}
