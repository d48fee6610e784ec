//! Whatever a result says, the folder's state and its history say the same.

use patchwright::model::Position;
use patchwright::present::guided::Task;
use patchwright::present::outcome::FolderEnd;
use patchwright::words::{self, several, trying, window};
use patchwright::workbench::Action;

use super::guided::goes_through;
use super::person::{Opening, Person};
use super::sandbox::Sandbox;

/// Holds the sentence of the result against the state and the history of the folder that it is about.
#[track_caller]
pub fn is_told(person: &Person) {
    let (task, patches, folder, outcome) = person.model(|model| {
        let guided = model.guided.as_ref().expect("somebody is guided");
        let about = guided.check.as_ref().and_then(|check| check.subject.clone());
        let patches = about.map(|about| about.patch).unwrap_or_default();
        (guided.task, patches, guided.folder.clone(), guided.outcome.clone().expect("it is over"))
    });
    let folder = folder.expect("a change is of a folder");
    let (status, history) = person.folder_as_it_is(&folder);
    // Health checks come with an entry of their own.
    let last = history.iter().rev().find(|entry| entry.action != Action::Checked);
    let is_in = |id: &str| status.installed.iter().any(|patch| patch.patch.id == id);
    let ids: Vec<&str> = patches.split(" + ").filter(|id| !id.is_empty()).collect();
    let told = format!("{task:?} {patches}: {} but {status:?}, {last:?}", outcome.heading);
    assert_eq!(status.unfinished, None, "{told}");
    if outcome.condition != FolderEnd::Done {
        return;
    }
    if outcome.heading == window::DONE_UNDO_REPAIR {
        assert!(status.undid_repair && !status.drift.is_empty(), "{told}");
        return;
    }
    assert!(status.drift.is_empty(), "{told}");
    let (action, all_in) = match outcome.heading.as_str() {
        words::DONE_APPLY | several::APPLIED | trying::DONE_SERIES => (Action::Apply, Some(true)),
        words::DONE_BRING_BACK => (Action::Rollback, Some(true)),
        words::DONE_TAKE_BACK | words::DONE_TAKE_OUT | several::ROLLED_BACK => {
            (Action::Rollback, Some(false))
        }
        window::DONE_REPAIR => (Action::Repair, None),
        words::DONE_FINISH => (Action::Apply, None),
        words::DONE_UNDO => (Action::PutBack, None),
        window::DONE_CHECKS => {
            assert!(status.unchecked.is_empty(), "{told}");
            assert_eq!(history.last().map(|entry| entry.action), Some(Action::Checked), "{told}");
            (Action::Apply, None)
        }
        window::DONE_KEEP => (Action::Accept, Some(true)),
        window::DONE_TURN_OFF | window::DONE_TURN_ON => {
            let wish = person.model(|model| model.guided.as_ref()?.switch.clone()).expect("a switch");
            let found = status.switches.iter().find(|switch| switch.full_name() == wish.name);
            let stands = found.and_then(patchwright::workbench::FolderSwitch::position);
            assert_eq!(stands, Some(wish.to), "{told}");
            assert_eq!(outcome.heading == window::DONE_TURN_OFF, wish.to == Position::Off, "{told}");
            (Action::Toggle, None)
        }
        other => panic!("{other:?} is held against nothing"),
    };
    assert_eq!(last.map(|entry| entry.action), Some(action), "{told}");
    if let Some(all_in) = all_in {
        assert!(!ids.is_empty() && ids.iter().all(|id| is_in(id) == all_in), "{told}");
    }
}

#[test]
fn every_turn_of_apply_and_rollback_is_told_as_it_is() {
    let sandbox = Sandbox::new();
    sandbox.write("app/a.txt", "1\n");
    let bundle = sandbox.bundle("TURN").replace("a.txt", "1\n", "2\n");
    let bundle = sandbox.save("turn.patchbundle", &bundle);
    let mut person = Opening::with_paths([bundle, sandbox.path("app")]).open();
    person.press(words::APPLY);
    goes_through(&mut person);
    // Out, in, out, in: by the button of each result.
    for turn in 0..4 {
        person.press(if turn % 2 == 0 { words::UNDO_THIS } else { words::UNDO_GOING_BACK });
        goes_through(&mut person);
    }
    person.must_see(words::DONE_BRING_BACK);
    assert_eq!(person.model(|model| model.guided.as_ref().map(|guided| guided.task)), Some(Task::BringBack));
}
