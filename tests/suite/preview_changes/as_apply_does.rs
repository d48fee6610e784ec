//! Whoever only looks is told the same as whoever applies: every command ends with the same exit code for the same reason,
//! and what `plan` advises can be typed behind `plan`.

use patchwright::model::{Patch, PatchId, Requirement, RequirementMode};

use crate::support::console::{Console, Run};
use crate::support::sandbox::Sandbox;
use crate::support::trust::write_trusted_key;

/// A folder with a readme, and keys of somebody who is trusted for every product.
fn site() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("app/readme.txt", "Read me.\n");
    write_trusted_key(&sandbox, "acme", 1, "author");
    save(&sandbox, "fix", |_| {});
    sandbox
}

fn console(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys()
}

fn save(sandbox: &Sandbox, name: &str, change: impl FnOnce(&mut Patch)) {
    let bundle = sandbox.bundle("HF-1").replace("readme.txt", "Read me.\n", "Read me well.\n").but(change);
    std::fs::create_dir_all(sandbox.path("patches")).expect("our own folder");
    sandbox.save(&format!("patches/{name}.patchbundle"), &bundle);
    console(sandbox).done(&format!("sign $/patches/{name}.patchbundle --key $/acme.key --as author"));
}

/// What speaks against the fix: its code, the exit code, and how it comes about.
type Reason = (&'static str, u8, fn(&Sandbox));

const REASONS: [Reason; 10] = [
    ("E-DOWNGRADE", 4, |sandbox| {
        save(sandbox, "new", |patch| patch.about.sequence = 7);
        console(sandbox).done("apply $/patches/new.patchbundle $/app --yes");
        console(sandbox).done("rollback $/app --yes");
        std::fs::remove_file(sandbox.path("patches/new.patchbundle")).expect("ours");
    }),
    ("E-POLICY", 4, |sandbox| {
        sandbox.write("machine/trust.toml", "format = 'patchwright-trust/1'\n[policy]\nfloor = 10\n");
    }),
    ("E-POLICY", 4, |sandbox| {
        sandbox.write("machine/trust.toml", "format = 'patchwright-trust/1'\n[policy]\nissue = 'OPS-*'\n");
    }),
    ("E-POLICY", 4, |sandbox| {
        save(sandbox, "fix", |patch| patch.created = "2027-11-20T12:00:00Z".to_owned());
    }),
    ("E-PRODUCT", 3, |sandbox| {
        let other = sandbox.bundle("OTHER").create("other.txt", "x\n");
        let other = other.but(|patch| patch.about.product.name = "Gadget".to_owned());
        sandbox.save("other.patchbundle", &other);
        console(sandbox).done("sign $/other.patchbundle --key $/acme.key --as author");
        console(sandbox).done("apply $/other.patchbundle $/app --yes");
    }),
    ("E-DRIFT", 3, |sandbox| sandbox.write("app/readme.txt", "Mine.\n")),
    ("E-MISSING", 3, |sandbox| std::fs::remove_file(sandbox.path("app/readme.txt")).expect("ours")),
    ("E-OCCUPIED", 3, |sandbox| {
        let bundle = sandbox.bundle("HF-1").create("new.txt", "New.\n");
        sandbox.save("patches/fix.patchbundle", &bundle);
        console(sandbox).done("sign $/patches/fix.patchbundle --key $/acme.key --as author");
        sandbox.write("app/new.txt", "Mine.\n");
    }),
    ("E-REQUIRES", 3, |sandbox| {
        let id = PatchId::parse("HF-0").expect("a good id");
        let requires = vec![Requirement { id, min_revision: 1, mode: RequirementMode::Before }];
        save(sandbox, "fix", |patch| patch.about.requires = requires);
    }),
    ("E-CONFLICTS", 3, |sandbox| {
        let other = sandbox.bundle("HF-0").create("other.txt", "x\n");
        let other = other.but(|patch| {
            (patch.about.sequence, patch.about.fixes) = (0, vec!["OTHER".to_owned()]);
        });
        sandbox.save("other.patchbundle", &other);
        console(sandbox).done("sign $/other.patchbundle --key $/acme.key --as author");
        console(sandbox).done("apply $/other.patchbundle $/app --yes");
        let id = PatchId::parse("HF-0").expect("a good id");
        let conflict = patchwright::model::Conflict { id, reason: "both".into() };
        save(sandbox, "fix", |patch| patch.about.conflicts = vec![conflict]);
    }),
];

#[test]
fn every_command_that_meets_the_same_reason_ends_with_the_same_code() {
    for (code, exit, comes_about) in REASONS {
        let sandbox = site();
        comes_about(&sandbox);
        let root = sandbox.path("").display().to_string();
        let root = root.trim_end_matches(['/', '\\']);
        sandbox.write(
            "state.toml",
            &format!(
                "format = \"patchwright-state/1\"\npatches = \"patches/\"\n[[folders]]\npath = '{root}/app'\n\
                 have = [\"HF-1\"]\n"
            ),
        );
        sandbox.write(
            "rollout.toml",
            "format = \"patchwright-rollout/1\"\nname = \"x\"\npatches = [\"patches/fix.patchbundle\"]\n\
             [[rings]]\nname = \"all\"\nfolders = [\"app\"]\n",
        );
        for command in [
            "plan $/patches/fix.patchbundle $/app",
            "explain $/patches/fix.patchbundle $/app",
            "apply $/patches/fix.patchbundle $/app --yes",
            "apply $/patches/fix.patchbundle $/app --dry-run",
            "rehearse $/patches/fix.patchbundle $/app",
            "reconcile $/state.toml --again",
            "reconcile $/state.toml --again --apply",
            "rollout plan $/rollout.toml",
            "rollout run $/rollout.toml --yes",
        ] {
            let run = console(&sandbox).run(command);
            assert!(run.printed().contains(code), "{code}: {command}: {run}");
            assert_eq!(run.code, exit, "{code}: {command}: {run}");
        }
    }
}

/// What a plan says that speaks against the patch, by its meaning, with the flags that its hint names.
fn flags_of(plan: &Run) -> Vec<(String, String)> {
    let json = plan.json();
    let obstacles = json["obstacles"].as_array().expect("obstacles").iter();
    let flags = obstacles.flat_map(|one| {
        let (meaning, hint) = (one["meaning"].as_str().expect("text"), one["hint"].as_str().expect("text"));
        let flags = hint.split_whitespace().filter(|word| word.starts_with("--"));
        flags.map(|flag| (meaning.to_owned(), flag.trim_end_matches('.').to_owned())).collect::<Vec<_>>()
    });
    flags.collect()
}

#[test]
fn what_plan_advises_can_be_typed_behind_plan_and_shows_what_would_happen_then() {
    let mut tried = 0;
    for (.., comes_about) in REASONS {
        let sandbox = site();
        comes_about(&sandbox);
        let plan = "plan $/patches/fix.patchbundle $/app";
        let before = console(&sandbox).run(&format!("{plan} --json"));
        for (meaning, flag) in flags_of(&before) {
            let command = format!("{plan} {flag}=ticket-7 --json");
            let taken = console(&sandbox).run(&command).json();
            let left = taken["obstacles"].as_array().into_iter().flatten();
            assert!(!left.clone().any(|one| one["meaning"] == meaning.as_str()), "{command}: {taken}");
            let is_refused = taken["outcome"] == before.json()["outcome"];
            assert!(is_refused || taken["notes"].to_string().contains(&meaning), "{command}: {taken}");
            tried += 1;
        }
        // It stays a plan.
        assert_eq!(console(&sandbox).run(&format!("{plan} --json")).out, before.out);
    }
    assert!(tried >= 4, "a downgrade, another product, another author, the rules of a site: {tried}");
}

#[test]
fn a_plan_takes_every_rule_that_apply_sets_aside() {
    let sandbox = site();
    let help = [console(&sandbox).done("plan --help").out, console(&sandbox).done("apply --help").out];
    for help in help {
        for flag in [
            "--allow-unsigned",
            "--allow-downgrade",
            "--allow-other-product",
            "--allow-site-rules",
            "--allow-dangerous",
            "--allow-undo",
            "--allow-related",
            "--accept-weak-volume",
        ] {
            assert!(help.contains(flag), "{flag}: {help}");
        }
    }
}
