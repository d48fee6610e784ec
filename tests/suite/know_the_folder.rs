//! The folder decides which rules count: what a patch says it is for is shown, and decides nothing.

use std::fs;
use std::process::Command;

use crate::support::console::{Console, Run};
use crate::support::sandbox::{Sandbox, skip};
use crate::support::trust::write_key;

/// The folder holds Lighthouse, as a signed patch says that is in it; unsigned patches for Lighthouse are refused.
fn scene() -> Sandbox {
    let sandbox = scene_before_the_rule();
    let path = sandbox.path("settings/trust.toml");
    let trust = fs::read_to_string(&path).expect("keys");
    fs::write(&path, with_rule(&trust)).expect("a rule");
    sandbox
}

fn with_rule(trust: &str) -> String {
    let rule = "\n[products.Lighthouse]\nunsigned_apply = \"refuse\"\n\n[[keys]]";
    trust.replacen("[[keys]]", rule.trim_start(), 1)
}

fn scene_before_the_rule() -> Sandbox {
    let sandbox = Sandbox::with(&[("app/readme.txt", "one\n"), ("other/readme.txt", "one\n")]);
    trust(&sandbox, &Console::new(&sandbox).with_keys(), "anna", 1, "Lighthouse");
    save(&sandbox, "first", "Lighthouse", "one\n", "two\n");
    for command in ["sign $/first.patchbundle --key $/anna.key", "apply $/first.patchbundle $/app --yes"] {
        Console::new(&sandbox).with_keys().done(command);
    }
    sandbox
}

fn trust(sandbox: &Sandbox, console: &Console<'_>, name: &str, seed: u8, product: &str) {
    let print = write_key(sandbox, name, seed).public().fingerprint();
    console.done(&format!(
        "key trust $/{name}.pub --name {name} --product {product} --fingerprint {print} --yes"
    ));
}

/// Writes `$/NAME.patchbundle`, which says that it is for `product`.
fn save(sandbox: &Sandbox, name: &str, product: &str, old: &str, new: &str) {
    save_number(sandbox, name, product, 5, [old, new]);
}

fn save_number(sandbox: &Sandbox, name: &str, product: &str, number: u64, [old, new]: [&str; 2]) {
    let bundle = sandbox.bundle(&format!("P-{name}")).replace("readme.txt", old, new).but(|patch| {
        patch.about.product.name = product.to_owned();
        patch.about.sequence = number;
        patch.about.fixes = vec![format!("FIX-{name}")];
    });
    sandbox.save(&format!("{name}.patchbundle"), &bundle);
}

fn apply(sandbox: &Sandbox, file: &str, more: &str) -> Run {
    Console::new(sandbox).with_keys().run(&format!("apply $/{file} $/app --yes {more}"))
}

#[track_caller]
fn expect_refused(run: &Run, sandbox: &Sandbox, code: &str) {
    assert!(run.code != 0 && run.err.contains(code), "{run}");
    assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("two\n"), "{run}");
}

#[test]
fn a_patch_that_names_another_product_does_not_escape_the_rules() {
    let sandbox = scene();
    for product in [
        "Lighthouse",
        "Other",
        "LightHouse",
        "Ｌｉｇｈｔｈｏｕｓｅ",
        "Lighth\u{43e}use",
        "Light\u{200b}house",
    ] {
        save(&sandbox, "evil", product, "two\n", "evil\n");
        let run = apply(&sandbox, "evil.patchbundle", "--allow-unsigned --allow-other-product=because");
        expect_refused(&run, &sandbox, "E-POLICY");
    }
}

#[test]
fn a_patch_without_an_order_and_a_text_patch_have_the_rules_of_the_folder() {
    let sandbox = scene();
    sandbox.write("evil.patch", "--- a/readme.txt\n+++ b/readme.txt\n@@ -1 +1 @@\n-two\n+evil\n");
    let unordered = sandbox.bundle("X-1").replace("readme.txt", "two\n", "evil\n").but(|patch| {
        patch.about.product.name = "X".to_owned();
        patch.about.product.versions = vec!["unknown".to_owned()];
        patch.about.product.detect.clear();
        patch.about.sequence = 0;
    });
    sandbox.save("evil.patchbundle", &unordered);
    for file in ["evil.patch", "evil.patchbundle"] {
        expect_refused(&apply(&sandbox, file, "--allow-unsigned"), &sandbox, "E-POLICY");
    }
}

#[test]
fn twin_where_no_rule_refuses_them_the_same_patches_are_applied() {
    let sandbox = scene_before_the_rule();
    sandbox.write("good.patch", "--- a/readme.txt\n+++ b/readme.txt\n@@ -1 +1 @@\n-two\n+three\n");
    let run = apply(&sandbox, "good.patch", "--allow-unsigned --allow-related=known");
    assert_eq!(run.code, 0, "{run}");
    // Its maker spells the name in another way; it is the same product.
    save_number(&sandbox, "good", "LightHouse", 6, ["three\n", "four\n"]);
    let run = apply(&sandbox, "good.patchbundle", "--allow-unsigned");
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("four\n"));
}

#[test]
fn a_key_for_another_product_does_not_count_in_the_folder() {
    let sandbox = scene_before_the_rule();
    let console = Console::new(&sandbox).with_keys();
    trust(&sandbox, &console, "oscar", 2, "Other");
    save(&sandbox, "other", "Other", "two\n", "evil\n");
    console.done("sign $/other.patchbundle --key $/oscar.key");
    let verified = console.done("verify $/other.patchbundle");
    assert!(verified.out.contains("Trusted: signed by oscar"), "by itself it is what it says: {verified}");
    let plan = console.run("plan $/other.patchbundle $/app");
    assert!(plan.out.contains("you trust the key for other products"), "{plan}");
    assert!(plan.out.contains("this folder contains Lighthouse, as its history says"), "{plan}");
    expect_refused(&apply(&sandbox, "other.patchbundle", ""), &sandbox, "E-TRUST");
    expect_refused(&apply(&sandbox, "other.patchbundle", "--allow-unsigned"), &sandbox, "E-PRODUCT");
}

#[test]
fn a_product_whose_name_looks_like_the_folders_is_held_to_its_rules_and_is_not_it() {
    let sandbox = scene_before_the_rule();
    let console = Console::new(&sandbox).with_keys();
    save_number(&sandbox, "twin", "Lighth\u{43e}use", 6, ["two\n", "three\n"]);
    console.done("sign $/twin.patchbundle --key $/anna.key");
    let verified = console.run("verify $/twin.patchbundle");
    assert!(
        verified.code == 4 && verified.in_one_line().contains("you trust the key for other products"),
        "{verified}"
    );
    let run = apply(&sandbox, "twin.patchbundle", "");
    expect_refused(&run, &sandbox, "E-PRODUCT");
    assert!(run.err.contains("another name in letters that look the same"), "{run}");
    let path = sandbox.path("settings/trust.toml");
    let trust = fs::read_to_string(&path).expect("keys");
    fs::write(&path, with_rule(&trust).replace("unsigned_apply = \"refuse\"", "floor = 7")).expect("a rule");
    expect_refused(&apply(&sandbox, "twin.patchbundle", "--allow-other-product=known"), &sandbox, "E-POLICY");
}

#[test]
fn twin_the_product_in_another_spelling_is_the_same_one() {
    let sandbox = scene_before_the_rule();
    let console = Console::new(&sandbox).with_keys();
    for (name, number, spelling, texts) in [
        ("case", 6, "LIGHTHOUSE", ["two\n", "three\n"]),
        ("width", 7, "Ｌighthouse", ["three\n", "four\n"]),
        ("spaces", 8, " Lighthouse", ["four\n", "five\n"]),
    ] {
        save_number(&sandbox, name, spelling, number, texts);
        console.done(&format!("sign $/{name}.patchbundle --key $/anna.key"));
        let run = apply(&sandbox, &format!("{name}.patchbundle"), "");
        assert_eq!(run.code, 0, "{run}");
    }
}

#[test]
fn twin_a_key_for_both_products_counts_in_both_folders() {
    let sandbox = scene_before_the_rule();
    let console = Console::new(&sandbox).with_keys();
    let print = write_key(&sandbox, "anna", 1).public().fingerprint();
    console.done(&format!(
        "key trust $/anna.pub --name anna --product Lighthouse --product Other --fingerprint {print} --yes"
    ));
    save(&sandbox, "other", "Other", "one\n", "other\n");
    console.done("sign $/other.patchbundle --key $/anna.key");
    console.done("apply $/other.patchbundle $/other --yes");
    assert_eq!(sandbox.read("other/readme.txt").as_deref(), Some("other\n"));
}

#[test]
fn a_renamed_product_needs_a_reason_once_which_the_history_keeps() {
    let sandbox = scene_before_the_rule();
    let console = Console::new(&sandbox).with_keys();
    let print = write_key(&sandbox, "anna", 1).public().fingerprint();
    console.done(&format!(
        "key trust $/anna.pub --name anna --product Lighthouse --product Beacon --fingerprint {print} --yes"
    ));
    for (name, number, texts) in [("renamed", 5, ["two\n", "three\n"]), ("next", 6, ["three\n", "four\n"])] {
        save_number(&sandbox, name, "Beacon", number, texts);
        console.done(&format!("sign $/{name}.patchbundle --key $/anna.key"));
    }
    expect_refused(&apply(&sandbox, "renamed.patchbundle", ""), &sandbox, "E-PRODUCT");
    assert_eq!(apply(&sandbox, "renamed.patchbundle", "--allow-other-product=").code, 2);
    let run = apply(
        &sandbox,
        "renamed.patchbundle",
        "--allow-other-product=renamed-by-the-vendor --allow-related=known",
    );
    assert_eq!(run.code, 0, "{run}");
    let history = console.done("history $/app");
    assert!(history.out.contains("(--allow-other-product): renamed-by-the-vendor"), "{history}");
    let run = apply(&sandbox, "next.patchbundle", "");
    assert_eq!(run.code, 0, "the folder goes by its new name: {run}");
}

#[test]
fn an_unsigned_patch_for_another_product_leaves_the_folder_what_it_was() {
    let sandbox = scene_before_the_rule();
    save(&sandbox, "other", "Other", "two\n", "three\n");
    let run = apply(
        &sandbox,
        "other.patchbundle",
        "--allow-unsigned --allow-other-product=shared-file --allow-related=known",
    );
    assert_eq!(run.code, 0, "{run}");
    save(&sandbox, "again", "Other", "three\n", "four\n");
    let run = apply(&sandbox, "again.patchbundle", "--allow-unsigned");
    assert!(run.err.contains("E-PRODUCT"), "{run}");
}

#[test]
fn a_strangers_signature_counts_as_much_as_none() {
    for product in ["Lighthouse", "Unheard of"] {
        let sandbox = scene_before_the_rule();
        let console = Console::new(&sandbox).with_keys();
        write_key(&sandbox, "mallory", 9);
        save(&sandbox, "bare", product, "two\n", "three\n");
        save(&sandbox, "signed", product, "two\n", "three\n");
        console.done("sign $/signed.patchbundle --key $/mallory.key");
        for more in ["", "--allow-unsigned"] {
            let [bare, signed] = ["bare", "signed"]
                .map(|name| console.run(&format!("apply $/{name}.patchbundle $/app {more}")));
            assert_eq!((bare.code, code_in(&bare)), (signed.code, code_in(&signed)), "{bare}{signed}");
        }
    }
    let sandbox = scene();
    let console = Console::new(&sandbox).with_keys();
    write_key(&sandbox, "mallory", 9);
    save(&sandbox, "signed", "Lighthouse", "two\n", "three\n");
    console.done("sign $/signed.patchbundle --key $/mallory.key");
    expect_refused(&apply(&sandbox, "signed.patchbundle", "--allow-unsigned"), &sandbox, "E-POLICY");
}

/// The code in a message, if there is one.
fn code_in(run: &Run) -> Option<String> {
    let at = run.err.find("(E-")?;
    Some(run.err[at..].chars().take_while(|c| *c != ')').collect())
}

#[test]
fn a_folder_that_was_moved_is_known_by_its_own_history() {
    let sandbox = scene();
    fs::rename(sandbox.path("app"), sandbox.path("moved")).expect("moved");
    save(&sandbox, "evil", "Other", "two\n", "evil\n");
    let console = Console::new(&sandbox).with_keys();
    let run = console.run("apply $/evil.patchbundle $/moved --yes --allow-unsigned");
    assert!(run.err.contains("E-POLICY"), "{run}");
}

#[test]
fn a_folder_whose_history_was_taken_away_is_still_known() {
    let sandbox = scene();
    fs::remove_dir_all(sandbox.path("app/.patchwright")).expect("the history");
    save(&sandbox, "evil", "Other", "two\n", "evil\n");
    expect_refused(&apply(&sandbox, "evil.patchbundle", "--allow-unsigned"), &sandbox, "E-POLICY");
}

/// What somebody wrote down about `$/other`, which nothing else is known about.
fn stated(sandbox: &Sandbox) {
    let folder = sandbox.path("other");
    let rules = format!(
        "format = 'patchwright-trust/1'\n[folders.'{}']\nproduct = 'Lighthouse'\n[products.Lighthouse]\nunsigned_apply = 'refuse'\n",
        folder.display()
    );
    sandbox.write("machine/trust.toml", &rules);
}

#[test]
fn a_folder_that_the_machine_names_has_the_rules_of_its_product_from_the_first_patch_on() {
    let sandbox = scene_before_the_rule();
    stated(&sandbox);
    let console = Console::new(&sandbox).with_keys();
    save(&sandbox, "evil", "Other", "one\n", "evil\n");
    fs::create_dir(sandbox.path("other/sub")).expect("a folder");
    for target in ["other", "other/sub/.."] {
        let run = console.run(&format!("apply $/evil.patchbundle $/{target} --yes --allow-unsigned"));
        assert!(run.err.contains("E-POLICY"), "{run}");
    }
    // The first patch for it is one like any other.
    save(&sandbox, "good", "Lighthouse", "one\n", "good\n");
    console.done("sign $/good.patchbundle --key $/anna.key");
    console.done("apply $/good.patchbundle $/other --yes");
}

#[test]
fn a_folder_is_the_one_the_machine_names_through_a_bind_mount_as_well() {
    const STORY: &str = "a_folder_is_the_one_the_machine_names_through_a_bind_mount_as_well";
    let sandbox = scene_before_the_rule();
    stated(&sandbox);
    fs::create_dir(sandbox.path("mounted")).expect("a folder");
    let mount = |program: &str, args: &[&str]| {
        let paths = [sandbox.path("other"), sandbox.path("mounted")];
        let paths = if program == "mount" { &paths[..] } else { &paths[1..] };
        Command::new(program).args(args).args(paths).output().is_ok_and(|done| done.status.success())
    };
    if !mount("mount", &["--bind"]) {
        return skip(STORY, "a folder cannot be mounted a second time here");
    }
    save(&sandbox, "evil", "Other", "one\n", "evil\n");
    let console = Console::new(&sandbox).with_keys();
    let run = console.run("apply $/evil.patchbundle $/mounted --yes --allow-unsigned");
    assert!(mount("umount", &[]), "what was mounted goes again");
    assert!(run.err.contains("E-POLICY"), "{run}");
}

#[test]
fn in_a_folder_nobody_knows_an_unsigned_patch_cannot_choose_milder_rules() {
    let sandbox = Sandbox::with(&[("app/readme.txt", "two\n")]);
    let rules = |general: &str, own: &str| {
        format!(
            "format = 'patchwright-trust/1'\n[policy]\nunsigned_apply = '{general}'\n[products.Toy]\nunsigned_apply = '{own}'\n"
        )
    };
    for (general, own) in [("refuse", "ask"), ("ask", "refuse")] {
        sandbox.write("machine/trust.toml", &rules(general, own));
        save(&sandbox, "evil", "Toy", "two\n", "evil\n");
        expect_refused(&apply(&sandbox, "evil.patchbundle", "--allow-unsigned"), &sandbox, "E-POLICY");
    }
}

#[test]
fn twin_the_first_patch_into_a_folder_nobody_knows_is_applied_and_says_so() {
    let sandbox = Sandbox::with(&[("app/readme.txt", "two\n")]);
    save(&sandbox, "good", "Toy", "two\n", "three\n");
    let console = Console::new(&sandbox).with_keys();
    let plan = console.done("plan $/good.patchbundle $/app");
    assert!(!plan.out.contains("nothing is known about this folder"), "nothing depends on it: {plan}");
    sandbox.write("machine/trust.toml", "format = 'patchwright-trust/1'\n[products.Lighthouse]\nfloor = 3\n");
    let plan = console.done("plan $/good.patchbundle $/app");
    assert!(plan.out.contains("this folder is new to you, and only P-good says"), "{plan}");
    let run = apply(&sandbox, "good.patchbundle", "--allow-unsigned");
    assert_eq!(run.code, 0, "{run}");
    // A patch that somebody took out again has not settled what the folder is.
    console.done("rollback $/app --yes");
    save(&sandbox, "other", "Game", "two\n", "four\n");
    let run = apply(&sandbox, "other.patchbundle", "--allow-unsigned");
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn a_statement_about_a_folder_that_could_be_any_is_refused() {
    let sandbox = Sandbox::with(&[("app/readme.txt", "two\n")]);
    save(&sandbox, "good", "Toy", "two\n", "three\n");
    for (folders, problem) in [
        ("[folders.app]\nproduct = 'X'", "from the top of the disk on"),
        (
            if cfg!(windows) { "[folders.'C:/x']\nproduct = ''" } else { "[folders.'/x']\nproduct = ''" },
            "can't be a product",
        ),
    ] {
        sandbox.write("machine/trust.toml", &format!("format = 'patchwright-trust/1'\n{folders}\n"));
        let run = apply(&sandbox, "good.patchbundle", "--allow-unsigned");
        assert!(run.code == 4 && run.err.contains(problem), "{run}");
    }
}
