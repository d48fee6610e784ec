//! A site says what a patch has to bring. Whoever verifies or applies one is told what it lacks, and a patch that brings it
//! comes in as ever.

use patchwright::model::{Issue, Patch, ResolvedIssue, ResolvedKind, ResolvedState, Severity, SeverityLevel};

use crate::support::console::{Console, Run};
use crate::support::sandbox::{Sandbox, order};
use crate::support::trust::{write_key, write_trusted_key};

const ALL: &str =
    "issue = \"OPS-*\"\nexact_version = true\ntests = true\nproof = true\nrefuse_after_days = 30\n";

/// A product, Anna, who is trusted, and a patch that `change` says more about, signed by her.
fn site(change: impl FnOnce(&mut Patch)) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("app/readme.txt", "Read me.\n");
    sandbox.write("app/more.txt", "1\n");
    sandbox.write("next/readme.txt", "Read me.\n");
    sandbox.write("next/more.txt", "2\n");
    write_trusted_key(&sandbox, "anna", 1, "author");
    let bundle = sandbox.bundle("ACME-HF-1").replace("readme.txt", "Read me.\n", "Read me well.\n");
    sandbox.save("fix.patchbundle", &bundle.but(change));
    console(&sandbox).done("sign $/fix.patchbundle --key $/anna.key");
    sandbox
}

fn console(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys()
}

/// The same with these rules for the whole computer.
fn with_rules(sandbox: &Sandbox, rules: &str) {
    sandbox.write("machine/trust.toml", &format!("format = \"patchwright-trust/1\"\n[policy]\n{rules}"));
}

fn good(patch: &mut Patch) {
    let issue = |key: &str| Issue {
        system: "jira".to_owned(),
        key: key.to_owned(),
        url: None,
        kind: None,
        opened: None,
    };
    patch.about.issues = vec![issue("DOC-1"), issue("OPS-77")];
    patch.about.product.versions = vec!["1".to_owned()];
    patch.about.evidence.tests = vec!["the whole suite".into()];
    patch.created = "2026-11-20T00:00:00Z".to_owned();
    patch.proven = true;
}

fn verify(sandbox: &Sandbox) -> Run {
    console(sandbox).run("verify $/fix.patchbundle")
}

#[test]
fn a_patch_that_brings_everything_is_verified_and_applied() {
    let sandbox = site(good);
    with_rules(&sandbox, ALL);
    assert_eq!(verify(&sandbox).code, 0, "{}", verify(&sandbox));
    console(&sandbox).done("apply $/fix.patchbundle $/app --yes");
}

#[test]
fn what_is_missing_is_named_and_nothing_is_changed() {
    type Lack = (&'static str, fn(&mut Patch), &'static str);
    let lacks: [Lack; 5] = [
        ("issue = \"OPS-*\"", |patch| patch.about.issues.truncate(1), "require an issue like OPS-*"),
        (
            "exact_version = true",
            |patch| patch.about.product.versions.push("2".to_owned()),
            "exactly one version",
        ),
        ("tests = true", |patch| patch.about.evidence.tests.clear(), "doesn't say that there were any"),
        ("proof = true", |patch| patch.proven = false, "was made without one"),
        (
            "refuse_after_days = 30",
            |patch| patch.created = "2026-10-01T00:00:00Z".to_owned(),
            "is 53 days old",
        ),
    ];
    for (rule, change, said) in lacks {
        let sandbox = site(|patch| {
            good(patch);
            change(patch);
        });
        with_rules(&sandbox, rule);
        for command in [
            "verify $/fix.patchbundle",
            "apply $/fix.patchbundle $/app --yes",
            "apply $/fix.patchbundle $/app --yes --allow-unsigned",
        ] {
            let run = console(&sandbox).run(command);
            assert_eq!(run.code, 4, "{command} {run}");
            let told = run.in_one_line();
            assert!(told.contains(said), "{said} is not in {run}");
        }
        assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("Read me.\n"));
        // Where no rule asks for it, it isn't missed.
        with_rules(&sandbox, "");
        assert_eq!(verify(&sandbox).code, 0);
        console(&sandbox).done("apply $/fix.patchbundle $/app --yes");
    }
}

#[test]
fn what_nobody_trusted_signed_meets_no_rule_whatever_it_says() {
    let sandbox = site(good);
    let bundle = sandbox.bundle("ACME-HF-1").replace("readme.txt", "Read me.\n", "Read me well.\n").but(good);
    sandbox.save("fix.patchbundle", &bundle);
    write_key(&sandbox, "mallory", 9);
    console(&sandbox).done("sign $/fix.patchbundle --key $/mallory.key");
    with_rules(&sandbox, ALL);
    let run = console(&sandbox).run("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    assert_eq!(run.code, 4, "{run}");
    assert!(run.printed().contains("nobody you trust signed it"), "{run}");
    assert_eq!(verify(&sandbox).code, 4);
    console(&sandbox).done("verify $/fix.patchbundle --allow-unsigned");
}

#[test]
fn a_pipeline_names_the_rules_and_its_exit_code_is_the_gate() {
    let sandbox = site(|patch| patch.created = "2026-11-20T00:00:00Z".to_owned());
    assert_eq!(verify(&sandbox).code, 0, "no rules are known here");
    sandbox.write("site.toml", &format!("format = \"patchwright-trust/1\"\n[policy]\n{ALL}"));
    let run = console(&sandbox).run("verify $/fix.patchbundle --rules $/site.toml --json");
    assert_eq!(run.code, 4, "{run}");
    let unmet = run.json()["unmet"].clone();
    let codes: Vec<&str> =
        unmet.as_array().expect("a list").iter().map(|one| one["code"].as_str().expect("a code")).collect();
    assert_eq!(codes, ["E-POLICY"; 2], "{unmet:#}");
    // Nothing is applied here, so there is nothing to set aside.
    let told = console(&sandbox).run("verify $/fix.patchbundle --rules $/site.toml");
    let words: Vec<String> = told.printed().split_whitespace().map(str::to_owned).collect();
    let words = words.join(" ");
    assert!(words.contains("your trust rules require") && !words.contains("--allow-"), "{told}");
    sandbox.write("mild.toml", "format = \"patchwright-trust/1\"\n[policy]\nrefuse_after_days = 30\n");
    console(&sandbox).done("verify $/fix.patchbundle --rules $/mild.toml");
    // Rules that aren't there, or that nobody understands, are no rules that are met.
    assert_ne!(console(&sandbox).run("verify $/fix.patchbundle --rules $/none.toml").code, 0);
    sandbox.write("wrong.toml", "format = \"patchwright-trust/1\"\n[policy]\nissues = \"OPS-*\"\n");
    assert_ne!(console(&sandbox).run("verify $/fix.patchbundle --rules $/wrong.toml").code, 0);
}

#[test]
fn the_rules_of_the_machine_come_before_those_of_a_person() {
    let sandbox = site(good);
    let person = sandbox.read("settings/trust.toml").expect("keys");
    let own = "[policy]\nissue = \"SEC-*\"\n\n[[keys]]";
    sandbox.write("settings/trust.toml", &person.replacen("[[keys]]", own, 1));
    let run = verify(&sandbox);
    assert!(run.code == 4 && run.printed().contains("an issue like SEC-*"), "{run}");
    with_rules(&sandbox, "issue = \"OPS-*\"");
    assert_eq!(verify(&sandbox).code, 0, "{}", verify(&sandbox));
}

#[test]
fn a_rule_is_set_aside_for_a_reason_only_and_the_history_keeps_it() {
    let sandbox = site(|patch| patch.created = "2026-11-20T00:00:00Z".to_owned());
    with_rules(&sandbox, "tests = true\nissue = \"OPS-*\"\n");
    let apply = "apply $/fix.patchbundle $/app --yes";
    assert_eq!(console(&sandbox).run(&format!("{apply} --allow-site-rules=")).code, 2);
    let planned = console(&sandbox).run("plan $/fix.patchbundle $/app");
    assert!(planned.code == 4 && planned.printed().contains("--allow-site-rules REASON"), "{planned}");
    let run = console(&sandbox).done(&format!("{apply} --allow-site-rules=outage-7"));
    assert!(run.printed().contains("(--allow-site-rules): outage-7"), "{run}");
    let history = console(&sandbox).done("history $/app");
    assert!(history.out.contains("(--allow-site-rules): outage-7"), "{history}");
    // It comes back without the rule's leave being asked for again, and that is said.
    console(&sandbox).done("rollback $/app --yes");
    let back = console(&sandbox).done("reapply $/app --yes");
    assert!(back.printed().contains("that was set aside when the patch came, and still is"), "{back}");
    // What needs no such leave doesn't take it.
    let other = site(good);
    with_rules(&other, ALL);
    console(&other).done(&format!("{apply} --allow-site-rules=outage-7"));
    assert!(!console(&other).done("history $/app").out.contains("outage-7"));
}

#[test]
fn a_patch_that_names_a_product_with_milder_rules_meets_those_for_all_as_well() {
    let strict = "format = \"patchwright-trust/1\"\n[policy]\ntests = true\nreviewers = 1\n";
    let mild = "[products.Mild]\ntests = false\nreviewers = 0\n";
    let sandbox = site(|patch| patch.about.product.name = "Mild".to_owned());
    sandbox.write("site.toml", &format!("{strict}{mild}"));
    let run = console(&sandbox).run("verify $/fix.patchbundle --rules $/site.toml --json");
    assert_eq!((run.code, run.json()["unmet"].as_array().map(Vec::len)), (4, Some(2)), "{run}");
    sandbox.write("site.toml", &format!("format = \"patchwright-trust/1\"\n{mild}"));
    console(&sandbox).done("verify $/fix.patchbundle --rules $/site.toml");
}

#[test]
#[cfg(unix)]
fn a_rehearsal_that_is_asked_for_has_to_have_passed_here_and_of_exactly_this() {
    let sandbox = site(good);
    with_rules(&sandbox, "rehearsal = true");
    console(&sandbox).done("verify $/fix.patchbundle");
    let apply = || console(&sandbox).run("apply $/fix.patchbundle $/app --yes");
    let refused = |said: &str| {
        let run = apply();
        let told = run.in_one_line();
        assert!(run.code == 4 && told.contains(said), "{said}: {run}");
        assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("Read me.\n"));
    };
    refused("wasn't rehearsed here");
    assert_ne!(console(&sandbox).run("rehearse $/fix.patchbundle $/app --test=false").code, 0);
    refused("didn't pass");
    console(&sandbox).done("rehearse $/fix.patchbundle $/app --test=true");
    // The folder isn't the one that was rehearsed.
    console(&sandbox)
        .done("make --from $/app --to $/next --id OTHER-1 --output $/other.patchbundle --no-proof");
    console(&sandbox).done("apply $/other.patchbundle $/app --yes --allow-unsigned --allow-site-rules=first");
    refused("is out of date");
    console(&sandbox).done("rehearse $/fix.patchbundle $/app --test=true");
    console(&sandbox).done("apply $/fix.patchbundle $/app --yes");
    console(&sandbox).done("apply $/fix.patchbundle $/app --yes");
}

#[test]
fn a_patch_is_made_and_proven_where_rules_ask_for_what_it_lacks() {
    let sandbox = site(good);
    sandbox.write("next/readme.txt", "Read me twice.\n");
    with_rules(&sandbox, "issue = \"OPS-*\"\nrehearsal = true\n");
    console(&sandbox).done("make --from $/app --to $/next --id ACME-2 --output $/next.patchbundle");
}

#[test]
fn whoever_makes_a_patch_where_unsigned_ones_are_refused_can_prove_it() {
    for rules in ["unsigned_apply = \"refuse\"\n", "unsigned_look = false\n", ALL] {
        let sandbox = site(good);
        with_rules(&sandbox, rules);
        console(&sandbox).done("make --from $/app --to $/next --id ACME-HF-2 -o $/made.patchbundle");
        // Applying it here is another matter.
        let run = console(&sandbox).run("apply $/made.patchbundle $/app --allow-unsigned --yes");
        assert_eq!(run.code, 4, "{run}");
    }
}

/// The patch says that it fixes a vulnerability, as bad as that and published then.
fn fixes(patch: &mut Patch, level: Option<SeverityLevel>, published: Option<&str>) {
    patch.about.resolves = vec![ResolvedIssue {
        kind: ResolvedKind::Security,
        id: "CVE-2026-7".to_owned(),
        aliases: Vec::new(),
        source: None,
        published: published.map(str::to_owned),
        severity: level.map(|level| Severity { level, cvss: None }),
        components: Vec::new(),
        state: ResolvedState::Fixed,
        justification: None,
    }];
    patch.about.vulnerabilities = vec!["CVE-2026-7".to_owned()];
}

const DUE: &str = "[policy.due_days]\ncritical = 30\nmedium = 90\n";

#[test]
fn a_rule_about_due_dates_asks_for_what_they_are_worked_out_from() {
    use SeverityLevel::{Critical, Low, Moderate};
    let day = Some("2026-11-01T08:00:00Z");
    for (level, published, lacks) in [
        (Some(Critical), None, Some("doesn't say when it was published")),
        (None, day, Some("doesn't say how severe it is")),
        (Some(Critical), day, None),
        (Some(Moderate), day, None),
        // No rule sets a day for those.
        (Some(Low), None, None),
    ] {
        let sandbox = site(|patch| {
            good(patch);
            patch.about.severity = None;
            fixes(patch, level, published);
        });
        let verify = || console(&sandbox).run("verify $/fix.patchbundle");
        assert_eq!(verify().code, 0, "no rule asks");
        with_rules(&sandbox, DUE);
        let told = verify().in_one_line();
        let Some(lacks) = lacks else {
            assert_eq!(verify().code, 0, "{told}");
            assert!(!told.contains("late"), "{told}");
            console(&sandbox).done("apply $/fix.patchbundle $/app --yes");
            continue;
        };
        let said = format!("your trust rules set a due date for CVE-2026-7, and ACME-HF-1 {lacks}");
        assert!(verify().code == 4 && told.contains(&said), "{told}");
        let refused = console(&sandbox).run("apply $/fix.patchbundle $/app --yes");
        assert!(
            refused.code == 4 && refused.in_one_line().contains(said.trim_start_matches("your")),
            "{refused}"
        );
        assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("Read me.\n"));
    }
}

#[test]
fn a_late_fix_is_told_as_that_and_comes_in_all_the_same() {
    let sandbox = site(|patch| {
        good(patch);
        fixes(patch, Some(SeverityLevel::Critical), Some("2026-10-12T08:00:00Z"));
    });
    with_rules(&sandbox, DUE);
    let said = "ACME-HF-1 is late by your trust rules: CVE-2026-7 (due 2026-11-11, 12 days late)";
    for command in ["verify $/fix.patchbundle", "plan $/fix.patchbundle $/app"] {
        let run = console(&sandbox).run(command);
        assert!(run.code == 0 && run.in_one_line().contains(said), "{run}");
    }
    let answer = console(&sandbox).done("verify $/fix.patchbundle --json").json();
    assert_eq!(answer["notes"], serde_json::json!([said]));
    assert_eq!(answer["rules"], serde_json::json!(["*"]));
    // The product may have more time.
    let shown = console(&sandbox).done("show $/fix.patchbundle --json").json();
    let product = shown["manifest"]["product"]["name"].as_str().expect("a name").to_owned();
    with_rules(&sandbox, &format!("{DUE}[products.\"{product}\".due_days]\ncritical = 60\n"));
    assert!(!console(&sandbox).done("verify $/fix.patchbundle").out.contains("late"));
    console(&sandbox).done("apply $/fix.patchbundle $/app --yes");
}

#[test]
fn the_rules_of_a_person_stay_when_another_key_is_trusted() {
    let sandbox = site(|patch| {
        good(patch);
        fixes(patch, Some(SeverityLevel::Critical), Some("2026-10-12T08:00:00Z"));
    });
    let person = sandbox.read("settings/trust.toml").expect("keys");
    let own = format!("[policy]\nsbom = true\n{DUE}\n[products.Other.due_days]\nlow = 1\n\n[[keys]]");
    sandbox.write("settings/trust.toml", &person.replacen("[[keys]]", &own, 1));
    let told = || console(&sandbox).run("verify $/fix.patchbundle").in_one_line();
    let before = told();
    assert!(before.contains("12 days late") && before.contains("require an SBOM"), "{before}");
    write_trusted_key(&sandbox, "bob", 5, "reviewer");
    assert_eq!(told(), before);
    assert!(
        sandbox
            .read("settings/trust.toml")
            .is_some_and(|text| text.contains("low = 1") && text.contains("bob"))
    );
}

#[test]
fn what_an_author_whom_nobody_trusts_says_of_dates_meets_no_rule() {
    let sandbox = site(good);
    let bundle = sandbox.bundle("ACME-HF-1").replace("readme.txt", "Read me.\n", "Read me well.\n");
    sandbox.save(
        "fix.patchbundle",
        &bundle.but(|patch| {
            good(patch);
            fixes(patch, Some(SeverityLevel::Low), Some("2026-11-20T08:00:00Z"));
        }),
    );
    with_rules(&sandbox, DUE);
    let run = console(&sandbox).run("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    assert!(run.code == 4 && run.printed().contains("nobody you trust signed it"), "{run}");
}

#[test]
fn a_rule_about_an_sbom_is_met_by_a_patch_that_was_made_with_one() {
    let sandbox = site(good);
    sandbox.write("next/readme.txt", "Read me twice.\n");
    sandbox.write("order.toml", &order("ACME-2", "", ""));
    let bom = "{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", \"components\": []}\n";
    sandbox.write("app.cdx.json", bom);
    let make = "make --from $/app --to $/next --order $/order.toml";
    console(&sandbox).done(&format!("{make} --output $/without.patchbundle"));
    console(&sandbox).done(&format!("{make} --output $/with.patchbundle --sbom $/app.cdx.json"));
    for name in ["without", "with"] {
        console(&sandbox).done(&format!("sign $/{name}.patchbundle --key $/anna.key"));
    }
    with_rules(&sandbox, "sbom = true\n");
    for command in ["verify $/without.patchbundle", "apply $/without.patchbundle $/app --yes"] {
        let run = console(&sandbox).run(command);
        assert!(run.code == 4 && run.in_one_line().contains("require an SBOM, and ACME-2 has none"), "{run}");
    }
    let run = console(&sandbox).run("show $/without.patchbundle --save-sbom $/got.json");
    assert!(run.code == 3 && !sandbox.path("got.json").exists(), "{run}");
    console(&sandbox).done("verify $/with.patchbundle");
    // What comes out is what went in, and another file isn't replaced.
    console(&sandbox).done("show $/with.patchbundle --save-sbom $/got.json");
    assert_eq!(sandbox.read("got.json").as_deref(), Some(bom));
    let run = console(&sandbox).run("show $/with.patchbundle --save-sbom $/order.toml");
    assert!(run.code == 3 && sandbox.read("order.toml").is_some_and(|text| text.contains("ACME-2")), "{run}");
    let shown = console(&sandbox).done("show $/with.patchbundle --verbose");
    assert!(shown.in_one_line().contains("CycloneDX 1.6, 67 bytes, SHA-256 "), "{shown}");
    console(&sandbox).done("apply $/with.patchbundle $/app --yes");
    assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("Read me twice.\n"));
}

#[test]
fn rules_that_can_never_count_are_told_wherever_they_would() {
    let sandbox = site(|patch| {
        good(patch);
        patch.about.product.name = "Lighthouse".to_owned();
    });
    let nowhere = |name: &str| format!("No product is called \"{name}\", so the rules for it count nowhere");
    let sees = |command: &str, said: &str| {
        console(&sandbox).run(command).in_one_line().to_lowercase().contains(&said.to_lowercase())
    };
    for (rules, said) in [
        ("[products.\"*\"]\ntests = true\n", format!("{}; write those for all under [policy]", nowhere("*"))),
        (
            "[products.Lighthose]\ntests = true\n",
            format!("{}; is \"Lighthouse\" meant?", nowhere("Lighthose")),
        ),
    ] {
        sandbox.write("machine/trust.toml", &format!("format = \"patchwright-trust/1\"\n{rules}"));
        sandbox.write("site.toml", &format!("format = \"patchwright-trust/1\"\n{rules}"));
        for command in [
            "verify $/fix.patchbundle",
            "verify $/fix.patchbundle --rules $/site.toml",
            "plan $/fix.patchbundle $/app",
        ] {
            assert!(sees(command, &said), "{command}: {}", console(&sandbox).run(command));
        }
        // The list of keys knows no patch, but folders.
        sandbox.write(
            "machine/trust.toml",
            &format!(
                "format = \"patchwright-trust/1\"\n{rules}[folders.\"/srv/x\"]\nproduct = \"Lighthouse\"\n"
            ),
        );
        assert!(sees("key list", &said), "{}", console(&sandbox).run("key list"));
    }
    // Rules for what is there, and for what may come.
    let rules = "[products.lighthouse]\ntests = true\n[products.Harbour]\ntests = true\n";
    sandbox.write("machine/trust.toml", &format!("format = \"patchwright-trust/1\"\n{rules}"));
    for command in ["verify $/fix.patchbundle", "plan $/fix.patchbundle $/app", "key list"] {
        assert!(!sees(command, "no product is called"), "{}", console(&sandbox).run(command));
    }
    assert!(sees("verify $/fix.patchbundle", "Rules those for lighthouse"));
}

#[test]
fn a_number_of_signers_in_the_rules_is_set_aside_for_a_reason_only() {
    let sandbox = site(good);
    write_trusted_key(&sandbox, "rose", 2, "reviewer");
    let sign = |name: &str| {
        console(&sandbox).done(&format!("sign $/fix.patchbundle --key $/{name}.key --as reviewer"));
    };
    sign("rose");
    with_rules(&sandbox, "reviewers = 2\nissue = \"OPS-*\"\n");
    let apply = "apply $/fix.patchbundle $/app --yes";
    let unsigned = format!("{apply} --allow-unsigned");
    for command in ["plan $/fix.patchbundle $/app", apply, &unsigned] {
        let run = console(&sandbox).run(command);
        let told = run.in_one_line();
        let rule = "require signatures by 2 reviewers you trust, and ACME-HF-1 has 1 (E-POLICY)";
        assert!(run.code == 4 && told.contains("--allow-site-rules REASON"), "{command}: {run}");
        assert!(told.replace("Error: ", "").contains(rule), "{command}: {run}");
        assert!(!told.contains("anyone you trust") && !told.contains("nobody you trust"), "{command}: {run}");
    }
    assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("Read me.\n"));
    let run = console(&sandbox).done(&format!("{apply} --allow-site-rules=outage-7"));
    assert!(run.printed().contains("(--allow-site-rules): outage-7"), "{run}");
    assert!(!run.printed().contains("--allow-unsigned"), "two people who are trusted signed it: {run}");
    // With the second review there is nothing to set aside.
    console(&sandbox).done("rollback $/app --yes");
    write_trusted_key(&sandbox, "bob", 3, "reviewer");
    sign("bob");
    console(&sandbox).done(apply);
}

#[test]
fn what_nobody_signed_lacks_the_signers_that_the_rules_ask_for() {
    let sandbox = site(good);
    console(&sandbox)
        .done("make --from $/app --to $/next --id OTHER-1 --output $/other.patchbundle --no-proof");
    with_rules(&sandbox, "reviewers = 1\n");
    let apply = "apply $/other.patchbundle $/app --yes --allow-unsigned";
    let run = console(&sandbox).run(apply);
    assert!(run.code == 4 && run.printed().contains("signatures by 1 reviewer you trust"), "{run}");
    console(&sandbox).done(&format!("{apply} --allow-site-rules=outage-7"));
    // Where no rule asks for more than anybody does, a yes is enough, as ever.
    let other = site(good);
    console(&other)
        .done("make --from $/app --to $/next --id OTHER-1 --output $/other.patchbundle --no-proof");
    with_rules(&other, "authors = 1\n");
    console(&other).done(apply);
}
