//! Whose word counts, and what proves it.

use patchwright::model::{ResolvedIssue, ResolvedKind};
use serde_json::Value;

use super::doubles::trivy_report;
use super::scene::*;
use crate::support::sandbox::{Sandbox, order};

#[test]
fn what_is_fixed_is_told_with_its_patch_its_author_and_its_proof() {
    let sandbox = patched();
    let told = console(&sandbox).done("fixed $/app").out;
    let line = format!("  {CVE} {GHSA}  {DEBUG}  ACME-HF-1042\n      signed by acme; 1 file of it\n");
    assert!(told.contains(&format!("Fixed: confirmed by the files on this disk:\n{line}")), "{told}");
    let answer = ask(&sandbox, "");
    let claim = &answer["claims"][0];
    assert_eq!(
        (&claim["proof"], &claim["grade"], &claim["trusted"]),
        (&"verified".into(), &"file".into(), &true.into())
    );
    assert_eq!(answer["statements"][0]["ids"], serde_json::json!([CVE, GHSA]));
}

#[test]
fn a_folder_without_patches_claims_nothing() {
    let sandbox = product();
    let told = console(&sandbox).done("fixed $/app").out;
    assert!(told.contains("No patch in this folder says what it fixes."), "{told}");
    assert!(!sandbox.path("app/.patchwright").exists(), "looking leaves nothing behind");
}

#[test]
fn the_word_of_somebody_whom_nobody_trusts_is_shown_apart_and_passed_on_to_nobody() {
    for key in [None, Some("nobody")] {
        let sandbox = product();
        match key {
            Some(key) => save_signed(&sandbox, "fix", &hotfix(&sandbox), key),
            None => drop(sandbox.save("fix.patchbundle", &hotfix(&sandbox))),
        }
        apply(&sandbox, "fix");
        assert_eq!(why_not(&sandbox), "nobody you trust has signed it");
        let told = console(&sandbox).done("fixed $/app").out;
        assert!(told.contains("Claimed by patches that aren't signed by anyone you trust:\n"), "{told}");
        assert!(!told.contains("prove"), "{told}");
        for format in FORMATS {
            let document = document(&sandbox, format);
            assert!(!document.contains(CVE) && !document.contains(GHSA), "{document}");
        }
    }
}

#[test]
fn a_thousand_claims_of_nobody_for_one_text_are_a_thousand_claims_and_no_statement() {
    let sandbox = product();
    let ids: Vec<String> = (0..1000).map(|number| format!("CVE-2026-{number:05}")).collect();
    let claims: Vec<_> = ids.iter().map(|id| fixed(id, &[], &[DEBUG])).collect();
    let bundle = bundle(&sandbox, "EVIL-1").replace("docs/guide.txt", "Read me.\n", "Read me!\n");
    sandbox.save("fix.patchbundle", &claiming(bundle, &claims, &[part(DEBUG, &["docs/guide.txt"])]));
    apply(&sandbox, "fix");
    let answer = ask(&sandbox, "");
    assert_eq!(answer["claims"].as_array().map(Vec::len), Some(1000));
    assert_eq!(answer["statements"], serde_json::json!([]));
    let told = console(&sandbox).done("fixed $/app").out;
    assert!(
        told.contains("1 file of it") && told.contains("and 950 more; see them all with --json"),
        "{told}"
    );
}

#[test]
fn a_patched_file_that_was_edited_or_is_gone_proves_nothing() {
    let sandbox = patched();
    sandbox.write(&format!("app/{FILE}"), "// mine\n");
    assert_eq!(why_not(&sandbox), format!("{FILE} isn't as the patch left it"));
    std::fs::remove_file(sandbox.path(&format!("app/{FILE}"))).expect("it was there");
    assert_eq!(why_not(&sandbox), format!("{FILE} isn't as the patch left it"));
    let told = console(&sandbox).done("fixed $/app").out;
    assert!(told.contains("Not proven, so not claimed:\n"), "{told}");
}

#[test]
fn a_file_that_was_edited_before_the_patch_came_is_told_as_that() {
    let sandbox = product();
    sandbox.write("known/conf/web.yaml", "legacy: true\nport: 80\n");
    let edits = "[[edits]]\nfile = \"conf/web.yaml\"\ndo = [{ set = \"legacy\", to = false }]\n";
    sandbox.write("order.toml", &order("ACME-HF-1", &format!("vulnerabilities = [\"{CVE}\"]"), edits));
    console(&sandbox).done("make --from $/known --order $/order.toml --output $/fix.patchbundle");
    console(&sandbox).done("sign $/fix.patchbundle --key $/acme.key --as author");
    sandbox.write("app/conf/web.yaml", "legacy: true\nport: 8080\n");
    apply(&sandbox, "fix");
    assert_eq!(
        why_not(&sandbox),
        "conf/web.yaml was edited here before the patch came, so it isn't as the author shipped it"
    );
    sandbox.write("app/conf/web.yaml", "legacy: true\nport: 8081\n");
    assert_eq!(why_not(&sandbox), "conf/web.yaml isn't as the patch left it");
}

#[test]
fn a_patch_that_was_withdrawn_proves_nothing() {
    let sandbox = patched();
    let list = |id: &str| {
        serde_json::json!({"format": "patchwright-holds/1", "issued": "2026-11-23T00:00:00Z",
            "held": [{"id": id, "reason": "it mends half of it"}]})
        .to_string()
    };
    sandbox.write("withdrawn.json", &list("ACME-HF-1042"));
    sandbox.write("others.json", &list("ACME-HF-1"));
    let answer = ask(&sandbox, "--withdrawn $/withdrawn.json");
    assert_eq!(answer["claims"][0]["why_not"], "withdrawn: it mends half of it");
    assert_eq!(answer["statements"], serde_json::json!([]));
    let answer = ask(&sandbox, "--withdrawn $/others.json");
    assert_eq!(answer["claims"][0]["proof"], "verified");
}

#[test]
fn a_later_patch_of_the_same_file_carries_the_proof_on_only_if_it_is_trusted() {
    for (key, is_carried_on) in [("acme", true), ("nobody", false)] {
        let sandbox = patched();
        let later = bundle(&sandbox, "ACME-HF-1043").replace(FILE, MENDED, "split('\\n') // faster\n");
        save_signed(&sandbox, "later", &later, key);
        console(&sandbox)
            .done("apply $/later.patchbundle $/app --yes --allow-unsigned --allow-related=tried");
        match is_carried_on {
            true => assert_eq!(ask(&sandbox, "")["claims"][0]["proof"], "verified"),
            false => assert_eq!(why_not(&sandbox), format!("{FILE} was changed since by ACME-HF-1043")),
        }
    }
}

#[test]
fn a_later_patch_of_another_file_changes_nothing() {
    let sandbox = patched();
    let later = bundle(&sandbox, "OTHER-2001").replace("docs/guide.txt", "Read me.\n", "Read me!\n");
    sandbox.save("later.patchbundle", &later);
    apply(&sandbox, "later");
    assert_eq!(ask(&sandbox, "")["claims"][0]["proof"], "verified");
}

/// The product with a patch in it that says this about `library`, which calls itself `version` since.
fn upgraded(claim: &ResolvedIssue, version: &str) -> Sandbox {
    let sandbox = product();
    let mut upgraded = part(DEBUG, &[FILE]);
    upgraded.version_after = Some(version.to_owned());
    let bundle = bundle(&sandbox, "ACME-HF-1").replace(FILE, HOLE, MENDED);
    save_signed(&sandbox, "fix", &claiming(bundle, std::slice::from_ref(claim), &[upgraded]), "acme");
    apply(&sandbox, "fix");
    sandbox
}

#[test]
fn a_library_that_reports_another_version_is_told_by_that_version() {
    let sandbox = upgraded(&fixed(CVE, &[], &[DEBUG]), "3.0.1-acme1");
    let now = "pkg:npm/debug@3.0.1-acme1";
    assert_eq!(ask(&sandbox, "")["statements"][0]["purl"], now);
    let told = console(&sandbox).done("fixed $/app").out;
    assert!(told.contains(&format!("1 file of it\n      told to scanners as {now}")), "{told}");
    assert_eq!(openvex(&sandbox)["statements"][0]["products"][0]["@id"], now);
    let bom: Value = serde_json::from_str(&document(&sandbox, "cyclonedx")).expect("JSON");
    assert_eq!(
        (&bom["components"][0]["purl"], &bom["components"][0]["pedigree"]["ancestors"][0]["purl"]),
        (&now.into(), &DEBUG.into())
    );
    // A scan from before names the version that is gone.
    let package = "web/vendor/debug/package.json";
    for (version, is_silent) in [(now, true), (DEBUG, false)] {
        sandbox.write("scan.json", &trivy_report(&[(CVE, version, package)]));
        let finding = ask(&sandbox, "--against $/scan.json")["scan"]["findings"][0].clone();
        assert_eq!(finding["silent"], is_silent, "{finding}");
        assert_eq!(finding["reason"] == "other-version", !is_silent, "{finding}");
    }
}

#[test]
fn what_is_fixed_is_in_a_document_or_it_is_said_why_not() {
    let defect = ResolvedIssue { kind: ResolvedKind::Defect, ..fixed("ACME-1", &[], &[DEBUG]) };
    for (claim, version, reason) in [
        (fixed(CVE, &[], &[DEBUG]), "3.0.1", None),
        (fixed(CVE, &[], &[DEBUG]), "3.1.0", None),
        (fixed(CVE, &[], &[DEBUG]), "drei äins", Some("no-name")),
        (fixed(CVE, &[], &[]), "3.1.0", Some("no-library")),
        (defect, "3.1.0", Some("no-vulnerability")),
        (fixed(GHSA, &[], &[DEBUG]), "3.1.0", Some("no-cve")),
    ] {
        let sandbox = upgraded(&claim, version);
        let text = console(&sandbox).done("fixed $/app").out;
        assert!(text.contains("Fixed: confirmed by the files on this disk:"), "{text}");
        for format in FORMATS {
            let document = document(&sandbox, format);
            let flags =
                format!("--format {format} --author ACME --namespace https://acme.example --output $/told");
            let saved = ask(&sandbox, &flags)["saved"].clone();
            let expected = reason.filter(|reason| *reason != "no-cve" || format == "csaf");
            assert_eq!(saved["untold"][0]["reason"].as_str(), expected, "{format} {saved}");
            assert_eq!(saved["statements"], usize::from(expected.is_none()), "{format} {saved}");
            assert_eq!(document.contains(&claim.id), expected.is_none(), "{format} {document}");
            let told = console(&sandbox).done(&format!("fixed $/app {flags}")).out;
            let why = saved["untold"][0]["why"].as_str();
            assert_eq!(told.contains("Fixed, but not in it:"), why.is_some(), "{told}");
            assert!(why.is_none_or(|why| told.contains(why)), "{told}");
        }
        // What holds for every format is said at once.
        let is_said =
            reason.is_none_or(|reason| reason == "no-cve" || text.contains("can't be exported for scanners"));
        assert!(is_said, "{text}");
    }
}

#[test]
fn one_problem_under_two_names_is_one_statement() {
    let sandbox = patched();
    // The second patch knows the problem by the other name, and mends another library too.
    let second = bundle(&sandbox, "ACME-HF-2000").replace(
        "web/vendor/ms/package.json",
        "{\"name\": \"ms\", \"version\": \"2.0.0\"}\n",
        "{\"name\": \"ms\", \"version\": \"2.0.0\" }\n",
    );
    let ms = "pkg:npm/ms@2.0.0";
    let claims = [fixed(GHSA, &["PYSEC-2017-1"], &[ms])];
    save_signed(
        &sandbox,
        "second",
        &claiming(second, &claims, &[part(ms, &["web/vendor/ms/package.json"])]),
        "acme",
    );
    apply(&sandbox, "second");
    let answer = ask(&sandbox, "");
    let statements = answer["statements"].as_array().expect("statements");
    assert_eq!(statements.len(), 2, "one per library");
    for statement in statements {
        assert_eq!(statement["ids"], serde_json::json!([CVE, GHSA, "PYSEC-2017-1"]));
    }
}

#[test]
fn a_patch_that_only_lists_ids_is_believed_and_told_to_nobody() {
    let sandbox = product();
    let bundle = bundle(&sandbox, "ACME-HF-1").replace(FILE, HOLE, MENDED);
    save_signed(
        &sandbox,
        "fix",
        &bundle.but(|patch| patch.about.vulnerabilities = vec![CVE.to_owned()]),
        "acme",
    );
    apply(&sandbox, "fix");
    let answer = ask(&sandbox, "");
    assert_eq!(
        (&answer["claims"][0]["grade"], &answer["claims"][0]["proof"]),
        (&"id".into(), &"verified".into())
    );
    assert_eq!(answer["statements"], serde_json::json!([]));
    let told = console(&sandbox).done("fixed $/app").out;
    assert!(told.contains("can't be exported for scanners: the patch names no library"), "{told}");
}

#[test]
fn the_same_folder_gives_the_same_bytes_in_every_format() {
    let sandbox = patched();
    for format in FORMATS {
        let first = document(&sandbox, format);
        assert_eq!(document(&sandbox, format), first, "{format}");
        assert!(first.contains(CVE), "{first}");
        let printed = console(&sandbox)
            .done(&format!("fixed $/app --format {format} --author ACME --namespace https://acme.example"));
        assert_eq!(printed.out, first);
    }
    // Something happened, and nothing was undone: a later edition of the same statements.
    let old = openvex(&sandbox);
    console(&sandbox).done("accept $/app --yes");
    let new = openvex(&sandbox);
    assert!(new["version"].as_u64() > old["version"].as_u64(), "{new}");
    assert_eq!(new["statements"], old["statements"]);
}

#[test]
fn a_fix_that_a_later_patch_undid_with_somebodys_consent_is_fixed_no_more() {
    for signer in ["acme", "nobody"] {
        let sandbox = patched();
        let console = console(&sandbox);
        save_signed(&sandbox, "later", &bundle(&sandbox, "ACME-HF-1043").replace(FILE, MENDED, HOLE), signer);
        console.done("apply $/later.patchbundle $/app --yes --allow-unsigned --allow-undo=broke-the-logs");
        assert_eq!(why_not(&sandbox), format!("{FILE} was changed since by ACME-HF-1043"));
        for format in FORMATS {
            let document = document(&sandbox, format);
            assert!(!document.contains(CVE) && !document.contains(GHSA), "{document}");
        }
        // It isn't in place either, and applying it once more would undo what undid it.
        let again = console.run("apply $/fix.patchbundle $/app --yes");
        assert!(again.code >= 3 && again.err.contains("ndoes ACME-HF-1043"), "{again}");
        std::fs::create_dir_all(sandbox.path("patches")).expect("ours");
        std::fs::copy(sandbox.path("fix.patchbundle"), sandbox.path("patches/fix.patchbundle"))
            .expect("ours");
        sandbox.write("october.state.toml", &format!(
            "format = \"patchwright-state/1\"\npatches = \"patches/\"\n[[folders]]\npath = '{}'\nhave = [\"ACME-HF-1042\"]\n",
            sandbox.path("app").display()
        ));
        let wanted = console.run("reconcile $/october.state.toml");
        assert!(
            wanted.code == 3 && wanted.in_one_line().contains("a later change undid ACME-HF-1042 here"),
            "{wanted}"
        );
        // Once that is gone, it is fixed again.
        console.done("rollback $/app --yes");
        assert!(ask(&sandbox, "")["claims"][0]["proof"] == "verified", "{}", ask(&sandbox, ""));
        assert_eq!(console.run("reconcile $/october.state.toml").code, 0);
    }
}

#[test]
fn twin_a_fix_that_a_later_patch_of_its_author_carries_on_stays_fixed() {
    let sandbox = patched();
    let later = bundle(&sandbox, "ACME-HF-1043").replace(FILE, MENDED, "split(/\\r?\\n/)\n");
    save_signed(&sandbox, "later", &later, "acme");
    apply(&sandbox, "later");
    assert!(ask(&sandbox, "")["claims"][0]["proof"] == "verified", "{}", ask(&sandbox, ""));
    let again = console(&sandbox).done("apply $/fix.patchbundle $/app --yes");
    assert!(again.out.contains("already in place"), "{again}");
}
