//! Settings that were edited here, and are changed by a patch: what is in them afterwards, and what is left to a person.

use patchwright::plan::OnDrift;
use patchwright::workbench::Which;

use crate::support::console::Console;
use crate::support::sandbox::{Bundle, Sandbox, obstacles, order};
use crate::support::trees::Tree;

fn tree(name: &str, content: &str) -> Tree {
    Tree::new().file("app", "1").file(&format!("conf/{name}"), content)
}

fn patch(sandbox: &Sandbox, name: &str, old: &str, new: &str) -> Bundle {
    let merging = order("TEST-1", "", "[[make.policy]]\npaths = [\"/conf/*\"]\nlocal_edits = \"merge\"\n");
    sandbox.try_to_make(&merging, &tree(name, old), &tree(name, new)).expect("a bundle")
}

const KEYS: &str = "k1: 1\nk2: 2\nk3: 3\nk4: 4\nk5: 5\n";

/// The same settings in each form, with a key at the top and one at the end.
fn forms(top: &str, end: &str) -> Vec<(&'static str, String)> {
    let line = |sign: &str, text: &str| {
        text.lines().map(|line| format!("{}\n", line.replace(": ", sign))).collect::<String>()
    };
    let body = [top, KEYS, end].concat();
    let json = |comment: &str| {
        let members: Vec<String> =
            body.lines().map(|line| format!("  \"{}", line.replace(": ", "\": "))).collect();
        format!("{{\n{comment}{}\n}}\n", members.join(",\n"))
    };
    vec![
        ("c.yml", format!("s:\n{}", body.lines().map(|line| format!("  {line}\n")).collect::<String>())),
        ("e.json", json("")),
        ("f.json", json("  // ours\n")),
        ("g.ini", format!("[s]\n{}", line("=", &body))),
        ("h.properties", line("=", &body)),
        ("i.toml", format!("[s]\n{}", line(" = ", &body))),
    ]
}

#[test]
fn a_key_that_both_added_in_different_places_is_never_there_twice() {
    let sandbox = Sandbox::new();
    let both = forms("", "").into_iter().zip(forms("", "tls: 1\n")).zip(forms("tls: 0\n", ""));
    let twins = forms("", "").into_iter().zip(forms("", "tls: 1\n")).zip(forms("log: 0\n", ""));
    for (((name, old), (_, new)), (_, mine)) in both {
        let target = sandbox.install(&tree(name, &mine));
        let refused = obstacles(target.apply(&patch(&sandbox, name, &old, &new)));
        assert!(refused.len() == 1 && refused[0].ends_with("tls"), "{name}: {refused:?}");
        target.expect(&tree(name, &mine));
    }
    for (((name, old), (_, new)), (_, mine)) in twins {
        let target = sandbox.install(&tree(name, &mine));
        let notes = target.must_apply(&patch(&sandbox, name, &old, &new));
        assert!(notes[0].ends_with("with every value as intended"), "{name}: {notes:?}");
        let merged = forms("log: 0\n", "tls: 1\n").into_iter().find(|(other, _)| *other == name);
        let merged = tree(name, &merged.expect("the same form").1);
        target.expect(&merged);
        target.must_roll_back();
        target.expect(&tree(name, &mine));
        target.must_undo_the_rollback();
        target.expect(&merged);
    }
}

const ANCHORED: &str = "d: &d\n  q: 1\ns:\n  <<: *d\n  port: 1\n\n\nlevel: 3\n";

#[test]
fn settings_that_programs_may_read_in_two_ways_are_never_merged_by_line() {
    let sandbox = Sandbox::new();
    let (new, mine) = (ANCHORED.replace("port: 1", "port: 2"), ANCHORED.replace("level: 3", "level: 5"));
    let bundle = patch(&sandbox, "a.yml", ANCHORED, &new);
    let target = sandbox.install(&tree("a.yml", &mine));
    assert_eq!(
        obstacles(target.apply(&bundle)),
        [
            "E-CLASH conf/a.yml: isn't the version this patch expects, and can't be merged: as YAML, line 1 of the original has an anchor, an alias or a tag"
        ]
    );
    target.expect(&tree("a.yml", &mine));
    // Whoever edited nothing notices nothing.
    let target = sandbox.install(&tree("a.yml", ANCHORED));
    target.must_apply(&bundle);
    target.expect(&tree("a.yml", &new));
    // Nor is the patch taken out of what was edited since.
    let edited = mine.replace("port: 1", "port: 2");
    target.edit("conf/a.yml", &edited);
    let refused = obstacles(target.roll_back(Which::Last, OnDrift::Stop));
    assert!(refused.len() == 1 && refused[0].starts_with("E-DRIFT conf/a.yml"), "{refused:?}");
    target.expect(&tree("a.yml", &edited));
    target.must_go_back(Which::Last, OnDrift::KeepCopy);
    target.expect(&tree("a.yml", ANCHORED));
    // Without the anchor the same edits are merged.
    let plain = |text: &str| text.replace(" &d", "").replace("<<: *d", "r: 1");
    let target = sandbox.install(&tree("a.yml", &plain(&mine)));
    target.must_apply(&patch(&sandbox, "a.yml", &plain(ANCHORED), &plain(&new)));
    target.expect(&tree("a.yml", &plain(&edited)));
}

#[test]
fn a_key_of_the_patch_lands_in_its_section_though_that_was_cut_in_two_here() {
    let sandbox = Sandbox::new();
    let old = "[client]\na=1\nb=2\nc=3\nd=4\n[x]\nq=1\n";
    let (new, mine) = (old.replace("d=4\n", "d=4\ntls=on\n"), old.replace("b=2", "[server]\nb=2"));
    let target = sandbox.install(&tree("a.ini", &mine));
    let notes = target.must_apply(&patch(&sandbox, "a.ini", old, &new));
    assert_eq!(
        notes,
        ["conf/a.ini: was edited here; it will have both changes, merged by key: [client].tls"]
    );
    target.expect(&tree("a.ini", "[client]\na=1\ntls=on\n[server]\nb=2\nc=3\nd=4\n[x]\nq=1\n"));
    target.must_roll_back();
    target.expect(&tree("a.ini", &mine));
}

#[test]
fn a_text_of_no_known_form_is_merged_by_line_and_that_is_said() {
    let sandbox = Sandbox::new();
    let old = "one\n\n\ntwo\n";
    let target = sandbox.install(&tree("a.conf", "one\n\n\nmine\n"));
    let notes = target.must_apply(&patch(&sandbox, "a.conf", old, "new\n\n\ntwo\n"));
    assert_eq!(notes, ["conf/a.conf: was edited here; it will have both changes, merged line by line"]);
    target.expect(&tree("a.conf", "new\n\n\nmine\n"));
}

#[test]
fn a_diff_with_its_base_is_not_merged_into_settings_that_are_not_read() {
    let sandbox = Sandbox::new();
    let diff = "--- a/a.yml\n+++ b/a.yml\n@@ -2,7 +2,7 @@\n   q: 1\n s:\n   <<: *d\n-  port: 1\n+  port: 2\n \n \n level: 3\n";
    sandbox.write("base/a.yml", ANCHORED);
    sandbox.write("fix.patch", diff);
    let console = Console::new(&sandbox);
    let apply = "apply $/fix.patch $/app --base $/base --allow-unsigned --yes";
    // A line of the hunk was edited: only a merge would bring both together.
    let edited = ANCHORED.replace("s:\n", "s: # ours\n");
    sandbox.write("app/a.yml", &edited);
    assert_eq!(console.run(apply).code, 3);
    assert_eq!(sandbox.read("app/a.yml").as_deref(), Some(edited.as_str()));
    // Where the hunk finds its lines, nothing has to be merged.
    let moved = format!("# ours\n{ANCHORED}");
    sandbox.write("app/a.yml", &moved);
    console.done(apply);
    assert_eq!(sandbox.read("app/a.yml"), Some(moved.replace("port: 1", "port: 2")));
}

#[test]
fn settings_that_are_too_deep_are_left_to_a_person_and_that_is_said() {
    let sandbox = Sandbox::new();
    let deep = |levels: usize, end: &str| {
        let lines: String = (0..levels).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
        format!("{lines}{}b: 1\n\n\nz: {end}\n", " ".repeat(levels))
    };
    let sides = |levels| (deep(levels, "1"), deep(levels, "2"), format!("# ours\n{}", deep(levels, "1")));
    let (old, new, mine) = sides(400);
    let target = sandbox.install(&tree("a.yml", &mine));
    assert_eq!(
        obstacles(target.apply(&patch(&sandbox, "a.yml", &old, &new))),
        [
            "E-CLASH conf/a.yml: isn't the version this patch expects, and can't be merged: as YAML, line 66 of the original is nested deeper than 64 levels"
        ]
    );
    let (old, new, mine) = sides(40);
    let target = sandbox.install(&tree("a.yml", &mine));
    target.must_apply(&patch(&sandbox, "a.yml", &old, &new));
    target.expect(&tree("a.yml", &format!("# ours\n{new}")));
}
