//! Versions in a state file: nothing is changed in another one, and what the wanted patches made of it is none.

use super::{NEW, OLD, console, ends, scene, state};
use crate::support::sandbox::{Sandbox, order};

/// Patch number `number` that somebody trusted has signed, for version `from`; it changes `file`, and makes the version `to`.
fn patch(sandbox: &Sandbox, number: u32, file: &str, [from, to]: [&str; 2]) {
    let id = format!("ACME-{number}");
    for (folder, version, text) in [("before", from, OLD), ("after", to, NEW)] {
        for name in ["one", "two"] {
            sandbox.write(&format!("{folder}/{name}"), if name == file { text } else { OLD });
        }
        sandbox.write(&format!("{folder}/version"), &format!("{version}\n"));
    }
    let detect = "[[product.detect]]\nkind = \"version\"\npath = \"version\"\nafter = \"\"\n";
    let text = order(&id, &format!("result_version = \"{to}\"\n"), detect);
    let text = text.replace("[\"1\"]", &format!("[\"{from}\"]"));
    sandbox.write("order.toml", &text.replace("sequence = 1", &format!("sequence = {number}")));
    let output = format!("$/patches/{id}.patchbundle");
    console(sandbox)
        .done(&format!("make --from $/before --to $/after --order $/order.toml --output {output}"));
    console(sandbox).done(&format!("sign {output} --key $/acme.key --as author"));
}

/// Folders of version 1, ACME-7, which makes it 2, and ACME-8, which needs 2.
fn versioned() -> Sandbox {
    let sandbox = scene();
    for folder in ["a", "b"] {
        sandbox.write(&format!("srv/{folder}/version"), "1\n");
    }
    patch(&sandbox, 7, "one", ["1", "2"]);
    patch(&sandbox, 8, "two", ["2", "2"]);
    sandbox
}

#[test]
fn what_is_installed_as_wanted_is_in_line_also_where_it_made_another_version() {
    let sandbox = versioned();
    state(&sandbox, &[("a", "versions = [\"1\"]\nhave = [\"ACME-7\"]")]);
    for _ in 0..3 {
        ends(&sandbox, "--apply", 0);
    }
    assert_eq!(sandbox.read("srv/a/version").as_deref(), Some("2\n"));
    // The list was written for later ones: what is there is still what is wanted.
    state(&sandbox, &[("a", "versions = [\"3\"]\nhave = [\"ACME-7\"]")]);
    ends(&sandbox, "--apply", 0);
}

#[test]
fn what_comes_next_comes_where_only_wanted_patches_made_the_version_what_it_is() {
    let sandbox = versioned();
    state(&sandbox, &[("a", "versions = [\"1\"]\nhave = [\"ACME-7\"]")]);
    ends(&sandbox, "--apply", 0);
    state(&sandbox, &[("a", "versions = [\"1\"]\nhave = [\"ACME-7\", \"ACME-8\"]")]);
    ends(&sandbox, "--apply", 0);
    assert_eq!(sandbox.read("srv/a/two").as_deref(), Some(NEW));
}

#[test]
fn in_a_version_that_nobody_listed_nothing_is_changed() {
    let sandbox = versioned();
    state(&sandbox, &[("a", "versions = [\"1\"]\nhave = [\"ACME-7\"]")]);
    ends(&sandbox, "--apply", 0);
    state(&sandbox, &[("a", "versions = [\"3\"]\nhave = [\"ACME-7\", \"ACME-8\"]")]);
    let run = ends(&sandbox, "--apply", 3);
    assert!(run.in_one_line().contains("the version here is 2, and 3 is expected (E-VERSION)"), "{run}");
    assert_eq!(sandbox.read("srv/a/two").as_deref(), Some(OLD));
    // Somebody updated the product by other means.
    sandbox.write("srv/b/version", "9\n");
    state(&sandbox, &[("b", "versions = [\"1\"]\nhave = [\"ACME-7\"]")]);
    ends(&sandbox, "--apply", 3);
    assert_eq!(sandbox.read("srv/b/one").as_deref(), Some(OLD));
}
