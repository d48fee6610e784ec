//! Runs the declarative checks of a bundle: before a change (preflight) and after it (health).
//!
//! No check starts a program, writes anything, or looks at files outside the target; what a bundle may ask is the
//! list in [`Probe`]. A check that cannot be answered has not passed.

mod background;
mod files;
mod http;
mod identify;
mod port;
mod process;

#[cfg(test)]
mod files_tests;

use std::time::{Duration, Instant};

pub(crate) use identify::Identity;
pub use identify::identify;
pub(crate) use identify::{Beginning, first_bytes};

use crate::disk::fs::Fs;
use crate::model::{Check, Patch, PatchId, Probe, Product};
use crate::progress::{CancelToken, Cancelled};

/// Longest time one try may take, whatever a bundle says.
const MAX_TIMEOUT_SECS: u32 = 300;

/// Most tries after the first, whatever a bundle says.
const MAX_RETRIES: u32 = 60;

/// Pause between two tries: a service that starts needs seconds, not milliseconds.
const PAUSE: Duration = Duration::from_secs(1);

/// How often a waiting check listens for the wish to stop. A person does not notice a delay as short as this.
const LISTEN_EVERY: Duration = Duration::from_millis(25);

/// What checks may look at besides the machine itself.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The target.
    pub fs: &'a dyn Fs,
    /// The product in it, with the rules that find its version.
    pub product: &'a Product,
}

/// Health checks that belong together.
#[derive(Debug, Clone)]
pub(crate) struct PatchChecks {
    /// The patch that asks for them.
    pub patch: PatchId,
    pub checks: Vec<Check>,
    /// The product that they ask.
    pub product: Product,
}

impl PatchChecks {
    /// Those that `patch` asks for after a change.
    pub fn new(patch: &Patch) -> Self {
        let about = &patch.about;
        Self {
            patch: about.identity.id.clone(),
            checks: about.health.clone(),
            product: about.product.clone(),
        }
    }
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    /// Whether it holds.
    pub passed: bool,
    /// What the last try saw, as a lower-case phrase. May hold text from the bundle: escape it before showing it.
    pub evidence: String,
    /// How often it was tried; 0 if somebody wished to stop before the first time.
    pub(crate) tries: u32,
    /// Whether somebody wished to stop before there was an answer: it is neither as required nor not.
    pub(crate) is_stopped: bool,
    /// When it failed first and when it held, if it did both.
    pub(crate) down: Option<(Instant, Instant)>,
}

/// What one try showed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Attempt {
    Yes(String),
    No(String),
    /// Trying again will not help.
    CannotTell(String),
}

impl Attempt {
    fn when(holds: bool, evidence: String) -> Self {
        if holds { Attempt::Yes(evidence) } else { Attempt::No(evidence) }
    }
}

/// Tries `check` until it holds or its tries are used up.
///
/// When somebody wishes to stop, the result is that of the tries so far and has not passed.
pub fn run(check: &Check, surroundings: &Surroundings<'_>, cancel: &CancelToken) -> CheckResult {
    repeat(check, cancel, |limits| try_once(&check.probe, surroundings, limits))
}

/// Runs all `checks` one after the other, in their order, and gives one result for each. One that fails does not
/// keep the others from running, so that a person sees everything at once.
pub fn run_all(checks: &[Check], surroundings: &Surroundings<'_>, cancel: &CancelToken) -> Vec<CheckResult> {
    checks.iter().map(|check| run(check, surroundings, cancel)).collect()
}

/// Whether what `probe` asks is answered elsewhere than in the target: somebody is connected to, or a process looked for.
pub(crate) const fn leaves_the_folder(probe: &Probe) -> bool {
    match probe {
        Probe::Http { .. } | Probe::Port { .. } | Probe::Process { .. } => true,
        Probe::Disk { .. } | Probe::File { .. } | Probe::Text { .. } | Probe::Version { .. } => false,
    }
}

/// What `probe` asks for, as a lower-case phrase. May hold text from the bundle: escape it before showing it.
pub fn describe(probe: &Probe) -> String {
    match probe {
        Probe::File { path, present: true, digest: None } => format!("{path} exists"),
        Probe::File { path, present: true, digest: Some(_) } => format!("{path} has the expected content"),
        Probe::File { path, present: false, .. } => format!("{path} doesn't exist"),
        Probe::Text { path, contains } => format!("{path} contains {contains:?}"),
        Probe::Version { is } => format!("the version is {is}"),
        Probe::Disk { free_bytes } => format!("{:.1} MB of disk space are free", *free_bytes as f64 / 1e6),
        Probe::Port { host, port, open: true } => format!("port {port} on {host} is open"),
        Probe::Port { host, port, open: false } => format!("port {port} on {host} is closed"),
        Probe::Http { url, status, .. } => format!("{url} answers with {status}"),
        Probe::Process { name, running: true } => format!("{name} is running"),
        Probe::Process { name, running: false } => format!("{name} is not running"),
    }
}

/// How long one try may take.
struct Limits<'a> {
    deadline: Instant,
    timeout: Duration,
    cancel: &'a CancelToken,
}

impl Limits<'_> {
    fn is_late(&self) -> bool {
        Instant::now() >= self.deadline
    }
}

fn repeat(
    check: &Check,
    cancel: &CancelToken,
    mut one_try: impl FnMut(&Limits<'_>) -> Result<Attempt, Cancelled>,
) -> CheckResult {
    let timeout = Duration::from_secs(check.timeout_secs.clamp(1, MAX_TIMEOUT_SECS).into());
    let most_tries = 1 + check.retries.min(MAX_RETRIES);
    let mut result = CheckResult {
        passed: false,
        evidence: Cancelled.to_string(),
        tries: 0,
        is_stopped: false,
        down: None,
    };
    let mut first_failure = None;
    while result.tries < most_tries {
        if result.tries > 0 && pause(PAUSE, cancel).is_err() {
            result.is_stopped = true;
            break;
        }
        let limits = Limits { deadline: Instant::now() + timeout, timeout, cancel };
        let Ok(answer) = one_try(&limits) else {
            result.is_stopped = true;
            break;
        };
        result.tries += 1;
        result.passed = matches!(answer, Attempt::Yes(_));
        let is_final = !matches!(answer, Attempt::No(_));
        match (result.passed, first_failure) {
            (true, since) => result.down = since.map(|since| (since, Instant::now())),
            (false, None) => first_failure = Some(Instant::now()),
            (false, Some(_)) => {}
        }
        let (Attempt::Yes(evidence) | Attempt::No(evidence) | Attempt::CannotTell(evidence)) = answer;
        result.evidence = evidence;
        if is_final {
            break;
        }
    }
    result
}

fn try_once(
    probe: &Probe,
    surroundings: &Surroundings<'_>,
    limits: &Limits<'_>,
) -> Result<Attempt, Cancelled> {
    limits.cancel.check()?;
    match probe {
        Probe::Disk { free_bytes } => Ok(files::disk(surroundings.fs, *free_bytes)),
        Probe::File { path, present, digest } => {
            files::file(surroundings.fs, path, *present, digest.as_ref(), limits)
        }
        Probe::Http { url, status, contains } => http::http(url, *status, contains.as_deref(), limits),
        Probe::Port { host, port, open } => port::port(host, *port, *open, limits),
        Probe::Process { name, running } => Ok(process::process(name, *running)),
        Probe::Text { path, contains } => Ok(files::text(surroundings.fs, path, contains)),
        Probe::Version { is } => Ok(files::version(surroundings.fs, surroundings.product, is)),
    }
}

/// Waits for `pause`, or until somebody wishes to stop.
fn pause(pause: Duration, cancel: &CancelToken) -> Result<(), Cancelled> {
    let end = Instant::now() + pause;
    loop {
        cancel.check()?;
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(LISTEN_EVERY));
    }
}

/// "1 second", "5 seconds".
fn seconds(timeout: Duration) -> String {
    match timeout.as_secs() {
        1 => "1 second".to_owned(),
        secs => format!("{secs} seconds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Level;

    fn tried(retries: u32) -> Check {
        let probe = Probe::Disk { free_bytes: 0 };
        Check { probe, level: Level::Required, timeout_secs: 1, retries }
    }

    fn result(passed: bool, evidence: &str, tries: u32) -> CheckResult {
        CheckResult { passed, evidence: evidence.to_owned(), tries, is_stopped: false, down: None }
    }

    #[test]
    fn a_check_is_tried_again_a_second_later_until_it_holds() {
        let mut answers = vec![Attempt::Yes("up".to_owned()), Attempt::No("down".to_owned())];
        let started = Instant::now();
        let outcome = repeat(&tried(5), &CancelToken::new(), |_| Ok(answers.pop().unwrap()));
        let (failed, held) = outcome.down.expect("it failed first");
        assert!(held - failed >= PAUSE);
        assert_eq!(CheckResult { down: None, ..outcome }, result(true, "up", 2));
        assert!(started.elapsed() >= PAUSE);
    }

    #[test]
    fn a_check_that_never_holds_ends_after_its_tries() {
        let outcome = repeat(&tried(1), &CancelToken::new(), |_| Ok(Attempt::No("down".to_owned())));
        assert_eq!(outcome, result(false, "down", 2));
    }

    #[test]
    fn what_cannot_be_told_is_not_tried_again() {
        let answer = || Attempt::CannotTell("no view".to_owned());
        let outcome = repeat(&tried(5), &CancelToken::new(), |_| Ok(answer()));
        assert_eq!(outcome, result(false, "no view", 1));
    }

    #[test]
    fn a_wish_to_stop_is_heard_between_two_tries() {
        let cancel = CancelToken::new();
        let outcome = repeat(&tried(60), &cancel, |_| {
            cancel.cancel();
            Ok(Attempt::No("down".to_owned()))
        });
        assert_eq!(outcome, CheckResult { is_stopped: true, ..result(false, "down", 1) });
    }

    #[test]
    fn what_has_its_answer_was_not_stopped_by_a_wish_that_came_later() {
        let cancel = CancelToken::new();
        let outcome = repeat(&tried(0), &cancel, |_| {
            cancel.cancel();
            Ok(Attempt::No("down".to_owned()))
        });
        assert_eq!(outcome, result(false, "down", 1));
    }

    #[test]
    fn a_bundle_cannot_ask_for_endless_time() {
        let check = Check { timeout_secs: u32::MAX, ..tried(0) };
        repeat(&check, &CancelToken::new(), |limits| {
            assert_eq!(limits.timeout.as_secs(), u64::from(MAX_TIMEOUT_SECS));
            Ok(Attempt::Yes(String::new()))
        });
    }
}
