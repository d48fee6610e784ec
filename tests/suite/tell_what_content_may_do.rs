//! What new content would be allowed to do is said: run with special rights, be run without being asked for, be read by
//! more people, be given away with a patch or with a file for support.

use std::fs;

use patchwright::model::Role;

use crate::support::console::Console;
use crate::support::sandbox::Sandbox;
use crate::support::trust::write_trusted_key;

/// Signed for every product.
fn sign(sandbox: &Sandbox, bundle: &str) {
    write_trusted_key(sandbox, "anna", 1, "author");
    Console::new(sandbox).with_keys().done(&format!("sign $/{bundle} --key $/anna.key"));
}

#[cfg(unix)]
mod with_modes {
    use std::process::Command;

    use patchwright::model::{LocalEdits, Mode, Node};

    use super::*;
    use crate::support::build::{Builder, change, file};
    use crate::support::real_folder::put_file;
    use crate::support::sandbox::skip;

    fn with_mode(content: &str, mode: u32) -> Node {
        match file(content) {
            Node::File(file) => Node::File(patchwright::model::FileNode { mode: Mode::new(mode), ..file }),
            other => other,
        }
    }

    /// Exchanges `bin/tool` for a file with the same mode.
    fn exchange(sandbox: &Sandbox, mode: u32) -> Builder {
        put_file(&sandbox.path("app"), "bin/tool", "old\n", mode);
        let mut bundle = sandbox.bundle("ACME-1").replace("bin/tool", "old\n", "new\n");
        let change = &mut bundle.patch.changes[0];
        change.before = vec![with_mode("old\n", mode)];
        change.after = Some(with_mode("new\n", mode));
        bundle
    }

    #[test]
    fn an_unsigned_patch_cannot_slip_content_into_a_program_that_runs_as_somebody_else() {
        for (mode, word) in [(0o4755, "set-user-id"), (0o2755, "set-group-id")] {
            let sandbox = Sandbox::new();
            let bundle = exchange(&sandbox, mode);
            sandbox.save("fix.patchbundle", &bundle);
            let console = Console::new(&sandbox).with_keys();
            let plan = console.run("plan $/fix.patchbundle $/app");
            assert!(plan.code == 4 && plan.out.contains(word) && plan.out.contains("E-POLICY"), "{plan}");
            let apply = "apply $/fix.patchbundle $/app --yes --allow-unsigned";
            assert_eq!(console.run(apply).code, 4);
            assert_eq!(sandbox.read("app/bin/tool").as_deref(), Some("old\n"));
            console.done(&format!("{apply} --allow-dangerous=ticket-9"));
            let history = console.done("history $/app");
            assert!(history.out.contains("(--allow-dangerous): ticket-9"), "{history}");
        }
    }

    #[test]
    fn twin_a_signed_patch_for_such_a_program_is_applied_and_it_is_said() {
        let sandbox = Sandbox::new();
        let bundle = exchange(&sandbox, 0o4755);
        sandbox.save("fix.patchbundle", &bundle);
        sign(&sandbox, "fix.patchbundle");
        let console = Console::new(&sandbox).with_keys();
        let plan = console.done("plan $/fix.patchbundle $/app");
        assert!(plan.out.contains("bin/tool gets new content and runs with special rights"), "{plan}");
        console.done("apply $/fix.patchbundle $/app --yes");
    }

    #[test]
    fn twin_an_ordinary_program_needs_nothing() {
        let sandbox = Sandbox::new();
        let bundle = exchange(&sandbox, 0o755);
        sandbox.save("fix.patchbundle", &bundle);
        let plan = Console::new(&sandbox).with_keys().done("plan $/fix.patchbundle $/app");
        assert!(!plan.out.contains("special rights"), "{plan}");
    }

    #[test]
    fn a_program_with_file_capabilities_is_one_with_special_rights() {
        const STORY: &str = "a_program_with_file_capabilities_is_one_with_special_rights";
        let sandbox = Sandbox::new();
        let bundle = exchange(&sandbox, 0o755);
        sandbox.save("fix.patchbundle", &bundle);
        let given = Command::new("setcap").arg("cap_net_raw+ep").arg(sandbox.path("app/bin/tool")).status();
        if !given.is_ok_and(|status| status.success()) {
            return skip(STORY, "no capability can be given here");
        }
        let plan = Console::new(&sandbox).with_keys().run("plan $/fix.patchbundle $/app");
        assert!(plan.code == 4 && plan.out.contains("file capabilities"), "{plan}");
    }

    const OURS: &str = "password=changeme\nuser=a\nhost=b\nend=1\n";
    const THEIRS: &str = "password=changeme\nuser=a\nhost=b\nend=2\n";
    const SITE: &str = "password=SITE\nuser=a\nhost=b\nend=1\n";

    /// A change of `file.conf` from one mode to another, with or without new content.
    fn reopened(sandbox: &Sandbox, [from, to]: [u32; 2], content: &str) {
        put_file(&sandbox.path("app"), "file.conf", OURS, from);
        let bundle = sandbox.bundle("ACME-1");
        let mut bundle = match content == OURS {
            true => bundle.with_change(change("file.conf", Some(file(OURS)), Some(file(OURS)), None)),
            false => bundle.replace("file.conf", OURS, content),
        };
        let change = &mut bundle.patch.changes[0];
        change.local_edits = LocalEdits::Merge;
        change.before = vec![with_mode(OURS, from)];
        change.after = Some(with_mode(content, to));
        sandbox.save("fix.patchbundle", &bundle);
    }

    #[test]
    fn a_file_that_more_people_may_use_than_now_is_told_whatever_becomes_of_its_content() {
        for (modes, words) in [
            ([0o600, 0o644], "more people may read it (0600 → 0644)"),
            ([0o644, 0o666], "more people may change it (0644 → 0666)"),
            ([0o600, 0o660], "more people may read and change it (0600 → 0660)"),
        ] {
            for content in [OURS, THEIRS] {
                let sandbox = Sandbox::new();
                reopened(&sandbox, modes, content);
                if content == THEIRS {
                    put_file(&sandbox.path("app"), "file.conf", SITE, modes[0]);
                }
                let console = Console::new(&sandbox).with_keys();
                let plan = console.run("plan $/fix.patchbundle $/app");
                assert!(plan.code == 4 && plan.out.contains(words), "{plan}");
                let apply = "apply $/fix.patchbundle $/app --yes --allow-unsigned";
                assert_eq!(console.run(apply).code, 4);
                console.done(&format!("{apply} --allow-dangerous=ticket-9"));
                console.done("rollback $/app --yes");
                sign(&sandbox, "fix.patchbundle");
                let plan = console.done("plan $/fix.patchbundle $/app");
                assert!(plan.out.contains(words), "a signed patch is told of, too: {plan}");
            }
        }
    }

    #[test]
    fn twin_fewer_rights_and_the_right_to_run_it_need_nothing() {
        for modes in [[0o644, 0o600], [0o644, 0o755], [0o666, 0o644]] {
            let sandbox = Sandbox::new();
            reopened(&sandbox, modes, THEIRS);
            let plan = Console::new(&sandbox).with_keys().done("plan $/fix.patchbundle $/app");
            assert!(!plan.out.contains("more people"), "{plan}");
        }
    }

    #[test]
    fn what_somebody_closed_here_stays_closed_when_edits_are_merged() {
        let sandbox = Sandbox::new();
        reopened(&sandbox, [0o644, 0o664], THEIRS);
        put_file(&sandbox.path("app"), "file.conf", SITE, 0o600);
        Console::new(&sandbox).with_keys().done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
        let file = fs::metadata(sandbox.path("app/file.conf")).expect("the file");
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o777, 0o600);
        assert_eq!(sandbox.read("app/file.conf").as_deref(), Some(&*SITE.replace("end=1", "end=2")));
    }

    /// `secret.conf`, which only its owner may read, and a patch that copies it to a place of this mode.
    fn copy_of_a_secret(sandbox: &Sandbox, mode: u32) {
        put_file(&sandbox.path("app"), "secret.conf", "password=hunter2\n", 0o600);
        let mut bundle = sandbox.bundle("ACME-1").create("htdocs/s.txt", "password=hunter2\n");
        bundle.patch.changes[0].after = Some(with_mode("password=hunter2\n", mode));
        fs::create_dir_all(sandbox.path("app/htdocs")).expect("a folder");
        sandbox.save("fix.patchbundle", &bundle);
        let text = "diff --git a/secret.conf b/htdocs/s.txt\nsimilarity index 100%\ncopy from secret.conf\ncopy to htdocs/s.txt\n";
        sandbox.write("fix.patch", text);
    }

    #[test]
    fn a_copy_that_more_people_may_read_than_its_source_is_told() {
        let sandbox = Sandbox::new();
        copy_of_a_secret(&sandbox, 0o644);
        let console = Console::new(&sandbox).with_keys();
        let plan = console.run("plan $/fix.patchbundle $/app");
        assert!(plan.code == 4, "{plan}");
        assert!(plan.out.contains("gets the content of secret.conf, and more people may read it"), "{plan}");
        assert_eq!(console.run("apply $/fix.patchbundle $/app --yes --allow-unsigned").code, 4);
        // A copy that a diff makes has the permissions of its source.
        console.done("apply $/fix.patch $/app --yes --allow-unsigned");
        let copy = fs::metadata(sandbox.path("app/htdocs/s.txt")).expect("the copy");
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&copy.permissions()) & 0o777, 0o600);
        console.done("rollback $/app --yes");
        sign(&sandbox, "fix.patchbundle");
        let plan = console.done("plan $/fix.patchbundle $/app");
        assert!(
            plan.out.contains("gets the content of secret.conf"),
            "a signed patch is told of, too: {plan}"
        );
    }

    #[test]
    fn twin_a_copy_that_nobody_else_may_read_and_one_of_a_public_file_need_nothing() {
        let sandbox = Sandbox::new();
        copy_of_a_secret(&sandbox, 0o600);
        let console = Console::new(&sandbox).with_keys();
        console.done("plan $/fix.patchbundle $/app");
        put_file(&sandbox.path("app"), "secret.conf", "password=hunter2\n", 0o644);
        console.done("plan $/fix.patch $/app");
        // Empty files are all alike.
        put_file(&sandbox.path("app"), "lock", "", 0o600);
        let empty = sandbox.bundle("ACME-2").create("htdocs/empty", "");
        sandbox.save("empty.patchbundle", &empty);
        console.done("plan $/empty.patchbundle $/app");
    }
}

#[test]
fn a_hook_in_a_git_folder_is_refused_however_it_is_spelled() {
    for folder in [".git", ".GIT", "sub/.git", ".hg", ".svn", ".bzr", ".jj", "git~1"] {
        let sandbox =
            Sandbox::with(&[("app/readme.txt", "one\n"), (&format!("app/{folder}/config"), "[core]\n")]);
        let text = format!("--- /dev/null\n+++ b/{folder}/pre-commit\n@@ -0,0 +1 @@\n+#!/bin/sh\n");
        sandbox.write("evil.patch", &text);
        let bundle = sandbox.bundle("ACME-1").create(&format!("{folder}/pre-commit"), "#!/bin/sh\n");
        sandbox.save("evil.patchbundle", &bundle);
        let console = Console::new(&sandbox).with_keys();
        for name in ["evil.patch", "evil.patchbundle"] {
            let run = console.run(&format!("apply $/{name} $/app --yes --allow-unsigned"));
            // A patch file for Windows may have no such short name at all.
            let is_told = run.code == 3 && run.err.contains("is part of version control");
            let is_no_name = folder == "git~1" && run.code == 4 && run.err.contains("E-PATH");
            assert!(is_told || is_no_name, "{folder}: {run}");
            assert!(!sandbox.path(&format!("app/{folder}/pre-commit")).exists());
        }
    }
}

#[test]
fn twin_files_beside_version_control_and_an_order_that_means_it_are_applied() {
    let sandbox = Sandbox::with(&[
        ("app/.gitignore", "a\n"),
        ("app/.github/ci.yml", "a\n"),
        ("app/.git/config", "a\n"),
    ]);
    let console = Console::new(&sandbox).with_keys();
    let beside =
        sandbox.bundle("ACME-1").replace(".gitignore", "a\n", "b\n").replace(".github/ci.yml", "a\n", "b\n");
    sandbox.save("beside.patchbundle", &beside);
    console.done("apply $/beside.patchbundle $/app --yes --allow-unsigned");
    let meant = sandbox.bundle("ACME-2").replace(".git/config", "a\n", "b\n").but(|patch| {
        patch.about.fixes = vec!["OTHER-1".to_owned()];
        patch.changes[0].role = Role::VersionControl;
    });
    sandbox.save("meant.patchbundle", &meant);
    console.done("apply $/meant.patchbundle $/app --yes --allow-unsigned");
}

#[test]
fn what_programs_run_without_being_asked_is_told() {
    let sandbox = Sandbox::with(&[("app/readme.txt", "one\n")]);
    let places = ["site-packages/x.pth", "cron.d/job", "systemd/system/x.service", "profile.d/x.sh"];
    let bundle = places.iter().fold(sandbox.bundle("ACME-1"), |bundle, place| bundle.create(place, "x\n"));
    sandbox.save("fix.patchbundle", &bundle);
    for place in places {
        fs::create_dir_all(sandbox.path("app").join(place).parent().expect("a folder")).expect("made");
    }
    let plan = Console::new(&sandbox).with_keys().done("plan $/fix.patchbundle $/app");
    for place in places {
        assert!(plan.out.contains(&format!("{place} runs automatically")), "{place}: {plan}");
    }
}

#[test]
fn twin_ordinary_places_are_not_told_of() {
    let sandbox = Sandbox::with(&[("app/src/hooks/useState.js", "a\n"), ("app/docs/profile.md", "a\n")]);
    let bundle = sandbox.bundle("ACME-1").replace("src/hooks/useState.js", "a\n", "b\n");
    let bundle = bundle.replace("docs/profile.md", "a\n", "b\n");
    sandbox.save("fix.patchbundle", &bundle);
    let plan = Console::new(&sandbox).with_keys().done("plan $/fix.patchbundle $/app");
    assert!(!plan.out.contains("is run without being asked"), "{plan}");
}

#[test]
fn make_leaves_version_control_out_and_names_the_secrets_that_it_packs() {
    let sandbox = Sandbox::with(&[
        ("old/a", "1\n"),
        ("old/.git/HEAD", "ref: one\n"),
        ("new/a", "2\n"),
        ("new/.git/HEAD", "ref: two\n"),
        ("new/.git/hooks/pre-commit", "#!/bin/sh\n"),
        ("new/.env", "PASSWORD=x\n"),
        ("new/tls/server.pem", "-----BEGIN CERTIFICATE-----\n"),
        ("new/id_ed25519", "x\n"),
        ("new/conf/key", "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n"),
        ("new/.env.example", "PASSWORD=\n"),
        ("new/id_ed25519.pub", "x y\n"),
    ]);
    let console = Console::new(&sandbox).with_keys();
    let made = console.done("make --from $/old --to $/new --id ACME-1 --output $/made.patchbundle");
    for told in [
        ".git is left out",
        ".env is packed",
        "tls/server.pem is packed",
        "id_ed25519 is packed",
        "conf/key is packed",
    ] {
        assert!(made.printed().contains(told), "{told}: {made}");
    }
    assert!(
        !made.printed().contains(".env.example is packed") && !made.printed().contains(".pub is packed"),
        "{made}"
    );
    let shown = console.done("diff $/made.patchbundle");
    assert!(!shown.out.contains(".git/"), "{shown}");
}

#[test]
fn twin_make_packs_version_control_where_the_order_says_that_it_is_meant() {
    let sandbox = Sandbox::with(&[("old/.git/config", "1\n"), ("new/.git/config", "2\n")]);
    let tables = "[make]\n[[make.policy]]\npaths = [\"/.git/config\"]\nrole = \"version-control\"\n";
    sandbox.write("order.toml", &crate::support::sandbox::order("ACME-1", "", tables));
    let console = Console::new(&sandbox).with_keys();
    let made = console.done("make --from $/old --to $/new --order $/order.toml --output $/made.patchbundle");
    assert!(!made.printed().contains("is left out"), "{made}");
    fs::create_dir_all(sandbox.path("app/.git")).expect("a folder");
    sandbox.write("app/.git/config", "1\n");
    console.done("apply $/made.patchbundle $/app --yes --allow-unsigned");
}

#[cfg(unix)]
#[test]
fn a_password_that_a_script_printed_does_not_leave_with_the_file_for_support() {
    use std::io::Read;

    use patchwright::model::ScriptPhase;

    let sandbox = Sandbox::with(&[("app/readme.txt", "one\n"), ("app/conf", "password=hunter2\n")]);
    let bundle = sandbox.bundle("ACME-1").replace("readme.txt", "one\n", "two\n");
    let bundle = bundle.script(ScriptPhase::After, "cat \"$PATCHWRIGHT_TARGET/conf\"\n", None);
    sandbox.save("fix.patchbundle", &bundle);
    let print = crate::support::trust::write_key(&sandbox, "anna", 1).public().fingerprint();
    let console = Console::new(&sandbox).with_keys();
    console.done(&format!(
        "key trust $/anna.pub --name anna --role author --role script --every-product --fingerprint {print} --yes"
    ));
    console.done("sign $/fix.patchbundle --key $/anna.key");
    console.done("apply $/fix.patchbundle $/app --yes --run-scripts");
    let kept = console.done("history $/app --json");
    assert!(kept.out.contains("hunter2"), "the history of the folder keeps it: {kept}");
    console.done("support $/app --output $/support.zip");
    let mut archive =
        zip::ZipArchive::new(fs::File::open(sandbox.path("support.zip")).expect("made")).expect("a ZIP");
    let mut records = 0;
    for number in 0..archive.len() {
        let mut member = archive.by_index(number).expect("a member");
        let mut content = Vec::new();
        member.read_to_end(&mut content).expect("read");
        let (name, text) = (member.name().expect("a name").into_owned(), String::from_utf8_lossy(&content));
        assert!(!text.contains("hunter2"), "{name}: {text}");
        records += usize::from(name.ends_with("entry.json"));
    }
    assert!(records > 0, "the rest of the records is there");
}

#[test]
fn a_verdict_in_a_history_is_told_as_what_was_written_down() {
    let sandbox = Sandbox::with(&[("app/readme.txt", "one\n")]);
    let bundle = sandbox.bundle("ACME-1").replace("readme.txt", "one\n", "two\n");
    sandbox.save("fix.patchbundle", &bundle);
    sign(&sandbox, "fix.patchbundle");
    Console::new(&sandbox).with_keys().done("apply $/fix.patchbundle $/app --yes");
    // Somebody else, who trusts nobody, gets the folder.
    let history = Console::new(&sandbox).done("history $/app");
    assert!(history.out.contains("signed when applied: anna"), "{history}");
    assert!(!history.out.contains("Trusted: anna"), "{history}");
}
