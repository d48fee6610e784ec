//! A patch for settings says which values change: it fits files that were edited on site, changes nothing else of them,
//! and where it does not fit it is refused with every reason.

mod every_form;
mod hostile;
mod in_any_order;
mod large;
mod public_files;
mod sites;
mod stacks;

use std::fs;

use patchwright::diff::FileEdits;
use patchwright::model::{Digest, FileChange, LocalEdits, Payload};

use crate::support::build::{Builder, change, file};
use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order};

const VALUES: &str = "# the web tier\nimage:\n  repo: acme/web\n  tag: 1.4.2   # pinned\n\nreplicas: 2\nenv:\n- name: A\n  value: \"1\"\n";
const EDITED: &str = "# the web tier\nimage:\n  repo: acme/web\n  tag: 1.4.3   # pinned\n\nreplicas: 2\nenv:\n- name: A\n  value: \"1\"\n- name: B\n  value: \"2\"\n";
const SITE: &str = "# our web tier\nimage: {repo: mirror/web, tag: 1.4.2}\nreplicas: 7 # we need more\nenv:\n  - name: A\n    value: \"1\"\n  - name: OURS\n    value: x\n";
const SITE_EDITED: &str = "# our web tier\nimage: {repo: mirror/web, tag: 1.4.3}\nreplicas: 7 # we need more\nenv:\n  - name: A\n    value: \"1\"\n  - name: OURS\n    value: x\n  - name: B\n    value: \"2\"\n";

const EDITS: &str = "[[edits]]\nfile = \"deploy/values.yaml\"\ndo = [\n  { set = \"image.tag\", to = \"1.4.3\" },\n  { add = \"env[]\", value = { name = \"B\", value = \"2\" }, unless = \"env[name=B]\" },\n]\nmust = [{ path = \"image.tag\", equals = \"1.4.3\" }]\n";

const PATH: &str = "app/deploy/values.yaml";

/// A product in `$/app`, one of its older copies in `$/known`, and an order with edits in `$/order.toml`.
fn product(here: &str, edits: &str) -> Sandbox {
    let sandbox = Sandbox::with(&[
        (PATH, here),
        ("app/bin/web", "program\n"),
        ("known/deploy/values.yaml", VALUES),
        ("known/bin/web", "program\n"),
    ]);
    sandbox.write("order.toml", &order("ACME-1", "", edits));
    sandbox
}

fn make(console: &Console<'_>) {
    console.done("make --from $/known --order $/order.toml --output $/fix.patchbundle");
}

#[test]
fn a_known_file_becomes_exactly_what_the_author_had_and_comes_back() {
    let sandbox = product(VALUES, EDITS);
    let console = Console::new(&sandbox);
    make(&console);
    console.done("verify $/fix.patchbundle --allow-unsigned");
    let shown = console.done("show $/fix.patchbundle --json").json();
    assert_eq!(shown["edits"][0]["keys"][0]["after"], "\"1.4.3\"", "{}", shown["edits"]);
    console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    assert_eq!(sandbox.read(PATH).as_deref(), Some(EDITED));
    let again = console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned --json").json();
    assert_eq!(again["outcome"], "nothing-to-do");
    console.done("rollback $/app --yes");
    assert_eq!(sandbox.read(PATH).as_deref(), Some(VALUES));
}

#[test]
fn a_file_that_was_edited_here_gets_the_same_values_and_keeps_everything_else() {
    let sandbox = product(SITE, EDITS);
    let console = Console::new(&sandbox);
    make(&console);
    let plan = console.done("plan $/fix.patchbundle $/app");
    let told = "edited by key: image.tag \"1.4.2\" → \"1.4.3\", env[2] added as {\"name\": \"B\", \"value\": \"2\"}; \
                its bytes are not the author's";
    assert!(plan.in_one_line().contains(told), "{plan}");
    let json = console.done("plan $/fix.patchbundle $/app --json").json();
    let edit = &json["edits"][0];
    assert_eq!(edit["merged"], "by-edit", "{edit}");
    assert_eq!(edit["edited"][0]["path"], "image.tag");
    assert_eq!(edit["edited"][0]["before"], "\"1.4.2\"");
    assert_eq!(sandbox.read(PATH).as_deref(), Some(SITE), "a plan changes nothing");
    console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    assert_eq!(sandbox.read(PATH).as_deref(), Some(SITE_EDITED));
    assert!(console.done("status $/app --json").json()["drift"].as_array().expect("a list").is_empty());
    console.done("rollback $/app --yes");
    assert_eq!(sandbox.read(PATH).as_deref(), Some(SITE));
}

#[test]
fn a_plan_has_each_file_with_the_values_that_change_in_it_edited_here_or_not() {
    let table = "\nValues that change\n  deploy/values.yaml\n    image.tag \"1.4.2\" → \"1.4.3\"\n";
    for here in [VALUES, SITE] {
        let sandbox = product(here, EDITS);
        let console = Console::new(&sandbox);
        make(&console);
        let plan = console.done("plan $/fix.patchbundle $/app");
        assert!(plan.out.contains(table), "{plan}");
        for command in
            ["plan $/fix.patchbundle $/app", "apply $/fix.patchbundle $/app --dry-run --allow-unsigned"]
        {
            let json = console.done(&format!("{command} --json")).json();
            let file = &json["key_changes"][0];
            assert_eq!(file["path"], "deploy/values.yaml", "{json}");
            let tag = serde_json::json!({ "path": "image.tag", "before": "\"1.4.2\"", "after": "\"1.4.3\"" });
            assert_eq!(file["keys"][0], tag, "{json}");
            assert_eq!(file["keys"].as_array().map(Vec::len), Some(2), "{json}");
        }
    }
}

#[test]
fn twin_a_plan_has_no_value_that_does_not_change_by_an_edit() {
    let without = |here: &str, flags: &str, code: u8| {
        let sandbox = product(here, EDITS);
        let console = Console::new(&sandbox);
        make(&console);
        let plan = console.run(&format!("plan $/fix.patchbundle $/app {flags} --json"));
        assert_eq!(plan.code, code, "{plan}");
        assert!(plan.json()["key_changes"].is_null(), "{plan}");
    };
    // All of it is there; it can't be done; somebody chose a version as a whole.
    without(SITE_EDITED, "", 0);
    without(&SITE.replace("1.4.2", "9.9"), "", 3);
    without(SITE, "--keep-mine deploy/values.yaml", 0);
    without(SITE, "--take-theirs deploy/values.yaml", 0);
    // Half of it is there.
    let sandbox = product(&VALUES.replace("1.4.2", "1.4.3"), EDITS);
    let console = Console::new(&sandbox);
    make(&console);
    let json = console.done("plan $/fix.patchbundle $/app --json").json();
    assert_eq!(json["key_changes"][0]["keys"][0]["path"], "env[1]", "{json}");
    assert_eq!(json["key_changes"][0]["keys"].as_array().map(Vec::len), Some(1), "{json}");
}

#[test]
fn what_is_edited_after_the_patch_stays_when_the_patch_goes() {
    for (here, edited) in [(VALUES, EDITED), (SITE, SITE_EDITED)] {
        let sandbox = product(here, EDITS);
        let console = Console::new(&sandbox);
        make(&console);
        console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
        let later = |text: &str| text.replace("replicas: ", "replicas: 1");
        fs::write(sandbox.path(PATH), later(edited)).expect("our own file");
        console.done("rollback $/app --yes");
        assert_eq!(sandbox.read(PATH), Some(later(here)));
    }
}

#[test]
fn a_value_that_was_changed_here_is_not_run_over() {
    let here = SITE.replace("1.4.2", "9.9");
    let sandbox = product(&here, EDITS);
    let console = Console::new(&sandbox);
    make(&console);
    let refused = console.run("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    assert_eq!(refused.code, 3, "{refused}");
    let told = refused.in_one_line();
    assert!(
        told.contains("image.tag was \"1.4.2\", is 9.9 here, and would become \"1.4.3\""),
        "both values are named: {refused}"
    );
    assert_eq!(sandbox.read(PATH), Some(here.clone()));
    // A person may choose, and the file that was here is kept.
    console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned --take-theirs deploy/values.yaml");
    assert_eq!(sandbox.read(PATH).as_deref(), Some(EDITED));
    console.done("rollback $/app --yes");
    assert_eq!(sandbox.read(PATH), Some(here));
}

#[test]
fn an_author_who_wants_it_has_edited_files_refused() {
    let sandbox = product(SITE, &format!("{EDITS}local_edits = \"refuse\"\n"));
    let console = Console::new(&sandbox);
    make(&console);
    assert_eq!(console.run("apply $/fix.patchbundle $/app --yes --allow-unsigned").code, 3);
    assert_eq!(sandbox.read(PATH).as_deref(), Some(SITE));
}

#[test]
fn edits_are_tried_on_many_files_before_a_patch_is_made_of_them() {
    let sandbox = product(VALUES, EDITS);
    sandbox.write("site/values.yaml", SITE);
    sandbox.write("odd/values.yaml", "image: web\n");
    let console = Console::new(&sandbox);
    let good = console.done("edit test $/order.toml $/app $/site/values.yaml");
    insta::assert_snapshot!("edits_that_fit", good.to_string().replace('\\', "/"));
    let bad = console.run("edit test $/order.toml $/odd/values.yaml");
    insta::assert_snapshot!("edits_that_do_not_fit", bad.to_string());
    let json = console.run("edit test $/order.toml $/odd/values.yaml $/app --json");
    assert_eq!(json.code, 3);
    let json = json.json();
    assert_eq!(json["outcome"], "refused");
    assert_eq!(json["files"][0]["fits"], false);
    assert_eq!(json["files"][1]["keys"][0]["after"], "\"1.4.3\"");
}

#[test]
fn an_edit_that_does_not_do_what_it_says_makes_no_patch() {
    for (edits, told) in [
        ("{ set = \"image.tags\", to = \"x\" }", "image.tags is not there"),
        ("{ set = \"env[name=C].value\", to = \"x\" }", "env[name=C].value is not there"),
        ("{ set = \"image.tag\", to = \"1.4.2\" }", "the edit changes nothing in this file"),
        ("{ remove = \"legacy\" }, { set = \"replicas\", to = 3 }", "legacy is not there"),
        ("{ test = \"replicas\", equals = 3 }, { remove = \"replicas\" }", "replicas is 2, not 3"),
    ] {
        let sandbox = product(VALUES, &format!("[[edits]]\nfile = \"deploy/values.yaml\"\ndo = [{edits}]\n"));
        let refused =
            Console::new(&sandbox).run("make --from $/known --order $/order.toml --output $/fix.patchbundle");
        assert_eq!(refused.code, 3, "{refused}");
        let words = refused.in_one_line();
        assert!(words.contains(told), "{told}: {refused}");
        assert!(!sandbox.path("fix.patchbundle").exists());
    }
    let sandbox =
        product(VALUES, "[[edits]]\nfile = \"deploy/values.yaml\"\ndo = [{ set = \"a..b\", to = 1 }]\n");
    let refused =
        Console::new(&sandbox).run("make --from $/known --order $/order.toml --output $/fix.patchbundle");
    assert!(refused.printed().contains("edits[0].do[0].set"), "{refused}");
}

#[test]
fn the_new_folder_and_the_edits_have_to_agree() {
    let sandbox = product(EDITED, EDITS);
    sandbox.write("other/deploy/values.yaml", &EDITED.replace("replicas: 2", "replicas: 3"));
    sandbox.write("other/bin/web", "program\n");
    let console = Console::new(&sandbox);
    console.done("make --from $/known --to $/app --order $/order.toml --output $/fix.patchbundle");
    let refused =
        console.run("make --from $/known --to $/other --order $/order.toml --output $/other.patchbundle");
    assert_eq!(refused.code, 3, "{refused}");
    assert!(refused.in_one_line().contains("the new folder doesn't have what the edits make"), "{refused}");
}

#[test]
fn two_patches_of_one_file_meet_by_key() {
    let second = |edits: &str| {
        EDITS
            .replace("{ set = \"image.tag\", to = \"1.4.3\" }", edits)
            .replace("must = [{ path = \"image.tag\", equals = \"1.4.3\" }]\n", "")
    };
    let apply_both = |edits: &str| {
        let sandbox = product(VALUES, EDITS);
        let console = Console::new(&sandbox);
        make(&console);
        sandbox.write(
            "order.toml",
            &order("ACME-2", "", &second(edits)).replace("sequence = 1", "sequence = 2"),
        );
        console.done("make --from $/known --order $/order.toml --output $/second.patchbundle");
        console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
        let second = console.run("apply $/second.patchbundle $/app --yes --allow-unsigned");
        (second.code, sandbox.read(PATH).expect("a file"), second.printed())
    };
    // Other keys: both.
    let (code, content, told) = apply_both("{ set = \"replicas\", to = 5 }");
    assert_eq!((code, content), (0, EDITED.replace("replicas: 2", "replicas: 5")), "{told}");
    // The same key, another value: a conflict with all values.
    let (code, content, told) = apply_both("{ set = \"image.tag\", to = \"1.5.0\" }");
    assert_eq!((code, content.as_str()), (3, EDITED), "{told}");
}

#[test]
fn edits_that_say_something_else_than_what_was_shown_are_not_made() {
    let hostile = |edits: &str| {
        let sandbox = product(SITE, EDITS);
        let digest = |text: &str| Digest::compute(text.as_bytes());
        let one = FileChange {
            base: Some(digest(VALUES)),
            edit: Some(digest(edits)),
            local_edits: LocalEdits::Edit,
            ..change(
                "deploy/values.yaml",
                Some(file(VALUES)),
                Some(file(EDITED)),
                Some(Payload::Whole { blob: digest(EDITED) }),
            )
        };
        let bundle: Builder =
            sandbox.bundle("EVIL-1").with_contents(&[VALUES, EDITED, edits]).with_change(one);
        sandbox.save("evil.patchbundle", &bundle);
        let run = Console::new(&sandbox).run("apply $/evil.patchbundle $/app --yes --allow-unsigned");
        assert_eq!(sandbox.read(PATH).as_deref() == Some(SITE), run.code != 0, "{run}");
        (run.code, run.in_one_line())
    };
    let (code, told) = hostile(r#"[{"do":[{"set":"replicas","to":0}],"format":"yaml"}]"#);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("they don't turn the original into the patch's version"), "{told}");
    for bad in ["{}", "[]", "[{\"do\":[{\"explode\":\"a\"}],\"format\":\"yaml\"}]", "not json"] {
        let (code, told) = hostile(bad);
        assert_eq!(code, 3, "{told}");
        assert!(told.contains("the patch's edits can't be used"), "{told}");
    }
    // The honest twin.
    let honest = r#"[{"do":[{"set":"image.tag","to":"1.4.3"},{"add":"env[]","value":{"name":"B","value":"2"}}],"format":"yaml"}]"#;
    FileEdits::from_json(honest.as_bytes()).expect("edits");
    assert_eq!(hostile(honest).0, 0);
}

#[test]
fn a_manifest_whose_edits_cannot_be_judged_is_refused() {
    let sandbox = Sandbox::new();
    let edits = "[{\"do\":[{\"set\":\"a\",\"to\":2}],\"format\":\"yaml\"}]";
    let good = |change: FileChange| {
        let bundle = sandbox.bundle("ODD-1").with_contents(&["a: 1\n", "a: 2\n", edits]).with_change(change);
        sandbox.save("odd.patchbundle", &bundle);
        Console::new(&sandbox).run("verify $/odd.patchbundle --allow-unsigned")
    };
    let digest = |text: &str| Some(Digest::compute(text.as_bytes()));
    let whole = Payload::Whole { blob: Digest::compute(b"a: 2\n") };
    let honest = FileChange {
        base: digest("a: 1\n"),
        edit: digest(edits),
        local_edits: LocalEdits::Edit,
        ..change("a.yaml", Some(file("a: 1\n")), Some(file("a: 2\n")), Some(whole))
    };
    assert_eq!(good(honest.clone()).code, 0);
    for odd in [
        FileChange { base: None, ..honest.clone() },
        FileChange { edit: None, ..honest.clone() },
        FileChange { local_edits: LocalEdits::Replace, ..honest.clone() },
        FileChange { after: None, payload: None, ..honest },
    ] {
        let run = good(odd.clone());
        assert_eq!(run.code, 4, "{odd:?}\n{run}");
    }
}

#[test]
fn edits_are_proven_on_every_build_that_the_author_has() {
    let sandbox = product(VALUES, EDITS);
    sandbox.write("site/values.yaml", SITE);
    sandbox.write("odd/values.yaml", "image: web\n");
    let console = Console::new(&sandbox);
    let command = "make --from $/known --order $/order.toml --output $/fix.patchbundle";
    let refused = console.run(&format!("{command} --try $/site/values.yaml --try $/odd/values.yaml"));
    assert_eq!(refused.code, 3, "{refused}");
    assert!(
        refused.in_one_line().contains("odd/values.yaml\": image is a text, not a group of keys"),
        "{refused}"
    );
    assert!(!sandbox.path("fix.patchbundle").exists());
    console.done(&format!("{command} --try $/site/values.yaml --try $/app"));
}

#[test]
fn a_value_that_a_site_changed_itself_does_not_fit_wherever_it_is_tried() {
    let sandbox = product(&VALUES.replace("1.4.2", "1.4.1"), EDITS);
    sandbox.write("site/values.yaml", SITE);
    let console = Console::new(&sandbox);
    let tried = console.run("edit test $/order.toml $/app --from $/known");
    assert!(tried.code == 3 && tried.in_one_line().contains("1.4.1"), "{tried}");
    let made = "make --from $/known --order $/order.toml --output $/fix.patchbundle";
    let refused = console.run(&format!("{made} --try $/app"));
    assert!(refused.code == 3 && refused.in_one_line().contains("1.4.1"), "{refused}");
    make(&console);
    assert_eq!(console.run("plan $/fix.patchbundle $/app").code, 3, "that is what a plan says");
    // Without the original nobody can tell, and that is said.
    let blind = console.done("edit test $/order.toml $/app");
    assert!(blind.out.contains("add --from OLD"), "{blind}");
    // What else a site changed is no matter.
    let other = console.done("edit test $/order.toml $/site/values.yaml --from $/known");
    assert!(!other.out.contains("--from OLD"), "{other}");
    console.done(&format!("{made} --try $/site/values.yaml"));
}

#[test]
fn a_form_that_no_edit_is_proven_in_is_refused_by_its_name() {
    for (file, format) in [("main.tf", ""), ("site.auto.tfvars", ""), ("main.conf", "format = \"hcl\"\n")] {
        let edits = format!("[[edits]]\nfile = \"{file}\"\n{format}do = [{{ set = \"a\", to = 1 }}]\n");
        let sandbox = product(VALUES, &edits);
        sandbox.write(&format!("known/{file}"), "a = 0\n");
        let command = "make --from $/known --order $/order.toml --output $/fix.patchbundle";
        let refused = Console::new(&sandbox).run(command);
        assert_eq!(refused.code, 3, "{refused}");
        assert!(refused.in_one_line().contains("HCL isn't edited by key"), "{file}: {refused}");
    }
}

#[test]
fn what_must_be_so_is_asked_again_whenever_somebody_wants() {
    let sandbox = product(SITE, EDITS);
    let console = Console::new(&sandbox);
    make(&console);
    let command = "status $/app --conditions $/fix.patchbundle";
    let early = console.run(command);
    assert!(early.code != 0 && early.in_one_line().contains("doesn't have ACME-1"), "{early}");
    console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    let status = console.done(command).in_one_line();
    assert!(status.contains("holds deploy/values.yaml: image.tag is \"1.4.3\""), "{status}");
    // What else was edited here breaks no condition.
    fs::write(sandbox.path(PATH), SITE_EDITED.replace("replicas: 7", "replicas: 8")).expect("our own file");
    assert_eq!(console.done(&format!("{command} --json")).json()["conditions"][0]["holds"], true);
    fs::write(sandbox.path(PATH), SITE_EDITED.replace("1.4.3", "1.4.9")).expect("our own file");
    let status = console.done(command).in_one_line();
    let told = "broken deploy/values.yaml: image.tag is \"1.4.3\"; image.tag is \"1.4.9\", not \"1.4.3\"";
    assert!(status.contains(told), "{status}");
    fs::remove_file(sandbox.path(PATH)).expect("our own file");
    let json = console.done(&format!("{command} --json")).json();
    assert_eq!(json["conditions"][0]["problem"], "the file is missing");
}
