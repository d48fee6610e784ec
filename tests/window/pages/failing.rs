//! What cannot be read or is not there: the page says so, what it means and what to do.

use std::fs;

use patchwright::model::{Check, Level, Probe, TreePath};
use patchwright::words::{self, window};

use super::guided::{goes_through, starts};
use super::person::{Opening, Person};
use super::sandbox::Sandbox;

#[test]
fn a_damaged_patch_file_is_told_and_nothing_can_be_applied() {
    let sample = Person::with_sample();
    let (place, folder) = (sample.sample().place, sample.sample().folder);
    let damaged = place.join("damaged.patchbundle");
    let whole = fs::read(&sample.sample().bundles[0]).expect("a patch file");
    fs::write(&damaged, &whole[..whole.len() / 2]).expect("room for half of it");
    let mut person = Opening::with_paths([damaged, folder]).open();
    person.must_see(words::heading(patchwright::model::Code::Container));
    for tab in [words::TAB_CHANGES, words::TAB_CHECKS, words::TAB_OVERVIEW] {
        person.opens_tab(tab);
        person.must_see(words::heading(patchwright::model::Code::Container));
    }
    insta::assert_snapshot!("damaged", person.told().replace(&place.display().to_string(), "/tmp/sample"));
    assert_eq!(starts(&person), 0);
}

#[test]
fn a_folder_that_is_gone_is_told_on_every_page() {
    let sample = Person::with_sample();
    let (place, bundle) = (sample.sample().place, sample.sample().bundles[0].clone());
    let gone = place.join("gone");
    let mut person = Opening::with_paths([bundle, gone]).open();
    person.opens_tab(words::TAB_HISTORY);
    person.control(words::CHECK_AGAIN);
    insta::assert_snapshot!("gone", person.told().replace(&place.display().to_string(), "/tmp/sample"));
    person.opens_tab(words::TAB_CHECKS);
    person.must_see(words::CANNOT_CONTINUE);
    fs::create_dir(place.join("gone")).expect("it comes back");
    person.press(words::CHECK_AGAIN);
}

#[test]
fn a_patch_file_alone_can_be_read_and_says_what_is_missing() {
    let sample = Person::with_sample();
    let mut person = Opening::with_paths([sample.sample().bundles[0].clone()]).open();
    person.must_see(words::NO_FOLDER);
    person.opens_tab(words::TAB_CHECKS);
    person.must_see(words::CHECKS_EMPTY);
    person.opens_tab(words::TAB_HISTORY);
    person.must_see(words::HISTORY_EMPTY);
}

#[test]
fn a_folder_alone_shows_its_history_and_says_what_is_missing() {
    let sample = Person::with_sample();
    let mut person = Opening::with_paths([sample.sample().folder]).open();
    person.must_see(words::NOTHING_TO_TAKE_BACK);
    for (tab, empty) in [
        (words::TAB_OVERVIEW, words::OVERVIEW_EMPTY),
        (words::TAB_CHANGES, words::CHANGES_EMPTY),
        (words::TAB_CHECKS, words::CHECKS_EMPTY),
    ] {
        person.opens_tab(tab);
        person.must_see(empty);
    }
}

#[test]
fn what_could_not_be_opened_is_not_remembered() {
    let sample = Person::with_sample();
    let (bundle, folder) = (sample.sample().bundles[0].clone(), sample.sample().folder);
    let gone = sample.sample().place.join("gone.patchbundle");
    let remembered = |paths: &[std::path::PathBuf]| {
        let person = Opening::with_paths(paths.to_vec()).open();
        person.model(|model| {
            model
                .recent
                .pairs
                .iter()
                .map(|pair| (pair.bundle.clone(), pair.folder.clone()))
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(remembered(std::slice::from_ref(&gone)), []);
    assert_eq!(remembered(&[gone, folder.clone()]), [(None, Some(folder.clone()))]);
    // The honest twin: what could be opened is.
    assert_eq!(remembered(&[bundle.clone(), folder.clone()])[0], (Some(bundle), Some(folder)));
}

#[test]
fn a_relative_path_is_kept_as_a_whole_one() {
    let here = std::env::current_dir().expect("a present folder");
    let person = Opening::with_paths(["src".into()]).open();
    assert_eq!(person.model(|model| model.workspace.folder.clone()), Some(here.join("src")));
}

#[test]
fn a_failed_health_check_is_named_with_its_reference_and_tried_again() {
    let sandbox = Sandbox::new();
    sandbox.write("app/a.txt", "1\n");
    let probe = Probe::Text { path: TreePath::parse("a.txt").expect("a path"), contains: "3".to_owned() };
    let health = vec![Check { probe, level: Level::Required, timeout_secs: 1, retries: 0 }];
    let bundle = sandbox.bundle("FIX").replace("a.txt", "1\n", "2\n");
    let bundle = sandbox.save("fix.patchbundle", &bundle.but(|patch| patch.about.health = health));
    let opening = Opening::with_paths([bundle, sandbox.path("app")]);
    let mut person = Opening { size: egui::Vec2::new(1024.0, 1200.0), ..opening }.open();
    person.press(words::APPLY);
    goes_through(&mut person);
    person.must_see(words::PUT_BACK);
    person.must_see(window::RESULT_FAILED);
    // On the page itself, before anything is unfolded.
    person.must_see("\"a.txt\" doesn't contain \"3\"");
    person.must_see(words::REFERENCE);
    person.must_see("tester on testbed");
    person.press(window::RETRY);
    person.must_see("Step 2 of 6");
}
