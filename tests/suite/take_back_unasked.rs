//! A change that is stopped half-way, or that does not do the product good, is taken back without being asked.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use patchwright::bundle::order::Order;
use patchwright::ledger::Action;
use patchwright::model::{About, Check, Level, PatchId, Probe, TreePath};
use patchwright::progress::{CancelToken, Phase, Progress, Quiet};
use patchwright::workbench::{Applied, ApplyOptions, Error, Overrides, Result, Watch};

use crate::support::child::{Deed, rollback_options, workbench};
use crate::support::interruption::Interruption;
use crate::support::product::{Product, install};
use crate::support::real_folder::{Tree, quick_folder};

/// The product with a patch after which a tool must be missing that the patch brings.
fn product_with_check(level: Level) -> Product {
    let path = TreePath::parse("extra/tool").expect("a good path");
    let probe = Probe::File { path, present: false, digest: None };
    let id = PatchId::parse("ACME-HF-1").expect("a good id");
    let health = vec![Check { probe, level, timeout_secs: 1, retries: 0 }];
    Product::with_order(Order::from(About { health, ..About::minimal(id) }))
}

fn apply(product: &Product, folder: &Path, watch: Watch<'_>) -> Result<Applied> {
    let options = ApplyOptions { overrides: Overrides::UNSIGNED, ..ApplyOptions::default() };
    workbench().apply(&product.bundle(), folder, options, watch)
}

fn actions(folder: &Path) -> Vec<Action> {
    let history = workbench().history(folder).expect("the history can be read");
    history.entries.iter().map(|entry| entry.action).collect()
}

#[test]
fn a_patch_after_which_a_required_check_fails_is_taken_back() {
    let (product, folder) = (product_with_check(Level::Required), quick_folder());
    install(folder.path());
    let delivered = Tree::new(folder.path());
    let watch = Watch { progress: &Quiet, cancel: &CancelToken::new() };
    let Err(Error::Unhealthy { failed, undo: None, .. }) = apply(&product, folder.path(), watch) else {
        panic!("the check must fail, and taking back must not");
    };
    assert_eq!(failed.len(), 1);
    assert!(failed[0].line().starts_with("\"extra/tool\" exists"), "{failed:?}");
    let [patched, now] = [product.new_edition().as_path(), folder.path()].map(Tree::new);
    assert_eq!(delivered.not_back_in(&patched, &now), None);
    assert_eq!(actions(folder.path()), [Action::Apply, Action::Rollback]);
    let history = workbench().history(folder.path()).expect("the history can be read");
    let [check] = &history.entries[1].checks[..] else { panic!("the history tells what was checked") };
    assert!(!check.passed);
    let status = workbench().status(folder.path(), watch).expect("the folder can be read");
    assert!(status.installed.is_empty() && status.drift.is_empty() && status.unfinished.is_none());
}

#[test]
fn a_patch_after_which_a_wanted_check_fails_stays() {
    let (product, folder) = (product_with_check(Level::Wanted), quick_folder());
    install(folder.path());
    let watch = Watch { progress: &Quiet, cancel: &CancelToken::new() };
    let applied = apply(&product, folder.path(), watch).expect("the check is only wanted");
    assert!(!applied.checks[0].passed);
    assert_eq!(Tree::new(&product.new_edition()).unlike(&Tree::new(folder.path())), None);
    assert_eq!(actions(folder.path()), [Action::Apply, Action::Checked]);
}

/// Wishes to stop when it has heard so many times how it goes.
struct Impatient {
    patience: usize,
    heard: AtomicUsize,
    cancel: CancelToken,
    is_changing: AtomicUsize,
}

impl Impatient {
    fn after(patience: usize) -> Self {
        let (heard, is_changing) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { patience, heard, cancel: CancelToken::new(), is_changing }
    }

    fn hear(&self) {
        if self.heard.fetch_add(1, Ordering::SeqCst) == self.patience {
            self.cancel.cancel();
        }
    }
}

impl Progress for Impatient {
    fn begin(&self, phase: Phase, _: u64) {
        if phase == Phase::PuttingBack {
            self.is_changing.store(1, Ordering::SeqCst);
        }
        self.hear();
    }

    fn advance(&self, _: u64) {
        self.hear();
    }
}

/// Stops `deed` at every moment at which it says how it goes, and counts the outcomes: stopped before anything was
/// changed, put back, done.
fn stop_at_every_moment(deed: Deed) -> [usize; 3] {
    let product = Product::new();
    let mut outcomes = [0; 3];
    for patience in 0.. {
        let folder = quick_folder();
        let story = Interruption::prepare(deed, &product, folder.path());
        let impatient = Impatient::after(patience);
        let watch = Watch { progress: &impatient, cancel: &impatient.cancel };
        let result = match deed {
            Deed::RollBack => workbench().roll_back(folder.path(), &rollback_options(), watch).map(drop),
            _ => apply(&product, folder.path(), watch).map(drop),
        };
        let was_put_back = impatient.is_changing.load(Ordering::SeqCst) == 1;
        let outcome = match &result {
            Ok(()) => 2,
            Err(error) => {
                assert_eq!(error.code().as_str(), "E-INTERRUPTED", "stopped at {patience}: {error}");
                usize::from(was_put_back)
            }
        };
        outcomes[outcome] += 1;
        let judged = story.judge_end(folder.path(), result.is_ok());
        judged.unwrap_or_else(|problem| panic!("stopped at {patience}, {result:?}: {problem}"));
        if !impatient.cancel.is_cancelled() {
            return outcomes;
        }
    }
    outcomes
}

#[test]
fn a_wish_to_stop_is_heard_until_the_last_file_is_exchanged_and_everything_goes_back() {
    for deed in [Deed::Apply, Deed::RollBack] {
        let [untouched, put_back, done] = stop_at_every_moment(deed);
        assert!(untouched > 5, "{deed:?}: stopped {untouched} times before anything changed");
        assert!(put_back > 5, "{deed:?}: put back {put_back} times");
        assert!(done > 1, "{deed:?}: done {done} times although somebody wished to stop too late");
    }
}
