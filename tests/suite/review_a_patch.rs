//! Somebody looks a patch over and says what they think of it. Signed, that counts, and whoever applies the patch reads
//! it before; nobody can change a word of it, and nothing in it can pass for more than text.

use std::fs;
use std::process::Command;

use patchwright::bundle::container::{Container, ContainerWriter};
use patchwright::model::Approvals;
use patchwright::trust::{AttachedReview, SecretKey};
use patchwright::workbench::{Opinion, ReviewWish, Signer};
use serde_json::Value;

use crate::support::build::Builder;
use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, unwatched};
use crate::support::tools::is_here;
use crate::support::trust::{bench_with_keys, write_key, write_trusted_key};

/// A patch that asks for an author and a reviewer.
fn fix(sandbox: &Sandbox) -> Builder {
    sandbox
        .bundle("FIX-1")
        .replace("conf/app.toml", "size = 12\n", "size = 14\n")
        .create("doc.txt", "new\n")
        .delete("old.txt", "old\n")
        .but(|patch| patch.about.approvals = Approvals { authors: 1, reviewers: 1 })
}

/// The patch in `$/fix.patchbundle`, signed by its author, and the product that it is for in `$/app`; `anna` may make
/// patches and `rose` review them.
fn signed_fix() -> (Sandbox, SecretKey) {
    let sandbox = Sandbox::with(&[("app/conf/app.toml", "size = 12\n"), ("app/old.txt", "old\n")]);
    sandbox.save("fix.patchbundle", &fix(&sandbox));
    write_trusted_key(&sandbox, "anna", 1, "author");
    let rose = write_trusted_key(&sandbox, "rose", 2, "reviewer");
    Console::new(&sandbox).with_keys().done("sign $/fix.patchbundle --key $/anna.key");
    (sandbox, rose)
}

fn verdict(console: &Console<'_>) -> String {
    let answer = console.run("verify $/fix.patchbundle --json").json();
    answer["trust"]["verdict"].as_str().expect("a verdict").to_owned()
}

/// Puts a review and a signature over it into the patch file, whatever they are.
fn put_in(sandbox: &Sandbox, name: &str, change: impl Fn(&mut AttachedReview)) {
    let path = sandbox.path("fix.patchbundle");
    let old = Container::open(&path).expect("a bundle");
    let mut new =
        ContainerWriter::begin(Vec::new(), &old.manifest_bytes().expect("its manifest")).expect("room");
    for (name, signature) in old.signatures().expect("its signatures") {
        new.add_signature(&name, &signature).expect("room");
    }
    let taken = Container::open(&sandbox.path(name)).expect("a bundle").reviews().expect("its reviews");
    for (name, mut review) in taken {
        change(&mut review);
        new.add_review(&name, &review).expect("room");
    }
    new.copy_content(&old).expect("a blob");
    let bytes = new.finish().expect("a whole bundle");
    drop(old);
    fs::write(path, bytes).expect("our own file");
}

#[test]
fn a_signed_approval_is_the_reviewer_that_was_missing_and_stands_before_the_question() {
    let (sandbox, _) = signed_fix();
    let console = Console::new(&sandbox).with_keys();
    assert_eq!(verdict(&console), "not-enough");

    sandbox.write(
        "notes.txt",
        "conf/app.toml: 14 is what the vendor's table says\n\nAsk: is there a newer one?\n",
    );
    let command = "review $/fix.patchbundle --verdict approved --notes $/notes.txt --looked-at conf \
                   --looked-at doc.txt --key $/rose.key";
    insta::assert_snapshot!(console.done(command), @r"
    Reviewed FIX-1: approved
    Looked at   2 of 3 changes, and the review says so
    Signed      in $/fix.patchbundle
    Trusted: signed by anna as author on 2026-11-23 09:30:00 UTC, rose as reviewer on 2026-11-23 09:30:00 UTC
    -- exit 0
    ");
    assert_eq!(verdict(&console), "trusted");
    insta::assert_snapshot!(console.done("verify $/fix.patchbundle"), @r"
    $/fix.patchbundle is intact: every checksum matches
    Trusted: signed by anna as author on 2026-11-23 09:30:00 UTC, rose as reviewer on 2026-11-23 09:30:00 UTC

    Patch       FIX-1  Umlauts in fonts
    SHA-256     [sha256]
    Manifest    [sha256]
    Review      rose approved it and looked at 2 of 3 changes
                conf/app.toml: 14 is what the vendor's table says
                Ask: is there a newer one?
    -- exit 0
    ");

    let said = "Review      rose approved it and looked at 2 of 3 changes\n            conf/app.toml: 14 is";
    for command in ["show $/fix.patchbundle", "plan $/fix.patchbundle $/app"] {
        let run = console.done(command);
        assert!(run.out.contains(said), "{run}");
    }
    let asked = Console::new(&sandbox).with_keys().answering("n").run("apply $/fix.patchbundle $/app");
    assert!(asked.err.contains(said), "{asked}");
    console.done("apply $/fix.patchbundle $/app --yes");
    let history = console.done("history $/app --json").out;
    assert!(history.contains("\"rose\""), "{history}");
}

#[test]
fn programs_read_who_reviewed_a_patch() {
    let (sandbox, _) = signed_fix();
    let console = Console::new(&sandbox).with_keys();
    let command =
        "review $/fix.patchbundle --verdict approved --looked-at-all --note fine --key $/rose.key --json";
    let made = console.done(command).json();
    assert_eq!(made["trust"]["verdict"], "trusted");
    assert_eq!(made["review"]["reviewer"], "ada@server");
    assert_eq!(made["review"]["changes"][0]["change"], "modified");

    let plan = console.done("plan $/fix.patchbundle $/app --json").json();
    let verified = console.done("verify $/fix.patchbundle --json").json();
    let shown = console.done("show $/fix.patchbundle --json").json();
    for reviews in [&verified["reviews"], &shown["reviews"], &plan["patches"][0]["reviews"]] {
        let review = &reviews[0];
        assert_eq!((&review["name"], &review["opinion"]), (&"rose".into(), &"approved".into()), "{reviews}");
        assert_eq!((&review["looked_at"], &review["changes"]), (&3.into(), &3.into()));
        assert_eq!(review["notes"][0]["text"], "fine");
        assert_eq!(review["sha256"], made["review_sha256"]);
    }
    assert_eq!(verified["trust"]["signers"][1]["review"], made["review_sha256"]);

    let schema: Value =
        serde_json::from_str(include_str!("../../assets/schema/cli.schema.json")).expect("JSON");
    let schema = jsonschema::draft202012::new(&schema).expect("a schema");
    for document in [&made, &plan, &verified, &shown] {
        let complaints: Vec<_> = schema.iter_errors(document).map(|error| error.to_string()).collect();
        assert!(complaints.is_empty(), "{complaints:?} {document:#}");
    }
}

#[test]
fn a_no_stops_the_patch_and_says_why_although_another_reviewer_said_yes() {
    let (sandbox, _) = signed_fix();
    write_trusted_key(&sandbox, "otto", 3, "reviewer");
    let console = Console::new(&sandbox).with_keys();
    console.done("review $/fix.patchbundle --verdict approved --looked-at-all --key $/rose.key");
    assert_eq!(verdict(&console), "trusted");

    sandbox.write("notes.txt", "old.txt: somebody still reads it\n");
    let rejects =
        "review $/fix.patchbundle --verdict rejected --notes $/notes.txt --looked-at-all --key $/otto.key";
    console.done(rejects);
    assert_eq!(verdict(&console), "not-enough");
    let plan = console.run("plan $/fix.patchbundle $/app");
    assert!(plan.out.contains("otto looked at it and rejects it"), "{plan}");
    assert!(
        plan.out
            .contains("otto rejected it and looked at 3 of 3 changes\n            old.txt: somebody still"),
        "{plan}"
    );
    let applied = console.run("apply $/fix.patchbundle $/app --yes");
    assert_eq!(applied.code, 4, "{applied}");

    // Who thinks again signs again; the newer review takes the place of the older one.
    console.done("review $/fix.patchbundle --verdict commented --key $/otto.key");
    assert_eq!(verdict(&console), "trusted");
    let plan = console.done("plan $/fix.patchbundle $/app");
    assert!(plan.out.contains("otto commented on it and looked at 0 of 3 changes"), "{plan}");
}

#[test]
fn a_stranger_is_not_heard() {
    let (sandbox, _) = signed_fix();
    write_key(&sandbox, "eve", 9);
    sandbox.write("notes.txt", "Everything was checked by ACME\n");
    let console = Console::new(&sandbox).with_keys();
    console.done(
        "review $/fix.patchbundle --verdict approved --looked-at-all --notes $/notes.txt --key $/eve.key",
    );
    assert_eq!(verdict(&console), "not-enough");
    for command in ["show $/fix.patchbundle", "plan $/fix.patchbundle $/app"] {
        let run = console.run(command);
        assert!(!run.out.contains("checked by ACME"), "{run}");
    }
    // Who may only make patches cannot review them either.
    console.done("review $/fix.patchbundle --verdict approved --looked-at-all --key $/anna.key");
    assert_eq!(verdict(&console), "not-enough");
}

#[test]
fn an_edited_review_is_broken() {
    let (sandbox, _) = signed_fix();
    let console = Console::new(&sandbox).with_keys();
    console.done("review $/fix.patchbundle --verdict rejected --key $/rose.key");
    put_in(&sandbox, "fix.patchbundle", |review| {
        let report = String::from_utf8(review.report.clone()).expect("text");
        review.report = report.replace("\"rejected\"", "\"approved\"").into_bytes();
    });
    assert_eq!(verdict(&console), "broken");
    let run = console.run("verify $/fix.patchbundle");
    assert!(run.code == 4 && run.out.contains("The signature by rose is not valid"), "{run}");
}

#[test]
fn a_review_of_another_patch_counts_nowhere() {
    let (sandbox, rose) = signed_fix();
    let console = Console::new(&sandbox).with_keys();
    let other = fix(&sandbox).but(|patch| patch.about.title = "another one".into());
    sandbox.save("other.patchbundle", &other);
    console.done("review $/other.patchbundle --verdict approved --looked-at-all --key $/rose.key");
    // Moved from one file into the other it is left aside ...
    put_in(&sandbox, "other.patchbundle", |_| {});
    assert_eq!(verdict(&console), "not-enough");
    let run = console.run("verify $/fix.patchbundle");
    assert!(run.out.contains("A review isn't accepted: it's for another patch"), "{run}");
    // ... and nobody is made to sign one for the wrong file.
    let bench = bench_with_keys(&sandbox);
    let wish = ReviewWish {
        opinion: Opinion::Approved,
        notes: Vec::new(),
        looked_at: Vec::new(),
        looked_at_all: true,
        reviewer: None,
    };
    let look = |name: &str| {
        unwatched(|watch| bench.look_to_sign(&sandbox.path(name), None, watch)).expect("a bundle")
    };
    let review = bench.review(&look("other.patchbundle"), &wish);
    let bytes = review.expect("a review").to_bytes();
    let shown = look("fix.patchbundle");
    let file = sandbox.path("fix.patchbundle");
    let before = fs::read(&file).expect("a bundle");
    let signer = Signer::Minisign(Box::new(rose));
    let refused = unwatched(|watch| bench.sign_review(&file, &shown, &bytes, &signer, watch));
    let refused = refused.expect_err("the wrong file");
    assert!(refused.to_string().contains("another patch"), "{refused}");
    assert_eq!(fs::read(&file).expect("a bundle"), before);
}

#[test]
fn a_review_is_printed_when_it_goes_nowhere_else() {
    let (sandbox, _) = signed_fix();
    let console = Console::new(&sandbox).with_keys();
    sandbox.write("notes.txt", "conf/app.toml: why 14?\n");
    let command = "review $/fix.patchbundle --verdict commented --notes $/notes.txt --looked-at conf/app.toml --reviewer Rose";
    insta::assert_snapshot!(console.done(command), @r"
    # Review of FIX-1: commented

    Umlauts in fonts

    - Verdict: commented
    - Reviewer: Rose
    - Time: 2026-11-23 09:30:00 UTC
    - Looked at: 1 of 3 changes
    - Product: Widget, number 1
    - Signatures then: Not enough signatures: 1 of 1 author, 0 of 1 reviewer
    - SHA-256 of the manifest: `[sha256]`
    - SHA-256 of the patch file: `[sha256]`

    ## Notes

    - `conf/app.toml`: why 14?

    ## Changes

    - [x] `conf/app.toml`: modified
    - [ ] `doc.txt`: added
    - [ ] `old.txt`: deleted

    This text is for reading. Signatures cover the JSON form of the review.

    Nothing was saved. To save it, add --output FILE. To sign it, add --key KEY.
    -- exit 0
    ");
}

#[test]
fn what_a_stranger_wrote_stays_text_in_every_form() {
    let sandbox = Sandbox::new();
    let hostile = "<script>alert(1)</script> [x](javascript:y) `a` *b*\u{202e}";
    let fix = fix(&sandbox).create("a `b`.txt", "").but(|patch| patch.about.title = hostile.into());
    sandbox.save("fix.patchbundle", &fix);
    sandbox.write("notes.txt", &format!("# {hostile}\u{1b}[2J\n"));
    let console = Console::new(&sandbox).with_keys();
    let command = "review $/fix.patchbundle --verdict approved --notes $/notes.txt --reviewer <b>Eve</b> \
                   --output $/review.html --output $/review.md --output $/review.json";
    insta::assert_snapshot!(console.done(command), @r"
    Reviewed FIX-1: approved
    Looked at   0 of 4 changes, and the review says so
    Written     $/review.html
                $/review.md
                $/review.json
    Signed      no; add --key KEY to sign it and add it to the patch file
    -- exit 0
    ");
    let html = sandbox.read("review.html").expect("a page");
    let tags: Vec<&str> = html.split('<').skip(1).filter_map(|rest| rest.split(['>', ' ']).next()).collect();
    for tag in &tags {
        let tag = tag.trim_start_matches('/');
        let ours = [
            "!doctype", "html", "meta", "title", "style", "p", "h1", "h2", "table", "tr", "th", "td", "ul",
            "li", "footer",
        ];
        assert!(ours.contains(&tag), "{tag} in {html}");
    }
    let markdown = sandbox.read("review.md").expect("a text");
    assert!(
        markdown.contains("\\<script\\>alert(1)\\</script\\> \\[x\\](javascript:y) \\`a\\` \\*b\\*"),
        "{markdown}"
    );
    assert!(markdown.contains("- [ ] `` a `b`.txt ``: added"), "{markdown}");
    assert!(!markdown.lines().any(|line| line.starts_with("- #")), "{markdown}");
    for text in [html, markdown] {
        assert!(!text.contains(['\u{202e}', '\u{1b}']), "{text:?}");
        assert!(text.contains("first in the words of title"), "{text}");
    }
}

#[test]
fn a_place_that_is_not_changed_a_form_that_is_not_known_and_a_text_patch_are_refused() {
    let (sandbox, _) = signed_fix();
    let console = Console::new(&sandbox).with_keys();
    sandbox.write("fix.patch", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n");
    for (arguments, says) in [
        ("$/fix.patchbundle --looked-at confusion", "doesn't change \"confusion\""),
        ("$/fix.patchbundle --output $/review.txt", "ends in .json, .md or .html"),
        ("$/fix.patch", "A text patch can't be reviewed"),
        ("$/fix.patch", "patchwright make --patch $/fix.patch --target FOLDER"),
        ("$/fix.patchbundle --notes $/nowhere.txt", "read the notes"),
    ] {
        let run = console.run(&format!("review {arguments} --verdict approved"));
        assert!(run.code != 0 && run.err.contains(says), "{arguments}: {run}");
    }
    assert_eq!(sandbox.read("review.txt"), None);
    let verified = console.run("verify $/fix.patch");
    assert!(verified.err.contains("patchwright plan $/fix.patch FOLDER"), "{verified}");
    let both = console.run("plan $/fix.patchbundle $/fix.patch $/app");
    assert!(both.err.contains("patchwright make --patch $/fix.patch --target $/app"), "{both}");
}

#[test]
fn the_exact_bytes_verify_with_minisign_itself() {
    let story = "the_exact_bytes_verify_with_minisign_itself";
    let (sandbox, _) = signed_fix();
    Console::new(&sandbox)
        .with_keys()
        .done("review $/fix.patchbundle --verdict approved --key $/rose.key --output $/review.json");
    let attached = Container::open(&sandbox.path("fix.patchbundle")).expect("a bundle").reviews();
    let (_, attached) = attached.expect("its reviews").remove(0);
    let read = |name: &str| fs::read(sandbox.path(name)).expect(name);
    assert_eq!(attached.report, read("review.json"));
    assert_eq!(attached.signature.bytes, read("review.json.minisig"));

    let minisign = || {
        let (key, review) = (sandbox.path("rose.pub"), sandbox.path("review.json"));
        Command::new("minisign").arg("-Vp").arg(key).arg("-m").arg(review).output()
    };
    if !is_here("minisign", story) {
        return;
    }
    let output = minisign().expect("minisign runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::write(sandbox.path("review.json"), [read("review.json"), vec![b' ']].concat()).expect("our own file");
    assert!(!minisign().expect("it ran before").status.success());
}

#[test]
#[cfg(unix)]
fn a_review_signed_by_ssh_verifies_with_ssh_keygen_itself() {
    let story = "a_review_signed_by_ssh_verifies_with_ssh_keygen_itself";
    if !is_here("ssh-keygen", story) {
        return;
    }
    let (sandbox, _) = signed_fix();
    let key = sandbox.path("ssh");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "rita", "-f"])
        .arg(&key)
        .output();
    assert!(made.expect("ssh-keygen runs").status.success());
    let console = Console::new(&sandbox).with_keys();
    let print = {
        let public = fs::read_to_string(sandbox.path("ssh.pub")).expect("a public key");
        patchwright::trust::PublicKey::parse(&public).expect("a public key").fingerprint()
    };
    console.done(&format!(
        "key trust $/ssh.pub --name rita --role reviewer --every-product --fingerprint {print} --yes"
    ));
    console.done(
        "review $/fix.patchbundle --verdict approved --looked-at-all --key $/ssh --output $/review.json",
    );
    assert_eq!(verdict(&console), "trusted");

    let public = sandbox.read("ssh.pub").expect("a public key");
    sandbox.write("allowed", &format!("rita {public}"));
    let output = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-n", "patchwright-review", "-I", "rita", "-f"])
        .arg(sandbox.path("allowed"))
        .arg("-s")
        .arg(sandbox.path("review.json.sshsig"))
        .stdin(fs::File::open(sandbox.path("review.json")).expect("the review"))
        .output()
        .expect("it ran before");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
