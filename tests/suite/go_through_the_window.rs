//! What somebody at the window does, without a window: messages go into the view-model, its effects are carried out
//! on real folders, and the pages say what is true.

mod person;

use std::fs;
use std::path::PathBuf;

use patchwright::model::Code;
use patchwright::present::check::CheckVerdict;
use patchwright::present::finding::WayOut;
use patchwright::present::guided::{Guided, Stage, Task};
use patchwright::present::history::CanRollBack;
use patchwright::present::message::{Destination, Dialog, Effect, Event, ExportWish, Msg};
use patchwright::present::outcome::FolderEnd;
use patchwright::present::{Model, Overlay, Page, Tab};
use patchwright::settings::{Recent, Settings};
use patchwright::words;
use patchwright::workbench::{Comparison, EditChoice, Override, Overrides, Which};

use super::support::sandbox::{Sandbox, UNSIGNED, order, unwatched};
use super::support::trees::Tree;
use person::{Person, everything};

#[test]
fn a_patch_goes_in_comes_out_and_comes_back() {
    let mut person = Person::new();
    let before = everything(&person.sample.folder);
    person.opens(0);
    assert_eq!(person.model.page, Page::Workspace(Tab::Overview));
    assert!(
        person.verdict().is_some_and(|verdict| verdict != CheckVerdict::Blocked),
        "{:?}",
        person.verdict()
    );

    person.does(Msg::BeginApply).goes_through().ends(FolderEnd::Done, words::DONE_APPLY);
    assert_ne!(everything(&person.sample.folder), before);
    let after = everything(&person.sample.folder);

    // "Undo this" on the result page.
    person.does(Msg::ResultAction);
    assert_eq!(person.model.guided.as_ref().map(|guided| guided.task), Some(Task::TakeBack));
    person.goes_through().ends(FolderEnd::Done, words::DONE_TAKE_BACK);
    assert_eq!(everything(&person.sample.folder), before);

    // And "Undo going back".
    person.does(Msg::ResultAction).goes_through().ends(FolderEnd::Done, words::DONE_BRING_BACK);
    assert_eq!(everything(&person.sample.folder), after);

    person.does(Msg::Leave);
    assert_eq!(person.model.page, Page::Workspace(Tab::History));
    // Applied, its health checks, taken back, brought back.
    let view = person.model.workspace.view.ready().expect("the folder was looked at");
    assert_eq!((view.stack.len(), view.events.len(), view.differences.len()), (1, 4, 0));
    assert_eq!(person.verdict(), Some(CheckVerdict::NothingToDo));
    assert_eq!(person.model.workspace.can_apply(), Err(words::ALREADY_DONE));
}

#[test]
fn somebody_who_never_saw_a_patch_puts_a_folder_back() {
    let mut person = Person::new();
    person.opens(0).does(Msg::BeginApply).goes_through();
    let folder = person.sample.folder.clone();
    // Another day, another window: one click on the start page, then the folder.
    person.model = Model::new(Settings::default(), Recent::default());
    person.does(Msg::BeginTakeBack).is_at(Stage::Choosing);
    assert_eq!(person.model.guided.as_ref().and_then(Guided::reason_to_wait), Some(words::NEEDS_FOLDER));
    person.does(Msg::OpenFolder(folder)).is_at(Stage::Choosing).does(Msg::Forward);
    person.goes_through().ends(FolderEnd::Done, words::DONE_TAKE_BACK);
}

#[test]
fn every_patch_of_the_sample_shows_what_it_was_made_for() {
    let mut person = Person::new();
    let mut shown = |which: usize| {
        person.opens(which);
        let check = person.model.workspace.check.ready().expect("a check");
        let ways: Vec<Option<WayOut>> = check
            .findings
            .iter()
            .filter(|finding| finding.code.is_some())
            .map(|finding| finding.way_out.clone())
            .collect();
        (
            check.verdict,
            check.has(Code::Requires),
            check.has(Code::Drift),
            ways.contains(&Some(WayOut::ShowDifferences)),
        )
    };
    assert_eq!(shown(2), (CheckVerdict::Blocked, true, false, false), "a requirement is missing");
    assert_eq!(shown(3), (CheckVerdict::Blocked, false, true, true), "a file was edited on site");
}

#[test]
fn what_blocks_cannot_be_gone_past() {
    let mut person = Person::new();
    let before = everything(&person.sample.folder);
    person.opens(3).does(Msg::BeginApply).is_at(Stage::Checked);
    for msg in [
        Msg::Forward,
        Msg::Confirm,
        Msg::SetAside(Override::Unsigned, Some(String::new())),
        Msg::Forward,
        Msg::Confirm,
    ] {
        person.does(msg).is_at(Stage::Checked);
    }
    person.does(Msg::Leave);
    assert_eq!(everything(&person.sample.folder), before);
}

#[test]
fn a_rule_is_set_aside_with_a_reason_as_on_the_command_line_and_the_history_keeps_it() {
    let mut person = Person::new();
    person.sandbox.write("app/f", "no\n");
    let folder = person.sandbox.path("app");
    for (id, before, after) in [("L-1", "no\n", "yes\n"), ("E-1", "yes\n", "no\n")] {
        let bundle = person.sandbox.bundle(id).replace("f", before, after);
        let bundle = bundle.but(|patch| patch.about.fixes = vec![id.to_owned()]);
        person.sandbox.save(&format!("{id}.patchbundle"), &bundle);
    }
    let fix = person.sandbox.path("L-1.patchbundle");
    let fixed = unwatched(|watch| person.sandbox.bench().apply(&fix, &folder, UNSIGNED, watch));
    let _ = fixed.expect("the fix is in");

    person.does(Msg::OpenPair(person.sandbox.path("E-1.patchbundle"), Some(folder.clone())));
    person.does(Msg::BeginApply).is_at(Stage::Checked).does(Msg::Forward).does(Msg::Forward);
    let says = |rule, reason: &str| Msg::SetAside(rule, Some(reason.to_owned()));
    for msg in [says(Override::Unsigned, ""), says(Override::Undo, " "), says(Override::Related, "other")] {
        person.does(msg).does(Msg::Confirm).is_at(Stage::Confirming);
    }
    person.does(says(Override::Undo, "the fix broke printing")).does(Msg::Confirm).is_at(Stage::Done);
    assert_eq!(person.sandbox.read("app/f").as_deref(), Some("no\n"));
    let history = person.sandbox.bench().history(&folder).expect("a history");
    let newest = history.entries.last().expect("an entry");
    let told: Vec<_> =
        newest.overrides.iter().map(|one| (one.rule.as_str(), one.reason.as_deref())).collect();
    assert_eq!(told, [("unsigned", None), ("undo", Some("the fix broke printing"))]);
}

#[test]
fn a_folder_that_changes_between_review_and_confirm_is_left_alone() {
    let mut person = Person::new();
    person.opens(0).does(Msg::BeginApply).is_at(Stage::Checked).does(Msg::Forward).does(Msg::Forward);
    let patch = &person.model.workspace.patch.ready().expect("a patch").inspection.patch;
    let changed = patch.changes.iter().find(|change| !change.before.is_empty()).expect("a changed file");
    let path = person.sample.folder.join(changed.path.as_str());
    fs::write(&path, "somebody else was here").expect("written");
    let before = everything(&person.sample.folder);
    person.does(Msg::SetAside(Override::Unsigned, Some(String::new()))).does(Msg::Confirm).is_at(Stage::Done);
    person.ends(FolderEnd::NothingChanged, words::NOT_DONE);
    assert_eq!(everything(&person.sample.folder), before);
    person.does(Msg::CheckAgain).is_at(Stage::Checked);
}

#[test]
fn a_file_that_was_edited_since_is_kept_when_somebody_says_so() {
    let mut person = Person::new();
    let before = everything(&person.sample.folder);
    person.opens(0).does(Msg::BeginApply).goes_through();
    let patch = &person.model.workspace.patch.ready().expect("a patch").inspection.patch;
    let is_file = |change: &&patchwright::model::FileChange| {
        !change.before.is_empty() && change.after.as_ref().is_some_and(|node| node.as_file().is_some())
    };
    let changed = patch.changes.iter().find(is_file).expect("a changed file");
    fs::write(person.sample.folder.join(changed.path.as_str()), "edited on site").expect("written");
    person.does(Msg::ResultAction).is_at(Stage::Checked);
    let check = person.model.guided.as_ref().and_then(|guided| guided.check.as_ref()).expect("a check");
    assert_eq!(check.findings[0].way_out, Some(WayOut::KeepEdits));
    person.does(Msg::WayOut(WayOut::KeepEdits)).goes_through().ends(FolderEnd::Done, words::DONE_TAKE_BACK);
    assert_eq!(everything(&person.sample.folder), before);
}

#[test]
fn a_worker_that_dies_is_told_and_nothing_is_believed() {
    let mut person = Person::new();
    let before = everything(&person.sample.folder);
    person.worker_dies = true;
    person.opens(0).does(Msg::BeginApply).goes_through();
    // Read back: the history has no new entry, so nothing was changed, and that is what is said.
    person.ends(FolderEnd::NothingChanged, words::NOT_DONE);
    assert_eq!(everything(&person.sample.folder), before);
    person.worker_dies = false;
    person.does(Msg::CheckAgain).goes_through().ends(FolderEnd::Done, words::DONE_APPLY);
}

#[test]
fn a_worker_whose_answer_is_lost_is_not_taken_for_one_that_did_nothing() {
    let mut person = Person::new();
    person.worker_is_mute = true;
    person.opens(0).does(Msg::BeginApply).goes_through();
    person.ends(FolderEnd::NeedsAttention, words::NO_ANSWER);
}

#[test]
fn another_folder_is_asked_about_anew() {
    let mut person = Person::new();
    person.opens(0).does(Msg::BeginApply).does(Msg::Forward).does(Msg::Forward);
    person.does(Msg::SetAside(Override::Unsigned, Some(String::new()))).is_at(Stage::Confirming);
    let other = tempfile::tempdir().expect("a folder");
    person.does(Msg::WayOut(WayOut::ChooseFolder)).is_at(Stage::Choosing);
    let effects = person.model.on_event(Event::FolderPicked(other.path().to_owned()));
    assert!(!effects.is_empty(), "the folder is looked at");
    let guided = person.model.guided.as_ref().expect("still on the way");
    assert_eq!(guided.folder.as_deref(), Some(other.path()), "the way goes on with the other folder");
    assert_eq!(guided.overrides, Overrides::default(), "nobody has answered for the patch in this folder");
}

#[test]
fn a_report_and_the_command_are_at_hand() {
    let mut person = Person::new();
    person.opens(0).does(Msg::BeginApply).goes_through().does(Msg::CopyCommand).does(Msg::SaveReport);
    let copied = person.done.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.expect("a command");
    assert!(copied.starts_with("patchwright apply ") && copied.ends_with(" --allow-unsigned"), "{copied}");
    assert!(person.done.iter().any(
        |effect| matches!(effect, Effect::PickPlace(ExportWish::Report, name) if name.ends_with(".html"))
    ));
    // Where no dialog comes up, it gets a place among the person's own files.
    let name = "fix-report.html".to_owned();
    let saved = person.model.on_event(Event::NoDialog(Dialog::NewFile(ExportWish::Report, name)));
    assert!(matches!(&saved[..], [Effect::SaveReport(path, _)] if path.as_os_str() == "fix-report.html"));
    let saved = person.model.on_event(Event::PlacePicked(ExportWish::Report, "/tmp/report.html".into()));
    let [Effect::SaveReport(_, page)] = saved.as_slice() else { panic!("{saved:?}") };
    assert!(page.contains(words::DONE_APPLY), "{page}");
}

#[test]
fn while_work_goes_on_nothing_else_begins_and_closing_asks() {
    let mut person = Person::new();
    person.opens(0).does(Msg::BeginApply);
    person.does(Msg::Forward).does(Msg::Forward).does(Msg::SetAside(Override::Unsigned, Some(String::new())));
    let effects = person.model.update(Msg::Confirm);
    assert!(matches!(effects.as_slice(), [Effect::SaveSettings, Effect::Start(..)]), "{effects:?}");
    person.is_at(Stage::Running);
    let other = PathBuf::from("/other.patchbundle");
    let outside = [
        Msg::GoTo(Destination::Start),
        Msg::OpenBundle(other),
        Msg::Leave,
        Msg::Back,
        Msg::BeginTakeBack,
        Msg::CheckAgain,
        Msg::Confirm,
    ];
    for msg in outside {
        assert_eq!(person.model.update(msg.clone()), [], "{msg:?}");
        person.is_at(Stage::Running);
    }
    assert_eq!(person.model.update(Msg::AskToClose), []);
    assert_eq!(person.model.overlay, Some(Overlay::Closing));
    assert_eq!(person.model.update(Msg::Stop), [Effect::StopWorker]);
    assert_eq!(person.model.update(Msg::Stop), [], "once is enough");
    assert!(person.model.update(Msg::CloseAnyway).contains(&Effect::Close));
}

#[test]
fn changes_are_read_one_by_one_and_against_the_folder() {
    let mut person = Person::new();
    person.opens(0).does(Msg::GoTo(Destination::Workspace(Tab::Changes)));
    let number = person.model.workspace.tree.as_ref().expect("a tree").items().len();
    for index in 0..number {
        assert_eq!(person.model.workspace.selected, Some(index));
        let contents = person.model.workspace.contents.ready().and_then(Option::as_ref);
        let item = &person.model.workspace.tree.as_ref().expect("a tree").items()[index];
        assert_eq!(contents.map(|contents| contents.path.as_str()), Some(item.path.as_str()));
        person.does(Msg::Neighbour { forward: true });
    }
    assert_eq!(person.model.workspace.selected, Some(number - 1), "at the end it stays");
    person.does(Msg::Compare(Comparison::FolderToAfter));
    assert!(person.model.workspace.contents.ready().is_some());
}

#[test]
fn a_patch_below_others_is_taken_out_and_comes_back() {
    let mut person = Person::new();
    let (one, two) = (Tree::new().file("a", "1").file("b", "1"), Tree::new().file("a", "2").file("b", "1"));
    let both = Tree::new().file("a", "2").file("b", "2");
    let sandbox = Sandbox::new();
    let target = sandbox.install(&one);
    target.must_apply(&sandbox.make_named("FIRST", &one, &two));
    target.must_apply(&sandbox.make_named("SECOND", &two, &both));
    person.does(Msg::OpenFolder(target.path.clone()));
    let row = person.model.workspace.view.ready().expect("a view").stack[1].clone();
    assert_eq!((row.exact.as_str(), row.can_roll_back), ("FIRST", CanRollBack::Alone));
    person.does(Msg::BeginTakeOut(Which::Patch(row.exact))).is_at(Stage::Checked);
    let check = person.model.guided.as_ref().and_then(|guided| guided.check.as_ref()).expect("a check");
    let then = check.review.iter().find(|line| line.name == words::THEN_HERE).expect("what is left is told");
    assert_eq!(then.value, "SECOND");
    person.does(Msg::CopyCommand).goes_through().ends(FolderEnd::Done, words::DONE_TAKE_OUT);
    target.expect(&Tree::new().file("a", "1").file("b", "2"));
    assert_eq!(target.installed(), ["SECOND"]);
    person.does(Msg::ResultAction).goes_through();
    target.expect(&both);
    assert_eq!(target.installed(), ["FIRST", "SECOND"]);
    let outcome = person.model.guided.as_ref().and_then(|guided| guided.outcome.as_ref()).expect("an end");
    assert_eq!(outcome.can, None, "undoing this is not taking out the newest");
    // Another folder does not have this patch.
    person
        .does(Msg::GoTo(Destination::Workspace(Tab::History)))
        .does(Msg::BeginTakeOut(Which::Patch("FIRST".to_owned())));
    let other = sandbox.install(&one);
    person.does(Msg::ChooseAgain).does(Msg::OpenFolder(other.path.clone()));
    assert_eq!(person.model.guided.as_ref().expect("still on the way").which, Which::Last);
}

#[test]
fn where_both_changed_the_same_somebody_chooses() {
    let conf = |port: u8| Tree::new().file("app.conf", format!("port = {port}\n"));
    let merge = order("CONF", "", "[[make.policy]]\npaths = [\"/app.conf\"]\nlocal_edits = \"merge\"\n");
    let sandbox = Sandbox::new();
    let bundle = sandbox.try_to_make(&merge, &conf(1), &conf(2).file("new", "")).expect("a bundle");
    for (choice, port) in [(EditChoice::KeepMine, 9), (EditChoice::TakeTheirs, 2)] {
        let mut person = Person::new();
        let target = sandbox.install(&conf(9));
        person.does(Msg::OpenPair(bundle.path.clone(), Some(target.path.clone())));
        person.does(Msg::BeginApply).is_at(Stage::Checked);
        let guided = person.model.guided.as_ref().expect("on the way");
        assert!(!guided.can_go_on(), "nothing is guessed");
        let places = guided.check.as_ref().expect("a check").findings[0].choices().to_vec();
        assert_eq!(places.len(), 1);
        person.does(Msg::Decide { places, choice }).goes_through();
        person.ends(FolderEnd::Done, words::DONE_APPLY);
        target.expect(&conf(port).file("new", ""));
        person.does(Msg::ResultAction).goes_through();
        target.expect(&conf(9));
    }
}

#[test]
fn what_a_service_pack_does_to_the_hotfix_in_it_is_told_before() {
    let mut person = Person::new();
    person.opens(0).does(Msg::BeginApply).goes_through().ends(FolderEnd::Done, words::DONE_APPLY);
    person.opens(1).does(Msg::BeginApply).is_at(Stage::Checked);
    let check = person.model.guided.as_ref().and_then(|guided| guided.check.as_ref()).expect("a check");
    let related = check.findings.iter().find(|finding| finding.heading == words::RELATED);
    let related = related.expect("the hotfix is in the folder, and the service pack contains it");
    assert!(related.meaning.contains("LIGHTHOUSE-HF-7"), "{related:?}");
    assert!(related.evidence.iter().any(|line| line.starts_with("both fix: ")), "{related:?}");
    person.goes_through().ends(FolderEnd::Done, words::DONE_APPLY);
    let stack = &person.model.workspace.view.ready().expect("a view").stack;
    let ways: Vec<CanRollBack> = stack.iter().map(|row| row.can_roll_back).collect();
    assert_eq!(ways, [CanRollBack::Now, CanRollBack::Contained], "the hotfix waits below the service pack");
}

#[test]
fn a_damaged_patch_file_is_never_called_ready() {
    let mut person = Person::new();
    let bundle = person.sample.bundles[0].clone();
    let mut bytes = fs::read(&bundle).expect("a bundle");
    let end = bytes.len();
    // The end record says where the central directory begins, and the last content ends there.
    let directory: [u8; 4] = bytes[end - 6..end - 2].try_into().expect("four bytes");
    bytes[u32::from_le_bytes(directory) as usize - 1] ^= 1;
    fs::write(&bundle, bytes).expect("our own file");
    person.opens(0);
    assert!(person.model.workspace.patch.failed().is_some(), "nothing is said about what it says");
    assert_eq!(person.verdict(), None);
    assert!(person.model.workspace.can_apply().is_err());
}

#[test]
fn as_long_as_the_file_is_checked_nothing_is_said_about_it() {
    let mut person = Person::new();
    let bundle = person.sample.bundles[0].clone();
    // The answers are on their way.
    let folder = person.sample.folder.clone();
    person.model.update(Msg::OpenPair(bundle, Some(folder)));
    assert!(person.model.workspace.is_checking_file());
    assert_eq!((person.verdict(), person.model.workspace.can_apply()), (None, Err(words::CHECKING_FILE)));
    person.opens(0);
    assert!(!person.model.workspace.is_checking_file());
    assert_eq!(person.model.workspace.can_apply(), Ok(()));
}

#[test]
fn the_patch_that_was_read_is_the_patch_that_is_checked() {
    let mut person = Person::new();
    person.opens(0);
    let title =
        |person: &Person| person.model.workspace.patch.ready().expect("a patch").overview.title.clone();
    let shown = title(&person);
    fs::copy(&person.sample.bundles[1], &person.sample.bundles[0]).expect("another patch in its place");
    person.does(Msg::BeginApply).is_at(Stage::Checked);
    let check = person.model.guided.as_ref().and_then(|guided| guided.check.as_ref()).expect("a check");
    assert!(check.has(Code::Moved), "{check:#?}");
    // It was read again meanwhile, and can be checked then.
    assert_ne!(title(&person), shown);
    person.does(Msg::CheckAgain).is_at(Stage::Checked);
    let check = person.model.guided.as_ref().and_then(|guided| guided.check.as_ref()).expect("a check");
    assert!(!check.has(Code::Moved), "{check:#?}");
}
