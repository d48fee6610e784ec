//! Tries a change on a clone of the folder before it is made: apply, health checks, the site's own tests, rollback, and a
//! comparison of every byte. The folder itself is only read.
//!
//! The clone stands beside the folder, where its blocks can be shared, and goes when it has served. One that a killed process
//! left is removed by the next rehearsal whose clone is made there.

pub(super) mod copy;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::{Interpreter, TreePath, TreeState};
use crate::plan::{Obstacle, OnDrift};
use crate::progress::{Phase, Quiet};
use crate::scripts::{self, Job, LaunchContext};
use crate::trust::Denial;
use crate::workbench::change::permission::ThrowawayCopy;
use crate::workbench::look::rehearsals::{RehearsalInputs, RehearsalNote, RehearsalScope, Rehearsals};
use crate::workbench::{
    ApplyOptions, ApplyPreview, ApplyRequest, Consent, DecisionDigest, Error, Override, Result, Watch,
    Workbench,
};
use copy::{Copy, differences};

/// Longest output of a test that is kept, in characters: its end, which says why it failed.
const KEPT_CHARS: usize = 2_000;

/// What to try, besides applying and rolling back.
#[derive(Debug, Clone)]
pub struct RehearsalWish {
    /// The site's own tests: commands for the system's shell, run in the clone.
    pub tests: Vec<String>,
    /// How long each of them may take.
    pub timeout: Duration,
    /// Where the clone is made; beside the folder if nobody says.
    pub copy_in: Option<PathBuf>,
    /// What is set aside, as for an apply.
    pub options: ApplyOptions,
}

/// What came of a rehearsal.
#[derive(Debug)]
#[must_use]
pub struct Rehearsed {
    /// What was tried.
    pub preview: ApplyPreview,
    /// What somebody agrees to who applies the same to the same folder.
    pub decision: DecisionDigest,
    /// Why it did not pass, if so.
    pub failure: Option<String>,
    /// Health checks that ran in the clone.
    pub checks: Vec<crate::ledger::CheckNote>,
    /// Checks that would have asked the running product, and scripts: neither is for a copy.
    pub left_out: usize,
    pub tests: Vec<SiteTest>,
    /// Files that the tests wrote in the clone.
    pub written: Vec<TreePath>,
    /// What the clone doesn't have of the folder, and what it is: neither file nor link nor folder.
    pub not_cloned: Vec<(PathBuf, &'static str)>,
    /// Why it can't be shown by `plan` and `apply`, if so.
    pub unrecorded: Option<String>,
    /// Why it could not be applied all the same: the rules of the site refuse what was tried.
    pub(crate) refused: Option<String>,
}

/// One of the site's own tests.
#[derive(Debug, Clone)]
pub struct SiteTest {
    pub command: String,
    pub is_passed: bool,
    /// How it ended, as a phrase.
    pub how: String,
    /// The end of what it printed.
    pub output: String,
}

impl Rehearsed {
    /// One that has not begun.
    fn not_begun(preview: ApplyPreview, decision: DecisionDigest) -> Self {
        Self {
            preview,
            decision,
            failure: None,
            checks: Vec::new(),
            left_out: 0,
            tests: Vec::new(),
            written: Vec::new(),
            not_cloned: Vec::new(),
            unrecorded: None,
            refused: None,
        }
    }
}

impl Workbench {
    /// Tries on a clone of `target` what applying `request` would do. The folder stays as it is, whatever happens.
    ///
    /// # Errors
    /// As [`Workbench::preview`]; [`Error::Refused`] if the change could not be applied anyway. That the rehearsal did not
    /// pass is no error.
    pub fn rehearse(
        &self,
        request: &ApplyRequest,
        target: &Path,
        wish: &RehearsalWish,
        watch: Watch<'_>,
    ) -> Result<Rehearsed> {
        let mut opened = self.open_for_change(request, target, watch)?;
        let preview = self.preview_opened(&mut opened, target, watch)?;
        let refused = match preview.permits(wish.options.overrides.consent()) {
            // It is wanted, and a clone is nobody's product.
            Err(Error::NotTrusted { denial: Denial::Policy, verdict, .. })
                if wish.options.overrides.consent() == Consent::Given =>
            {
                Some(verdict.sentence())
            }
            permitted => permitted.map(|()| None)?,
        };
        let mut obstacles = preview.as_allowed(&wish.options).preview.obstacles;
        let may_be_tried =
            |one: &Obstacle| one.is_unrehearsed() || refused.is_some() && one.is_about_signatures();
        obstacles.retain(|obstacle| !may_be_tried(obstacle));
        if !obstacles.is_empty() {
            return Err(Error::Refused(obstacles));
        }
        let decision = preview.decision();
        if preview.preview.is_nothing_to_do() {
            let failure = Some("nothing was tried: the patch is already in place".to_owned());
            return Ok(Rehearsed { failure, refused, ..Rehearsed::not_begun(preview, decision) });
        }
        let fs = self.disk(target)?;
        let around = RehearsalScope {
            fs: &*fs,
            patches: preview.patches.iter().map(|coming| &*coming.patch).collect(),
            has_tests: !wish.tests.is_empty(),
        };
        let before = around.look()?;
        let clone = Copy::of_all(target, wish.copy_in.as_deref(), watch)?;
        let not_cloned = clone.left_out.clone();
        let mut rehearsed =
            Rehearsed { refused, not_cloned, ..Rehearsed::not_begun(preview.clone(), decision) };
        let tried = self.try_on(&clone, request, target, wish, &mut rehearsed, watch);
        let removed = clone.remove();
        match tried {
            Err(Error::Cancelled(error)) => return Err(error.into()),
            Err(error) => rehearsed.failure = Some(in_words(&error)),
            Ok(failure) => rehearsed.failure = failure,
        }
        removed?;
        let now = self.preview_opened(&mut opened, target, watch)?;
        if now.decision() != decision {
            rehearsed.failure = Some("the folder changed meanwhile".to_owned());
        }
        let recorded = around.prove(&before).and_then(|proven| self.record(target, &rehearsed, proven));
        rehearsed.unrecorded = recorded.err().map(|error| in_words(&error));
        Ok(rehearsed)
    }

    /// Does in the clone what would be done in the folder, and takes it back. `Some`: why it did not pass.
    fn try_on(
        &self,
        clone: &Copy,
        request: &ApplyRequest,
        target: &Path,
        wish: &RehearsalWish,
        rehearsed: &mut Rehearsed,
        watch: Watch<'_>,
    ) -> Result<Option<String>> {
        let quiet = Watch { progress: &Quiet, cancel: watch.cancel };
        let before = clone.state(watch.cancel)?;
        let (bundles, left_out) = self.open_for_change(request, target, quiet)?.for_a_rehearsal(clone);
        rehearsed.left_out = left_out;
        let remembered = self.remembered(target)?;
        let mut folder = self.locked(clone.lock()?, clone.path())?.unremembered();
        let look = self.preview_here(&bundles, &remembered, folder.fs(), quiet)?;
        // What the site asks for was asked about before; a rehearsal is what this one is.
        let overrides = wish.options.overrides.clone().with(Override::SiteRules, "the rehearsal itself");
        let options = ApplyOptions { overrides, ..wish.options.clone() };
        let applied = match self.apply_locked(&bundles, &mut folder, look, &options, quiet) {
            Ok(applied) => applied,
            Err(Error::Unhealthy { failed, .. }) => {
                return Ok(Some(crate::ledger::CheckNote::lines(&failed)));
            }
            Err(error) => return Err(error),
        };
        rehearsed.checks.clone_from(&applied.checks);
        let after = clone.state(watch.cancel)?;
        let failed = run_tests(clone.path(), wish, rehearsed, watch)?;
        let tested = clone.state(watch.cancel)?;
        let written: BTreeSet<TreePath> = differences(&after, &tested, folder.fs()).into_iter().collect();
        rehearsed.written = written.iter().cloned().collect();
        let Some(entry) = applied.entry else { return Ok(failed) };
        let look = self.look_at(folder.fs(), &folder.ledger, &entry, OnDrift::Stop, Vec::new(), quiet)?;
        let _ = self.take_back(&mut folder, look, Vec::new(), Vec::new(), quiet)?;
        let back: TreeState = clone.state(watch.cancel)?;
        let differs = differences(&back, &before, folder.fs());
        let differs = differs.into_iter().find(|path| !written.contains(path));
        Ok(failed.or_else(|| differs.map(|path| format!("after the rollback, {path:?} isn't as it was"))))
    }

    fn record(&self, target: &Path, rehearsed: &Rehearsed, proven: RehearsalInputs) -> Result<()> {
        let environment = &self.environment;
        let Some(place) = Rehearsals::place(environment) else { return Ok(()) };
        Rehearsals::add(
            &place,
            target,
            &rehearsed.preview.manifest_digest,
            rehearsed.decision.0,
            proven,
            RehearsalNote {
                time: environment.now(),
                by: format!("{}@{}", environment.user, environment.host),
                is_passed: rehearsed.failure.is_none(),
                why: rehearsed.failure.clone(),
                tests: rehearsed.tests.len(),
            },
        )
    }
}

/// Runs the site's tests one after the other, all of them. `Some`: the first that failed.
fn run_tests(
    clone: &Path,
    wish: &RehearsalWish,
    rehearsed: &mut Rehearsed,
    watch: Watch<'_>,
) -> Result<Option<String>> {
    watch.progress.begin(Phase::Proving, wish.tests.len() as u64);
    let patch = rehearsed.preview.patch.about.identity.to_string();
    for command in &wish.tests {
        let job = Job {
            text: command,
            interpreter: if cfg!(windows) { Interpreter::Cmd } else { Interpreter::Sh },
            timeout: wish.timeout,
            target: clone,
            phase: "rehearse",
            patch: &patch,
            setting: LaunchContext::AsAPerson,
        };
        let ran = scripts::run(&job, watch.cancel);
        watch.cancel.check()?;
        watch.progress.advance(1);
        let skipped = ran.output.chars().count().saturating_sub(KEPT_CHARS);
        rehearsed.tests.push(SiteTest {
            command: command.clone(),
            is_passed: ran.is_good(),
            how: ran.how(),
            output: ran.output.chars().skip(skipped).collect(),
        });
    }
    let failed = rehearsed.tests.iter().find(|test| !test.is_passed);
    Ok(failed.map(|test| format!("the test {:?} {}", test.command, test.how)))
}

/// An error with its causes, in one text.
fn in_words(error: &Error) -> String {
    const MOST: usize = 5;
    if let Error::Refused(obstacles) = error {
        let told = obstacles.iter().take(MOST).map(Obstacle::sentence);
        return told.collect::<Vec<_>>().join("; ");
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
