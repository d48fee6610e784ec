//! Edits meet what a site has: values that were changed there, and elements of lists that stand somewhere else.

use super::{PATH, VALUES, make, product};
use crate::support::console::{Console, Run};
use crate::support::sandbox::Sandbox;

/// What `apply` says of such an edit in a folder whose file is this one.
fn applied(sandbox: &Sandbox) -> Run {
    let console = Console::new(sandbox);
    make(&console);
    console.run("apply $/fix.patchbundle $/app --yes --allow-unsigned")
}

fn imported(kind: &str, here: &str, import: &str) -> Sandbox {
    let sandbox =
        product(here, &format!("[[edits]]\nfile = \"deploy/values.yaml\"\n{kind} = \"import.json\"\n"));
    sandbox.write("import.json", import);
    sandbox
}

#[track_caller]
fn refused(sandbox: &Sandbox, told: &str) {
    let here = sandbox.read(PATH);
    let run = applied(sandbox);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.in_one_line().contains(told), "{told}: {run}");
    assert_eq!(sandbox.read(PATH), here);
}

const MERGE: &str = "{\"image\": {\"tag\": \"1.4.3\"}, \"replicas\": null}";
const MOVE: &str = "[{\"op\": \"move\", \"from\": \"/replicas\", \"path\": \"/image/tag\"}]";
const COPY: &str = "[{\"op\": \"copy\", \"from\": \"/replicas\", \"path\": \"/image/tag\"}]";

#[test]
fn no_imported_operation_runs_over_a_value_that_was_changed_here() {
    let tagged = VALUES.replace("1.4.2", "9.9.9");
    refused(
        &imported("merge_patch", &tagged, MERGE),
        "image.tag was \"1.4.2\", is \"9.9.9\" here, and would become \"1.4.3\"",
    );
    for import in [MOVE, COPY] {
        refused(
            &imported("json_patch", &tagged, import),
            "/image/tag was \"1.4.2\", is \"9.9.9\" here, and would become 2",
        );
    }
    let scaled = VALUES.replace("replicas: 2", "replicas: 7");
    refused(
        &imported("merge_patch", &scaled, MERGE),
        "replicas was 2, is 7 here, and would become not there",
    );
    refused(&imported("json_patch", &scaled, MOVE), "/replicas was 2, is 7 here, and would become not there");
    // A whole value instead of a group that has something of our own in it.
    let ours = VALUES.replace("  tag:", "  pull: Always\n  tag:");
    refused(&imported("merge_patch", &ours, "{\"image\": \"acme/web:1.4.3\"}"), "image was {");
}

#[test]
fn twin_what_was_changed_elsewhere_or_is_tested_stays_out_of_the_way() {
    let here = VALUES.replace("acme/web", "mirror/web").replace("value: \"1\"", "value: \"9\"");
    for (kind, import, edited) in [
        ("merge_patch", MERGE, here.replace("1.4.2", "1.4.3").replace("replicas: 2\n", "")),
        ("json_patch", COPY, here.replace("1.4.2", "2")),
    ] {
        let sandbox = imported(kind, &here, import);
        let run = applied(&sandbox);
        assert_eq!(run.code, 0, "{run}");
        assert_eq!(sandbox.read(PATH), Some(edited), "{run}");
    }
    // The test that goes before it says what may be there.
    let edits = "[[edits]]\nfile = \"deploy/values.yaml\"\nmerge_patch = \"import.json\"\ndo = [{ test = \"image.tag\", matches = \"*.*\" }]\n";
    let sandbox = product(&VALUES.replace("1.4.2", "9.9.9"), edits);
    sandbox.write("import.json", "{\"image\": {\"tag\": \"1.4.3\"}}");
    let run = applied(&sandbox);
    assert_eq!(run.code, 0, "{run}");
    assert!(sandbox.read(PATH).is_some_and(|text| text.contains("tag: 1.4.3 ")), "{run}");
}

/// The file with an element of `env` that is written somewhere else in it.
fn with_alias(name: &str, element: &str) -> String {
    let known = format!("known: &known\n  name: {name}\n  value: ours\n");
    format!("{known}{VALUES}{element}")
}

fn edit(rest: &str) -> String {
    format!("[[edits]]\nfile = \"deploy/values.yaml\"\n{rest}\n")
}

#[test]
fn an_element_that_stands_elsewhere_may_be_the_one_that_is_meant() {
    let add = "do = [{ add = \"env[]\", value = { name = \"B\", value = \"2\" }, unless = \"env[name=B]\" }]";
    let set = "do = [{ set = \"env[name=A].value\", to = \"2\" }]";
    let must = "do = [{ set = \"replicas\", to = 3 }]\nmust = [{ path = \"env[name=B]\", absent = true }]";
    let plain = "do = [{ add = \"env[]\", value = { name = \"B\", value = \"2\" } }]";
    for (name, rest) in [("B", add), ("A", set), ("B", must), ("B", plain)] {
        for element in ["- *known\n", "- <<: *known\n"] {
            let sandbox = product(&with_alias(name, element), &edit(rest));
            refused(&sandbox, "programs read env in different ways");
        }
    }
}

#[test]
fn twin_an_element_that_says_itself_what_it_is_called_is_told_apart() {
    let here = with_alias("B", "- <<: *known\n  name: C\n");
    let sandbox = product(&here, &edit("do = [{ set = \"env[name=A].value\", to = \"2\" }]"));
    let run = applied(&sandbox);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(sandbox.read(PATH), Some(here.replace("value: \"1\"", "value: \"2\"")));
}

#[test]
fn edits_that_cannot_be_read_from_the_order_are_told_with_their_line() {
    let deep = format!("do = [{{ set = \"replicas\", to = {}1{} }}]", "[".repeat(70), "]".repeat(70));
    let large = "do = [{ set = \"replicas\", to = 3 }]\nmust = [{ path = \"replicas\", one_of = [3, 99999999999999999999] }]";
    for rest in [deep.as_str(), large] {
        let sandbox = product(VALUES, &edit(rest));
        sandbox.write("new/deploy/values.yaml", &VALUES.replace("replicas: 2", "replicas: 3"));
        sandbox.write("new/bin/web", "program\n");
        let order = sandbox.read("order.toml").expect("our own file");
        let word = if rest == large { "99999" } else { "[[[[[" };
        let line = 1 + order.lines().position(|line| line.contains(word)).expect("our own line");
        let console = Console::new(&sandbox);
        for command in [
            "make --from $/known --to $/new --order $/order.toml --output $/fix.patchbundle",
            "make --from $/known --order $/order.toml --output $/fix.patchbundle",
            "edit test $/order.toml $/known/deploy/values.yaml",
        ] {
            let run = console.run(command);
            assert_eq!(run.code, 3, "{command}: {run}");
            let told = run.in_one_line();
            assert!(
                told.contains(&format!("{line}:1: error: edits: can't be read")),
                "{line}: {command}: {run}"
            );
            assert!(!sandbox.path("fix.patchbundle").exists(), "{run}");
        }
    }
}

#[test]
fn twin_an_order_without_edits_may_have_such_numbers_elsewhere() {
    let sandbox = product(VALUES, "[x-build]\nnumber = 99999999999999999999\n");
    sandbox.write("new/deploy/values.yaml", &VALUES.replace("replicas: 2", "replicas: 3"));
    sandbox.write("new/bin/web", "program\n");
    let run = Console::new(&sandbox)
        .run("make --from $/known --to $/new --order $/order.toml --output $/fix.patchbundle");
    assert!(!run.printed().contains("edits: can't be read"), "{run}");
}
