//! A folder in or around the one that somebody names has a history and rules of its own: they count, whichever is named.

use std::fs;

use crate::support::console::{Console, Run};
use crate::support::sandbox::Sandbox;
use crate::support::trust::write_key;

/// `products/app` has a signed fix in `lib/f`, and beside it lies `products/other`, which nobody patched.
fn scene() -> Sandbox {
    let sandbox = Sandbox::in_memory();
    for (path, content) in [
        ("products/app/lib/f", "vulnerable\n"),
        ("products/app/lib/g", "one\n"),
        ("products/other/f", "one\n"),
    ] {
        sandbox.write(path, content);
    }
    let print = write_key(&sandbox, "anna", 1).public().fingerprint();
    let fix = sandbox.bundle("FIX-1").replace("lib/f", "vulnerable\n", "fixed\n").but(|patch| {
        patch.about.product.name = "Lighthouse".to_owned();
        patch.about.sequence = 5;
    });
    sandbox.save("fix.patchbundle", &fix);
    for command in [
        &format!("key trust $/anna.pub --name anna --product Lighthouse --fingerprint {print} --yes"),
        "sign $/fix.patchbundle --key $/anna.key",
        "apply $/fix.patchbundle $/products/app --yes",
    ] {
        Console::new(&sandbox).with_keys().done(command);
    }
    sandbox
}

/// Adds rules to those of this person.
fn add_rules(sandbox: &Sandbox, rules: &str) {
    let path = sandbox.path("settings/trust.toml");
    let trust = fs::read_to_string(&path).expect("keys");
    fs::write(&path, format!("{trust}\n{rules}\n")).expect("rules");
}

/// Saves a diff that makes of `name` what it holds, with other words.
fn save(sandbox: &Sandbox, name: &str, old: &str, new: &str) {
    let diff = format!("--- a/{name}\n+++ b/{name}\n@@ -1 +1 @@\n-{old}\n+{new}\n");
    sandbox.write("x.patch", &diff);
}

fn apply(sandbox: &Sandbox, target: &str) -> Run {
    Console::new(sandbox).with_keys().run(&format!("apply $/x.patch $/{target} --allow-unsigned --yes"))
}

#[test]
fn a_fix_is_not_undone_through_a_folder_in_or_around_that_of_its_history() {
    let sandbox = scene();
    for (target, name) in [("products/app/lib", "f"), ("products", "app/lib/f")] {
        save(&sandbox, name, "fixed", "vulnerable");
        let run = apply(&sandbox, target);
        assert!(run.code == 3 && run.err.contains("E-NESTED"), "{run}");
        assert!(run.err.contains("was changed by a patch in"), "{run}");
        assert_eq!(sandbox.read("products/app/lib/f").as_deref(), Some("fixed\n"), "{run}");
    }
    let rename = "diff --git a/app/lib/f b/app/lib/f2\nsimilarity index 100%\nrename from app/lib/f\nrename to app/lib/f2\n";
    sandbox.write("x.patch", rename);
    let run = apply(&sandbox, "products");
    assert!(run.code == 3 && run.err.contains("E-NESTED"), "{run}");
    // The step that is named works: once the fix is rolled back there, nobody minds.
    Console::new(&sandbox).with_keys().done("rollback $/products/app --yes --because fault --reason known");
    save(&sandbox, "app/lib/f", "vulnerable", "other");
    assert_eq!(apply(&sandbox, "products").code, 0);
}

#[test]
fn twin_files_that_no_patch_there_has_changed_can_be_changed_and_it_is_told() {
    let sandbox = scene();
    for (target, name) in [("products/app/lib", "g"), ("products", "app/lib/g")] {
        save(&sandbox, name, "one", "two");
        let run =
            Console::new(&sandbox).with_keys().run(&format!("plan $/x.patch $/{target} --allow-unsigned"));
        assert!(run.code == 0 && run.out.contains("has a history of its own"), "{run}");
    }
    save(&sandbox, "g", "one", "two");
    assert_eq!(apply(&sandbox, "products/app/lib").code, 0);
    // Where many products lie together, one that no patch touches is nobody's matter.
    save(&sandbox, "other/f", "one", "two");
    let run = apply(&sandbox, "products");
    assert!(run.code == 0 && !run.out.contains("history of its own"), "{run}");
}

#[test]
fn twin_a_folder_in_a_tree_without_a_history_is_one_like_any_other() {
    let sandbox = scene();
    save(&sandbox, "f", "one", "two");
    let run = apply(&sandbox, "products/other");
    assert!(run.code == 0 && !run.out.contains("history"), "{run}");
}

#[test]
fn the_rules_of_a_product_count_for_every_file_in_its_folder() {
    const RULE: &str = "[products.Lighthouse]\nunsigned_apply = \"refuse\"";
    for rules in [RULE.to_owned(), format!("{RULE}\n[folders.\"$\"]\nproduct = \"Lighthouse\"")] {
        let sandbox = scene();
        let is_stated = rules.contains("folders");
        let folder = if is_stated { "products/other" } else { "products/app/lib" };
        let file = if is_stated { "f" } else { "g" };
        add_rules(&sandbox, &rules.replace('$', &sandbox.path("products/other").display().to_string()));
        let inner = folder.strip_prefix("products/").expect("it lies there");
        for (target, name) in [(folder, file.to_owned()), ("products", format!("{inner}/{file}"))] {
            save(&sandbox, &name, "one", "two");
            let run = apply(&sandbox, target);
            assert!(run.code == 4 && run.err.contains("E-POLICY"), "{target}: {run}");
            assert_eq!(sandbox.read(&format!("{folder}/{file}")).as_deref(), Some("one\n"), "{run}");
        }
    }
}

#[test]
fn where_a_history_cannot_be_read_nothing_in_its_folder_is_changed_from_elsewhere() {
    let sandbox = scene();
    sandbox.write("products/app/.patchwright/history/00000001/entry.json", "damaged");
    save(&sandbox, "app/lib/f", "fixed", "vulnerable");
    let run = apply(&sandbox, "products");
    assert!(run.code == 3 && run.err.contains("E-NESTED") && run.err.contains("can't be read"), "{run}");
    save(&sandbox, "other/f", "one", "two");
    assert_eq!(apply(&sandbox, "products").code, 0);
}

#[test]
fn no_patch_writes_into_records_whichever_folder_they_are_in() {
    let sandbox = scene();
    let new = |name: &str| format!("--- /dev/null\n+++ b/{name}\n@@ -0,0 +1 @@\n+evil\n");
    for name in ["app/.patchwright/history/x", "app/.PatchWright/x", "app/lib/.patchwright/x"] {
        sandbox.write("x.patch", &new(name));
        let run = apply(&sandbox, "products");
        assert!(run.code == 3 && run.err.contains("E-PATH"), "{run}");
    }
    sandbox.write("x.patch", &new("history/x"));
    let run = apply(&sandbox, "products/app/.patchwright");
    assert!(run.code == 3 && run.err.contains("E-NESTED"), "{run}");
    assert!(!sandbox.path("products/app/.patchwright/history/x").exists());
    Console::new(&sandbox).with_keys().done("status $/products/app");
}

#[test]
fn the_folder_of_a_version_control_system_is_no_product() {
    let sandbox = Sandbox::in_memory();
    for name in ["repo/.git/hooks/f", "repo/.hg/f", "repo/f"] {
        sandbox.write(name, "one\n");
    }
    save(&sandbox, "f", "one", "two");
    for target in ["repo/.git/hooks", "repo/.hg"] {
        let run = apply(&sandbox, target);
        assert!(run.code == 3 && run.err.contains("E-NESTED"), "{run}");
        assert!(run.err.contains("which no patch changes"), "{run}");
        assert_eq!(sandbox.read(&format!("{target}/f")).as_deref(), Some("one\n"));
    }
    // That there is such a folder in it is as it mostly is.
    assert_eq!(apply(&sandbox, "repo").code, 0);
    assert_eq!(sandbox.read("repo/f").as_deref(), Some("two\n"));
}

#[test]
fn a_folder_around_whose_records_were_removed_is_remembered() {
    let sandbox = scene();
    fs::remove_dir_all(sandbox.path("products/app/.patchwright")).expect("removed");
    for (target, name) in [("products/app/lib", "f"), ("products", "app/lib/f")] {
        save(&sandbox, name, "fixed", "vulnerable");
        let run = apply(&sandbox, target);
        assert!(run.code == 3 && run.err.contains("was changed by a patch in"), "{target}: {run}");
    }
    add_rules(&sandbox, "[products.Lighthouse]\nunsigned_apply = \"refuse\"");
    for (target, name) in [("products/app/lib", "g"), ("products", "app/lib/g")] {
        save(&sandbox, name, "one", "two");
        let run = apply(&sandbox, target);
        assert!(run.code == 4 && run.err.contains("E-POLICY"), "{target}: {run}");
    }
}

#[test]
fn twin_a_product_that_was_installed_anew_in_such_a_folder_is_patched_as_ever() {
    let sandbox = scene();
    fs::remove_dir_all(sandbox.path("products/app/.patchwright")).expect("removed");
    sandbox.write("products/app/lib/f", "vulnerable\n");
    save(&sandbox, "f", "vulnerable", "mended otherwise");
    assert_eq!(apply(&sandbox, "products/app/lib").code, 0);
}

#[cfg(unix)]
#[test]
fn a_folder_around_in_which_anybody_may_write_counts_by_what_this_person_wrote() {
    use crate::support::trees::set_mode;
    for mode in [0o777, 0o1777] {
        let sandbox = scene();
        set_mode(&sandbox.path("products/app"), mode);
        save(&sandbox, "f", "fixed", "vulnerable");
        let run = apply(&sandbox, "products/app/lib");
        assert!(run.code == 3 && run.err.contains("E-NESTED"), "{mode:o}: {run}");
    }
    // Records that somebody put there are not in anybody's way.
    let sandbox = scene();
    sandbox.write("open/sub/lib/f", "fixed\n");
    fs::rename(sandbox.path("products/app/.patchwright"), sandbox.path("open/.patchwright")).expect("moved");
    set_mode(&sandbox.path("open"), 0o777);
    save(&sandbox, "lib/f", "fixed", "other");
    let run = apply(&sandbox, "open/sub");
    assert!(run.code == 0 && !run.out.contains("history of its own"), "{run}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_part_of_a_product_is_the_same_part_where_it_is_mounted_elsewhere() {
    use std::process::Command;

    use crate::support::sandbox::skip;

    const WHERE: &str = "PATCHWRIGHT_TEST_MOUNTED_ELSEWHERE";
    const CANNOT_MOUNT: i32 = 77;
    if std::env::var_os(WHERE).is_some() {
        let sandbox = scene();
        fs::create_dir(sandbox.path("elsewhere")).expect("a folder");
        let mut bind = Command::new("mount");
        bind.arg("--bind").arg(sandbox.path("products/app/lib")).arg(sandbox.path("elsewhere"));
        if !bind.status().is_ok_and(|done| done.success()) {
            std::process::exit(CANNOT_MOUNT);
        }
        save(&sandbox, "f", "fixed", "vulnerable");
        let run = apply(&sandbox, "elsewhere");
        assert!(run.code == 3 && run.err.contains("was changed by a patch in"), "{run}");
        save(&sandbox, "g", "one", "two");
        assert_eq!(apply(&sandbox, "elsewhere").code, 0);
        return;
    }
    let this = std::env::current_exe().expect("the test program");
    let name = "mind_the_neighbours::a_part_of_a_product_is_the_same_part_where_it_is_mounted_elsewhere";
    let mut again = Command::new("unshare");
    again.args(["--mount", "--map-root-user"]).arg(&this).args(["--exact", name]).env(WHERE, "yes");
    match again.output() {
        Ok(run) if run.status.success() => {}
        Ok(run) if run.status.code() == Some(CANNOT_MOUNT) || run.stdout.is_empty() => {
            skip(name, "nothing can be mounted here");
        }
        Ok(run) => panic!("{}", String::from_utf8_lossy(&run.stdout)),
        Err(error) => skip(name, &format!("no namespaces here: {error}")),
    }
}
