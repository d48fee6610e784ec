//! A patch of which nothing came in, because the site's own versions of its files stay, is not in.

use super::{NEW, OLD, Sandbox, console, ends, patch, scene, state};

const MINE: &str = "mine\n";

/// ACME-1 leaves edited files alone, or leaves that to whoever applies it; `srv/a/one` was edited.
fn edited(local_edits: &str) -> Sandbox {
    let sandbox = scene();
    let policy = format!("[[make.policy]]\npaths = [\"/one\"]\nlocal_edits = \"{local_edits}\"\n");
    std::fs::remove_file(sandbox.path("patches/1.patchbundle")).expect("our own file");
    patch(&sandbox, 1, "patches/1.patchbundle", &policy);
    sandbox.write("srv/a/one", MINE);
    sandbox
}

#[test]
fn a_patch_of_which_nothing_was_put_in_is_not_said_to_be_in_place() {
    for (policy, flag) in [("keep-local", ""), ("merge", " --keep-mine one")] {
        let sandbox = edited(policy);
        for more in ["", " --dry-run"] {
            let run =
                console(&sandbox).run(&format!("apply $/patches/1.patchbundle $/srv/a --yes{flag}{more}"));
            let said = run.in_one_line();
            assert_eq!(run.code, 7, "{policy}: {run}");
            assert!(said.contains("Nothing of ACME-1 was put in: the files it would change stay"), "{run}");
            assert!(!said.contains("already in place"), "{run}");
            assert_eq!(sandbox.read("srv/a/one").as_deref(), Some(MINE), "{run}");
        }
        let json =
            console(&sandbox).run(&format!("apply $/patches/1.patchbundle $/srv/a --yes{flag} --json"));
        assert_eq!(json.json()["outcome"], "not-yet");
    }
    // What is as the patch leaves it, by whomever, is in place.
    let sandbox = edited("keep-local");
    sandbox.write("srv/a/one", NEW);
    let run = console(&sandbox).done("apply $/patches/1.patchbundle $/srv/a --yes");
    assert!(run.out.contains("already in place"), "{run}");
}

#[test]
fn a_state_file_and_a_rollout_find_a_folder_without_it_different() {
    let sandbox = edited("keep-local");
    state(&sandbox, &[("a", "have = [\"ACME-1\", \"ACME-2\"]")]);
    let run = ends(&sandbox, "--apply", 7);
    let said = run.in_one_line();
    assert!(said.contains("ACME-1: not in: the files it would change stay as they are here"), "{run}");
    assert!(said.contains("ACME-2: applied"), "{run}");
    ends(&sandbox, "--apply", 7);

    let rollout = "format = \"patchwright-rollout/1\"\nname = \"o\"\npatches = [\"patches/1.patchbundle\"]\n\
                   [[rings]]\nname = \"one\"\nfolders = [\"srv/a\"]\n";
    sandbox.write("october.toml", rollout);
    let run = console(&sandbox).run("rollout run $/october.toml --yes");
    assert_ne!(run.code, 0, "{run}");
    assert!(run.in_one_line().contains("nothing of it is put in"), "{run}");
    assert!(!run.printed().contains("Done"), "{run}");

    // Whoever takes the patch's version has it.
    sandbox.write("srv/a/one", OLD);
    console(&sandbox).done("apply $/patches/1.patchbundle $/srv/a --yes --allow-downgrade=known");
    ends(&sandbox, "--apply", 0);
}
