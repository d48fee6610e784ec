//! While the worker works: what can be stopped when, what closing does, and how often a picture is drawn.

use std::time::Duration;

use egui::{Key, Modifiers, ViewportCommand, ViewportId};
use egui_kittest::kittest::NodeT;
use patchwright::present::message::Effect;
use patchwright::progress::Phase;
use patchwright::words;

use super::guided::{last_button, starts};
use super::person::{Opening, Person};

/// Somebody who has just pressed the last button; the worker says nothing by itself.
pub fn at_work() -> Person {
    let mut opening = Opening::new();
    opening.desk.is_scripted = true;
    let mut person = Person::with_sample_in(opening);
    person.press(words::APPLY);
    person.press(words::NEXT);
    person.press(words::NEXT);
    person.press(words::CONSENT_UNSIGNED);
    let button = last_button(&person);
    person.press(&button);
    assert_eq!(starts(&person), 1);
    person
}

fn stops(person: &Person) -> usize {
    person.desk().done.iter().filter(|effect| **effect == Effect::StopWorker).count()
}

/// Why "Stop" cannot be pressed; `None` while it can.
fn reason_not_to_stop(person: &Person) -> Option<String> {
    person.control(words::STOP).accesskit_node().description()
}

#[test]
fn stop_says_what_it_would_do_and_when_it_is_too_late() {
    let mut person = at_work();
    person.must_see(words::WORKING_TITLE_APPLY);
    for (phase, meaning) in [
        (Phase::Reading, words::STOP_BEFORE),
        (Phase::Checking, words::STOP_BEFORE),
        (Phase::Preparing, words::STOP_BEFORE),
        (Phase::Changing, words::STOP_DURING),
    ] {
        person.hears_progress(phase, 1, 4);
        person.must_see(phase.sentence());
        person.must_see(meaning);
        assert_eq!(reason_not_to_stop(&person), None, "{phase:?}");
        let is_commit = phase == Phase::Changing;
        assert_eq!(person.sees(words::WORKING_DO_NOT_SWITCH_OFF), is_commit, "{phase:?}");
    }
    insta::assert_snapshot!("working", person.told());
    for phase in [Phase::Verifying, Phase::PuttingBack] {
        person.hears_progress(phase, 1, 4);
        assert_eq!(reason_not_to_stop(&person).as_deref(), Some(words::STOP_TOO_LATE), "{phase:?}");
    }
    assert_eq!(stops(&person), 0);
}

#[test]
fn stop_is_said_once_and_the_result_says_that_everything_is_as_before() {
    let mut person = at_work();
    person.hears_progress(Phase::Preparing, 1, 4);
    person.press(words::STOP);
    assert_eq!(reason_not_to_stop(&person).as_deref(), Some(words::STOPPING));
    person.control(words::STOP).click();
    person.settle();
    assert_eq!(stops(&person), 1);
    person.hears_end(
        r#"{"outcome":"interrupted","code":"E-INTERRUPTED","message":"stopped at your request","causes":[],"hints":[],"obstacles":[]}"#,
    );
    person.must_see(&format!("Step 6 of 6: {}", words::STEP_RESULT));
    person.must_see(words::NOT_DONE);
    insta::assert_snapshot!("stopped", person.told());
}

#[test]
fn a_worker_that_says_nothing_is_not_believed() {
    let mut person = at_work();
    person.hears_progress(Phase::Changing, 1, 4);
    person.hears(patchwright::present::message::Event::WorkerEnded);
    // The folder was read back, and is as it was.
    person.must_see(words::NOT_DONE);
    person.must_see(words::NO_ANSWER_UNCHANGED);
    insta::assert_snapshot!("no_answer", person.told());
}

#[test]
fn keys_do_not_lead_away_from_work() {
    let mut person = at_work();
    person.hears_progress(Phase::Preparing, 1, 4);
    for (modifiers, key) in [
        (Modifiers::NONE, Key::Escape),
        (Modifiers::ALT, Key::ArrowLeft),
        (Modifiers::COMMAND, Key::Home),
        (Modifiers::COMMAND, Key::Num1),
        (Modifiers::COMMAND, Key::O),
        (Modifiers::NONE, Key::Enter),
        (Modifiers::NONE, Key::Space),
        (Modifiers::NONE, Key::F5),
    ] {
        person.types(modifiers, key);
        person.must_see(words::WORKING_TITLE_APPLY);
        assert_eq!((starts(&person), stops(&person)), (1, 0), "{key:?}");
    }
}

#[test]
fn closing_asks_once_while_work_goes_on_and_staying_is_the_safe_answer() {
    let mut person = at_work();
    person.hears_progress(Phase::Changing, 1, 4);
    assert!(person.closes().contains(&ViewportCommand::CancelClose));
    person.must_see(words::STILL_WORKING_MEANING);
    insta::assert_snapshot!("closing", person.told());
    person.press(words::STAY);
    assert!(!person.sees(words::STILL_WORKING_MEANING));

    person.closes();
    person.types(Modifiers::NONE, Key::Escape);
    assert!(!person.sees(words::STILL_WORKING_MEANING));

    person.closes();
    person.press(words::CLOSE_ANYWAY);
    let commands = person.closes();
    assert!(!commands.contains(&ViewportCommand::CancelClose), "{commands:?}");
    assert_eq!(stops(&person), 0, "the work goes on");
}

#[test]
fn without_work_the_window_closes_at_once() {
    let mut person = Person::with_sample();
    let commands = person.closes();
    assert!(commands.contains(&ViewportCommand::Close), "{commands:?}");
    assert!(!person.sees(words::STILL_WORKING));
}

#[test]
fn while_work_goes_on_a_picture_is_drawn_at_most_ten_times_a_second() {
    let mut person = at_work();
    person.hears_progress(Phase::Preparing, 1, 4);
    person.harness.remove_cursor();
    person.settle();
    for _ in 0..5 {
        person.harness.step();
        let delay = person.harness.output().viewport_output[&ViewportId::ROOT].repaint_delay;
        assert!(
            (Duration::from_millis(90)..=Duration::from_millis(110)).contains(&delay),
            "{delay:?}, {:?}",
            person.harness.ctx.repaint_causes()
        );
    }
}

#[test]
fn what_is_looked_at_twice_for_one_picture_happens_once() {
    let mut opening = Opening::new();
    opening.desk.is_scripted = true;
    let mut person = opening.open();
    person.harness.state_mut().looks_twice = true;
    person.press(words::START_SAMPLE);
    person.press(words::APPLY);
    person.press(words::NEXT);
    person.press(words::NEXT);
    person.press(words::CONSENT_UNSIGNED);
    let button = last_button(&person);
    person.press(&button);
    person.press(words::STOP);
    assert_eq!((starts(&person), stops(&person)), (1, 1));
    person.closes();
    person.press(words::STAY);
    person.hears_end(
        r#"{"command":"apply","outcome":"done","patch":{"id":"X-1","revision":1,"title":"X"},"patches":[],"target":"/opt/app"}"#,
    );
    person.must_see(&format!("Step 6 of 6: {}", words::STEP_RESULT));
}
