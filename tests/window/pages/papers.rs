//! What is shown to others: evidence of a folder, figures of several, and what this program is made of.

use std::ffi::OsStr;

use egui::{Key, Modifiers};
use egui_kittest::Node;
use egui_kittest::kittest::NodeT;
use patchwright::present::Model;
use patchwright::present::message::{Dialog, Effect, Event, ExportWish, Input, KeyEvent};
use patchwright::words::{self, fill, papers, window};

use super::person::Person;
use super::site::Site;

/// The first patch went in, out and in again.
fn changed() -> Site {
    let site = Site::new(&["a"]);
    let (bundle, folder) = (site.sandbox.path("patches/one.patchbundle"), site.folder("a"));
    let apply = ["apply".as_ref(), bundle.as_ref(), folder.as_ref(), OsStr::new("--yes")];
    site.runs(&apply);
    site.runs(&["rollback".as_ref(), folder.as_ref(), "--yes".as_ref()]);
    site.runs(&apply);
    site
}

/// Opened at the history of the folder.
fn at_history(site: &Site) -> Person {
    let mut opening = super::person::Opening::with_paths([site.folder("a")]);
    opening.desk = site.desk();
    opening.open()
}

#[test]
fn evidence_is_saved_as_the_command_line_writes_it_and_checked_in_the_window() {
    let site = changed();
    let mut person = at_history(&site);
    person.press(papers::EVIDENCE);
    person.must_see(papers::EVIDENCE_UNSIGNED);
    insta::assert_snapshot!("evidence", site.told(&person));
    person.press(papers::EVIDENCE_CHECK_FILE);
    assert_eq!(person.desk().done.last(), Some(&Effect::PickInput(Input::EvidenceFile)));
    person.press(papers::EVIDENCE);
    let asked = Effect::PickPlace(ExportWish::Evidence, "a.evidence.zip".to_owned());
    assert_eq!(person.desk().done.last(), Some(&asked));
    let saved = site.sandbox.path("a.evidence.zip");
    person.hears(Event::PlacePicked(ExportWish::Evidence, saved.clone()));
    person.must_see(&fill(words::SAVED, &[("path", &saved.display().to_string())]));
    let (by_command, folder) = (site.sandbox.path("by-command.zip"), site.folder("a"));
    site.runs(&["evidence".as_ref(), folder.as_ref(), "--output".as_ref(), by_command.as_ref()]);
    let [one, other] = [&saved, &by_command].map(|path| std::fs::read(path).expect("evidence"));
    assert_eq!(one, other);

    person.hears(Event::InputPicked(Input::EvidenceFile, vec![saved.clone()]));
    person.must_see(papers::EVIDENCE_BY_NOBODY);
    let mut bytes = one;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&saved, &bytes).expect("our own file");
    person.press(papers::EVIDENCE_CHECK_FILE);
    person.hears(Event::InputPicked(Input::EvidenceFile, vec![saved]));
    let whole =
        fill(papers::EVIDENCE_WHOLE, &[("file", &site.sandbox.path("a.evidence.zip").display().to_string())]);
    assert!(!person.sees(&whole), "{}", person.told());
}

#[test]
fn evidence_is_signed_by_somebody_who_is_trusted_and_says_so() {
    let site = changed();
    let mut person = at_history(&site);
    person.press(papers::EVIDENCE);
    person.press(&fill(papers::EVIDENCE_ONE, &[("id", "ACME-1")]));
    person.press(papers::EVIDENCE_NO_USERS);
    person.writes(papers::EVIDENCE_SINCE, "soon");
    let reason = person.control(papers::EVIDENCE).accesskit_node().description();
    assert_eq!(reason.as_deref(), Some(papers::EVIDENCE_DAY_FIRST));
    person.writes(papers::EVIDENCE_SINCE, "2026-01-01");
    person.press(papers::EVIDENCE_KEY);
    person.hears(Event::Keys(KeyEvent::Picked(Dialog::OwnKey, site.sandbox.path("acme.key"))));
    person.must_see(window::KEY_FILE);
    person.press(papers::EVIDENCE);
    let saved = site.sandbox.path("ACME-1.evidence.zip");
    person.hears(Event::PlacePicked(ExportWish::Evidence, saved.clone()));
    person.hears(Event::InputPicked(Input::EvidenceFile, vec![saved]));
    person.must_see("Signed by ACME with the key");
    let command = person.model(Model::page_command).expect("a command");
    assert!(
        command.contains(" ACME-1 --output ACME-1.evidence.zip --since=2026-01-01 --redact users --key ")
    );
}

#[test]
fn a_result_leads_to_its_evidence_and_back() {
    let mut person = Person::with_sample();
    person.press(words::APPLY);
    super::guided::goes_through(&mut person);
    person.press(papers::EVIDENCE);
    person.must_see(papers::EVIDENCE_MEANING);
    person.types(Modifiers::NONE, Key::Escape);
    person.must_see(words::DONE_APPLY);
}

#[test]
fn figures_are_told_with_how_many_values_they_rest_on_and_the_list_behind_them() {
    let site = changed();
    let mut person = at_history(&site);
    person.press(papers::FIGURES);
    person.must_see(&fill(papers::PER_WEEK, &[("applied", "2 times"), ("back", "1 time")]));
    person.must_see(&fill(papers::N_TOO_FEW, &[("n", "2")]));
    person.must_see(papers::NO_DATA);
    insta::assert_snapshot!("figures", site.told(&person));
    person.press(papers::LIST_BEHIND);
    let is_id = |node: &Node<'_>| {
        let inner = node.accesskit_node();
        inner.value().or(inner.label()).as_deref() == Some("ACME-1")
    };
    let ids: Vec<f32> =
        person.harness.root().children_recursive().filter(is_id).map(|id| id.rect().height()).collect();
    assert!(!ids.is_empty() && ids.iter().all(|height| *height < 20.0), "an id in one line: {ids:?}");
    let command = format!("patchwright metrics {} --since ", site.folder("a").display());
    assert!(person.model(Model::page_command).is_some_and(|typed| typed.starts_with(&command)));
    person.press(papers::REACH_ALL);
    person.must_see(&fill(papers::PER_WEEK, &[("applied", "2 times"), ("back", "1 time")]));
    // Without a folder there is nothing to count.
    person.press(&format!("{}: a", window::LEAVE_OUT));
    person.must_see(papers::FIGURES_FOLDERS_FIRST);
}

#[test]
fn what_this_program_is_and_what_is_inside_it_can_be_read() {
    let mut person = Person::new();
    person.types(Modifiers::NONE, Key::F1);
    person.press(papers::ABOUT);
    person.must_see(env!("CARGO_PKG_VERSION"));
    person.must_see(papers::ABOUT_LICENSE_MEANING);
    person.press(papers::ABOUT_MIT);
    person.must_see("Permission is hereby granted");
    person.press(papers::ABOUT_LIBRARIES_MEANING);
    person.must_see("serde_json 1.");
    assert!(!person.sees("Permission is hereby granted"), "one text is open at a time");
}

#[test]
fn what_a_folder_is_can_be_found_out_without_a_history() {
    let site = Site::new(&["a"]);
    site.sandbox.write("srv/a/one", "new\n");
    let mut person = at_history(&site);
    person.press(papers::IDENTIFY);
    person.must_see(papers::UNKNOWN_PRODUCT);
    person.must_see(papers::IDENTIFY_NOTHING);
    person.press(window::INPUT_PATCH_FILE);
    assert_eq!(person.desk().done.last(), Some(&Effect::PickInput(Input::ComparedPatch)));
    let files = ["one", "two"].map(|name| site.sandbox.path(&format!("patches/{name}.patchbundle")));
    person.hears(Event::InputPicked(Input::ComparedPatch, files.to_vec()));
    person.must_see("Applied. 1 of 1 file as the patch leaves them.");
    person.must_see("Not applied. 0 of 1 file as the patch leaves them.");
    let [folder, one, two] = [&site.folder("a"), &files[0], &files[1]].map(|path| path.display().to_string());
    let command = format!("patchwright identify {folder} {one} {two}");
    assert_eq!(person.model(Model::page_command), Some(command));
}

#[test]
fn every_code_can_be_looked_up_by_its_letters_or_by_a_word() {
    let mut person = Person::new();
    person.types(Modifiers::NONE, Key::F1);
    person.press(papers::CODES);
    for code in patchwright::model::Code::ALL {
        person.must_see(code.as_str());
        person.must_see(words::heading(*code));
    }
    person.writes(papers::CODES_FILTER, "e-space");
    person.must_see(words::heading(patchwright::model::Code::Space));
    assert!(!person.sees("E-TRUST"), "{}", person.told());
    person.writes(papers::CODES_FILTER, "zzz");
    person.must_see(papers::CODES_NONE);
}

#[test]
fn the_changes_of_a_patch_and_an_order_to_fill_in_are_saved_as_the_command_line_writes_them() {
    let site = Site::new(&["a"]);
    let bundle = site.sandbox.path("patches/one.patchbundle");
    let mut opening = super::person::Opening::with_paths([bundle.clone()]);
    opening.desk = site.desk();
    let mut person = opening.open();
    person.press(papers::EXPORT);
    let asked = Effect::PickPlace(ExportWish::TextPatch, "ACME-1.patch".to_owned());
    assert_eq!(person.desk().done.last(), Some(&asked));
    let (saved, by_command) = (site.sandbox.path("saved.patch"), site.sandbox.path("by-command.patch"));
    person.hears(Event::PlacePicked(ExportWish::TextPatch, saved.clone()));
    site.runs(&["export".as_ref(), bundle.as_ref(), "--output".as_ref(), by_command.as_ref()]);
    let read = |path| std::fs::read_to_string(path).expect("a file");
    assert_eq!(read(&saved), read(&by_command));
    // A file of another kind is not written over.
    let other = site.sandbox.path("patches/README.txt");
    person.hears(Event::PlacePicked(ExportWish::TextPatch, other.clone()));
    assert_eq!(read(&other), "patches\n");

    person.types(Modifiers::COMMAND, Key::Home);
    person.press(window::MAKE);
    person.press(window::MAKE_IN_FILE);
    person.press(papers::ORDER_SKELETON);
    let order = site.sandbox.path("order.toml");
    person.hears(Event::PlacePicked(ExportWish::Order, order.clone()));
    let by_command = site.sandbox.path("by-command.toml");
    site.runs(&["new".as_ref(), "--output".as_ref(), by_command.as_ref()]);
    assert_eq!(read(&order), read(&by_command));
}

#[test]
fn a_saved_plan_is_followed_to_the_letter_or_not_at_all() {
    let site = Site::new(&["a"]);
    let paths = [site.sandbox.path("patches/one.patchbundle"), site.folder("a")];
    let mut opening = super::person::Opening::with_paths(paths.clone());
    opening.desk = site.desk();
    let mut person = opening.open();
    person.opens_tab(words::TAB_CHECKS);
    person.press(papers::PLAN_SAVE);
    let asked = Effect::PickPlace(ExportWish::Plan, "ACME-1.plan".to_owned());
    assert_eq!(person.desk().done.last(), Some(&asked));
    let (saved, by_command) = (site.sandbox.path("saved.plan"), site.sandbox.path("by-command.plan"));
    person.hears(Event::PlacePicked(ExportWish::Plan, saved.clone()));
    let [bundle, folder] = &paths;
    site.runs(&["plan".as_ref(), bundle.as_ref(), folder.as_ref(), "--output".as_ref(), by_command.as_ref()]);
    let read = |path| std::fs::read_to_string(path).expect("a plan");
    assert_eq!(read(&saved), read(&by_command));

    person.hears(Event::InputPicked(Input::SavedPlan, vec![saved.clone()]));
    person.must_see(&fill(papers::PLAN_AGREES, &[("file", &saved.display().to_string())]));
    // One whose agreement is another's is no leave for these changes.
    let text = read(&saved);
    let digest = text.split("\"fingerprint\": \"").nth(1).and_then(|rest| rest.get(..64)).expect("a digest");
    let other = site.sandbox.path("other.plan");
    std::fs::write(&other, text.replace(digest, &"0".repeat(64))).expect("our own file");
    person.hears(Event::InputPicked(Input::SavedPlan, vec![other.clone()]));
    person.must_see(&fill(papers::PLAN_DIFFERS, &[("file", &other.display().to_string())]));
    person.press(words::APPLY);
    person.press(words::NEXT);
    person.press(words::NEXT);
    let button = super::guided::last_button(&person);
    person.press(&button);
    person.must_see(words::NOT_DONE);
    assert_eq!(site.has("a"), [false, false]);
    person.press(words::CLOSE);
    person.opens_tab(words::TAB_CHECKS);
    person.press(papers::PLAN_FORGET);
    assert_eq!(person.model(|model| model.workspace.follows_plan()), None);
    // A plan for something else is refused with its reason.
    site.sandbox.write("odd.plan", "{}\n");
    person.hears(Event::InputPicked(Input::SavedPlan, vec![site.sandbox.path("odd.plan")]));
    assert_eq!(person.model(|model| model.workspace.follows_plan()), None);
    // With the right one, exactly its changes are made.
    person.hears(Event::InputPicked(Input::SavedPlan, vec![saved]));
    person.press(words::APPLY);
    super::guided::goes_through(&mut person);
    assert_eq!(site.has("a"), [true, false]);
}

#[test]
fn a_patch_on_a_list_that_somebody_adds_is_not_applied_and_is_named_where_it_is() {
    let site = Site::new(&["a"]);
    let held =
        r#"[{ "id": "ACME-1", "revisions": [1], "reason": "it loses mail", "replacement": "ACME-2" }]"#;
    let head = r#""format": "patchwright-holds/1", "issued": "2026-03-01T00:00:00Z", "issuer": "ACME""#;
    site.sandbox.write("holds.json", &format!("{{ {head}, \"held\": {held} }}"));
    let list = site.sandbox.path("holds.json");
    let paths = [site.sandbox.path("patches/one.patchbundle"), site.folder("a")];
    let mut opening = super::person::Opening::with_paths(paths.clone());
    opening.desk = site.desk();
    let mut person = opening.open();
    person.opens_tab(words::TAB_CHECKS);
    person.must_see(words::READY);
    person.press(papers::WITHDRAWN_ADD);
    assert_eq!(person.desk().done.last(), Some(&Effect::PickInput(Input::WithdrawnList)));
    person.hears(Event::InputPicked(Input::WithdrawnList, vec![list.clone()]));
    person.must_see("ACME-1 was withdrawn: it loses mail");
    person.must_see(papers::WITHDRAWN_STAY);
    assert!(person.model(Model::page_command).is_some_and(|typed| typed.contains("--withdrawn")));
    person.press(&format!("{}: holds.json", window::LEAVE_OUT));
    person.must_see(words::READY);

    let [bundle, folder] = &paths;
    site.runs(&["apply".as_ref(), bundle.as_ref(), folder.as_ref(), OsStr::new("--yes")]);
    person.hears(Event::InputPicked(Input::WithdrawnList, vec![list]));
    person.opens_tab(words::TAB_HISTORY);
    person.must_see("ACME-1 was withdrawn");

    // The next window knows the list, too.
    assert!(person.desk().done.contains(&Effect::SaveSettings));
    let recent = person.model(|model| model.recent.clone());
    let mut opening = super::person::Opening::new();
    (opening.recent, opening.desk) = (recent, site.desk());
    let mut next = opening.open();
    next.must_see(window::STATE_WITHDRAWN);
    next.hears(Event::Sorted { bundles: Vec::new(), folder: Some(folder.clone()) });
    next.must_see("ACME-1 was withdrawn");
    // A list that is gone is told, and can be left out where no patch is open.
    std::fs::remove_file(site.sandbox.path("holds.json")).expect("our own file");
    next.types(Modifiers::NONE, Key::F5);
    assert!(!next.sees("ACME-1 was withdrawn"), "{}", next.told());
    next.press(&format!("{}: holds.json", window::LEAVE_OUT));
    next.must_see(words::AS_EXPECTED);
}

#[test]
fn figures_are_saved_as_the_command_line_writes_them() {
    let site = changed();
    let mut person = at_history(&site);
    person.press(papers::FIGURES);
    person.press(papers::FIGURES_SAVE);
    let asked = Effect::PickPlace(ExportWish::Figures, "figures.csv".to_owned());
    assert_eq!(person.desk().done.last(), Some(&asked));
    let since = person.model(|model| model.papers.figures.ready().expect("figures").since.clone());
    for (ending, format) in [("csv", "csv"), ("prom", "prometheus"), ("om", "openmetrics")] {
        let saved = site.sandbox.path(&format!("figures.{ending}"));
        person.hears(Event::PlacePicked(ExportWish::Figures, saved.clone()));
        let (folder, since, format) =
            (site.folder("a"), format!("--since={since}"), format!("--format={format}"));
        let printed = site.runs(&["metrics".as_ref(), folder.as_ref(), since.as_ref(), format.as_ref()]);
        assert_eq!(std::fs::read_to_string(saved).expect("figures"), printed);
    }
}
