//! What the command line can do, the window can: every verb has its place here, and the place is gone to. A verb without
//! one fails.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT;
use patchwright::cli;
use patchwright::words::{self, many, papers, trying, window};

use super::person::Person;

/// A step to where something is done.
#[derive(Clone, Copy)]
enum Step {
    Tab(&'static str),
    /// Out of the list of all commands.
    Command(&'static str),
    Press(&'static str),
    /// Stands in the list of all commands.
    Listed(&'static str),
    /// Can be pressed, or says why not.
    Control(&'static str),
    Sees(&'static str),
}

/// Where something is done.
enum Place {
    /// With the sample open, one of whose patches is in.
    At(&'static [Step]),
    /// Where something else has happened before: in this story.
    Story(&'static str),
    /// Nowhere, because it is about consoles.
    Console,
}

use Place::{At, Console, Story};
use Step::{Command, Control, Listed, Press, Sees, Tab};

const ROLLOUT: &str = "many::a_rollout_is_opened_run_ring_after_ring_and_taken_back";
const ROLLOUT_HELD: &str =
    "many::a_rollout_is_paused_resumed_and_goes_on_without_a_folder_that_cannot_be_changed";

const PLACES: &[(&str, Place)] = &[
    ("accept", At(&[Tab(words::TAB_HISTORY), Control(window::KEEP)])),
    ("apply", At(&[Control(words::APPLY)])),
    ("choose", At(&[Command(window::CHOOSE), Control(window::CHOOSE_FIND)])),
    ("completions", Console),
    ("diff", At(&[Tab(words::TAB_CHANGES), Control(words::COMPARE_ORIGINAL_AFTER)])),
    ("edit test", At(&[Command(window::MAKE), Press(trying::EDITS), Control(trying::EDITS_TRY)])),
    ("evidence", At(&[Command(papers::EVIDENCE), Sees(papers::EVIDENCE_MEANING)])),
    ("explain", At(&[Command(papers::CODES), Sees(papers::CODES_MEANING)])),
    ("export", At(&[Listed(papers::EXPORT)])),
    ("fixed", Story("evidence::what_is_fixed_is_saved_for_others_as_the_command_line_writes_it")),
    ("history", At(&[Tab(words::TAB_HISTORY), Control(window::VERIFY_HISTORY)])),
    ("identify", At(&[Command(papers::IDENTIFY), Sees(papers::IDENTIFY_MEANING)])),
    ("key export", Story("keys::a_key_without_a_password_is_made_elsewhere_and_trusted_here_too")),
    ("key list", At(&[Command(window::KEYS_PAGE), Sees(window::KEYS_KNOWN)])),
    ("key new", At(&[Command(window::KEYS_PAGE), Control(window::NEW_KEY)])),
    (
        "key revoke",
        Story("keys::who_signed_is_one_click_away_and_a_key_is_trusted_after_its_words_were_compared"),
    ),
    ("key sign-list", At(&[Command(window::KEYS_PAGE), Control(window::LIST_SIGN)])),
    ("key trust", At(&[Command(window::KEYS_PAGE), Control(window::TRUST_FILE)])),
    ("key update", At(&[Command(window::KEYS_PAGE), Control(window::KEYS_TAKE_IN)])),
    ("make", At(&[Command(window::MAKE), Control(window::MAKE_NOW)])),
    ("man", Console),
    ("metrics", At(&[Command(papers::FIGURES), Control(papers::FIGURES_SAVE)])),
    (
        "new",
        At(&[
            Command(window::MAKE),
            Press(window::MAKE_FOLDERS),
            Press(window::MAKE_IN_FILE),
            Control(papers::ORDER_SKELETON),
        ]),
    ),
    ("plan", At(&[Tab(words::TAB_CHECKS), Control(papers::PLAN_OPEN)])),
    ("reapply", Story("guided::a_patch_goes_in_page_by_page_and_is_undone_from_its_result")),
    ("reconcile", At(&[Command(many::WANTED), Control(many::INPUT_STATE_FILE)])),
    ("recover", Story("recovering::a_change_whose_files_are_all_new_is_finished")),
    ("rehearse", Story("rehearsing::a_rehearsal_leaves_the_folder_alone_and_the_check_says_how_it_went")),
    ("repair", Story("repairing::what_only_the_patch_file_has_is_repaired_from_it")),
    ("review", At(&[Command(window::REVIEW), Control(window::REVIEW_SAVE)])),
    ("rollback", At(&[Tab(words::TAB_HISTORY), Control(words::GO_BACK)])),
    ("rollout approve", Story(ROLLOUT)),
    ("rollout leave-out", Story(ROLLOUT_HELD)),
    ("rollout pause", Story(ROLLOUT_HELD)),
    ("rollout plan", Story(ROLLOUT)),
    ("rollout resume", Story(ROLLOUT_HELD)),
    ("rollout run", Story(ROLLOUT)),
    ("rollout status", At(&[Command(many::ROLLOUT), Control(many::INPUT_ROLLOUT_FILE)])),
    ("rollout stop", Story(ROLLOUT_HELD)),
    ("rollout roll-back", Story(ROLLOUT)),
    ("show", At(&[Tab(words::TAB_OVERVIEW), Sees(words::FINE_PRINT)])),
    ("sign", At(&[Command(window::KEYS_PAGE), Control(window::SIGN)])),
    ("status", At(&[Tab(words::TAB_HISTORY), Sees(words::IN_THE_FOLDER)])),
    ("support", At(&[Listed(words::SAVE_SUPPORT)])),
    ("toggle", Story("switching::a_switch_is_turned_off_and_on_again_and_every_page_says_where_it_stands")),
    ("verify", At(&[Command(window::KEYS_PAGE), Control(trying::RULES_ASK)])),
];

/// Every verb that does something by itself, as it is typed.
fn verbs() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for verb in cli::command().get_subcommands() {
        let below: Vec<&str> =
            verb.get_subcommands().map(clap::Command::get_name).filter(|name| *name != "help").collect();
        // Who turns a switch names how: that is one thing in the window.
        if below.is_empty() || verb.get_name() == "toggle" {
            found.insert(verb.get_name().to_owned());
        } else {
            found.extend(below.iter().map(|name| format!("{} {name}", verb.get_name())));
        }
    }
    found.remove("help");
    found
}

/// Looks for the command in the list of all of them, by its name.
#[track_caller]
fn looks_up(person: &mut Person, command: &str) {
    person.types(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    for letter in command.chars() {
        person.harness.event(egui::Event::Text(letter.to_string()));
    }
    person.settle();
    let labels = person.controls().into_iter().filter_map(|node| node.accesskit_node().label());
    let is_it = |label: &String| label.strip_prefix(command).is_some_and(|rest| rest.starts_with(' '));
    assert!(labels.into_iter().any(|label| is_it(&label)), "{command} is in no list:\n{}", person.told());
}

#[track_caller]
fn goes(person: &mut Person, step: Step) {
    match step {
        Tab(name) => person.opens_tab(name),
        Command(name) => {
            looks_up(person, name);
            person.types(Modifiers::NONE, Key::Enter);
        }
        Listed(name) => {
            looks_up(person, name);
            person.types(Modifiers::NONE, Key::Escape);
        }
        Press(label) => person.press(label),
        Control(label) => _ = person.control(label),
        Sees(words) => person.must_see(words),
    }
}

#[test]
fn every_verb_of_the_command_line_has_its_place_in_the_window() {
    let placed: BTreeSet<String> = PLACES.iter().map(|(verb, _)| (*verb).to_owned()).collect();
    assert_eq!(placed, verbs());
    let mut person = Person::with_sample();
    let sample = person.sample();
    let apply = ["apply".as_ref(), sample.bundles[0].as_os_str(), sample.folder.as_os_str()];
    let apply: Vec<&OsStr> = apply.into_iter().chain(["--allow-unsigned", "--yes"].map(OsStr::new)).collect();
    person.desk().runs(&apply);
    person.types(Modifiers::NONE, Key::F5);
    for (verb, place) in PLACES {
        match place {
            At(steps) => {
                steps.iter().for_each(|step| goes(&mut person, *step));
                // Back to where it began.
                person.types(Modifiers::NONE, Key::Escape);
                person.opens_tab(words::TAB_OVERVIEW);
            }
            Story(story) => {
                let (module, name) = story.split_once("::").expect("a file and a story in it");
                let file =
                    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/window/pages/{module}.rs"));
                let text = fs::read_to_string(file).expect("the file of the story");
                assert!(text.contains(&format!("fn {name}(")), "{verb}: {story} isn't told");
            }
            Console => assert!(matches!(*verb, "completions" | "man"), "{verb} is not about consoles"),
        }
    }
}
