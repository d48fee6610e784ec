//! What a look at the folder found before a change: whether it can go on, what is to be known, what would happen.

mod keeping;
mod passed;
mod review;
mod rollback;
mod switch;

use std::collections::BTreeSet;
use std::path::Path;

pub use passed::RehearsalOffer;
use passed::{number_of_changes, passed_apply};
pub use review::ReviewLine;
use review::{duration, in_order, product, shortened};

use super::failure::Failure;
use super::finding::{Finding, Rank, WayOut, findings_of_notes, findings_of_obstacles};
use super::findings::findings_of_apply;
use super::fit;
use super::guided::{Guided, Task};
use super::overview::{line, path_line};
use super::scripts::ScriptsView;
use crate::model::{Code, Restart, TreePath};
use crate::plan::{Obstacle, Preview};
use crate::report::changes;
use crate::report::phrases;
use crate::text::capitalised;
use crate::words::{self, fill, several, window};
use crate::workbench::{ApplyPreview, Consent, DecisionDigest, Drift, DriftKind, Override, RepairPreview};

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckVerdict {
    /// Nothing is to be said.
    Ready,
    /// It can be done, with something to read first.
    Warnings,
    /// It can be done once somebody has chosen between versions of edited files.
    NeedsDecision,
    /// It can be done if somebody sets rules aside and says why.
    NeedsReason,
    /// It cannot be done.
    Blocked,
    /// It is done already.
    NothingToDo,
    /// Nothing would change, and not because it is done: what somebody edited or deleted stays as it is.
    StaysAsItIs,
}

impl CheckVerdict {
    /// The verdict in the header.
    pub const fn as_str(self) -> &'static str {
        match self {
            CheckVerdict::Ready => words::READY,
            CheckVerdict::Warnings => words::READY_WITH_WARNINGS,
            CheckVerdict::NeedsDecision => window::READY_AFTER_DECISION,
            CheckVerdict::NeedsReason => words::CHECK_SET_ASIDE,
            CheckVerdict::Blocked => words::CANNOT_CONTINUE,
            CheckVerdict::NothingToDo => words::ALREADY_DONE,
            CheckVerdict::StaysAsItIs => words::NOTHING_TO_DO,
        }
    }
}

/// What a check found, and what would happen.
#[derive(Debug, Clone)]
pub struct CheckPage {
    /// What was looked at; `None` where it could not be.
    pub subject: Option<Subject>,
    /// Whether it can go on.
    pub verdict: CheckVerdict,
    /// What was found, what matters most first.
    pub findings: Vec<Finding>,
    /// What was looked at and is as it should be.
    pub passed: Vec<ReviewLine>,
    /// What would happen, in lines for the review page.
    pub review: Vec<ReviewLine>,
    /// What somebody agrees to who goes on; anything else is refused.
    pub decision: Option<DecisionDigest>,
    /// The button of the last page, such as "Roll back 14 files".
    pub button: String,
    /// What somebody has to set aside so that it can go on; `None`: nothing helps.
    pub asks_for: Option<BTreeSet<Override>>,
    /// The files that a repair is about.
    pub differing: Vec<TreePath>,
    /// Whether somebody has to say why, whatever else there is.
    pub needs_reason: bool,
    /// Scripts that run only if somebody agrees.
    pub scripts: Option<ScriptsView>,
    /// How it can be tried on a copy, if it can.
    pub rehearsal: Option<RehearsalOffer>,
    /// What has to be restarted afterwards.
    pub restarts: BTreeSet<Restart>,
    /// What the vendor says about rolling back, in lines.
    pub advice: Vec<String>,
    /// How many text patches would be applied.
    pub series: usize,
}

/// What a check is about. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The id of the patch, or of all.
    pub patch: String,
    /// How many patches they are.
    pub patches: usize,
    /// The product in the folder, with its version where that is known.
    pub product: Option<String>,
}

impl Subject {
    /// Patches with these ids.
    fn of(ids: &[String], product: Option<String>) -> Self {
        Self { patch: ids.join(" + "), patches: ids.len(), product }
    }
}

impl CheckPage {
    /// The check of a patch that would be applied to `folder`.
    pub fn of_apply(found: &ApplyPreview, folder: &Path) -> Self {
        let (patch, preview) = (&found.patch, &found.preview);
        let steps = &preview.plan.steps;
        let restarts: BTreeSet<Restart> = found.coming().map(|one| one.patch.about.restart).collect();
        let review = [
            Some(match found.patches.as_slice() {
                [_, _, ..] => ReviewLine::choice(several::IN_ORDER, in_order(&found.patches)),
                _ => ReviewLine::choice(words::PATCH, patch.about.title.to_string()),
            }),
            Some(ReviewLine::choice(words::FOLDER, path_line(folder))),
            Some(match &found.text {
                Some(origin) => ReviewLine::fact(words::HOW_IT_FITS, fit::totals(origin)),
                None => ReviewLine::fact(words::PRODUCT, product(found)),
            }),
            Some(ReviewLine::fact(
                words::FILES,
                match found.patches.as_slice() {
                    [one] => changes::summary(&changes::lines(&one.patch.changes)),
                    several => {
                        let patches: Vec<_> = several.iter().map(|one| &*one.patch).collect();
                        changes::summary(&changes::lines(&changes::of_steps(steps, &patches)))
                    }
                },
            )),
            Some(ReviewLine::fact(words::ROOM_NEEDED, phrases::room(preview.needed_bytes))),
            Some(ReviewLine::fact(words::TIME_NEEDED, duration(steps))),
            ReviewLine::restarts(&restarts),
            Some(ReviewLine::fact(
                words::CAN_GO_BACK,
                capitalised(phrases::rollback(patch.about.rollback.possible)),
            )),
        ];
        let about = (preview, found.decision(), number_of_changes(found));
        let check = Self::new(about, findings_of_apply(found), review, words::APPLY_N);
        let product = found
            .version
            .as_deref()
            .map(|version| format!("{} {}", line(&patch.about.product.name), line(version)));
        let ids: Vec<String> =
            found.patches.iter().map(|one| line(one.patch.about.identity.id.as_str())).collect();
        let subject = Subject::of(&ids, product);
        let passed = passed_apply(found, &check);
        let is_open = found.scripts.refused.is_none();
        let asks_for = check.asks_for.clone().filter(|_| is_open).map(|mut asks_for| {
            asks_for.extend(found.permits(Consent::Missing).is_err().then_some(Override::Unsigned));
            asks_for
        });
        let (scripts, rehearsal) = (ScriptsView::new(&found.scripts), RehearsalOffer::of(found));
        let series = found.text.as_ref().map_or(0, |text| text.patches.len());
        let mut check =
            Self { subject: Some(subject), passed, asks_for, scripts, rehearsal, restarts, series, ..check };
        if check.verdict == CheckVerdict::Blocked && check.asks_for.is_some() {
            check.verdict = CheckVerdict::NeedsReason;
            check.findings.iter_mut().for_each(|finding| finding.is_decision = finding.rank == Rank::Blocks);
        }
        check
    }

    /// The check of a repair in `folder`.
    pub(crate) fn of_repair(found: &RepairPreview, folder: &Path) -> Self {
        let preview = &found.preview;
        let steps = &preview.plan.steps;
        let files = phrases::count(steps.len(), "file", "files");
        let mut findings = findings_of_obstacles(&preview.obstacles);
        findings.extend(finding_of_edits(&found.drift));
        findings.extend(findings_of_notes(&preview.notes));
        let paths: Vec<String> = found.drift.iter().map(|drift| line(drift.path.as_str())).collect();
        let review = [
            Some(ReviewLine::fact(words::FOLDER, path_line(folder))),
            Some(ReviewLine::fact(words::FILES, files.clone())),
            Some(ReviewLine::fact(window::REPAIRED_FILES, shortened(paths))),
            Some(ReviewLine::fact(words::EVERYTHING_ELSE, words::STAYS_AS_IT_IS.to_owned())),
            Some(ReviewLine::fact(words::ROOM_NEEDED, phrases::room(preview.needed_bytes))),
        ];
        let about = (preview, found.decision(), steps.len());
        let check = Self::new(about, findings, review, window::REPAIR_N);
        let passed = [
            check.unless(&[Code::Store], words::SAFE_COPIES, || words::SAFE_COPIES_ARE_WHOLE.to_owned()),
            check.passed_space(preview),
            check.unless(&[Code::Rights], window::CHECKED_RIGHTS, || window::MAY_WRITE.to_owned()),
        ];
        Self {
            passed: passed.into_iter().flatten().collect(),
            button: fill(window::REPAIR_N, &[("n", &files)]),
            differing: found.drift.iter().map(|drift| drift.path.clone()).collect(),
            ..check
        }
    }

    /// Where backups are missing or damaged, a patch file may have what they lack, or the other files go on alone.
    pub(super) fn offer_sources(&mut self, guided: &Guided) {
        let lacking: Vec<TreePath> = self
            .findings
            .iter()
            .filter(|finding| finding.code == Some(Code::Store))
            .flat_map(|finding| finding.places.clone())
            .collect();
        let other = match guided.task {
            Task::TakeBack | Task::BringBack | Task::UndoRepair => Some(WayOut::LeaveDamaged),
            Task::Repair => {
                let others = self.differing.iter().filter(|path| !lacking.contains(path));
                let others: Vec<TreePath> = others.cloned().collect();
                (!others.is_empty()).then_some(WayOut::RepairOnly(others))
            }
            Task::Apply | Task::Keep | Task::Recover | Task::Switch => return,
        };
        for finding in &mut self.findings {
            finding.offer_sources(&guided.damaged.from, other.clone());
        }
        let names: Vec<String> = guided.damaged.from.iter().map(|file| path_line(file)).collect();
        if !names.is_empty() {
            self.review.push(ReviewLine::fact(window::CONTENTS_FROM, names.join("\n")));
        }
    }

    /// A line about what was looked at, unless something in the way says otherwise.
    fn unless(
        &self,
        codes: &[Code],
        name: &'static str,
        seen: impl FnOnce() -> String,
    ) -> Option<ReviewLine> {
        let is_there = |finding: &Finding| finding.code.is_some_and(|code| codes.contains(&code));
        (!self.findings.iter().any(is_there)).then(|| ReviewLine::fact(name, seen()))
    }

    fn passed_space(&self, preview: &Preview) -> Option<ReviewLine> {
        let needed = || fill(window::N_NEEDED, &[("n", &phrases::room(preview.needed_bytes))]);
        self.unless(&[Code::Space], window::CHECKED_SPACE, needed)
    }

    fn new(
        (preview, decision, number): (&Preview, DecisionDigest, usize),
        findings: Vec<Finding>,
        review: impl IntoIterator<Item = Option<ReviewLine>>,
        button: &str,
    ) -> Self {
        let worst = findings.iter().map(|finding| finding.rank).min();
        let verdict = match worst {
            _ if preview.is_nothing_to_do() && preview.leaves_files_out() => CheckVerdict::StaysAsItIs,
            _ if preview.is_nothing_to_do() => CheckVerdict::NothingToDo,
            Some(Rank::Blocks) if blocking(&findings).all(|finding| !finding.choices().is_empty()) => {
                CheckVerdict::NeedsDecision
            }
            Some(Rank::Blocks) => CheckVerdict::Blocked,
            Some(Rank::MayBreak) => CheckVerdict::Warnings,
            Some(Rank::Information) | None => CheckVerdict::Ready,
        };
        let changes = phrases::count(number, "change", "changes");
        Self {
            review: review.into_iter().flatten().collect(),
            decision: Some(decision),
            button: fill(button, &[("n", &changes)]),
            asks_for: preview.obstacles.iter().map(Obstacle::way_around).collect(),
            ..Self::only(verdict, findings)
        }
    }

    /// A check that found why not before there was anything to review.
    pub fn of_failure(failure: &Failure) -> Self {
        let mut findings = failure.findings.clone();
        if findings.is_empty() {
            let way_out = match failure.code {
                Code::Unfinished | Code::Foreign => Some(WayOut::Recover),
                _ => Some(WayOut::CheckAgain),
            };
            findings.push(Finding {
                code: Some(failure.code),
                hint: failure.hints.join(" "),
                evidence: failure.causes.clone(),
                way_out,
                ..Finding::plain(Rank::Blocks, failure.heading, failure.what_else())
            });
        }
        Self::only(CheckVerdict::Blocked, findings)
    }

    /// What was found, and nothing that would happen.
    fn only(verdict: CheckVerdict, findings: Vec<Finding>) -> Self {
        Self {
            subject: None,
            verdict,
            findings,
            passed: Vec::new(),
            review: Vec::new(),
            decision: None,
            button: String::new(),
            asks_for: None,
            differing: Vec::new(),
            needs_reason: false,
            scripts: None,
            rehearsal: None,
            restarts: BTreeSet::new(),
            advice: Vec::new(),
            series: 0,
        }
    }

    /// Whether it can be tried on a copy, and no finding has a button for that.
    pub fn offers_rehearsal(&self) -> bool {
        self.rehearsal.is_some() && !self.offers(&WayOut::Rehearse)
    }

    /// What somebody has to set aside to try it on a copy, if it can be tried.
    pub fn set_aside_to_rehearse(&self) -> Option<BTreeSet<Override>> {
        self.rehearsal.as_ref().map(|offer| offer.asks_for.clone())
    }

    /// Whether it was tried on a copy, and that went well.
    pub fn is_rehearsed(&self) -> bool {
        self.rehearsal.as_ref().is_some_and(|offer| offer.has_passed)
    }

    /// Whether a finding has a button for this.
    pub fn offers(&self, way_out: &WayOut) -> bool {
        self.findings.iter().any(|finding| finding.way_out.as_ref() == Some(way_out))
    }

    /// Whether a finding carries this code.
    pub fn has(&self, code: Code) -> bool {
        self.findings.iter().any(|finding| finding.code == Some(code))
    }

    /// Whether something deceives whose places nobody has looked at.
    pub fn has_something_folded(&self) -> bool {
        self.findings.iter().any(Finding::is_folded)
    }
}

fn blocking(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.rank == Rank::Blocks)
}

/// That a repair replaces what somebody wrote into files, if it does.
fn finding_of_edits(drift: &[Drift]) -> Option<Finding> {
    let edited = drift.iter().filter(|drift| drift.kind == DriftKind::Edited);
    let edited: Vec<String> = edited.map(|drift| line(drift.path.as_str())).collect();
    if edited.is_empty() {
        return None;
    }
    let finding = Finding::plain(Rank::MayBreak, window::REPAIR_REPLACES, window::REPAIR_REPLACES_MEANING);
    Some(Finding { evidence: edited, ..finding })
}
