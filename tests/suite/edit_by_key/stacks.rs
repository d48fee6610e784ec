//! Several patches of one file, some with edits by key and some with changes of its text.

use super::{EDITED, PATH, VALUES, make, product};
use crate::support::console::{Console, Run};
use crate::support::sandbox::{Sandbox, order};

const TAG: &str = "{ set = \"image.tag\", to = \"1.4.3\" }";
/// The key on the line above, and one a few lines below.
const REPO: &str = "{ set = \"image.repo\", to = \"acme/big\" }";
const REPLICAS: &str = "{ set = \"replicas\", to = 5 }";

fn edits(ops: &str) -> String {
    format!("[[edits]]\nfile = \"deploy/values.yaml\"\ndo = [{ops}]\n")
}

/// A product with `here` in its file, and a patch file of its own for each of these operations.
fn patches(here: &str, all: &[&str]) -> Sandbox {
    let sandbox = product(here, &edits(all[0]));
    for (index, ops) in all.iter().enumerate() {
        let number = index + 1;
        let keys = format!("sequence = {number}\n");
        let order = order(&format!("ACME-{number}"), "", &edits(ops)).replace("sequence = 1\n", &keys);
        sandbox.write("order.toml", &order);
        make(&Console::new(&sandbox));
        std::fs::rename(sandbox.path("fix.patchbundle"), sandbox.path(&format!("{number}.patchbundle")))
            .expect("our own file");
    }
    sandbox
}

fn apply(console: &Console<'_>, number: usize) -> Run {
    console.run(&format!("apply $/{number}.patchbundle $/app --yes --allow-unsigned"))
}

fn edited(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}: {text}");
        text.replacen(from, to, 1)
    })
}

const TAGGED: (&str, &str) = ("1.4.2", "1.4.3");
const MOVED: (&str, &str) = ("acme/web", "acme/big");
const SCALED: (&str, &str) = ("replicas: 2", "replicas: 5");

#[test]
fn patches_of_neighbouring_keys_come_and_go_in_any_order() {
    // Untouched, and edited here on the line that all of them are beside.
    for (here, ours) in [("", ""), ("tag: 1.4.2   # pinned", "tag: 1.4.2   # pinned by us")] {
        let here = VALUES.replace(here, ours);
        for first_to_go in [1, 2, 3] {
            let sandbox = patches(&here, &[TAG, REPO, REPLICAS]);
            let console = Console::new(&sandbox);
            for number in [1, 2, 3] {
                let run = apply(&console, number);
                assert_eq!(run.code, 0, "{number}: {run}");
            }
            let all = [TAGGED, MOVED, SCALED];
            assert_eq!(sandbox.read(PATH), Some(edited(&here, &all)));
            let status = console.done("status $/app --json").json();
            assert!(status["drift"].as_array().is_some_and(Vec::is_empty), "{status}");
            console.done(&format!("rollback $/app ACME-{first_to_go} --yes"));
            let stay: Vec<_> = (1..=3).zip(all).filter(|(number, _)| *number != first_to_go).collect();
            let stays: Vec<_> = stay.iter().map(|(_, change)| *change).collect();
            assert_eq!(sandbox.read(PATH), Some(edited(&here, &stays)), "without {first_to_go}");
            console.done("reapply $/app --allow-unsigned --yes");
            assert_eq!(sandbox.read(PATH), Some(edited(&here, &all)));
            console.done("rollback $/app --to ACME-1 --yes");
            assert_eq!(sandbox.read(PATH).as_deref(), Some(&*here));
        }
    }
}

#[test]
fn two_patches_of_neighbouring_keys_come_together() {
    let sandbox = patches(VALUES, &[TAG, REPO]);
    let console = Console::new(&sandbox);
    console.done("apply $/1.patchbundle $/2.patchbundle $/app --yes --allow-unsigned");
    assert_eq!(sandbox.read(PATH), Some(edited(VALUES, &[TAGGED, MOVED])));
    console.done("rollback $/app ACME-1 --yes");
    assert_eq!(sandbox.read(PATH), Some(edited(VALUES, &[MOVED])));
}

#[test]
fn the_same_key_with_the_same_value_is_there_already_and_with_another_one_a_conflict() {
    let sandbox = patches(VALUES, &[TAG, TAG, "{ set = \"image.tag\", to = \"1.5.0\" }"]);
    let console = Console::new(&sandbox);
    assert_eq!(apply(&console, 1).code, 0);
    let same = apply(&console, 2);
    assert!(
        same.code == 0 && same.printed().contains("already has what ACME-2 changes; ACME-1 changed it, too"),
        "{same}"
    );
    let other = apply(&console, 3);
    assert_eq!(other.code, 3, "{other}");
    let told = "image.tag: \"1.4.3\" with ACME-1, \"1.5.0\" with this patch";
    assert!(other.in_one_line().contains(told), "{other}");
    assert_eq!(sandbox.read(PATH), Some(edited(VALUES, &[TAGGED])));
}

const ADD_B: &str = "{ add = \"env[]\", value = { name = \"B\", value = \"2\" } }";
const ADD_C: &str = "{ add = \"env[]\", value = { name = \"C\", value = \"3\" } }";
const WITH_B: &str = "- name: B\n  value: \"2\"\n";
const WITH_C: &str = "- name: C\n  value: \"3\"\n";

#[test]
fn patches_that_each_add_an_element_to_a_list_come_one_behind_the_other() {
    let (b, both) = ([VALUES, WITH_B].concat(), [VALUES, WITH_B, WITH_C].concat());
    for together in [false, true] {
        let sandbox = patches(VALUES, &[ADD_B, ADD_C]);
        let console = Console::new(&sandbox);
        match together {
            true => drop(console.done("apply $/1.patchbundle $/2.patchbundle $/app --yes --allow-unsigned")),
            false => [1, 2].into_iter().for_each(|number| {
                let run = apply(&console, number);
                assert_eq!(run.code, 0, "{run}");
            }),
        }
        assert_eq!(sandbox.read(PATH).as_deref(), Some(&*both));
        let status = console.done("status $/app --json").json();
        assert!(status["drift"].as_array().is_some_and(Vec::is_empty), "{status}");
        console.done("rollback $/app ACME-2 --yes");
        assert_eq!(sandbox.read(PATH).as_deref(), Some(&*b));
        console.done("reapply $/app --allow-unsigned --yes");
        assert_eq!(sandbox.read(PATH).as_deref(), Some(&*both));
        console.done("rollback $/app --to ACME-1 --yes");
        assert_eq!(sandbox.read(PATH).as_deref(), Some(VALUES));
    }
}

#[test]
fn the_same_element_is_there_already() {
    let sandbox = patches(VALUES, &[ADD_B, &format!("{ADD_B}, {TAG}"), ADD_B]);
    let console = Console::new(&sandbox);
    assert_eq!((apply(&console, 1).code, apply(&console, 2).code), (0, 0));
    let all = edited(&[VALUES, WITH_B].concat(), &[TAGGED]);
    assert_eq!(sandbox.read(PATH).as_deref(), Some(&*all), "it isn't there twice");
    let same = apply(&console, 3);
    assert!(same.code == 0 && same.printed().contains("already has what ACME-3 changes"), "{same}");
    assert_eq!(sandbox.read(PATH), Some(all));
}

#[test]
fn elements_come_behind_each_other_in_every_form_that_has_lists() {
    for (name, before, elements) in [
        (
            "conf.json",
            "{\n  \"hosts\": [\n    \"a\"\n  ]\n}\n",
            "{\n  \"hosts\": [\n    \"a\",\n    \"b\",\n    \"c\"\n  ]\n}\n",
        ),
        ("conf.json", "{\"hosts\": [\"a\"]}\n", "{\"hosts\": [\"a\", \"b\", \"c\"]}\n"),
        ("conf.toml", "hosts = [\"a\"]\n", "hosts = [\"a\", \"b\", \"c\"]\n"),
    ] {
        let sandbox = Sandbox::with(&[(&format!("app/{name}"), before), (&format!("known/{name}"), before)]);
        let console = Console::new(&sandbox);
        for element in ["b", "c"] {
            let edits = format!(
                "[[edits]]\nfile = \"{name}\"\ndo = [{{ add = \"hosts[]\", value = \"{element}\" }}]\n"
            );
            sandbox.write("order.toml", &order(&format!("ADD-{element}"), "", &edits));
            console
                .done(&format!("make --from $/known --order $/order.toml --output $/{element}.patchbundle"));
            let run = console.run(&format!("apply $/{element}.patchbundle $/app --yes --allow-unsigned"));
            assert_eq!(run.code, 0, "{name}: {run}");
        }
        assert_eq!(sandbox.read(&format!("app/{name}")).as_deref(), Some(elements));
        let fixed = console.done("fixed $/app").out;
        assert!(!fixed.contains("rewritten"), "{fixed}");
    }
}

#[test]
fn twin_a_list_that_another_patch_exchanged_as_a_whole_is_no_list_to_add_to_unseen() {
    let whole = "{ set = \"env\", to = [] }";
    let sandbox = patches(VALUES, &[ADD_B, whole]);
    let console = Console::new(&sandbox);
    assert_eq!(apply(&console, 1).code, 0);
    let there = sandbox.read(PATH);
    let refused = apply(&console, 2);
    assert!(refused.code == 3 && refused.printed().contains("E-UNDOES"), "{refused}");
    assert_eq!(sandbox.read(PATH), there);
}

/// A patch with changes of the text, for the same product, as `ACME-9`.
fn text_patch(sandbox: &Sandbox, new: &str) {
    sandbox.write("new/deploy/values.yaml", new);
    sandbox.write("new/bin/web", "program\n");
    let policy = "[[make.policy]]\npaths = [\"/deploy/*\"]\nlocal_edits = \"merge\"\n";
    sandbox.write("text.toml", &order("ACME-9", "", policy).replace("sequence = 1\n", "sequence = 9\n"));
    Console::new(sandbox).done("make --from $/known --to $/new --order $/text.toml --output $/9.patchbundle");
}

#[test]
fn edits_by_key_and_changes_of_the_text_share_a_file_with_what_was_edited_here() {
    let headed = ("the web tier", "the big web tier");
    let ours = ("value: \"1\"", "value: \"ours\"");
    for order in [[1, 9], [9, 1]] {
        let here = edited(VALUES, &[ours]);
        let sandbox = patches(&here, &[TAG]);
        text_patch(&sandbox, &edited(VALUES, &[headed, SCALED]));
        let console = Console::new(&sandbox);
        for number in order {
            let run = apply(&console, number);
            assert_eq!(run.code, 0, "{order:?}: {run}");
        }
        assert_eq!(sandbox.read(PATH), Some(edited(&here, &[headed, TAGGED, SCALED])));
        console.done(&format!("rollback $/app ACME-{} --yes", order[0]));
        let stays: &[(&str, &str)] = if order[0] == 1 { &[headed, SCALED] } else { &[TAGGED] };
        assert_eq!(sandbox.read(PATH), Some(edited(&here, stays)), "{order:?}");
        console.done(&format!("rollback $/app ACME-{} --yes", order[1]));
        assert_eq!(sandbox.read(PATH), Some(here));
    }
}

#[test]
fn a_service_pack_over_edits_has_them_all_and_gives_them_back() {
    let sandbox = patches(VALUES, &[TAG, REPLICAS]);
    let console = Console::new(&sandbox);
    assert_eq!((apply(&console, 1).code, apply(&console, 2).code), (0, 0));
    let before = edited(VALUES, &[TAGGED, SCALED]);
    assert_eq!(sandbox.read(PATH).as_deref(), Some(&*before));
    let pack = edits(&format!("{TAG}, {REPLICAS}, {REPO}"));
    let keys = "supersedes = [\"ACME-1\", \"ACME-2\"]\n";
    let pack = order("ACME-SP", keys, &pack).replace("sequence = 1\n", "sequence = 7\n");
    let pack =
        pack.replace("fixes = [", "fixes = [\"ACME-1\", \"ACME-2\", ").replace("hotfix", "service-pack");
    sandbox.write("order.toml", &pack);
    make(&console);
    let run = console.run("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(sandbox.read(PATH), Some(edited(VALUES, &[TAGGED, SCALED, MOVED])), "{run}");
    console.done("rollback $/app ACME-SP --yes");
    assert_eq!(sandbox.read(PATH), Some(before));
}

#[test]
fn an_edited_file_that_was_damaged_is_repaired_to_what_the_edits_made_of_it() {
    let ours = edited(VALUES, &[("value: \"1\"", "value: \"ours\"")]);
    let sandbox = product(&ours, &edits(TAG));
    let console = Console::new(&sandbox);
    make(&console);
    console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    sandbox.write(PATH, "nothing of it\n");
    let run = console.run("repair $/app --yes");
    assert_eq!(sandbox.read(PATH), Some(edited(&ours, &[TAGGED])), "{run}");
    assert!(run.in_one_line().contains("Repaired 1 file"), "{run}");
    assert_ne!(sandbox.read(PATH).as_deref(), Some(EDITED));
}

#[test]
fn a_key_that_a_fix_took_out_is_not_created_again_unseen() {
    let back = "{ set = \"replicas\", to = 2, create = true }";
    let sandbox = patches(VALUES, &["{ remove = \"replicas\" }", TAG]);
    let order = order("ACME-3", "", &edits(back)).replace("sequence = 1\n", "sequence = 3\n");
    sandbox.write("order.toml", &order);
    let console = Console::new(&sandbox);
    assert_eq!(apply(&console, 1).code, 0);
    let fixed = sandbox.read(PATH).expect("it is there");
    sandbox.write("known/deploy/values.yaml", &fixed);
    make(&console);
    let refused = console.run("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    assert!(refused.code == 3 && refused.printed().contains("E-UNDOES"), "{refused}");
    assert_eq!(sandbox.read(PATH).as_deref(), Some(&*fixed));
    // Whoever changes another key is asked nothing.
    assert_eq!(apply(&console, 2).code, 0);
}

const OUT: &str = "{ remove = \"replicas\" }";

#[test]
fn a_key_that_another_patch_set_is_not_out_already_and_one_that_went_is_not_set_again() {
    for [first, second] in [[REPLICAS, OUT], [OUT, REPLICAS]] {
        let sandbox = patches(VALUES, &[first, second]);
        let console = Console::new(&sandbox);
        let together = console.run("apply $/1.patchbundle $/2.patchbundle $/app --yes --allow-unsigned");
        assert_eq!(together.code, 3, "{together}");
        assert_eq!(sandbox.read(PATH).as_deref(), Some(VALUES));
        assert_eq!(apply(&console, 1).code, 0);
        let there = sandbox.read(PATH);
        let refused = apply(&console, 2);
        assert!(refused.code == 3 && refused.printed().contains("E-UNDOES"), "{refused}");
        let told = refused.in_one_line();
        let both = match second == OUT {
            true => "replicas: 5 with ACME-1, not there with this patch",
            false => "replicas: not there with ACME-1, 5 with this patch",
        };
        assert!(told.contains(both), "{refused}");
        assert_eq!(sandbox.read(PATH), there);
        let json = console.run("explain $/2.patchbundle $/app --json").json();
        assert!(!json.to_string().contains("already in place"), "{json}");
        let agreed = console.run("apply $/2.patchbundle $/app --yes --allow-unsigned --allow-undo agreed");
        assert_eq!(agreed.code, 0, "{agreed}");
        let is_there = sandbox.read(PATH).is_some_and(|text| text.contains("replicas:"));
        assert_eq!(is_there, second == REPLICAS, "{agreed}");
    }
}

#[test]
fn twin_what_is_really_out_already_has_nothing_to_do_and_another_key_may_come_there() {
    let sandbox = patches(VALUES, &[OUT, OUT, "{ set = \"workers\", to = 3, create = true }"]);
    let console = Console::new(&sandbox);
    assert_eq!(apply(&console, 1).code, 0);
    let again = apply(&console, 2);
    assert!(again.code == 0 && again.in_one_line().contains("no file changed"), "{again}");
    assert_eq!(apply(&console, 3).code, 0);
    assert_eq!(
        sandbox.read(PATH).map(|text| text.contains("workers: 3") && !text.contains("replicas")),
        Some(true)
    );
}

/// An edit of the tag, and what must be so beside it.
fn tag_where(test: &str, must: &str) -> String {
    format!("{test}{TAG}]\nmust = [{must}")
}

#[test]
fn what_an_edit_asks_for_is_asked_whoever_changed_the_file() {
    let nine = "{ set = \"replicas\", to = 9 }";
    let test = tag_where("{ test = \"replicas\", equals = 2 }, ", "");
    let must = tag_where("", "{ path = \"replicas\", one_of = [2, 3] }");
    for asks in [&test, &must] {
        let sandbox = patches(VALUES, &[nine, asks]);
        let console = Console::new(&sandbox);
        let together = console.run("apply $/1.patchbundle $/2.patchbundle $/app --yes --allow-unsigned");
        assert_eq!(together.code, 3, "{together}");
        assert_eq!(apply(&console, 1).code, 0);
        let there = sandbox.read(PATH);
        let refused = apply(&console, 2);
        assert_eq!(refused.code, 3, "{refused}");
        let told = refused.in_one_line();
        assert!(told.contains("ACME-1 changed it") && told.contains("replicas is 9, not "), "{refused}");
        assert_eq!(sandbox.read(PATH), there);
    }
}

#[test]
fn twin_what_an_edit_asks_for_and_finds_lets_it_come() {
    let three = "{ set = \"replicas\", to = 3 }";
    let asks = tag_where(
        "{ test = \"replicas\", one_of = [2, 3] }, ",
        "{ path = \"replicas\", one_of = [2, 3] }, { path = \"image.tag\", equals = \"1.4.3\" }",
    );
    let sandbox = patches(VALUES, &[three, &asks]);
    let console = Console::new(&sandbox);
    for number in [1, 2] {
        let run = apply(&console, number);
        assert_eq!(run.code, 0, "{run}");
    }
    let text = edited(VALUES, &[TAGGED, ("replicas: 2", "replicas: 3")]);
    assert_eq!(sandbox.read(PATH), Some(text));
    let kept = console.done("status $/app --conditions $/2.patchbundle");
    assert!(!kept.printed().contains("broken"), "{kept}");
}

/// The site changes a key of its own between two patches of others.
const OURS: (&str, &str) = ("value: \"1\"", "value: \"9\"");

#[test]
fn what_is_edited_here_between_two_patches_of_other_keys_is_in_nobodys_way() {
    let sandbox = patches(VALUES, &[TAG, REPLICAS]);
    let console = Console::new(&sandbox);
    assert_eq!(apply(&console, 1).code, 0);
    sandbox.write(PATH, &edited(VALUES, &[TAGGED, OURS]));
    let run = apply(&console, 2);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(sandbox.read(PATH), Some(edited(VALUES, &[TAGGED, SCALED, OURS])));
    console.done("rollback $/app --yes");
    assert_eq!(sandbox.read(PATH), Some(edited(VALUES, &[TAGGED, OURS])));
}

#[test]
fn twin_such_an_edit_hides_nothing_that_the_second_patch_takes_away() {
    let back = "{ set = \"replicas\", to = 5, create = true }";
    for [first, second] in [[OUT, back], [REPLICAS, OUT], [REPLICAS, "{ set = \"replicas\", to = 6 }"]] {
        let sandbox = patches(VALUES, &[first, second]);
        let console = Console::new(&sandbox);
        assert_eq!(apply(&console, 1).code, 0);
        let here = edited(&sandbox.read(PATH).expect("it is there"), &[OURS]);
        sandbox.write(PATH, &here);
        let refused = apply(&console, 2);
        assert_eq!(refused.code, 3, "{refused}");
        assert_eq!(sandbox.read(PATH), Some(here));
    }
}

/// Two patches, an edit of a third key, and the lower patch rolled back.
fn without_the_lower_one(between: bool) -> (Sandbox, String) {
    let sandbox = patches(VALUES, &[TAG, REPLICAS]);
    let ours = |text: Option<String>| edited(&text.expect("it is there"), &[OURS]);
    let console = Console::new(&sandbox);
    assert_eq!(apply(&console, 1).code, 0);
    if between {
        sandbox.write(PATH, &ours(sandbox.read(PATH)));
    }
    assert_eq!(apply(&console, 2).code, 0);
    if !between {
        sandbox.write(PATH, &ours(sandbox.read(PATH)));
    }
    console.done("rollback $/app ACME-1 --yes");
    let there = edited(VALUES, &[OURS, SCALED]);
    assert_eq!(sandbox.read(PATH).as_deref(), Some(&*there));
    let status = console.done("status $/app --json").json();
    assert!(status["drift"].as_array().is_some_and(Vec::is_empty), "{status}");
    drop(console);
    (sandbox, there)
}

#[test]
fn what_was_edited_here_stays_while_one_patch_after_the_other_goes() {
    for between in [false, true] {
        let (sandbox, there) = without_the_lower_one(between);
        let console = Console::new(&sandbox);
        console.done("rollback $/app ACME-2 --yes");
        assert_eq!(sandbox.read(PATH), Some(edited(VALUES, &[OURS])), "{between}");
        console.done("reapply $/app --allow-unsigned --yes");
        assert_eq!(sandbox.read(PATH), Some(there));
        // Another edit, of what no patch changes, stays as well.
        let more = ("# the web tier", "# our web tier");
        sandbox.write(PATH, &edited(&sandbox.read(PATH).expect("it is there"), &[more]));
        console.done("rollback $/app ACME-2 --yes");
        assert_eq!(sandbox.read(PATH), Some(edited(VALUES, &[OURS, more])), "{between}");
    }
}

#[test]
fn twin_a_value_of_the_patch_itself_that_somebody_changed_is_left_to_a_person() {
    let (sandbox, there) = without_the_lower_one(false);
    let changed = edited(&there, &[("replicas: 5", "replicas: 9")]);
    sandbox.write(PATH, &changed);
    let refused = Console::new(&sandbox).run("rollback $/app ACME-2 --yes");
    assert_eq!(refused.code, 3, "{refused}");
    assert_eq!(sandbox.read(PATH), Some(changed));
}
