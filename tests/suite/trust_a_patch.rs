//! Somebody signs a patch, somebody else gets to know the key, and everything that must not count does not.

use std::process::{Command, Stdio};

use crate::support::console::Console;
use crate::support::sandbox::Sandbox;
use crate::support::tools::is_here;

/// A product with its first patch, and a person with a key of their own.
fn scene() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("app/readme.txt", "Read me.\n");
    save(&sandbox, "fix", |_| {});
    sandbox
}

/// Makes a bundle of one change, with whatever `change` says otherwise.
fn save(sandbox: &Sandbox, name: &str, change: impl FnOnce(&mut patchwright::model::Patch)) {
    let bundle =
        sandbox.bundle("ACME-HF-1").replace("readme.txt", "Read me.\n", "Read me well.\n").but(change);
    sandbox.save(&format!("{name}.patchbundle"), &bundle);
}

fn person(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys().answering("y")
}

/// The fingerprint that `key new` printed.
fn new_key(console: &Console<'_>, name: &str) -> String {
    let made = console.done(&format!("key new {name} --json"));
    let answer: serde_json::Value = serde_json::from_str(&made.out).expect("JSON");
    answer["fingerprint"]["sha256"].as_str().expect("digits").to_owned()
}

fn trust(console: &Console<'_>, name: &str, digits: &str, more: &str) {
    console.done(&format!("key trust $/settings/keys/{name}.pub --fingerprint {digits} --yes {more}"));
}

fn sign(console: &Console<'_>, bundle: &str, key: &str, role: &str) {
    console.done(&format!("sign $/{bundle}.patchbundle --key $/settings/keys/{key}.key --as {role}"));
}

#[test]
fn who_reviewed_a_patch_is_not_met_in_it_and_its_author_is() {
    let sandbox = scene();
    let console = person(&sandbox);
    let anna = new_key(&console, "anna");
    new_key(&console, "bob");
    sign(&console, "fix", "anna", "author");
    sign(&console, "fix", "bob", "reviewer");
    console.done(&format!("key trust --from $/fix.patchbundle --name Anna --fingerprint {anna}"));
    console.done("verify $/fix.patchbundle");
    // A key that somebody made is found where it is, trusted or not.
    let own = console.run("key export bob");
    assert!(own.code != 0 && own.err.contains("bob.pub"), "{own}");
    assert!(!console.run("key export carl").err.contains("carl.pub"));
}

#[test]
fn whoever_made_a_key_signs_by_its_name_and_a_file_of_that_name_is_meant_first() {
    let sandbox = scene();
    let console = person(&sandbox);
    let anna = new_key(&console, "anna");
    console.done("sign $/fix.patchbundle --key anna");
    trust(&console, "anna", &anna, "--every-product");
    console.done("verify $/fix.patchbundle");
    console.done("review $/fix.patchbundle --verdict approved --looked-at-all --key anna");
    // Twin: nobody's key is guessed, whatever stands beside the keys.
    for other in ["bob", "ann", "../keys/anna", "trust.toml"] {
        let refused = console.run(&format!("sign $/fix.patchbundle --key {other}"));
        assert!(refused.code == 1 && refused.err.contains("file not found"), "{other}: {refused}");
    }
    console.done("key new bob --no-password --output $/anna");
    console.done("sign $/fix.patchbundle --key $/anna --as reviewer");
    let shown = console.done("verify $/fix.patchbundle").out;
    assert!(
        shown.contains("Signed with an unknown key"),
        "the file signed, not the key of that name: {shown}"
    );
}

#[test]
fn of_several_unknown_keys_no_hint_takes_one_from_the_patch_file() {
    let sandbox = scene();
    let console = person(&sandbox);
    for name in ["anna", "bob"] {
        let _ = new_key(&console, name);
        sign(&console, "fix", name, "author");
    }
    let refused = console.run("apply $/fix.patchbundle $/app --yes");
    assert!(refused.code == 4 && refused.err.contains("patchwright key trust KEYFILE"), "{refused}");
    assert!(!refused.err.contains("--from"), "that takes a patch file with one new key: {refused}");
}

/// The commands that `text` names for trusting a key.
fn ways_to_trust(text: &str) -> Vec<String> {
    let commands = text.split("patchwright ").skip(1).filter(|command| command.starts_with("key trust"));
    commands.map(|command| command.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_hint_trusts_each_signer_as_what_they_signed_and_no_reviewer_as_an_author() {
    let sandbox = scene();
    let console = person(&sandbox);
    let (anna, bob) = (new_key(&console, "anna"), new_key(&console, "bob"));
    sign(&console, "fix", "anna", "author");
    sign(&console, "fix", "bob", "reviewer");
    for command in ["verify $/fix.patchbundle", "apply $/fix.patchbundle $/app --yes"] {
        let ways = ways_to_trust(&console.run(command).printed());
        assert!(ways[0].starts_with("key trust --from $/fix.patchbundle --name NAME"), "{command}: {ways:?}");
        assert!(
            ways[1].starts_with("key trust KEYFILE --role reviewer --product Widget"),
            "{command}: {ways:?}"
        );
    }
    // As the hints say it, both count.
    console.done(&format!("key trust --from $/fix.patchbundle --name Anna --fingerprint {anna}"));
    trust(&console, "bob", &bob, "--role reviewer --product Widget");
    let verified = console.done("verify $/fix.patchbundle");
    assert!(verified.out.contains("bob as reviewer"), "{verified}");
    assert!(!verified.out.contains("isn't accepted"), "{verified}");
}

#[test]
fn a_key_that_only_reviewed_is_not_looked_for_in_the_patch_file() {
    let sandbox = scene();
    let console = person(&sandbox);
    new_key(&console, "bob");
    sign(&console, "fix", "bob", "reviewer");
    let verified = console.run("verify $/fix.patchbundle");
    let ways = ways_to_trust(&verified.printed());
    assert_eq!(ways.len(), 1, "{verified}");
    assert!(ways[0].starts_with("key trust KEYFILE --role reviewer --product Widget"), "{verified}");
}

#[test]
fn where_only_a_reviewer_is_missing_one_is_to_be_asked() {
    let sandbox = scene();
    let console = person(&sandbox);
    let (anna, bob) = (new_key(&console, "anna"), new_key(&console, "bob"));
    sign(&console, "fix", "anna", "author");
    trust(&console, "anna", &anna, "--product Widget");
    trust(&console, "bob", &bob, "--role reviewer --product Widget");
    let rules = sandbox.read("settings/trust.toml").expect("the file");
    sandbox.write("settings/trust.toml", &format!("{rules}\n[products.Widget]\nreviewers = 1\n"));
    let verified = console.run("verify $/fix.patchbundle");
    assert_eq!(verified.code, 4, "{verified}");
    let asked = "patchwright sign $/fix.patchbundle --key KEY --as reviewer";
    assert!(verified.out.contains(asked) && !verified.out.contains("Ask the sender"), "{verified}");
    sign(&console, "fix", "bob", "reviewer");
    console.done("verify $/fix.patchbundle");
}

/// As what `anna` is trusted, and for what.
fn trusted_as(console: &Console<'_>) -> (Vec<String>, Vec<String>) {
    let keys = console.done("key list --json").json();
    let texts = |of: &serde_json::Value| {
        let texts = of.as_array().expect("a list").iter();
        texts.map(|text| text.as_str().expect("a text").to_owned()).collect::<Vec<_>>()
    };
    (texts(&keys["keys"][0]["roles"]), texts(&keys["keys"][0]["products"]))
}

#[test]
fn a_key_that_is_trusted_for_more_stays_trusted_for_what_it_was() {
    let sandbox = scene();
    let console = person(&sandbox);
    let anna = new_key(&console, "anna");
    let run = |more: &str| {
        console.run(&format!("key trust $/settings/keys/anna.pub --fingerprint {anna} --yes {more}"))
    };
    assert_eq!(run("--name Anna --owner ACME --product Widget").code, 0);
    let added = run("--role approver --product Widget");
    assert!(added.out.contains("Anna is trusted as author, approver for Widget"), "{added}");
    assert!(added.out.contains("You said before: author for Widget. That still counts."), "{added}");
    // For another product, it may do there what it may do already.
    assert_eq!(run("--product Gadget").code, 0);
    let both =
        (vec!["author".to_owned(), "approver".to_owned()], vec!["Widget".to_owned(), "Gadget".to_owned()]);
    assert_eq!(trusted_as(&console), both);
    // What nobody said isn't said by the way.
    let more = run("--role reviewer --product Other");
    assert_eq!(more.code, 3, "{more}");
    assert!(more.err.contains("--replace"), "{more}");
    assert_eq!(trusted_as(&console), both);
}

#[test]
fn whoever_wants_to_trust_a_key_for_less_replaces_what_they_said() {
    let sandbox = scene();
    let console = person(&sandbox);
    let anna = new_key(&console, "anna");
    trust(&console, "anna", &anna, "--role author --role approver --product Widget --product Gadget");
    let less = console.done(&format!(
        "key trust $/settings/keys/anna.pub --role approver --product Widget --replace --fingerprint {anna}"
    ));
    assert!(
        less.out.contains("This replaces what you said before: author, approver for Widget, Gadget"),
        "{less}"
    );
    assert_eq!(trusted_as(&console), (vec!["approver".to_owned()], vec!["Widget".to_owned()]));
}

#[test]
fn a_key_is_revoked_only_once_somebody_has_agreed() {
    let sandbox = scene();
    let console = person(&sandbox);
    let anna = new_key(&console, "anna");
    trust(&console, "anna", &anna, "--product Widget");
    let alone = Console::new(&sandbox).with_keys().run("key revoke anna --reason stolen");
    assert_eq!(alone.code, 3, "nobody is at a terminal: {alone}");
    let declined = Console::new(&sandbox).with_keys().answering("n").run("key revoke anna --reason stolen");
    assert_eq!(declined.code, 3, "{declined}");
    assert!(declined.err.contains("Revoke this key? This can't be undone."), "{declined}");
    assert!(declined.err.contains("author for Widget"), "which key it is: {declined}");
    sign(&console, "fix", "anna", "author");
    console.done("verify $/fix.patchbundle");
    console.done("key revoke anna --reason stolen");
    assert_eq!(console.run("verify $/fix.patchbundle").code, 4);
}

#[test]
fn a_patch_is_signed_compared_trusted_and_then_applied_without_a_word_of_honour() {
    let sandbox = scene();
    let console = person(&sandbox);
    let digits = new_key(&console, "anna");
    sign(&console, "fix", "anna", "author");
    let unknown = console.run("verify $/fix.patchbundle");
    assert_eq!(unknown.code, 4, "{unknown}");
    assert_eq!(console.run("verify $/fix.patchbundle --allow-unsigned").code, 0);
    let refused = console.run("apply $/fix.patchbundle $/app --yes");
    assert_eq!(refused.code, 4, "{refused}");
    assert!(refused.err.contains("patchwright key trust --from"), "{refused}");

    // The digits that the owner told decide, not a yes.
    assert_eq!(console.run("key trust --from $/fix.patchbundle --name Anna --yes").code, 2);
    let alone = Console::new(&sandbox).with_keys().run("key trust --from $/fix.patchbundle --name Anna");
    assert_eq!(alone.code, 2, "nobody is at a terminal: {alone}");
    assert!(alone.err.contains("--fingerprint DIGITS") && !alone.err.contains("--yes"), "{alone}");
    let other = "0".repeat(64);
    let wrong = format!("key trust --from $/fix.patchbundle --name Anna --fingerprint {other}");
    assert_eq!(console.run(&wrong).code, 2);
    console.done(&format!("key trust --from $/fix.patchbundle --name Anna --fingerprint {digits}"));

    let trusted = console.done("verify $/fix.patchbundle");
    assert!(trusted.out.contains("Trusted: signed by Anna as author on "), "{trusted}");
    console.done("apply $/fix.patchbundle $/app --yes");
    let history = console.done("history $/app --json");
    let history: serde_json::Value = serde_json::from_str(&history.out).expect("JSON");
    let vouched = &history["entries"][0]["vouched"][0];
    assert_eq!(vouched["verdict"], "trusted");
    assert_eq!(vouched["signers"][0]["name"], "Anna");
    assert_eq!(vouched["signers"][0]["key"], digits.as_str());
}

#[test]
fn one_key_in_two_roles_is_one_key_that_nobody_trusts() {
    let sandbox = scene();
    let console = person(&sandbox);
    let _ = new_key(&console, "anna");
    sign(&console, "fix", "anna", "author");
    sign(&console, "fix", "anna", "reviewer");
    let told = console.run("verify $/fix.patchbundle").printed();
    assert!(told.contains("Not trusted: signed with a key you haven't trusted"), "{told}");
    assert_eq!(told.matches("Signed with an unknown key").count(), 1, "{told}");
    let _ = new_key(&console, "bob");
    sign(&console, "fix", "bob", "author");
    let told = console.run("verify $/fix.patchbundle").printed();
    assert!(told.contains("signed with 2 keys you haven't trusted"), "{told}");
    let allowed = console.done("verify $/fix.patchbundle --allow-unsigned");
    assert!(!allowed.out.contains("patchwright verify") && !allowed.out.contains("Next:"), "{allowed}");
}

#[test]
fn on_a_terminal_the_digits_are_shown_and_asked_about() {
    let sandbox = scene();
    let console = person(&sandbox);
    let digits = new_key(&console, "anna");
    sign(&console, "fix", "anna", "author");
    let declined = Console::new(&sandbox).with_keys().answering("n");
    assert_eq!(declined.run("key trust --from $/fix.patchbundle --name Anna").code, 3);
    assert!(console.done("key list").out.starts_with("You trust no keys yet"));
    let run = console.done("key trust --from $/fix.patchbundle --name Anna");
    let shown: String = run.err.split_whitespace().collect();
    assert!(shown.contains(&digits), "{run}");
    assert!(console.done("key list").out.contains("Anna"));
}

#[test]
fn thresholds_ask_for_different_people_in_their_roles() {
    let sandbox = scene();
    save(&sandbox, "fix", |patch| patch.about.approvals.reviewers = 1);
    let console = person(&sandbox);
    let (anna, bob) = (new_key(&console, "anna"), new_key(&console, "bob"));
    trust(&console, "anna", &anna, "--product Widget --role author --role reviewer");
    trust(&console, "bob", &bob, "--product Widget --role reviewer");
    sign(&console, "fix", "anna", "author");
    sign(&console, "fix", "anna", "reviewer");
    let alone = console.run("verify $/fix.patchbundle");
    assert!(alone.out.contains("Not enough signatures: 0 of 1 author, 1 of 1 reviewer"), "{alone}");
    sign(&console, "fix", "anna", "author");
    sign(&console, "fix", "bob", "reviewer");
    let both = console.done("verify $/fix.patchbundle");
    assert!(both.out.contains("anna as author on ") && both.out.contains("bob as reviewer on "), "{both}");
}

#[test]
fn a_bundle_that_was_changed_after_it_was_signed_is_broken_and_nothing_helps() {
    let sandbox = scene();
    let console = person(&sandbox);
    let anna = new_key(&console, "anna");
    trust(&console, "anna", &anna, "--product Widget");
    sign(&console, "fix", "anna", "author");
    // The same signature on another manifest.
    save(&sandbox, "other", |patch| patch.about.title = "Something else".into());
    move_signature(&sandbox, "fix", "other");
    let broken = console.run("verify $/other.patchbundle --allow-unsigned");
    assert!(broken.out.contains("Broken: this isn't the file that anna signed"), "{broken}");
    assert_eq!(broken.code, 4);
    let refused = console.run("apply $/other.patchbundle $/app --allow-unsigned --yes");
    assert_eq!(refused.code, 4, "{refused}");
    assert!(refused.err.contains("E-SIG"), "{refused}");
    assert!(!sandbox.path("app/.patchwright").exists());
}

fn move_signature(sandbox: &Sandbox, from: &str, to: &str) {
    use patchwright::bundle::container::{Container, ContainerWriter};
    let open = |name: &str| Container::open(&sandbox.path(&format!("{name}.patchbundle"))).expect("a bundle");
    let (from, old) = (open(from), open(to));
    let mut new = ContainerWriter::begin(Vec::new(), &old.manifest_bytes().expect("read")).expect("written");
    for (print, signature) in from.signatures().expect("read") {
        new.add_signature(&print, &signature).expect("written");
    }
    new.copy_content(&old).expect("copied");
    std::fs::write(sandbox.path(&format!("{to}.patchbundle")), new.finish().expect("written"))
        .expect("written");
}

#[test]
fn another_key_for_a_known_product_is_told_and_asks_for_the_same_word_as_none() {
    let sandbox = scene();
    let console = person(&sandbox);
    let anna = new_key(&console, "anna");
    trust(&console, "anna", &anna, "--product Widget");
    let mallory = new_key(&console, "mallory");
    sign(&console, "fix", "mallory", "author");
    let refused = console.run("apply $/fix.patchbundle $/app --yes");
    assert_eq!(refused.code, 4, "{refused}");
    assert!(refused.err.contains("signed by someone new for this product"), "{refused}");
    let plan = console.done("plan $/fix.patchbundle $/app");
    assert!(plan.out.contains("signed by someone new for this product"), "{plan}");
    let contact =
        console.run(&format!("key trust --from $/fix.patchbundle --name M --fingerprint {mallory}"));
    assert_eq!(contact.code, 4, "{contact}");
    // By hand it can be done, by somebody who knows what they do.
    trust(&console, "mallory", &mallory, "--product Widget");
    console.done("apply $/fix.patchbundle $/app --yes");
}

#[test]
fn h87_an_older_patch_needs_a_reason_which_the_history_keeps() {
    let sandbox = scene();
    let console = person(&sandbox);
    let anna = new_key(&console, "anna");
    trust(&console, "anna", &anna, "--product Widget");
    save(&sandbox, "new", |patch| patch.about.sequence = 42);
    save(&sandbox, "old", |patch| patch.about.sequence = 41);
    save(&sandbox, "twin", |patch| {
        patch.about.sequence = 42;
        patch.about.title = "Another".into();
    });
    save(&sandbox, "far", |patch| patch.about.sequence = 1 << 62);
    for name in ["new", "old", "twin", "far"] {
        sign(&console, name, "anna", "author");
    }
    console.done("apply $/new.patchbundle $/app --yes");
    console.done("rollback $/app --yes");
    for name in ["old", "twin"] {
        let refused = console.run(&format!("apply $/{name}.patchbundle $/app --yes"));
        assert_eq!(refused.code, 4, "{refused}");
        assert!(refused.err.contains("E-DOWNGRADE"), "{refused}");
    }
    assert_eq!(console.run("apply $/old.patchbundle $/app --yes --allow-downgrade=").code, 2);
    let far = console.done("plan $/far.patchbundle $/app");
    assert!(far.in_one_line().contains("check if that is right"), "{far}");
    // The same patch again is no step back.
    console.done("apply $/new.patchbundle $/app --yes");
    console.done("rollback $/app --yes");
    console.done("apply $/old.patchbundle $/app --yes --allow-downgrade=ticket-7");
    let history = console.done("history $/app --json");
    let history: serde_json::Value = serde_json::from_str(&history.out).expect("JSON");
    let last = history["entries"].as_array().expect("entries").last().expect("the newest");
    assert_eq!(last["overrides"][0]["rule"], "downgrade");
    assert_eq!(last["overrides"][0]["reason"], "ticket-7");
}

#[test]
fn the_rules_of_the_machine_cannot_be_talked_round() {
    let sandbox = scene();
    let console = person(&sandbox);
    sandbox.write(
        "machine/trust.toml",
        "format = 'patchwright-trust/1'\n[products.Widget]\nunsigned_apply = 'refuse'\nfloor = 10\n",
    );
    let refused = console.run("apply $/fix.patchbundle $/app --allow-unsigned --yes");
    assert_eq!(refused.code, 4, "{refused}");
    assert!(refused.err.contains("E-POLICY"), "{refused}");
    let anna = new_key(&console, "anna");
    trust(&console, "anna", &anna, "--product Widget");
    save(&sandbox, "low", |patch| patch.about.sequence = 9);
    sign(&console, "low", "anna", "author");
    let low = console.run("apply $/low.patchbundle $/app --yes --allow-downgrade=x");
    assert_eq!(low.code, 4, "{low}");
    assert!(low.err.contains("require patch number 10 or later"), "{low}");
    sandbox.write("machine/trust.toml", "format = 'patchwright-trust/1'\n[policy]\nunsigned_look = false\n");
    assert_eq!(console.run("show $/fix.patchbundle").code, 4);
}

#[test]
fn a_damaged_file_of_keys_stops_everything_that_would_ask_it() {
    let sandbox = scene();
    let console = person(&sandbox);
    sandbox.write("settings/trust.toml", "format = 'patchwright-trust/1'\n[[keys]]\nnam = 'x'\n");
    let refused = console.run("apply $/fix.patchbundle $/app --allow-unsigned --yes");
    assert_eq!(refused.code, 4, "{refused}");
    assert!(refused.err.contains("nobody is trusted"), "{refused}");
}

#[test]
fn a_key_that_was_taken_back_does_not_count_and_cannot_be_trusted_again() {
    let sandbox = scene();
    let console = person(&sandbox);
    let anna = new_key(&console, "anna");
    trust(&console, "anna", &anna, "--product Widget");
    sign(&console, "fix", "anna", "author");
    console.done("key revoke anna --reason stolen --yes");
    let verified = console.run("verify $/fix.patchbundle");
    assert_eq!(verified.code, 4);
    assert!(verified.out.contains("the key was revoked: stolen"), "{verified}");
    let again = console
        .run(&format!("key trust $/settings/keys/anna.pub --product Widget --fingerprint {anna} --yes"));
    assert_eq!(again.code, 3, "{again}");
}

#[test]
fn no_secret_is_ever_printed_or_written_where_others_read() {
    let sandbox = scene();
    let console = person(&sandbox);
    let mut printed = String::new();
    for command in [
        "key new anna",
        "key new anna --json",
        "sign $/fix.patchbundle --key $/settings/keys/anna.key",
        "sign $/fix.patchbundle --key $/settings/keys/anna.key --json --verbose",
        "key export anna",
        "support $/app --output $/support.zip",
    ] {
        printed.push_str(&console.run(command).printed());
    }
    let secret = std::fs::read_to_string(sandbox.path("settings/keys/anna.key")).expect("a key");
    let line = secret.lines().nth(1).expect("two lines");
    assert!(!printed.contains(line) && !printed.contains("correct horse"), "{printed}");
    let wrong = Console::new(&sandbox).with_keys();
    sandbox.write("pw", "battery staple\n");
    let run = wrong.run("sign $/fix.patchbundle --key $/settings/keys/anna.key --password-file $/pw");
    assert_eq!(run.code, 3, "{run}");
    assert!(!run.printed().contains("battery"), "{run}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let mode = std::fs::metadata(sandbox.path("settings/keys/anna.key")).expect("there").mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_file_that_holds_no_key_is_not_trusted_and_signs_nothing() {
    let sandbox = scene();
    let console = person(&sandbox);
    sandbox.write("bad.pub", "untrusted comment: a key\nRWQ\n");
    let bundle = std::fs::read(sandbox.path("fix.patchbundle")).expect("there");
    for line in
        ["key trust $/bad.pub --name Anna --product Widget --yes", "sign $/fix.patchbundle --key $/bad.pub"]
    {
        let run = console.run(line);
        assert_eq!(run.code, 3, "{run}");
        assert!(run.err.contains("E-KEY"), "{run}");
    }
    assert!(!console.done("key list").out.contains("Anna"));
    assert_eq!(std::fs::read(sandbox.path("fix.patchbundle")).expect("there"), bundle);
}

#[test]
fn an_ssh_key_signs_through_openssh() {
    if !is_here("ssh-keygen", "an_ssh_key_signs_through_openssh") {
        return;
    }
    let sandbox = scene();
    let console = person(&sandbox);
    let key = sandbox.path("id_ed25519");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
    assert!(made.expect("ssh-keygen runs").success());
    console.done("sign $/fix.patchbundle --key $/id_ed25519");
    console.done("key trust $/id_ed25519.pub --name Anna --product Widget");
    console.done("apply $/fix.patchbundle $/app --yes");
}

#[test]
fn what_minisign_signs_elsewhere_is_attached() {
    if !is_here("minisign", "what_minisign_signs_elsewhere_is_attached") {
        return;
    }
    let sandbox = scene();
    let console = person(&sandbox);
    let minisign = |args: &[&str]| {
        let mut command = Command::new("minisign");
        let status = command.current_dir(sandbox.path("")).args(args).stdin(Stdio::null()).output();
        assert!(status.expect("minisign runs").status.success(), "{args:?}");
    };
    minisign(&["-G", "-W", "-p", "m.pub", "-s", "m.key"]);
    let bundle =
        patchwright::bundle::container::Container::open(&sandbox.path("fix.patchbundle")).expect("open");
    std::fs::write(sandbox.path("manifest.json"), bundle.manifest_bytes().expect("read")).expect("written");
    let comment = console.done("sign $/fix.patchbundle --comment").out;
    minisign(&["-S", "-s", "m.key", "-t", comment.trim_end(), "-m", "manifest.json"]);
    console.done("key trust $/m.pub --name Anna --product Widget");
    console.done("sign $/fix.patchbundle --attach $/manifest.json.minisig");
    console.done("verify $/fix.patchbundle");
    // A signature of something else is never added.
    std::fs::write(sandbox.path("manifest.json"), b"{}").expect("written");
    minisign(&["-S", "-s", "m.key", "-t", comment.trim_end(), "-m", "manifest.json"]);
    assert_eq!(console.run("sign $/fix.patchbundle --attach $/manifest.json.minisig").code, 4);
}

#[test]
fn a_history_that_was_cut_short_or_changed_is_found_out() {
    let sandbox = scene();
    let console = person(&sandbox);
    let anna = new_key(&console, "anna");
    trust(&console, "anna", &anna, "--product Widget");
    save(&sandbox, "new", |patch| patch.about.sequence = 42);
    save(&sandbox, "old", |patch| patch.about.sequence = 41);
    sign(&console, "new", "anna", "author");
    sign(&console, "old", "anna", "author");
    console.done("apply $/new.patchbundle $/app --yes");
    console.done("rollback $/app --yes");
    let whole = console.done("history $/app --verify");
    assert!(whole.out.contains("is intact: 2 entries"), "{whole}");

    // The newest entry goes, and the chain that is left is in order.
    let entry = sandbox.path("app/.patchwright/history/00000002");
    let kept = sandbox.path("kept");
    std::fs::rename(&entry, &kept).expect("moved");
    let cut = console.run("history $/app --verify");
    assert_eq!(cut.code, 6, "{cut}");
    assert!(cut.out.contains("was changed, from entry 2 on"), "{cut}");
    // Somebody else, who has never seen it, cannot know.
    Console::new(&sandbox).done("history $/app --verify");
    std::fs::rename(&kept, &entry).expect("moved back");

    // A manifest beside an entry is exchanged.
    let manifest = sandbox.path("app/.patchwright/history/00000001/manifest.json");
    let text = std::fs::read_to_string(&manifest).expect("read");
    std::fs::write(&manifest, text.replace("Umlauts", "Anything")).expect("written");
    let changed = console.run("history $/app --verify");
    assert!(changed.out.contains("was changed, from entry 1 on"), "{changed}");
    // Nothing that an exchanged one says is shown as what the folder is.
    let mut planted: serde_json::Value = serde_json::from_str(&text).expect("a manifest");
    planted["product"]["name"] = "Planted".into();
    std::fs::write(&manifest, planted.to_string()).expect("written");
    let status = console.run("status $/app");
    assert!(!status.out.contains("Planted"), "{status}");
    std::fs::write(&manifest, text).expect("written");

    // One bit of an entry.
    let first = sandbox.path("app/.patchwright/history/00000001/entry.json");
    let text = std::fs::read_to_string(&first).expect("read");
    std::fs::write(&first, text.replace("\"user\":\"ada\"", "\"user\":\"bob\"")).expect("written");
    let forged = console.run("history $/app --verify");
    assert_eq!(forged.code, 6, "{forged}");
    assert!(forged.out.contains("was changed, from entry 1 on"), "{forged}");

    // Even a history that is taken away whole does not open the door to an older patch.
    std::fs::remove_dir_all(sandbox.path("app/.patchwright")).expect("removed");
    let refused = console.run("apply $/old.patchbundle $/app --yes");
    assert!(refused.err.contains("E-DOWNGRADE"), "{refused}");
}

/// A list of keys for the product, with the public keys of these people.
fn key_list(sandbox: &Sandbox, version: u64, threshold: u32, people: &[&str]) {
    let key = |name: &&str| {
        let public =
            std::fs::read_to_string(sandbox.path(&format!("settings/keys/{name}.pub"))).expect("a key");
        let line = public.lines().last().expect("a line").to_owned();
        serde_json::json!({ "key": line, "name": name, "owner": name, "roles": ["author"] })
    };
    let list = serde_json::json!({
        "format": "patchwright-keys/1", "product": "Widget", "version": version, "issued": "2026-11-23T00:00:00Z",
        "threshold": threshold, "keys": people.iter().map(key).collect::<Vec<_>>(),
    });
    for entry in std::fs::read_dir(sandbox.path("")).expect("listed") {
        let path = entry.expect("an entry").path();
        if path.file_name().expect("a name").to_string_lossy().starts_with("keys.json") {
            std::fs::remove_file(path).expect("removed");
        }
    }
    sandbox.write("keys.json", &list.to_string());
}

fn sign_list(console: &Console<'_>, file: &str, name: &str) {
    console.done(&format!("key sign-list $/{file} --key $/settings/keys/{name}.key"));
}

#[test]
fn h89_a_new_list_of_keys_needs_the_old_and_the_new_and_comes_in_order() {
    let sandbox = scene();
    let console = person(&sandbox);
    let anna = new_key(&console, "anna");
    new_key(&console, "ben");
    trust(&console, "anna", &anna, "--product Widget");

    // By the new one alone; by the old one alone; with a threshold of nothing.
    key_list(&sandbox, 1, 1, &["ben"]);
    sign_list(&console, "keys.json", "ben");
    let refused = console.run("key update $/keys.json");
    assert_eq!(refused.code, 4, "{refused}");
    assert!(refused.err.contains("signed by 0 of the 1 required keys that you trust"), "{refused}");
    key_list(&sandbox, 1, 1, &["ben"]);
    sign_list(&console, "keys.json", "anna");
    let refused = console.run("key update $/keys.json");
    assert!(refused.err.contains("signed by 0 of the 1 required keys in the list itself"), "{refused}");
    key_list(&sandbox, 1, 0, &["ben"]);
    sign_list(&console, "keys.json", "anna");
    sign_list(&console, "keys.json", "ben");
    assert!(console.run("key update $/keys.json").err.contains("it asks for 0 of 1 authors"));

    key_list(&sandbox, 1, 1, &["ben"]);
    sign_list(&console, "keys.json", "anna");
    sign_list(&console, "keys.json", "ben");
    // A byte more, and it is not what was signed.
    let list = std::fs::read_to_string(sandbox.path("keys.json")).expect("read");
    sandbox.write("keys.json", &format!("{list}\n"));
    assert_eq!(console.run("key update $/keys.json").code, 4);
    sandbox.write("keys.json", &list);
    console.done("key update $/keys.json");
    let keys = console.done("key list").out;
    assert!(keys.contains("ben") && !keys.contains("anna"), "{keys}");
    sign(&console, "fix", "anna", "author");
    assert_eq!(console.run("verify $/fix.patchbundle").code, 4);
    sign(&console, "fix", "ben", "author");
    console.done("verify $/fix.patchbundle");

    // The same again, and one left out.
    for version in [1, 3] {
        key_list(&sandbox, version, 1, &["ben"]);
        sign_list(&console, "keys.json", "ben");
        let refused = console.run("key update $/keys.json");
        assert!(refused.err.contains("and the last one was 1"), "{refused}");
    }
}

#[test]
fn a_list_of_keys_that_are_taken_back_counts_when_a_revoker_signed_it() {
    let sandbox = scene();
    let console = person(&sandbox);
    let (anna, rita) = (new_key(&console, "anna"), new_key(&console, "rita"));
    trust(&console, "anna", &anna, "--product Widget");
    sign(&console, "fix", "anna", "author");
    let list = serde_json::json!({
        "format": "patchwright-revocation/1", "issued": "2026-11-23T00:00:00Z",
        "revoked": [{ "fingerprint": anna, "reason": "the laptop was stolen" }],
    });
    sandbox.write("gone.json", &list.to_string());
    sign_list(&console, "gone.json", "rita");
    let refused = console.run("key update $/gone.json");
    assert_eq!(refused.code, 4, "{refused}");
    trust(&console, "rita", &rita, "--product Other --role revoker");
    assert!(console.run("key update $/gone.json").err.contains("you don't trust its signer for"));
    trust(&console, "rita", &rita, "--every-product --role revoker");
    console.done("key update $/gone.json");
    let verified = console.run("verify $/fix.patchbundle");
    assert!(verified.in_one_line().contains("the key was revoked: the laptop was stolen"), "{verified}");
}
