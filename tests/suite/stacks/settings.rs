//! Two patches of one file of settings: what comes of both says what both mean, in every form and in every way that
//! they come together; otherwise it is refused.

use patchwright::model::Patch;

use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order};

/// A file before all patches, and as each of two patches makes it.
#[derive(Clone, Copy)]
struct Row {
    file: &'static str,
    texts: [&'static str; 3],
}

/// Both bring the same key, far from each other, with another value.
const SAME_KEY: [Row; 6] = [
    Row {
        file: "s.json",
        texts: [
            "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3,\n  \"d\": 4\n}\n",
            "{\n  \"a\": 1,\n  \"x\": 1,\n  \"b\": 2,\n  \"c\": 3,\n  \"d\": 4\n}\n",
            "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3,\n  \"x\": 2,\n  \"d\": 4\n}\n",
        ],
    },
    Row {
        file: "s.ini",
        texts: [
            "[s]\na=1\nb=2\nc=3\nd=4\n",
            "[s]\na=1\nx=1\nb=2\nc=3\nd=4\n",
            "[s]\na=1\nb=2\nc=3\nx=2\nd=4\n",
        ],
    },
    Row {
        file: "s.yaml",
        texts: [
            "a: 1\nb: 2\nc: 3\nd: 4\n",
            "a: 1\nx: 1\nb: 2\nc: 3\nd: 4\n",
            "a: 1\nb: 2\nc: 3\nx: 2\nd: 4\n",
        ],
    },
    Row {
        file: "s.toml",
        texts: [
            "a = 1\nb = 2\nc = 3\nd = 4\n",
            "a = 1\nx = 1\nb = 2\nc = 3\nd = 4\n",
            "a = 1\nb = 2\nc = 3\nx = 2\nd = 4\n",
        ],
    },
    Row {
        file: "s.properties",
        texts: ["a=1\nb=2\nc=3\nd=4\n", "a=1\nx=1\nb=2\nc=3\nd=4\n", "a=1\nb=2\nc=3\nx=2\nd=4\n"],
    },
    Row {
        file: "s.env",
        texts: ["A=1\nB=2\nC=3\nD=4\n", "A=1\nX=1\nB=2\nC=3\nD=4\n", "A=1\nB=2\nC=3\nX=2\nD=4\n"],
    },
];

/// A folder with `here`, and a patch file for each pair of texts.
fn folder(file: &str, here: &str, patches: &[(&str, &str, &str)]) -> Sandbox {
    let sandbox = Sandbox::with(&[]);
    sandbox.write(&format!("app/{file}"), here);
    for (id, before, after) in patches {
        let own = |patch: &mut Patch| patch.about.fixes = vec![(*id).to_owned()];
        let bundle = sandbox.bundle(id).but(own).replace(file, before, after);
        sandbox.save(&format!("{id}.patchbundle"), &bundle);
    }
    sandbox
}

const APPLY: &str = "$/app --yes --allow-unsigned";

#[test]
fn two_patches_that_bring_one_key_with_two_values_are_never_both_made() {
    for Row { file, texts: [base, one, two] } in SAME_KEY {
        let sandbox = folder(file, base, &[("ONE", base, one), ("TWO", base, two)]);
        let console = Console::new(&sandbox);
        for (first, second, left) in [("ONE", "TWO", one), ("TWO", "ONE", two)] {
            console.done(&format!("apply $/{first}.patchbundle {APPLY}"));
            let refused = console.run(&format!("apply $/{second}.patchbundle {APPLY}"));
            assert!(refused.code == 3 && refused.err.contains("E-UNDOES"), "{file}: {refused}");
            assert_eq!(sandbox.read(&format!("app/{file}")).as_deref(), Some(left), "{file}");
            console.done("rollback $/app --yes");
        }
        let both = console.run(&format!("apply $/ONE.patchbundle $/TWO.patchbundle {APPLY}"));
        assert!(both.code == 3 && both.err.contains("E-OVERLAP"), "{file}: {both}");
        assert_eq!(sandbox.read(&format!("app/{file}")).as_deref(), Some(base), "{file}");
    }
}

#[test]
fn a_clash_of_values_is_told_by_its_key() {
    let Row { file, texts: [base, one, two] } = SAME_KEY[3];
    let sandbox = folder(file, base, &[("ONE", base, one), ("TWO", base, two)]);
    let console = Console::new(&sandbox);
    let both = console.run(&format!("apply $/ONE.patchbundle $/TWO.patchbundle {APPLY}"));
    assert!(both.err.contains("undoes ONE: s.toml (line 2) (x: 1 with ONE, 2 with this patch)"), "{both}");
}

#[test]
fn a_key_that_moved_elsewhere_meanwhile_is_not_there_twice_after_a_rollback_below() {
    // The first takes the key out, the second brings it at another place: without the first it would be there twice.
    for Row { file, texts: [without, with, elsewhere] } in SAME_KEY {
        let sandbox = folder(file, with, &[("ONE", with, without), ("TWO", without, elsewhere)]);
        let console = Console::new(&sandbox);
        console.done(&format!("apply $/ONE.patchbundle {APPLY}"));
        console.done(&format!("apply $/TWO.patchbundle {APPLY}"));
        let refused = console.run("rollback $/app ONE --yes");
        assert!(refused.code == 3 && refused.err.contains("E-NOT-NEWEST"), "{file}: {refused}");
        assert_eq!(sandbox.read(&format!("app/{file}")).as_deref(), Some(elsewhere), "{file}");
    }
}

#[test]
fn a_key_comes_to_the_section_that_it_was_meant_for() {
    let base = "[s]\na=1\nb=2\nc=3\nd=4\n[z]\nq=1\n";
    let cut = "[s]\na=1\n[t]\nb=2\nc=3\nd=4\n[z]\nq=1\n";
    let added = "[s]\na=1\nb=2\nc=3\nd=4\nnew=1\n[z]\nq=1\n";
    let sandbox = folder("s.ini", base, &[("ONE", base, cut), ("TWO", base, added)]);
    let console = Console::new(&sandbox);
    console.done(&format!("apply $/ONE.patchbundle {APPLY}"));
    console.done(&format!("apply $/TWO.patchbundle {APPLY}"));
    let both = "[s]\na=1\nnew=1\n[t]\nb=2\nc=3\nd=4\n[z]\nq=1\n";
    assert_eq!(sandbox.read("app/s.ini").as_deref(), Some(both));
    // Beside each other they can't be told apart any more.
    let refused = console.run("rollback $/app ONE --yes");
    assert!(refused.code == 3 && refused.err.contains("E-NOT-NEWEST"), "{refused}");
    console.done("rollback $/app ONE --with-dependents --yes");
    assert_eq!(sandbox.read("app/s.ini").as_deref(), Some(base));
}

#[test]
fn lines_and_edits_by_key_are_held_against_each_other() {
    let (base, with) = ("a = 1\nb = 2\nc = 3\nd = 4\n", "a = 1\nx = 1\nb = 2\nc = 3\nd = 4\n");
    for (value, code) in [(2, 3), (1, 0)] {
        let sandbox = folder("s.toml", base, &[("ONE", base, with)]);
        sandbox.write("known/s.toml", base);
        let edits =
            format!("[[edits]]\nfile = \"s.toml\"\ndo = [{{ set = \"x\", to = {value}, create = true }}]\n");
        sandbox.write(
            "order.toml",
            &order("KEY", "", &edits).replace("\"product\"", "\"Widget\"").replace("[\"1\"]", "[\"4.2\"]"),
        );
        let console = Console::new(&sandbox);
        console.done("make --from $/known --order $/order.toml --output $/KEY.patchbundle");
        for (first, second) in [("ONE", "KEY"), ("KEY", "ONE")] {
            console.done(&format!("apply $/{first}.patchbundle {APPLY}"));
            let here = sandbox.read("app/s.toml");
            let next = console.run(&format!("apply $/{second}.patchbundle {APPLY}"));
            assert_eq!(next.code, code, "{first} {value}: {next}");
            let text = sandbox.read("app/s.toml").expect("it is there");
            assert_eq!(text.matches("x = ").count(), 1, "{text}");
            assert!(code == 0 || here.as_deref() == Some(&*text), "{text}");
            console.done("rollback $/app --yes");
            if sandbox.read("app/s.toml").as_deref() != Some(base) {
                console.done("rollback $/app --yes");
            }
        }
        let both = console.run(&format!("apply $/ONE.patchbundle $/KEY.patchbundle {APPLY}"));
        assert_eq!(both.code, code, "{value}: {both}");
    }
}

#[test]
fn twin_patches_of_different_keys_come_and_go_in_any_order() {
    for Row { file, texts: [base, one, two] } in SAME_KEY {
        let two = two.replace('x', "y").replace('X', "Y");
        let sandbox = folder(file, base, &[("ONE", base, one), ("TWO", base, two.as_str())]);
        let console = Console::new(&sandbox);
        let here = || sandbox.read(&format!("app/{file}")).expect("it is there");
        for first_to_go in ["ONE", "TWO"] {
            console.done(&format!("apply $/ONE.patchbundle {APPLY}"));
            console.done(&format!("apply $/TWO.patchbundle {APPLY}"));
            assert!(here().contains(['x', 'X']) && here().contains(['y', 'Y']), "{file}: {}", here());
            console.done(&format!("rollback $/app {first_to_go} --yes"));
            assert_eq!(here(), if first_to_go == "ONE" { &*two } else { one }, "{file}");
            console.done("rollback $/app --yes");
            assert_eq!(here(), base, "{file}");
        }
    }
}

#[test]
fn twin_texts_without_a_form_are_merged_by_line_as_ever() {
    let (base, one, two) = ("a\nb\nc\nd\n", "a\nx\nb\nc\nd\n", "a\nb\nc\nx\nd\n");
    let sandbox = folder("notes", base, &[("ONE", base, one), ("TWO", base, two)]);
    let console = Console::new(&sandbox);
    console.done(&format!("apply $/ONE.patchbundle {APPLY}"));
    console.done(&format!("apply $/TWO.patchbundle {APPLY}"));
    assert_eq!(sandbox.read("app/notes").as_deref(), Some("a\nx\nb\nc\nx\nd\n"));
}
