//! The machine as a table, and what no series of clicks may reach.

use proptest::prelude::*;

use super::*;
use crate::progress::{HowFar, Phase};
use crate::report::shell_word;
use crate::workbench::DecisionDigest;

/// Every stage, in order.
const STAGES: [Stage; 8] = [
    Stage::Choosing,
    Stage::Checking,
    Stage::Checked,
    Stage::Reviewing,
    Stage::Confirming,
    Stage::Running,
    Stage::Verifying,
    Stage::Done,
];

const INPUTS: [GuidedInput; 8] = [
    GuidedInput::Chosen,
    GuidedInput::CheckEnded,
    GuidedInput::Forward,
    GuidedInput::Back,
    GuidedInput::CheckAgain,
    GuidedInput::Confirm,
    GuidedInput::WorkEnded,
    GuidedInput::Verified,
];

fn ready() -> CheckPage {
    CheckPage {
        differing: Vec::new(),
        needs_reason: false,
        scripts: None,
        rehearsal: None,
        restarts: Default::default(),
        series: 0,
        advice: Vec::new(),
        subject: None,
        verdict: CheckVerdict::Ready,
        findings: Vec::new(),
        passed: Vec::new(),
        review: Vec::new(),
        decision: Some(DecisionDigest(Digest::compute(b"folder"))),
        button: "Apply 1 change".to_owned(),
        asks_for: Some([Override::Unsigned].into()),
    }
}

#[test]
fn the_whole_machine() {
    let rows: Vec<String> = STAGES
        .iter()
        .flat_map(|&stage| INPUTS.iter().map(move |&input| (stage, input)))
        .filter_map(|(stage, input)| Some(format!("{stage:?} + {input:?} → {:?}", next_stage(stage, input)?)))
        .collect();
    insta::assert_snapshot!(rows.join("\n"), @"
    Choosing + Chosen → Checking
    Checking + CheckEnded → Checked
    Checking + Back → Choosing
    Checked + Forward → Reviewing
    Checked + Back → Choosing
    Checked + CheckAgain → Checking
    Reviewing + Forward → Confirming
    Reviewing + Back → Checked
    Reviewing + CheckAgain → Checking
    Confirming + Back → Reviewing
    Confirming + CheckAgain → Checking
    Confirming + Confirm → Running
    Running + WorkEnded → Verifying
    Verifying + Verified → Done
    Done + CheckAgain → Checking
    ");
}

proptest! {
    #[test]
    fn nothing_runs_that_was_not_checked_as_it_is_now(inputs in prop::collection::vec((0..8usize, any::<bool>()), 0..60)) {
        let mut guided = Guided::new(Task::Apply, vec!["a.patchbundle".into()], Some("folder".into()));
        let mut checked_since_choosing = false;
        for (index, good) in inputs {
            let input = INPUTS[index];
            let before = guided.stage;
            if input == GuidedInput::CheckEnded && before == Stage::Checking {
                guided.check = good.then(ready);
                checked_since_choosing = good;
            }
            if before == Stage::Confirming {
                guided.overrides = if good { Overrides::UNSIGNED } else { Overrides::default() };
            }
            if guided.go(input) {
                if matches!(guided.stage, Stage::Choosing | Stage::Checking) {
                    checked_since_choosing = false;
                    prop_assert!(guided.check.is_none(), "a new look begins with nothing known");
                    prop_assert_eq!(&guided.overrides, &Overrides::default(), "nobody has answered for the next patch yet");
                }
                if guided.stage == Stage::Running {
                    prop_assert!(checked_since_choosing && guided.overrides.has(Override::Unsigned) && before == Stage::Confirming);
                }
            }
        }
    }
}

#[test]
fn the_bar_never_goes_back() {
    let mut work = Work::BEGINNING;
    let mut last = 0;
    for (phase, done) in [
        (Phase::Checking, 50),
        (Phase::Checking, 100),
        (Phase::Preparing, 0),
        (Phase::Preparing, 100),
        (Phase::Changing, 50),
        (Phase::PuttingBack, 10),
        (Phase::Verifying, 100),
    ] {
        work.advance(HowFar { phase, done, total: 100 });
        assert!(work.thousandths >= last, "{phase:?} {done}");
        last = work.thousandths;
    }
    assert_eq!(last, 1000);
}

#[test]
fn a_recovery_has_only_its_question() {
    let mut guided = Guided::recovering("folder".into(), Recovering::Undo);
    assert!(!guided.go(GuidedInput::Back) && !guided.go(GuidedInput::CheckAgain));
    assert!(guided.go(GuidedInput::Confirm));
    assert_eq!(guided.stage, Stage::Running);
}

#[test]
fn what_cannot_be_stopped_says_so() {
    let mut work = Work::BEGINNING;
    assert_eq!(work.stopping(), Ok(words::STOP_BEFORE));
    work.advance(HowFar { phase: Phase::Changing, done: 0, total: 1 });
    assert_eq!(work.stopping(), Ok(words::STOP_DURING));
    work.advance(HowFar { phase: Phase::Verifying, done: 0, total: 1 });
    assert_eq!(work.stopping(), Err(words::STOP_TOO_LATE));
}

#[test]
fn nobody_has_to_answer_for_a_patch_that_enough_people_vouch_for() {
    let mut guided = Guided::new(Task::Apply, vec!["fix.patchbundle".into()], Some("/opt/app".into()));
    guided.stage = Stage::Confirming;
    guided.check = Some(ready());
    assert_eq!(guided.reason_to_wait(), Some(words::CONSENT_FIRST));
    guided.check = Some(CheckPage { asks_for: Some(BTreeSet::new()), ..ready() });
    assert_eq!(guided.reason_to_wait(), None);
}

#[test]
fn what_can_be_set_aside_with_a_reason_goes_on_once_every_reason_is_given() {
    let mut guided = Guided::new(Task::Apply, vec!["fix.patchbundle".into()], Some("/opt/app".into()));
    guided.stage = Stage::Confirming;
    guided.check = Some(CheckPage { verdict: CheckVerdict::Blocked, asks_for: None, ..ready() });
    assert_eq!(guided.reason_to_wait(), Some(words::CHECK_BLOCKED), "nothing helps");
    let asks_for = [Override::Unsigned, Override::Undo, Override::WeakVolume];
    guided.check =
        Some(CheckPage { verdict: CheckVerdict::Blocked, asks_for: Some(asks_for.into()), ..ready() });
    let set = |guided: &mut Guided, rule, reason: &str| guided.overrides.set(rule, Some(reason.to_owned()));
    assert_eq!(guided.reason_to_wait(), Some(words::CONSENT_FIRST));
    set(&mut guided, Override::Unsigned, "");
    for blank in ["", "  "] {
        set(&mut guided, Override::Undo, blank);
        assert_eq!(guided.reason_to_wait(), Some(words::REASON_FIRST));
    }
    set(&mut guided, Override::Undo, "the fix broke printing ");
    set(&mut guided, Override::WeakVolume, "");
    assert_eq!(guided.reason_to_wait(), None);
    // What nobody was asked for is not passed on.
    set(&mut guided, Override::Related, "left from before");
    let command = guided.change().expect("a change").command("/opt/app".as_ref());
    let undo = shell_word("--allow-undo=the fix broke printing");
    let flags = format!("--allow-unsigned {undo} --accept-weak-volume");
    assert_eq!(command, format!("patchwright apply fix.patchbundle /opt/app {flags}"));
}
