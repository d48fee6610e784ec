//! Somebody changed a record: which one is told, and nothing is said to match that doesn't.

use std::fs;

use super::{person, scene, stranger};
use crate::support::sandbox::Sandbox;

/// A folder with an applied patch that was rolled back.
fn two_entries() -> Sandbox {
    let sandbox = scene();
    person(&sandbox).done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    person(&sandbox).done("rollback $/app --yes");
    sandbox
}

fn entry(seq: u32) -> String {
    format!("app/.patchwright/history/{seq:08}/entry.json")
}

/// Another host in the record.
fn change(sandbox: &Sandbox, seq: u32) {
    let text = sandbox.read(&entry(seq)).expect("an entry");
    let other = text.replace("\"host\":\"server\"", "\"host\":\"servus\"");
    assert_ne!(text, other, "it names a host");
    sandbox.write(&entry(seq), &other);
}

#[test]
fn the_entry_that_was_changed_is_named_and_not_the_one_after_it() {
    for seq in [1, 2] {
        let sandbox = two_entries();
        change(&sandbox, seq);
        let verified = person(&sandbox).run("history $/app --verify");
        assert_eq!(verified.code, 6, "{verified}");
        assert!(verified.out.contains(&format!("was changed, from entry {seq} on")), "{verified}");
        assert_eq!(verified.out.contains("Matches"), seq == 2, "{verified}");
        let json = person(&sandbox).run("history $/app --verify --json").json();
        assert_eq!((&json["first_unfit"], &json["fitting"]), (&seq.into(), &(seq - 1).into()), "{json}");
    }
}

#[test]
fn whoever_has_seen_nothing_is_told_it_by_what_follows() {
    let sandbox = two_entries();
    person(&sandbox).done("reapply $/app --allow-unsigned --yes");
    change(&sandbox, 1);
    let verified = stranger(&sandbox).run("history $/app --verify");
    assert!(verified.out.contains("was changed, from entry 1 on"), "{verified}");
    // The last link says nothing about which of its two ends it was.
    let sandbox = two_entries();
    change(&sandbox, 1);
    let verified = stranger(&sandbox).run("history $/app --verify");
    assert!(verified.out.contains("one of these two was changed"), "{verified}");
}

#[test]
fn nothing_matches_where_nothing_is_left() {
    let sandbox = two_entries();
    fs::write(sandbox.path(&entry(1)), "").expect("our own file");
    let emptied = person(&sandbox).run("history $/app --verify");
    assert!(emptied.out.contains("from entry 1 on") && !emptied.out.contains("Matches"), "{emptied}");
    for gone in ["app/.patchwright/history", "app/.patchwright"] {
        let sandbox = two_entries();
        fs::remove_dir_all(sandbox.path(gone)).expect("our own folder");
        let verified = person(&sandbox).run("history $/app --verify");
        assert!(!verified.out.contains("Matches"), "{gone}: {verified}");
    }
    let whole = two_entries();
    let verified = person(&whole).done("history $/app --verify");
    assert!(verified.out.contains("what you saw before, up to entry 2"), "{verified}");
}

#[test]
fn a_damaged_history_is_no_interrupted_change() {
    let sandbox = two_entries();
    change(&sandbox, 1);
    for choice in ["--undo", "--finish"] {
        let recovered = person(&sandbox).run(&format!("recover $/app {choice}"));
        assert!(recovered.err.contains("The history is damaged"), "{recovered}");
        assert!(recovered.err.contains("Nothing was changed."), "{recovered}");
        assert!(!recovered.err.contains("Some files may be updated"), "{recovered}");
    }
}
