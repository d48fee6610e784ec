//! Many folders at once: brought in line with a state file, and patched ring after ring; a question first, and the page
//! says afterwards how the folders are.

use std::ffi::OsStr;
use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT;
use patchwright::present::Model;
use patchwright::present::message::{Dialog, Effect, Event, ExportWish, Input, KeyEvent};
use patchwright::progress::Phase;
use patchwright::words::{self, fill, many};

use super::guided::starts;
use super::keyboard::walks_on;
use super::person::{Opening, Person};
use super::site::{NEW, OLD, Site};

fn picks(person: &mut Person, page: &str, button: &str, input: Input, path: &Path) {
    person.press(page);
    person.press(button);
    assert_eq!(person.desk().done.last(), Some(&Effect::PickInput(input)));
    person.hears(Event::InputPicked(input, vec![path.to_owned()]));
}

fn opens_state(person: &mut Person, path: &Path) {
    picks(person, many::WANTED, many::INPUT_STATE_FILE, Input::StateFile, path);
}

fn opens_rollout(person: &mut Person, path: &Path) {
    picks(person, many::ROLLOUT, many::INPUT_ROLLOUT_FILE, Input::RolloutFile, path);
}

fn with_n(template: &str, n: &str) -> String {
    fill(template, &[("n", n)])
}

/// What the button is called that makes so many changes.
fn makes(changes: &str, folders: &str) -> String {
    fill(many::BRING_IN_LINE, &[("n", changes), ("folders", folders)])
}

/// What the button is called that runs a ring.
fn run(ring: &str) -> String {
    fill(many::ROLLOUT_RUN, &[("ring", ring)])
}

fn ring(name: &str, folders: &[&str], keys: &str) -> String {
    let folders: Vec<String> = folders.iter().map(|folder| format!("\"srv/{folder}\"")).collect();
    format!("[[rings]]\nname = \"{name}\"\nfolders = [{}]\n{keys}", folders.join(", "))
}

#[test]
fn folders_are_compared_first_then_brought_in_line_and_the_page_says_so_afterwards() {
    let site = Site::new(&["a", "b"]);
    let mut person = site.open();
    opens_state(&mut person, &site.state("have = [\"ACME-1\", \"ACME-2\"]"));
    person.must_see("2 folders: 2 different");
    person.must_see("ACME-1: to be applied");
    assert_eq!(site.has("a"), [false, false], "comparing changes nothing");
    insta::assert_snapshot!("wanted", site.told(&person));
    person.press(&makes("4 changes", "2 folders"));
    person.must_see(&with_n(many::DUE_APPLIED, "4 patches"));
    person.must_see(many::ASK_IN_LINE_MEANING);
    assert_eq!((starts(&person), site.has("a")), (0, [false, false]), "a question comes first");
    person.press(&with_n(many::DO_IN_LINE, "4 changes"));
    assert_eq!(["a", "b"].map(|folder| site.has(folder)), [[true; 2]; 2]);
    person.must_see(many::ENDED_DONE);
    person.must_see(&with_n(many::ENDED_CHANGED, "2 folders"));
    person.must_see("2 folders: 2 in line");
    person.must_see(many::WANTED_NONE_DIFFER);
    let reason = person.control(&makes("0 changes", "0 folders")).accesskit_node().description();
    assert_eq!(reason.as_deref(), Some(many::WANTED_ALL_IN_LINE));
    let command = format!("patchwright reconcile {}", site.sandbox.path("state.toml").display());
    assert_eq!(person.model(Model::page_command), Some(command));

    // The file is on the home page from now on.
    person.types(Modifiers::COMMAND, Key::Home);
    person.press("state.toml");
    person.must_see("2 folders: 2 in line");
}

#[test]
fn what_a_person_rolled_back_is_left_to_people_until_somebody_says_otherwise() {
    let site = Site::new(&["a"]);
    let state = site.state("have = [\"ACME-1\"]");
    site.runs(
        &["reconcile", "--apply"].map(OsStr::new).into_iter().chain([state.as_ref()]).collect::<Vec<_>>(),
    );
    let folder = site.folder("a");
    site.runs(&["rollback".as_ref(), folder.as_ref(), "--yes".as_ref()]);
    let mut person = site.open();
    opens_state(&mut person, &state);
    person.must_see("rolled back by tester on 2026-03-04, so it isn't applied again");
    person.must_see(many::WANTED_BY_HAND);
    let reason = person.control(&makes("0 changes", "0 folders")).accesskit_node().description();
    assert_eq!(reason.as_deref(), Some(many::WANTED_LEFT_TO_PEOPLE));
    person.press(many::WANTED_AGAIN);
    person.must_see("ACME-1: to be applied");
    person.press(&makes("1 change", "1 folder"));
    person.press(&with_n(many::DO_IN_LINE, "1 change"));
    assert_eq!(site.has("a"), [true, false]);
}

#[test]
fn more_rollbacks_than_one_run_may_are_allowed_by_name_and_not_by_the_way() {
    let site = Site::new(&["a", "b"]);
    let state = site.state("have = [\"ACME-1\"]");
    site.runs(
        &["reconcile", "--apply"].map(OsStr::new).into_iter().chain([state.as_ref()]).collect::<Vec<_>>(),
    );
    site.state("not = [\"ACME-1\"]");
    let mut person = site.open();
    opens_state(&mut person, &state);
    let reason = person.control(&makes("2 changes", "2 folders")).accesskit_node().description();
    assert_eq!(reason.as_deref(), Some(many::WANTED_TOO_MANY_FIRST));
    person.press(&with_n(many::WANTED_TOO_MANY, "2 patches"));
    person.press(&makes("2 changes", "2 folders"));
    person.must_see(&with_n(many::DUE_ROLLED_BACK, "2 patches"));
    person.press(&with_n(many::DO_IN_LINE, "2 changes"));
    assert_eq!(["a", "b"].map(|folder| site.has(folder)), [[false; 2]; 2]);
}

#[test]
fn a_folder_is_left_alone_for_a_reason_and_counts_again_when_that_ends() {
    let site = Site::new(&["a"]);
    let state = site.state("have = [\"ACME-1\"]");
    site.runs(
        &["reconcile", "--apply"].map(OsStr::new).into_iter().chain([state.as_ref()]).collect::<Vec<_>>(),
    );
    site.state("have = [\"ACME-1\", \"ACME-2\"]");
    let mut person = site.open();
    opens_state(&mut person, &state);
    person.press(many::HOLD);
    let reason = |person: &Person| person.control(many::DO_HOLD).accesskit_node().description();
    assert_eq!(reason(&person).as_deref(), Some(words::REASON_FIRST));
    person.writes(many::ASK_REASON, "ticket 4711");
    person.writes(many::HOLD_UNTIL, "soon");
    assert_eq!(reason(&person).as_deref(), Some(many::HOLD_DAY_FIRST));
    person.writes(many::HOLD_UNTIL, "2027-01-31");
    person.press(many::DO_HOLD);
    person.must_see("on hold until 2027-01-31");
    person.must_see("ticket 4711");
    assert_eq!(site.has("a"), [true, false]);
    person.press(many::RELEASE);
    person.press(many::DO_RELEASE);
    person.must_see("ACME-2: to be applied");
}

#[test]
fn the_comparison_is_saved_as_the_command_line_writes_it() {
    let site = Site::new(&["a", "b"]);
    let state = site.state("have = [\"ACME-1\"]");
    let mut person = site.open();
    opens_state(&mut person, &state);
    for name in ["comparison.md", "comparison.xml"] {
        person.press(many::WANTED_SAVE);
        let asked = Effect::PickPlace(ExportWish::Comparison, "comparison.md".to_owned());
        assert_eq!(person.desk().done.last(), Some(&asked));
        let saved = site.sandbox.path(name);
        person.hears(Event::PlacePicked(ExportWish::Comparison, saved.clone()));
        let by_command = site.sandbox.path(&format!("by-command-{name}"));
        site.runs(&["reconcile".as_ref(), state.as_ref(), "--report".as_ref(), by_command.as_ref()]);
        let [one, other] = [saved, by_command].map(|path| std::fs::read_to_string(path).expect("a report"));
        assert_eq!(one, other);
    }
}

#[test]
fn a_rollout_is_opened_run_ring_after_ring_and_taken_back() {
    let site = Site::new(&["a", "b", "c"]);
    let rings = [ring("pilot", &["a"], ""), ring("rest", &["*"], "approve = 1\n")].concat();
    let file = site.rollout(&rings);
    let mut person = site.open();
    opens_rollout(&mut person, &file);
    person.must_see("October fonts");
    person.must_see("Not started");
    person.must_see(&with_n(many::PLAN_READY, "3 folders"));
    person.must_see(&with_n(many::RULE_APPROVALS, "1 approval"));
    insta::assert_snapshot!("rollout", site.told(&person));
    assert!(!site.sandbox.path("october.rollout.json").exists(), "opening writes nothing");

    person.press(&run("pilot"));
    person.must_see(many::ASK_RUN_MEANING);
    assert_eq!((starts(&person), site.has("a")), (0, [false; 2]), "a question comes first");
    person.press(many::DO_RUN);
    assert_eq!(["a", "b", "c"].map(|folder| site.has(folder)[0]), [true, false, false]);
    person.must_see("1 of 1 folder good");
    person.must_see("1 person has to approve the ring \"rest\"");

    let approve = fill(many::ROLLOUT_APPROVE, &[("ring", "rest")]);
    person.press(&approve);
    person.writes(many::ASK_REASON_OPTIONAL, "pilot looks well");
    person.press(many::DO_APPROVE);
    assert_eq!(starts(&person), 1, "approving changes no folder");
    person.must_see("Approved by tester on testbed");
    person.press(&run("rest"));
    person.press(many::DO_RUN);
    assert_eq!(["a", "b", "c"].map(|folder| site.has(folder)[0]), [true; 3]);
    person.must_see("Done: every ring is finished");
    let command = format!("patchwright rollout status {}", file.display());
    assert_eq!(person.model(Model::page_command), Some(command));

    person.press(many::ROLLOUT_MORE);
    person.press(many::ROLLOUT_TAKE_BACK);
    person.must_see(many::ASK_TAKE_BACK_MEANING);
    person.press(many::DO_TAKE_BACK);
    assert_eq!(["a", "b", "c"].map(|folder| site.has(folder)[0]), [false; 3]);
    person.must_see("Rolled back");
    person.must_see("Over: rolled back by tester on testbed");

    person.press(many::ROLLOUT_MORE);
    person.press(many::ROLLOUT_AGAIN);
    person.must_see(many::ASK_AGAIN_MEANING);
    person.press(many::DO_RUN);
    assert_eq!(["a", "b", "c"].map(|folder| site.has(folder)[0]), [true, false, false], "approved anew");
}

#[test]
fn one_ring_of_a_rollout_is_rolled_back_and_the_others_stay() {
    let site = Site::new(&["a", "b"]);
    let file = site.rollout(&[ring("pilot", &["a"], ""), ring("rest", &["*"], "")].concat());
    let mut person = site.open();
    opens_rollout(&mut person, &file);
    for name in ["pilot", "rest"] {
        person.press(&run(name));
        person.press(many::DO_RUN);
    }
    assert_eq!(["a", "b"].map(|folder| site.has(folder)[0]), [true; 2]);
    person.press(many::ROLLOUT_MORE);
    person.press(&fill(many::ROLLOUT_TAKE_RING_BACK, &[("ring", "rest")]));
    person.must_see(many::ASK_TAKE_RING_BACK_MEANING);
    person.press(many::DO_TAKE_RING_BACK);
    assert_eq!(["a", "b"].map(|folder| site.has(folder)[0]), [true, false]);
}

#[test]
fn a_rollout_is_paused_resumed_and_goes_on_without_a_folder_that_cannot_be_changed() {
    let site = Site::new(&["a", "b"]);
    site.sandbox.write("srv/b/one", "mine\n");
    let file = site.rollout(&ring("all", &["a", "b"], ""));
    let mut person = site.open();
    opens_rollout(&mut person, &file);
    person.must_see(&with_n(many::PLAN_REFUSED, "1 folder"));
    person.press(&run("all"));
    person.press(many::DO_RUN);
    person.must_see("1 of 2 folders is good");
    person.press(many::ROLLOUT_MORE);
    person.press(many::ROLLOUT_PAUSE);
    person.press(many::DO_PAUSE);
    person.must_see("Paused by tester on testbed");
    person.press(many::ROLLOUT_RESUME);
    person.press(many::DO_RESUME);
    person.press(many::ROLLOUT_MORE);
    person.press(many::ROLLOUT_STOP);
    person.press(many::DO_STOP);
    person.press(many::ROLLOUT_RESUME);
    person.press(many::DO_RESUME);
    person.must_see("isn't the version this patch expects");
    person.press(many::ROLLOUT_LEAVE_OUT);
    let reason = person.control(many::DO_LEAVE_OUT).accesskit_node().description();
    assert_eq!(reason.as_deref(), Some(words::REASON_FIRST));
    person.writes(many::ASK_REASON, "it is retired");
    person.press(many::DO_LEAVE_OUT);
    person.must_see("Done: every ring is finished");
    person.must_see("Left out");
    assert_eq!(["a", "b"].map(|folder| site.has(folder)[0]), [true, false]);
}

#[test]
fn an_unsigned_patch_is_rolled_out_only_by_somebody_who_says_so() {
    let site = Site::new(&["a"]);
    let bundle = site.sandbox.bundle("ACME-1").replace("one", OLD, NEW);
    site.sandbox.save("patches/one.patchbundle", &bundle);
    let file = site.rollout(&ring("all", &["a"], ""));
    let mut person = site.open();
    opens_rollout(&mut person, &file);
    person.must_see(&with_n(many::PLAN_REFUSED, "1 folder"));
    person.press(&run("all"));
    person.press(words::CONSENT_UNSIGNED);
    person.must_see(&with_n(many::PLAN_READY, "1 folder"));
    person.press(many::DO_RUN);
    assert_eq!(site.has("a"), [true, false]);
}

#[test]
fn while_the_worker_is_at_many_folders_it_can_be_stopped_and_closing_asks() {
    let site = Site::new(&["a"]);
    let mut opening = Opening::new();
    opening.desk = site.desk();
    opening.desk.is_scripted = true;
    let mut person = opening.open();
    opens_state(&mut person, &site.state("have = [\"ACME-1\"]"));
    person.press(&makes("1 change", "1 folder"));
    person.press(&with_n(many::DO_IN_LINE, "1 change"));
    person.hears_progress(Phase::Changing, 1, 2);
    person.must_see(many::WORKING_IN_LINE);
    person.must_see(words::WORKING_DO_NOT_SWITCH_OFF);
    person.closes();
    person.must_see(words::STILL_WORKING_MEANING);
    person.press(words::STAY);
    person.press(words::STOP);
    assert!(person.desk().done.contains(&Effect::StopWorker));
    person.hears(Event::WorkerEnded);
    person.must_see(words::NO_ANSWER);
    person.must_see("ACME-1: to be applied");
}

#[test]
fn what_is_no_such_file_says_why_and_nothing_is_done() {
    let site = Site::new(&["a"]);
    site.sandbox.write("odd.toml", "odd = 1\n");
    let odd = site.sandbox.path("odd.toml");
    let mut person = site.open();
    opens_state(&mut person, &odd);
    person.must_see(words::heading(patchwright::model::Code::Order));
    assert!(person.try_control(&makes("0 changes", "0 folders")).is_none(), "{}", person.told());
    person.types(Modifiers::COMMAND, Key::Home);
    opens_rollout(&mut person, &odd);
    person.must_see(words::heading(patchwright::model::Code::Order));
    assert_eq!(starts(&person), 0);
}

#[test]
fn bringing_folders_in_line_needs_no_mouse() {
    let site = Site::new(&["a"]);
    let state = site.state("have = [\"ACME-1\"]");
    let mut person = site.open();
    walks_on(&mut person, many::WANTED, Key::Enter);
    walks_on(&mut person, many::INPUT_STATE_FILE, Key::Enter);
    person.hears(Event::InputPicked(Input::StateFile, vec![state]));
    walks_on(&mut person, &makes("1 change", "1 folder"), Key::Enter);
    walks_on(&mut person, &with_n(many::DO_IN_LINE, "1 change"), Key::Enter);
    person.must_see("1 folder: 1 in line");
}

#[test]
fn a_ring_that_needs_a_key_is_approved_with_one() {
    let site = Site::new(&["a", "b"]);
    let rings = [ring("pilot", &["a"], ""), ring("rest", &["*"], "approve = 1\napprove_by = \"key\"\n")];
    let file = site.rollout(&rings.concat());
    let (secret, public) = (site.sandbox.path("boss.key"), site.sandbox.path("boss.pub"));
    let made = site.desk().workbench().new_key("boss", Some(&secret), None).expect("a new key");
    let print = made.key.fingerprint().groups();
    let words = ["key", "trust"].map(OsStr::new).into_iter().chain([public.as_os_str()]);
    let rest = ["--name=boss", "--role=approver", "--every-product", "--fingerprint", &print].map(OsStr::new);
    site.runs(&words.chain(rest).collect::<Vec<_>>());
    let mut person = site.open();
    opens_rollout(&mut person, &file);
    person.press(&run("pilot"));
    person.press(many::DO_RUN);
    person.press(&fill(many::ROLLOUT_APPROVE, &[("ring", "rest")]));
    person.must_see(many::ASK_SIGN_MEANING);
    let reason = person.control(many::DO_APPROVE).accesskit_node().description();
    assert_eq!(reason.as_deref(), Some(many::SIGN_KEY_FIRST));
    person.press(many::SIGN_KEY);
    assert_eq!(person.desk().done.last(), Some(&Effect::PickKey(Dialog::OwnKey)));
    person.hears(Event::Keys(KeyEvent::Picked(Dialog::OwnKey, secret)));
    person.must_see("boss.key");
    person.press(many::DO_APPROVE);
    person.must_see("Approved by tester on testbed");
    person.press(&run("rest"));
    person.press(many::DO_RUN);
    assert_eq!(["a", "b"].map(|folder| site.has(folder)[0]), [true; 2]);
}
