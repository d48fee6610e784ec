//! Answers about evidence and figures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::{found, keys};
use crate::present::evidence::{CheckedEvidence, EvidenceForm};
use crate::present::figures::{FiguresForm, FiguresPage};
use crate::present::identify::IdentifiedPage;
use crate::present::keys::SignForm;
use crate::present::message::{Event, PapersEffect, PapersEvent, PlanQuestion, ReadPlan};
use crate::present::scan::ScanView;
use crate::report::evidence;
use crate::workbench::{ApplyPreview, ApplyRequest, Error, PlanFile, TextOptions, Watch, Workbench};

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
            let export = || {
                let exported = workbench.export(&bundle, folder.as_deref(), watch)?;
                workbench.save_export(&exported, &path)?;
                Ok(path.clone())
            };
            return Event::Saved(found(folder.as_deref(), export));
        }
        PapersEffect::SavePlan(path, question, shown) => {
            let save = || {
                let preview = would_do(workbench, reading, &question, watch)?;
                if preview.decision() != shown {
                    return Err(Error::not_as_agreed());
                }
                PlanFile::new(&preview, workbench.environment().now()).save(&path).map(|()| path.clone())
            };
            return Event::Saved(found(Some(&question.folder), save));
        }
        PapersEffect::ReadPlan(ticket, file, question) => {
            let read = || {
                let preview = would_do(workbench, reading, &question, watch)?;
                let agreed = PlanFile::load(&file)?.decision(&preview, &file)?;
                Ok(ReadPlan { file: file.clone(), agreed })
            };
            PapersEvent::PlanRead(ticket, found(Some(&question.folder), read))
        }
        PapersEffect::SaveOrder(path) => {
            return Event::Saved(found(None, || workbench.save_template(&path).map(|()| path.clone())));
        }
        PapersEffect::Identify(ticket, form) => {
            let look = || Ok(IdentifiedPage::new(&workbench.identify(&form.folder, &form.files, watch)?));
            PapersEvent::Identified(ticket, found(Some(&form.folder), look))
        }
        PapersEffect::CompareScan(ticket, folder, report) => {
            let compare = || {
                let mut here = workbench.fixed(&folder, &[], watch)?;
                Ok(ScanView::new(&workbench.compare_with_scan(&mut here, &folder, &report)?))
            };
            PapersEvent::ScanCompared(ticket, found(Some(&folder), compare))
        }
        PapersEffect::Count(ticket, form) => {
            PapersEvent::Counted(ticket, Box::new(found(None, || count(workbench, &form))))
        }
    })
}

/// What would happen, read as the window reads it.
fn would_do(
    workbench: &Workbench,
    reading: &TextOptions,
    question: &PlanQuestion,
    watch: Watch<'_>,
) -> Result<ApplyPreview, Error> {
    let PlanQuestion { files, folder, edits, withdrawn } = question.clone();
    let reading = reading.clone();
    let request = ApplyRequest { files, reading, choices: edits, withdrawn, ..ApplyRequest::default() };
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

fn count(workbench: &Workbench, form: &FiguresForm) -> Result<FiguresPage, Error> {
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
    let measured = workbench.metrics(&form.folders, since.unwrap_or(now))?;
    Ok(FiguresPage::new(&measured, &moments))
}
