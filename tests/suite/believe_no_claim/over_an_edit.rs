//! A file that two patches changed and somebody edited then: nobody has what the two left there together, and all the same
//! neither is taken out unseen, nor said to be undone where both stay.

use crate::support::console::{Console, Run};
use crate::support::sandbox::{Sandbox, order};

const FILE: &str = "app/lines";

/// Fifty lines, some of which are others.
fn lines(others: &[(usize, &str)]) -> String {
    let line =
        |number: usize| others.iter().find(|(at, _)| *at == number).map(|(_, text)| (*text).to_owned());
    (0..50).map(|number| line(number).unwrap_or_else(|| number.to_string()) + "\n").collect()
}

const FIX: (usize, &str) = (44, "the fix");
const OTHER: (usize, &str) = (34, "the other one");
const EDIT: (usize, &str) = (9, "mine");

/// A folder, and patch files that treat edited files as `local_edits` says.
fn folder(local_edits: &str) -> Sandbox {
    let sandbox = Sandbox::with(&[(FILE, &lines(&[]))]);
    sandbox.write("old/lines", &lines(&[]));
    let policy = format!("[[make.policy]]\npaths = [\"**\"]\nlocal_edits = \"{local_edits}\"\n");
    let patches = [
        ("fix", "ACME-1", "", &[FIX][..]),
        ("other", "ACME-2", "", &[OTHER]),
        ("revision", "ACME-2", "revision = 2\n", &[OTHER, (24, "more")]),
        ("pack", "ACME-3", "supersedes = [\"ACME-2\"]\n", &[OTHER, (24, "more")]),
        ("both", "ACME-4", "", &[FIX, OTHER, (24, "more")]),
        ("third", "ACME-5", "", &[(4, "the third one")]),
    ];
    for (name, id, keys, others) in patches {
        sandbox.write(&format!("{name}/lines"), &lines(others));
        sandbox.write("order.toml", &order(id, keys, &policy));
        let make = format!("make --from $/old --to $/{name} --order $/order.toml -o $/{name}.patchbundle");
        Console::new(&sandbox).done(&make);
    }
    sandbox
}

fn apply(sandbox: &Sandbox, patch: &str) -> Run {
    Console::new(sandbox).run(&format!("apply $/{patch}.patchbundle $/app --yes --allow-unsigned"))
}

fn done(sandbox: &Sandbox, patch: &str) {
    let run = apply(sandbox, patch);
    assert_eq!(run.code, 0, "{patch}: {run}");
}

#[test]
fn what_comes_again_over_an_edit_takes_no_other_patch_out() {
    for policy in ["replace", "merge"] {
        for first in [["fix", "other"], ["other", "fix"]] {
            for again in ["other", "revision", "pack"] {
                let sandbox = folder(policy);
                first.iter().for_each(|patch| done(&sandbox, patch));
                let edited = lines(&[FIX, OTHER, EDIT]);
                sandbox.write(FILE, &edited);
                let choice = if policy == "merge" { " --take-theirs lines" } else { "" };
                let command = format!("apply $/{again}.patchbundle $/app --yes --allow-unsigned{choice}");
                let refused = Console::new(&sandbox).run(&command);
                assert_eq!(refused.code, 3, "{policy}, {first:?}, {again}: {refused}");
                assert!(refused.err.contains("E-UNDOES") && refused.err.contains("ACME-1"), "{refused}");
                assert_eq!(sandbox.read(FILE), Some(edited));
            }
        }
    }
}

#[test]
fn twin_what_keeps_them_comes_over_the_edit() {
    let sandbox = folder("replace");
    done(&sandbox, "other");
    sandbox.write(FILE, &lines(&[OTHER, EDIT]));
    done(&sandbox, "other");
    assert_eq!(sandbox.read(FILE), Some(lines(&[OTHER])), "alone, it takes the place of the edit");
    // Unedited, so does one that has both in it.
    done(&sandbox, "fix");
    done(&sandbox, "both");
    assert_eq!(sandbox.read(FILE), Some(lines(&[FIX, OTHER, (24, "more")])));
}

#[test]
fn a_patch_comes_to_a_file_that_was_edited_after_another_one() {
    for edit in [EDIT, (0, "mine"), (49, "mine"), (39, "mine")] {
        let sandbox = folder("merge");
        done(&sandbox, "fix");
        sandbox.write(FILE, &lines(&[FIX, edit]));
        done(&sandbox, "other");
        assert_eq!(sandbox.read(FILE), Some(lines(&[FIX, OTHER, edit])));
        let status = Console::new(&sandbox).done("status $/app").out;
        assert!(status.contains("ACME-1") && status.contains("ACME-2"), "{status}");
        for (gone, stays) in [("ACME-1", &[OTHER, edit][..]), ("ACME-2", &[edit])] {
            Console::new(&sandbox).done(&format!("rollback $/app {gone} --yes"));
            assert_eq!(sandbox.read(FILE), Some(lines(stays)), "without {gone}");
        }
    }
}

#[test]
fn what_somebody_edited_between_two_patches_stays_when_both_go_at_once() {
    let sandbox = folder("merge");
    done(&sandbox, "fix");
    sandbox.write(FILE, &lines(&[FIX, EDIT]));
    done(&sandbox, "other");
    sandbox.write(FILE, &lines(&[FIX, EDIT, OTHER, (20, "mine, too")]));
    Console::new(&sandbox).done("rollback $/app --to ACME-1 --yes");
    assert_eq!(sandbox.read(FILE), Some(lines(&[EDIT, (20, "mine, too")])));
    // Where nobody has what the lower one left, they go one by one.
    let sandbox = folder("refuse");
    done(&sandbox, "fix");
    sandbox.write(FILE, &lines(&[FIX, EDIT]));
    let merge = "[[make.policy]]\npaths = [\"**\"]\nlocal_edits = \"merge\"\n";
    sandbox.write("order.toml", &order("ACME-2", "", merge));
    Console::new(&sandbox)
        .done("make --from $/old --to $/other --order $/order.toml -o $/merging.patchbundle");
    done(&sandbox, "merging");
    let refused = Console::new(&sandbox).run("rollback $/app --to ACME-1 --yes");
    assert!(refused.code == 3 && refused.err.contains("one at a time, the newest first"), "{refused}");
    assert_eq!(sandbox.read(FILE), Some(lines(&[FIX, EDIT, OTHER])));
    Console::new(&sandbox).done("rollback $/app --yes");
    Console::new(&sandbox).done("rollback $/app --yes --keep-edits");
    assert_eq!(sandbox.read(FILE), Some(lines(&[])));
    // Twin: where nobody edited anything, nothing is left of them.
    let sandbox = folder("merge");
    done(&sandbox, "fix");
    done(&sandbox, "other");
    Console::new(&sandbox).done("rollback $/app --to ACME-1 --yes");
    assert_eq!(sandbox.read(FILE), Some(lines(&[])));
}

#[test]
fn what_a_patch_below_left_and_nobody_keeps_hides_no_loss() {
    for [first, second] in [["fix", "other"], ["other", "fix"]] {
        let sandbox = folder("replace");
        done(&sandbox, first);
        done(&sandbox, second);
        let (gone, stays) = if first == "fix" { ("ACME-1", OTHER) } else { ("ACME-2", FIX) };
        Console::new(&sandbox).done(&format!("rollback $/app {gone} --yes"));
        Console::new(&sandbox).done("accept $/app --yes");
        let refused = apply(&sandbox, "third");
        assert_eq!(refused.code, 3, "{refused}");
        assert!(refused.err.contains("E-OVERLAP") || refused.err.contains("E-UNDOES"), "{refused}");
        assert_eq!(sandbox.read(FILE), Some(lines(&[stays])));
    }
}
