//! A patch brings a switch. It is turned off and on like any other change of the folder, and everything else that happens
//! to the folder knows about it.

mod hostile;
mod kinds;
mod over_a_fix;
mod readers;
mod repairing;

use std::fs;
use std::path::Path;

use patchwright::model::Position;
use patchwright::workbench::{ToggleOptions, Workbench};

use crate::support::console::Console;
use crate::support::cut::cut_at_every_call;
use crate::support::sandbox::{Sandbox, order, unwatched};
use crate::support::trees::Tree;

const OLD: &str = "{\n  \"flags\": {}\n}\n";
const FLAGS: &str = "{\n  \"flags\": {\n    \"new-parser\": {\n      \"state\": \"ENABLED\",\n      \"variants\": { \"on\": true, \"off\": false },\n      \"defaultVariant\": \"on\"\n    }\n  }\n}\n";
const FILE: &str = "app/conf/flags.json";
const TOGGLE: &str = "[[toggles]]\nid = \"new-parser\"\ntitle = \"the new parser\"\nfile = \"conf/flags.json\"\nkind = \"flagd\"\nkey = \"new-parser\"\non = \"on\"\noff = \"off\"\ntakes_effect = \"live\"\nwhen_off = \"names in Cyrillic fail again\"\n";
const CVE: &str = "vulnerabilities = [\"CVE-2026-1\"]\n";
const APPLY: &str = "apply $/fix.patchbundle $/app --yes --allow-unsigned";

fn off() -> String {
    FLAGS.replace("\"defaultVariant\": \"on\"", "\"defaultVariant\": \"off\"")
}

/// A product in `$/app`, what the patch makes of it in `$/new`, and its order.
fn product(keys: &str, toggle: &str) -> Sandbox {
    let sandbox = Sandbox::with(&[
        (FILE, OLD),
        ("app/bin/web", "old\n"),
        ("old/conf/flags.json", OLD),
        ("old/bin/web", "old\n"),
        ("new/conf/flags.json", FLAGS),
        ("new/bin/web", "new\n"),
    ]);
    sandbox.write("order.toml", &order("ACME-1", keys, toggle));
    sandbox
}

fn make(console: &Console<'_>) {
    console.done("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
}

/// A product with the patch in it.
fn applied(keys: &str, toggle: &str) -> Sandbox {
    let sandbox = product(keys, toggle);
    make(&Console::new(&sandbox));
    Console::new(&sandbox).done(APPLY);
    sandbox
}

#[test]
fn off_and_on_again_gives_the_same_bytes_and_everybody_sees_it() {
    let sandbox = applied("", TOGGLE);
    let console = Console::new(&sandbox);
    let list = console.done("toggle $/app");
    assert!(list.printed().contains("new-parser  on  the new parser (ACME-1)"), "{list}");
    let plan = console.done("toggle off new-parser $/app --dry-run");
    assert!(plan.in_one_line().contains("flags.new-parser.defaultVariant \"on\" → \"off\""), "{plan}");
    assert_eq!(sandbox.read(FILE).as_deref(), Some(FLAGS), "a plan changes nothing");
    let did = console.done("toggle off new-parser $/app --yes --reason=slow");
    for said in ["Turned off ACME-1/new-parser", "The patch's code stays.", "names in Cyrillic fail again"] {
        assert!(did.printed().contains(said), "{did}");
    }
    assert_eq!(sandbox.read(FILE), Some(off()));
    let status = console.done("status $/app");
    assert!(status.printed().contains("new-parser  off  the new parser (ACME-1)"), "{status}");
    assert!(status.printed().contains("everything is as expected"), "a switch is no drift: {status}");
    assert!(status.in_one_line().contains("by ada: slow while it is off: names in Cyrillic"), "{status}");
    let history = console.done("history $/app");
    assert!(history.printed().contains("turned off ACME-1/new-parser"), "{history}");
    assert!(history.printed().contains("reason: slow"), "{history}");
    let again = console.done("toggle off new-parser $/app --yes --json").json();
    assert_eq!(again["outcome"], "nothing-to-do");
    let on = console.done("toggle on ACME-1/new-parser $/app --yes --json").json();
    assert_eq!((&on["position"], &on["entry"]["action"]), (&"on".into(), &"toggle".into()));
    assert_eq!(sandbox.read(FILE).as_deref(), Some(FLAGS));
    console.done("rollback $/app --undo --yes");
    assert_eq!(sandbox.read(FILE), Some(off()));
    let json = console.done("toggle $/app --json").json();
    let switch = &json["switches"][0];
    assert_eq!((&switch["position"], &switch["since"]["entry"]), (&"off".into(), &4.into()), "{switch}");
}

#[test]
fn what_was_agreed_to_is_what_is_moved() {
    let sandbox = applied("", TOGGLE);
    let console = Console::new(&sandbox);
    let plan = console.done("toggle off new-parser $/app --dry-run --json").json();
    let agreed = plan["fingerprint"].as_str().expect("a fingerprint").to_owned();
    fs::write(sandbox.path(FILE), format!("{FLAGS}\n")).expect("our own file");
    let run = console.run(&format!("toggle off new-parser $/app --yes --expect {agreed}"));
    assert_eq!(run.code, 3, "{run}");
    fs::write(sandbox.path(FILE), FLAGS).expect("our own file");
    console.done(&format!("toggle off new-parser $/app --yes --expect {agreed}"));
}

#[test]
fn a_fix_of_a_vulnerability_is_turned_off_only_for_a_reason_and_says_that_it_is_open() {
    let sandbox = applied(CVE, TOGGLE);
    let console = Console::new(&sandbox);
    let run = console.run("toggle off new-parser $/app --yes");
    assert_eq!(run.code, 3, "{run}");
    assert!(run.in_one_line().contains("CVE-2026-1 is open again"), "{run}");
    console.done("toggle off new-parser $/app --yes --reason=worse");
    let status = console.done("status $/app");
    assert!(status.in_one_line().contains("off; CVE-2026-1 is open again here"), "{status}");
    let json = console.done("status $/app --json").json();
    assert_eq!(json["switches"][0]["open_again"][0], "CVE-2026-1");
    console.done("rollback $/app --undo --yes");
    // Undoing that would turn it off again, and nobody said why: it isn't offered, either.
    for undone in [console.done("status $/app"), console.done("toggle $/app")] {
        assert!(!undone.printed().contains("--undo"), "{undone}");
    }
    assert_eq!(console.done("status $/app --json").json()["can_undo_toggle"], false);
    let run = console.run("rollback $/app --undo --yes");
    assert_eq!(run.code, 3, "{run}");
    assert_eq!(sandbox.read(FILE).as_deref(), Some(FLAGS));
}

#[test]
fn what_is_offered_after_a_switch_was_moved_can_be_done() {
    for (keys, is_offered) in [(CVE, false), ("", true)] {
        let sandbox = applied(keys, TOGGLE);
        let console = Console::new(&sandbox);
        let list = console.done("toggle $/app");
        assert_eq!(list.printed().contains("--reason TEXT"), !is_offered, "{list}");
        console.done("toggle off new-parser $/app --yes --reason=worse");
        assert!(console.done("status $/app").printed().contains("--undo"), "undoing turns it on");
        let on = console.done("toggle on new-parser $/app --yes");
        assert_eq!(on.printed().contains("--reason TEXT"), !is_offered, "{on}");
        let status = console.done("status $/app");
        assert_eq!(status.printed().contains("--undo"), is_offered, "{status}");
        let run = console.run("rollback $/app --undo --yes");
        assert_eq!(run.code == 0, is_offered, "{run}");
    }
}

#[test]
fn a_switch_that_says_it_opens_nothing_needs_no_reason() {
    let sandbox = applied(CVE, &format!("{TOGGLE}vulnerabilities = []\n"));
    Console::new(&sandbox).done("toggle off new-parser $/app --yes");
}

#[test]
fn a_value_that_is_neither_is_refused_and_shown() {
    let sandbox = applied("", TOGGLE);
    let console = Console::new(&sandbox);
    let third = FLAGS.replace("\"defaultVariant\": \"on\"", "\"defaultVariant\": \"maybe\"");
    fs::write(sandbox.path(FILE), &third).expect("our own file");
    let status = console.done("status $/app");
    assert!(status.printed().contains("\"maybe\", which is neither on nor off"), "{status}");
    for to in ["on", "off"] {
        let run = console.run(&format!("toggle {to} new-parser $/app --yes"));
        assert_eq!(run.code, 3, "{run}");
        assert!(run.in_one_line().contains("the switch is set to \"maybe\", not to on or off"), "{run}");
    }
    assert_eq!(sandbox.read(FILE), Some(third));
}

#[test]
fn what_targeting_or_a_disabled_flag_would_overrule_is_not_called_off() {
    for (from, to) in [
        ("\"defaultVariant\"", "\"targeting\": {\"if\": [true, \"on\"]},\n      \"defaultVariant\""),
        ("ENABLED", "DISABLED"),
        ("\"off\": false", "\"off\": true"),
    ] {
        let sandbox = applied("", TOGGLE);
        let console = Console::new(&sandbox);
        fs::write(sandbox.path(FILE), FLAGS.replace(from, to)).expect("our own file");
        let run = console.run("toggle off new-parser $/app --yes");
        assert_eq!(run.code, 3, "{to}: {run}");
        // An author hears of it, too.
        let sandbox = product("", TOGGLE);
        sandbox.write("new/conf/flags.json", &FLAGS.replace(from, to));
        let command = "make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle";
        let run = Console::new(&sandbox).run(command);
        assert_eq!(run.code, 3, "{to}: {run}");
        assert!(run.printed().contains("the switch new-parser can't be made"), "{run}");
    }
}

#[test]
fn only_the_key_moves_in_a_file_that_was_edited_here_and_the_edit_survives_everything() {
    let sandbox = applied("", TOGGLE);
    let console = Console::new(&sandbox);
    let ours = |text: &str| text.replace("{\n  \"flags\"", "{\n  \"$schema\": \"ours\",\n  \"flags\"");
    fs::write(sandbox.path(FILE), ours(FLAGS)).expect("our own file");
    console.done("toggle off new-parser $/app --yes");
    assert_eq!(sandbox.read(FILE), Some(ours(&off())));
    let rollback = console.done("rollback $/app ACME-1 --yes");
    assert!(rollback.printed().contains("switch"), "{rollback}");
    assert_eq!(sandbox.read(FILE), Some(ours(OLD).replace("{}", "{\n  }")), "{rollback}");
}

#[test]
fn taking_the_patch_out_takes_its_switch_along_and_reapplying_keeps_it_where_it_was() {
    let sandbox = applied("", TOGGLE);
    let console = Console::new(&sandbox);
    console.done("toggle off new-parser $/app --yes");
    console.done("rollback $/app --yes");
    assert_eq!(sandbox.read(FILE).as_deref(), Some(OLD));
    assert_eq!(console.done("toggle $/app --json").json()["switches"].as_array().map(Vec::len), Some(0));
    console.done("reapply $/app --allow-unsigned --yes");
    assert_eq!(sandbox.read(FILE), Some(off()));
    let json = console.done("toggle $/app --json").json();
    assert_eq!(json["switches"][0]["since"]["user"], "ada", "{json}");
    console.done("toggle on new-parser $/app --yes");
    assert_eq!(sandbox.read(FILE).as_deref(), Some(FLAGS));
}

#[test]
fn a_new_edition_of_the_patch_keeps_the_position() {
    let sandbox = applied("", TOGGLE);
    let console = Console::new(&sandbox);
    console.done("toggle off new-parser $/app --yes --reason=slow");
    let second = FLAGS.replace("\"flags\": {\n", "\"flags\": {\n    \"other\": {},\n");
    sandbox.write("second/conf/flags.json", &second);
    sandbox.write("second/bin/web", "newer\n");
    sandbox.write("order.toml", &order("ACME-1", "revision = 2\n", TOGGLE));
    console.done("make --from $/new --to $/second --order $/order.toml --output $/fix2.patchbundle");
    let applied = console.done("apply $/fix2.patchbundle $/app --yes --allow-unsigned --allow-related=ours");
    let expected = second.replace("\"defaultVariant\": \"on\"", "\"defaultVariant\": \"off\"");
    assert_eq!(sandbox.read(FILE), Some(expected), "{applied}");
    let json = console.done("toggle $/app --json").json();
    assert_eq!(json["switches"][0]["since"]["reason"], "slow", "{json}");
}

#[test]
fn another_patch_sees_a_local_edit() {
    for (policy, code) in [("refuse", 3), ("merge", 0)] {
        let sandbox = applied("", TOGGLE);
        let console = Console::new(&sandbox);
        console.done("toggle off new-parser $/app --yes");
        let second = FLAGS.replace("\"flags\": {\n", "\"flags\": {\n    \"other\": {},\n");
        sandbox.write("second/conf/flags.json", &second);
        sandbox.write("second/bin/web", "new\n");
        let tables = format!("[[make.policy]]\npaths = [\"/conf/*\"]\nlocal_edits = \"{policy}\"\n");
        sandbox.write("order.toml", &order("ACME-2", "", &tables));
        console.done("make --from $/new --to $/second --order $/order.toml --output $/fix2.patchbundle");
        let run = console.run("apply $/fix2.patchbundle $/app --yes --allow-unsigned");
        assert_eq!(run.code, code, "{run}");
        if code == 0 {
            let expected = second.replace("\"defaultVariant\": \"on\"", "\"defaultVariant\": \"off\"");
            assert_eq!(sandbox.read(FILE), Some(expected));
            console.done("rollback $/app --yes");
            assert_eq!(sandbox.read(FILE), Some(off()), "the switch of the patch that stays stays");
        }
    }
}

#[test]
fn a_patch_on_top_goes_and_the_switch_below_it_stays_off() {
    let sandbox = applied("", TOGGLE);
    let console = Console::new(&sandbox);
    let second = FLAGS.replace("\"flags\": {\n", "\"flags\": {\n    \"other\": {},\n");
    sandbox.write("second/conf/flags.json", &second);
    sandbox.write("second/bin/web", "new\n");
    sandbox.write("order.toml", &order("ACME-2", "", ""));
    console.done("make --from $/new --to $/second --order $/order.toml --output $/fix2.patchbundle");
    console.done("apply $/fix2.patchbundle $/app --yes --allow-unsigned");
    console.done("toggle off new-parser $/app --yes");
    // The patch that goes has no switch.
    let rollback = console.done("rollback $/app --yes").in_one_line();
    let told = "conf/flags.json: switches of other patches and edits in it stay";
    assert!(rollback.contains(told) && !rollback.contains("removed first"), "{rollback}");
    assert_eq!(sandbox.read(FILE), Some(off()));
    assert!(console.done("status $/app").printed().contains("new-parser  off"));
    let twin = console.done("rollback $/app --yes").in_one_line();
    assert!(twin.contains("the patch's switch in it is removed first"), "{twin}");
}

#[test]
fn a_patch_below_goes_with_its_switch_where_the_one_on_top_can_be_told_apart_from_it() {
    let apart = |text: &str| text.replace("\n}\n", ",\n\n\n\n\n  \"more\": 1\n}\n");
    let more = |text: &str| apart(text).replace("\"more\": 1", "\"more\": 2");
    // In the second case, the patch on top puts a comma behind what the one below brought.
    for (old, new, second, is_apart) in [
        (apart(OLD), apart(FLAGS), more(FLAGS), true),
        (OLD.to_owned(), FLAGS.to_owned(), more(FLAGS), false),
    ] {
        let sandbox = product("", TOGGLE);
        let console = Console::new(&sandbox);
        for (folder, text) in [("app", &old), ("old", &old), ("new", &new), ("second", &second)] {
            sandbox.write(&format!("{folder}/conf/flags.json"), text);
        }
        sandbox.write("second/bin/web", "new\n");
        make(&console);
        console.done(APPLY);
        sandbox.write("order.toml", &order("ACME-2", "", ""));
        console.done("make --from $/new --to $/second --order $/order.toml --output $/fix2.patchbundle");
        console.done("apply $/fix2.patchbundle $/app --yes --allow-unsigned");
        console.done("toggle off new-parser $/app --yes");
        let run = console.run("rollback $/app ACME-1 --yes");
        if is_apart {
            assert_eq!((run.code, sandbox.read(FILE)), (0, Some(more(OLD))), "{run}");
            continue;
        }
        assert_eq!((run.code, sandbox.read(FILE)), (3, Some(more(&off()))), "{run}");
        assert!(run.in_one_line().contains("ACME-2 depends on it: both change the same lines"), "{run}");
        console.done("rollback $/app --to ACME-1 --yes");
        assert_eq!(sandbox.read(FILE), Some(old));
    }
}

#[test]
fn a_turn_that_is_cut_at_any_call_leaves_the_switch_on_or_off() {
    let sandbox = Sandbox::in_memory();
    let old = Tree::new().file("conf/flags.json", OLD);
    let [on, turned] = [FLAGS, &off()].map(|text| Tree::new().file("conf/flags.json", text));
    let bundle = sandbox.try_to_make(&order("ACME-1", "", TOGGLE), &old, &on).expect("a bundle");
    let prepare = || {
        let target = sandbox.install(&old);
        target.must_apply(&bundle);
        target
    };
    let turn = |target: &Path, bench: &Workbench| {
        let id = "new-parser".to_owned();
        let options = ToggleOptions {
            id,
            to: Position::Off,
            reason: None,
            expected: None,
            occasion: Default::default(),
        };
        unwatched(|watch| bench.toggle(target, &options, watch)).map(drop)
    };
    let count = cut_at_every_call(&sandbox, &prepare, &turn, [&on, &turned]);
    assert!(count > 40, "{count}");
}

#[test]
fn a_list_of_withdrawn_patches_may_recommend_turning_it_off() {
    let sandbox = applied("", TOGGLE);
    let console = Console::new(&sandbox);
    let list = "{\"format\": \"patchwright-holds/1\", \"issued\": \"2026-11-20T12:00:00Z\", \"held\": \
                [{\"id\": \"ACME-1\", \"reason\": \"it hangs\", \"toggle_off\": \"new-parser\"}]}";
    sandbox.write("list.json", list);
    let status = console.done("status $/app --withdrawn $/list.json");
    let said = "turn its switch off: patchwright toggle off ACME-1/new-parser $/app --reason TEXT";
    assert!(status.in_one_line().contains(said), "{status}");
    assert_eq!(sandbox.read(FILE).as_deref(), Some(FLAGS), "it is recommended, not done");
    // Whoever meets it when applying is told of folders that have it: this one doesn't.
    let said = "Where it is applied, turn its switch off: patchwright toggle off ACME-1/new-parser FOLDER --reason TEXT";
    console.done("rollback $/app --yes");
    for command in [APPLY, "reapply $/app --allow-unsigned --yes"] {
        let refused = console.run(&format!("{command} --withdrawn $/list.json"));
        assert!(refused.code == 3 && refused.in_one_line().contains(said), "{refused}");
    }
}

const CHECK: &str = "[[toggles.health]]\ncheck = \"text\"\npath = \"conf/flags.json\"\ncontains = \"\\\"defaultVariant\\\": \\\"on\\\"\"\n";

/// A product with a patch whose switch is only well when it is on.
fn checked() -> Sandbox {
    let sandbox = product("", &format!("{TOGGLE}{CHECK}"));
    make(&Console::new(&sandbox));
    sandbox
}

#[test]
fn a_health_check_of_the_switch_puts_it_back() {
    let sandbox = checked();
    let console = Console::new(&sandbox).with_keys();
    console.done(APPLY);
    let plan = console.done("toggle off new-parser $/app --dry-run");
    assert!(plan.printed().contains("Checked afterwards: conf/flags.json contains"), "{plan}");
    let run = console.run("toggle off new-parser $/app --yes");
    assert_eq!(run.code, 5, "{run}");
    assert_eq!(sandbox.read(FILE).as_deref(), Some(FLAGS));
    assert!(console.done("status $/app").printed().contains("new-parser  on"));
}

#[test]
fn what_a_planted_history_wants_checked_is_not() {
    let sandbox = checked();
    Console::new(&sandbox).with_keys().done(APPLY);
    for stranger in [Console::new(&sandbox).with_settings("stranger"), Console::new(&sandbox)] {
        let plan = stranger.done("toggle off new-parser $/app --dry-run");
        let said = "health checks are left out: nobody you trust signed the patch";
        assert!(
            plan.in_one_line().contains(said) && !plan.printed().contains("Checked afterwards"),
            "{plan}"
        );
        stranger.done("toggle off new-parser $/app --yes");
        assert_eq!(sandbox.read(FILE), Some(off()), "the check would have moved it back");
        stranger.done("toggle on new-parser $/app --yes");
    }
}

#[test]
fn what_somebody_trusted_wants_checked_is_whoever_applied_the_patch() {
    let sandbox = checked();
    crate::support::trust::write_trusted_key(&sandbox, "anna", 1, "author");
    let person = Console::new(&sandbox).with_keys().answering("y");
    person.done("sign $/fix.patchbundle --key $/anna.key --as author");
    person.done("apply $/fix.patchbundle $/app --yes");
    fs::remove_file(sandbox.path("settings/seen.json")).expect("a colleague remembers nothing of it");
    let run = person.run("toggle off new-parser $/app --yes");
    assert_eq!(run.code, 5, "{run}");
    assert_eq!(sandbox.read(FILE).as_deref(), Some(FLAGS));
}

#[test]
fn a_fix_whose_switch_is_not_on_is_told_to_nobody_as_fixed() {
    let sandbox = product("vulnerabilities = [\"CVE-2026-1\", \"CVE-2026-2\"]", &format!("{TOGGLE}{CVE}"));
    make(&Console::new(&sandbox));
    crate::support::trust::write_trusted_key(&sandbox, "anna", 1, "author");
    let person = Console::new(&sandbox).with_keys().answering("y");
    person.done("sign $/fix.patchbundle --key $/anna.key --as author");
    person.done("apply $/fix.patchbundle $/app --yes");
    let proofs = || {
        let told = person.done("fixed $/app --json").json();
        let claims = told["claims"].as_array().expect("claims").clone();
        claims.iter().map(|claim| claim["proof"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(proofs(), ["verified", "verified"]);
    person.done("toggle off new-parser $/app --yes --reason=slow");
    assert_eq!(proofs()[0], "switched-off", "the switch of the first is off");
    let said = person.done("fixed $/app");
    assert!(said.in_one_line().contains("the switch ACME-1/new-parser isn't on"), "{said}");
    person.done("toggle on new-parser $/app --yes");
    assert_eq!(proofs(), ["verified", "verified"]);
}

#[test]
fn the_day_until_which_it_was_to_be_there_is_reminded() {
    for (until, said) in [
        ("2020-01-01", "the vendor planned to remove this switch after 2020-01-01"),
        ("2999-01-01", "the vendor plans to remove this switch after 2999-01-01"),
    ] {
        let sandbox = applied("", &format!("{TOGGLE}until = {until}\n"));
        let status = Console::new(&sandbox).done("status $/app");
        assert!(status.printed().contains(said), "{status}");
    }
}

#[test]
fn a_switch_nobody_knows_is_named_with_those_that_are_there() {
    let sandbox = applied("", TOGGLE);
    let run = Console::new(&sandbox).run("toggle off newparser $/app --yes");
    assert_eq!(run.code, 3, "{run}");
    assert!(run.in_one_line().contains("Use one of these: ACME-1/new-parser"), "{run}");
}

#[test]
fn a_patch_whose_switch_is_off_is_in_place_all_the_same() {
    let sandbox = product("", TOGGLE);
    make(&Console::new(&sandbox));
    crate::support::trust::write_trusted_key(&sandbox, "anna", 1, "author");
    let person = Console::new(&sandbox).with_keys().answering("y");
    let later = sandbox.bundle("ACME-2").create("later.txt", "x\n").but(|patch| {
        patch.about.product.name = "product".to_owned();
        patch.about.sequence = 9;
        patch.about.fixes = vec!["ACME-2".to_owned()];
    });
    sandbox.save("later.patchbundle", &later);
    for patch in ["fix", "later"] {
        person.done(&format!("sign $/{patch}.patchbundle --key $/anna.key --as author"));
        person.done(&format!("apply $/{patch}.patchbundle $/app --yes --allow-unsigned"));
    }
    person.done("toggle off new-parser $/app --yes --reason=slow");
    for command in
        ["apply $/fix.patchbundle $/app --yes", "apply $/fix.patchbundle $/later.patchbundle $/app --yes"]
    {
        let again = person.done(command);
        assert!(again.printed().contains("already in place"), "{again}");
        assert_eq!(sandbox.read(FILE), Some(off()), "and nobody turned it on again");
    }
    // What was lost is put right again, as without a switch.
    fs::remove_file(sandbox.path("app/bin/web")).expect("ours");
    let lost = person.run("apply $/fix.patchbundle $/app --yes --allow-downgrade=lost");
    assert!(!lost.printed().contains("already in place"), "{lost}");
}

#[test]
fn an_edit_stays_an_edit_wherever_a_switch_of_its_file_is_moved_to() {
    let sandbox = applied("", TOGGLE);
    let console = Console::new(&sandbox).with_keys();
    let drift = || {
        let status = console.done("status $/app --json").json();
        let drift = status["drift"].as_array().expect("drift").clone();
        drift.iter().map(|one| (one["kind"].clone(), one["cause"].clone())).collect::<Vec<_>>()
    };
    console.done("toggle off new-parser $/app --yes");
    assert!(drift().is_empty(), "a switch that is moved is no edit");
    console.done("toggle on new-parser $/app --yes");
    assert!(drift().is_empty());
    let mine = |text: &str| text.replacen('{', "{\n  \"mine\": 1,", 1);
    sandbox.write(FILE, &mine(FLAGS));
    let edited = drift();
    assert_eq!(edited.len(), 1);
    console.done("toggle off new-parser $/app --yes");
    assert_eq!(sandbox.read(FILE), Some(mine(&off())));
    assert_eq!(drift(), edited);
    // Nobody knows the file without the edit while the switch stands there.
    let repair = console.run("repair $/app --yes");
    assert_eq!(repair.code, 3, "{repair}");
    assert!(repair.in_one_line().contains("was edited before a switch in it was turned"), "{repair}");
    assert_eq!(sandbox.read(FILE), Some(mine(&off())));
    console.done("toggle on new-parser $/app --yes");
    assert_eq!(drift(), edited);
    console.done("repair $/app --yes --from $/fix.patchbundle");
    assert_eq!(sandbox.read(FILE).as_deref(), Some(FLAGS));
    assert!(drift().is_empty());
}

#[test]
fn a_move_that_is_undone_leaves_the_edit_told() {
    let sandbox = applied("", TOGGLE);
    let console = Console::new(&sandbox).with_keys();
    sandbox.write(FILE, &FLAGS.replacen('{', "{\n  \"mine\": 1,", 1));
    console.done("toggle off new-parser $/app --yes");
    console.done("toggle on new-parser $/app --yes");
    console.done("rollback $/app --undo --yes");
    let status = console.done("status $/app");
    assert!(status.out.contains("1 of 2 files isn't as expected"), "{status}");
    console.done("rollback $/app --undo --yes");
    let status = console.done("status $/app");
    assert!(status.out.contains("1 of 2 files isn't as expected"), "{status}");
}

#[test]
fn an_edit_between_two_moves_is_told_with_what_brings_the_right_content_back() {
    let sandbox = applied("", TOGGLE);
    let console = Console::new(&sandbox);
    console.done("toggle off new-parser $/app --yes");
    sandbox.write(FILE, &off().replace("  \"flags\"", "  \"mine\": 1,\n  \"flags\""));
    console.done("toggle on new-parser $/app --yes");
    let status = console.done("status $/app").in_one_line();
    let told = "conf/flags.json was edited before a switch in it was turned, so Patchwright doesn't know what to restore. \
                Turn the switch back first, then repair: patchwright toggle $/app";
    assert!(status.contains(told) && !status.contains("no backup here"), "{status}");
    let json = console.done("status $/app --json").json();
    assert_eq!(json["drift"][0]["has_moved_switch"], true, "{json}");
    // What it says works.
    console.done("toggle off new-parser $/app --yes");
    let status = console.done("status $/app");
    assert!(status.out.contains("To repair: patchwright repair $/app\n"), "{status}");
    assert!(console.done("status $/app --json").json()["drift"][0]["has_moved_switch"].is_null());
    console.done("repair $/app --yes");
    assert_eq!(sandbox.read(FILE), Some(off()));
}
