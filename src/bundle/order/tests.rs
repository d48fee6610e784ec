//! What somebody who fills in an order is told.

use super::*;
use crate::bundle::manifest;
use crate::model::{Detect, Digest, Evidence, FileNode, Mode, Node, Payload, Probe};

/// The template as somebody fills it in who needs no example.
fn filled_in() -> String {
    TEMPLATE
        .replace("\"<a whole number, without quotes>\"", "1042")
        .replace("<VENDOR-HF-1042>", "VENDOR-HF-1042")
        .replace(['<', '>'], "")
}

/// The template with every example taken, too. (Explanations start with "# ", examples with "#".)
fn with_every_example() -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(example) if !example.is_empty() && !example.starts_with(' ') => example.to_owned(),
        _ => line.to_owned(),
    };
    filled_in().lines().map(|text| line(text) + "\n").collect()
}

/// The findings in an order, shortened to `line: field: message`.
fn said_about(text: &str) -> Vec<String> {
    lint(text)
        .iter()
        .map(|finding| format!("{}: {}: {}", finding.line, finding.field, finding.message))
        .collect()
}

/// The one error in the good order after `old` was replaced by `new`.
fn error_after(old: &str, new: &str) -> OrderFinding {
    let text = with_every_example();
    assert!(text.contains(old), "{old}");
    let findings = Order::parse(&text.replacen(old, new, 1)).expect_err(new);
    let errors: Vec<_> =
        findings.into_iter().filter(|finding| finding.level == FindingWeight::Error).collect();
    assert_eq!(errors.len(), 1, "{new}: {errors:#?}");
    errors[0].clone()
}

#[test]
fn the_template_asks_for_what_only_a_person_knows() {
    let fields: Vec<_> = lint(TEMPLATE)
        .into_iter()
        .filter(|finding| finding.level == FindingWeight::Error)
        .inspect(|finding| assert!(finding.message.contains("placeholder"), "{finding}"))
        .map(|finding| finding.field)
        .collect();
    let expected =
        ["id", "sequence", "title", "summary", "vendor", "fixes", "product.name", "product.versions"];
    assert_eq!(fields, expected);
}

#[test]
fn the_template_filled_in_is_an_order_with_some_advice() {
    let order = Order::parse(&filled_in()).expect("an order");
    let advised: Vec<_> = order.warnings.iter().map(|finding| finding.field.as_str()).collect();
    assert_eq!(advised, ["contact", "issues", "tests", "review", "product.detect"]);
}

#[test]
fn every_example_of_the_template_is_right_and_every_field_has_one() {
    assert_eq!(said_about(&with_every_example()), Vec::<String>::new());
    let order = Order::parse(&with_every_example()).expect("an order");
    let missing = |good: bool, what: &str| assert!(good, "the template has no example of {what}");
    missing(order.about.severity.is_some_and(|severity| severity.cvss.is_some()), "severity");
    missing(order.about.issues.iter().any(|issue| issue.url.is_some() && issue.kind.is_some()), "issues");
    missing(!order.about.vulnerabilities.is_empty(), "vulnerabilities");
    missing(
        order.about.resolves.iter().any(|one| one.published.is_some() && !one.components.is_empty())
            && order.about.resolves.iter().any(|one| one.justification.is_some()),
        "resolves",
    );
    missing(
        order.about.components.iter().any(|part| part.version_after.is_some() && !part.paths.is_empty()),
        "components",
    );
    let required = &order.about.requires_components;
    missing(required.iter().any(|part| !part.detect.is_empty()), "components that it requires");
    let issues = &order.about.issues;
    missing(issues.iter().any(|issue| issue.opened.as_deref() == Some("2026-11-03")), "when it was opened");
    let rules = &order.about.compliance;
    missing(rules.iter().any(|rule| rule.due.as_deref() == Some("2026-12-20")), "rules that it serves");
    let origin = order.about.origin.as_ref();
    missing(origin.is_some_and(|origin| origin.upstream.is_some() && origin.generator.is_some()), "origin");
    missing(order.carried.contents().count() == 2, "documents that travel with it");
    missing(order.about.committed.is_some() && order.about.unplanned.is_some(), "commits and plans");
    missing(!order.about.mends.is_empty(), "patches that it mends");
    missing(order.about.expires.as_deref() == Some("2036-01-01T00:00:00Z"), "expires");
    missing(
        order.about.support_until.is_some() && order.about.contact.is_some() && order.about.license.is_some(),
        "vendor fields",
    );
    missing(order.about.product.purl.is_some() && order.about.product.cpe.is_some(), "product names");
    missing(order.about.product.detect.len() == 4, "each way to detect");
    missing(
        matches!(&order.about.product.detect[3], Detect::Version { until: Some(_), .. }),
        "the version's end",
    );
    missing(
        !order.about.platforms.is_empty() && order.about.result_version.is_some(),
        "platforms and result",
    );
    missing(
        !order.about.requires.is_empty()
            && !order.about.conflicts.is_empty()
            && !order.about.supersedes.is_empty(),
        "relations",
    );
    missing(!order.about.notices.is_empty(), "holds");
    let probes: Vec<_> =
        order.about.preflight.iter().chain(&order.about.health).map(|check| &check.probe).collect();
    missing(probes.iter().any(|probe| matches!(probe, Probe::Process { running: false, .. })), "process");
    missing(probes.len() == 7, "each check");
    missing(
        order.about.rollback.reason.is_some() && order.about.rollback.data_warning.is_some(),
        "rollback texts",
    );
    missing(order.scripts.len() == 1 && order.scripts[0].undo.is_some(), "scripts");
    missing(!order.about.rollback.steps.is_empty(), "rollback steps");
    let Evidence { provenance, review, tests, .. } = &order.about.evidence;
    missing(
        order.about.source.is_some() && !provenance.is_empty() && !review.is_empty() && !tests.is_empty(),
        "evidence",
    );
    missing(
        order.about.extensions == [("x-team".to_owned(), "\"fonts\"".to_owned())].into(),
        "keys of one's own",
    );
    missing(order.make.ignore != Globs::default() && order.make.policies.len() == 1, "make");
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_line() {
    let text = "id = \"A B\"\nsequence = -1\nkind = \"update\"\ntitle = \"\"\nsumary = \"x\"\nfixes = []\n\
                vendor = 3\n[product]\nname = \"P\"\nversions = [1]\n[rollback]\npossible = \"no\"\n";
    let errors: Vec<_> = lint(text)
        .into_iter()
        .filter(|finding| finding.level == FindingWeight::Error)
        .map(|finding| format!("{}: {}: {}", finding.line, finding.field, finding.message))
        .collect();
    let expected = [
        "1: summary: the key is missing",
        "1: id: \"A B\" is no patch id: letters, digits, \".\", \"_\" and \"-\" only",
        "2: sequence: a whole number (not negative, not too large) is expected here",
        "3: kind: \"update\" is none of hotfix, service-pack, feature, config, rollback",
        "4: title: the text is empty",
        "5: sumary: unknown key",
        "6: fixes: the fix set is empty; name at least one thing that the patch fixes or adds",
        "7: vendor: a text is expected here",
        "10: product.versions: a list of texts is expected here",
        "11: rollback.reason: the reason why the patch can't always be rolled back is missing",
    ];
    assert_eq!(errors, expected);
}

#[test]
fn each_mistake_is_found_where_it_is() {
    let rows = [
        ("revision = 1", "revision = 0", "revision", "from 1"),
        ("possible = \"yes\"\nreason = \"why not always\"", "possible = \"no\"", "rollback.reason", "reason"),
        ("result_version = \"4.2.2\"", "result_version = \"\"", "result_version", "empty"),
        ("what the patch does", &"x".repeat(201), "title", "200 are allowed"),
        ("2036-01-01T00:00:00Z", "2036-01-01", "expires", "no time"),
        ("linux/aarch64", "Linux/aarch64", "platforms[1]", "no platform"),
        ("VENDOR-HF-1031", "not an id", "supersedes", "no patch id"),
        ("restart = \"none\"", "restart = \"reboot\"", "restart", "none of none"),
        ("level = \"moderate\"", "level = \"bad\"", "severity.level", "none of low"),
        ("path = \"bin/product\"", "path = \"../product\"", "product.detect[0].path", "\"..\""),
        ("sha256 = \"ba", "sha256 = \"BA", "product.detect[1].sha256", "64 lower-case"),
        ("key = \"KEY-7\"", "", "issues[0].key", "missing"),
        ("url = \"https:", "url = \"ftp:", "issues[0].url", "no address"),
        ("min_revision = 1", "min_revisions = 1", "requires[0].min_revisions", "unknown key"),
        ("reason = \"it fixes", "why = \"it fixes", "conflicts[0].reason", "missing"),
        ("phase = \"before\"", "phase = \"soon\"", "holds[0].phase", "none of before"),
        ("free_bytes = 100_000_000", "free_bytes = \"much\"", "preflight[0].free_bytes", "whole number"),
        ("check = \"port\"", "check = \"exec\"", "health[1].check", "none of file"),
        ("timeout = 5", "timeout = 301", "health[2].timeout", "300"),
        ("port = 8080", "port = 80800", "health[1].port", "too large"),
        ("bases = \"merge\"", "bases = \"none\"", "make.policy[0].local_edits", "cannot be merged"),
        ("\"*.log\"", "\"{a\"", "make.ignore", "no pattern"),
        ("role = \"config\"", "role = \"conf\"", "make.policy[0].role", "none of binary"),
        ("fixes = [\"KEY-7\"]\n\n# CVE", "fixes = [\"KEY-8\"]\n\n# CVE", "make.policy[0].fixes", "fix set"),
        ("x-team = \"fonts\"", "x-team = 1.5", "x-team", "fractions"),
        ("x-team = \"fonts\"", "team = \"fonts\"", "team", "unknown key"),
    ];
    for (old, new, field, words) in rows {
        let text = with_every_example();
        let found: Vec<_> = lint(&text.replacen(old, new, 1))
            .into_iter()
            .filter(|finding| finding.level == FindingWeight::Error && finding.field == field)
            .collect();
        assert!(text.contains(old), "{old}");
        assert_eq!(found.len(), 1, "{field}: {found:?} in {:#?}", lint(&text.replacen(old, new, 1)));
        assert!(found[0].message.contains(words), "{}", found[0]);
        let place = text.replacen(old, new, 1);
        let line = place.lines().nth(found[0].line - 1).unwrap_or_default();
        let key = field.rsplit('.').next().unwrap_or(field).split('[').next().unwrap_or(field);
        let table = words == "missing" || words == "reason";
        assert!(table && line.starts_with('[') || line.contains(key), "{}: {line}", found[0]);
    }
}

#[test]
fn a_syntax_error_hides_nothing_and_is_not_followed_by_guesses() {
    let findings = Order::parse("id = \"X\ntitle = \"t\"\n").expect_err("an open text");
    assert!(findings.iter().all(|finding| finding.message.starts_with("not TOML")), "{findings:?}");
    assert_eq!(findings[0].line, 1);
    let twice = error_after("kind = \"hotfix\"", "kind = \"hotfix\"\nkind = \"config\"");
    assert!(twice.message.starts_with("not TOML: duplicate key"), "{twice}");
}

#[test]
fn an_order_without_end_is_not_read() {
    let findings = Order::parse(&"#\n".repeat(MAX_ORDER_BYTES)).expect_err("too long");
    assert_eq!(findings.len(), 1);
}

#[test]
fn texts_are_brought_into_their_one_spelling() {
    let order = Order::parse(&filled_in().replace("your company", "Cafe\u{301}")).expect("an order");
    assert_eq!(order.about.vendor, "Café");
}

fn path(text: &str) -> TreePath {
    TreePath::parse(text).expect("a good path")
}

fn new_file(at: &str) -> FileChange {
    let digest = Digest::compute(b"new");
    FileChange {
        path: path(at),
        before: Vec::new(),
        after: Some(Node::File(FileNode { digest, size_bytes: 3, mode: Mode::FILE })),
        payload: Some(Payload::Whole { blob: digest }),
        base: None,
        edit: None,
        role: Role::default(),
        local_edits: LocalEdits::default(),
        fixes: Vec::new(),
    }
}

#[test]
fn an_order_and_its_changes_make_a_manifest_that_can_be_read() {
    let minimal = Order::minimal(PatchId::parse("ACME-HF-1042").expect("an id"), None, None);
    let (filled_in, full) = (Order::parse(&filled_in()), Order::parse(&with_every_example()));
    for order in [minimal, filled_in.expect("an order"), full.expect("an order")] {
        let changes = ["web/vendor/debug/src/node.js", "a", "conf/flags.json"].map(new_file).to_vec();
        let patch = order.into_patch(changes, "2026-11-23T09:30:00Z".to_owned(), true);
        assert_eq!(manifest::check(&patch), Ok(()));
        assert_eq!(manifest::read_manifest(&manifest::write_manifest(&patch)), Ok(patch));
    }
}

#[test]
fn an_order_of_nothing_but_an_id_claims_nothing() {
    let id = PatchId::parse("ACME-HF-1042").expect("an id");
    let order = Order::minimal(id, Some("4.2.1"), Some("4.2.2"));
    assert_eq!((order.about.product.name.as_str(), order.about.sequence), ("ACME", 0));
    assert_eq!(
        (order.about.product.versions, order.about.result_version),
        (vec!["4.2.1".to_owned()], Some("4.2.2".to_owned()))
    );
    assert_eq!(order.about.fixes, ["ACME-HF-1042"]);
}

#[test]
fn the_last_policy_that_says_something_about_a_file_counts() {
    let more = "\n[[make.policy]]\npaths = [\"/conf/\", \"!/conf/keep.conf\"]\nlocal_edits = \"refuse\"\n";
    let order = Order::parse(&(with_every_example() + more)).expect("an order");
    let fixes: &[String] = &["KEY-7".to_owned()];
    let config = Some(Role::Config);
    assert_eq!(order.policy_for(&path("conf/a.conf")), (config, Some(LocalEdits::Refuse), fixes));
    assert_eq!(order.policy_for(&path("conf/keep.conf")).1, Some(LocalEdits::Merge));
    assert_eq!(order.policy_for(&path("bin/app")), (None, None, &[][..]));
    assert!(order.is_ignored(&path("var/x.log"), false) && order.is_ignored(&path("cache/a/b"), false));
    assert!(!order.is_ignored(&path("var/cache/a"), false));
}

proptest::proptest! {
    #[test]
    fn any_edit_of_the_template_is_answered_without_a_panic(place in 0..8000usize, cut in 0..40usize, typed in "[\\[\\]\"'=#a<>\\n.0-9]{0,4}") {
        let text = with_every_example();
        let boundary = |mut at: usize| { while !text.is_char_boundary(at) { at -= 1; } at };
        let (start, end) = (boundary(place.min(text.len())), boundary((place + cut).min(text.len())));
        let _ = lint(&format!("{}{typed}{}", &text[..start], &text[end..]));
    }
}

/// The good order, with files beside it that hold these bytes.
fn with_script(text: &'static [u8]) -> Result<Order, Vec<OrderFinding>> {
    let read = |name: &TreePath, max_bytes: u64| match name.as_str().ends_with(".json") {
        true => Ok(br#"{"@context":"https://openvex.dev/ns/v0.2.0"}"#.to_vec()),
        false => Ok(text[..text.len().min(max_bytes as usize + 1)].to_vec()),
    };
    Order::parse_with_files(&with_every_example(), &read)
}

#[test]
fn scripts_are_read_from_files_beside_the_order() {
    let order = with_script(b"echo stop\n").expect("an order");
    let patch = order.into_patch(Vec::new(), "2026-11-23T09:30:00Z".to_owned(), false);
    assert_eq!(patch.scripts[0].blob, Digest::compute(b"echo stop\n"));
    assert_eq!(patch.scripts[0].undo, Some(Digest::compute(b"echo stop\n")));
    assert_eq!(patch.scripts[0].timeout_secs, 60);
    let Evidence { vex, attestations, .. } = &patch.about.evidence;
    assert_eq!(vex.as_ref().map(|vex| (vex.format.as_str(), vex.size_bytes)), Some(("OpenVEX 0.2.0", 44)));
    assert_eq!(attestations[0].format, "application/vnd.in-toto+json");
}

#[test]
fn a_script_that_nobody_could_read_is_a_finding_at_the_line_that_names_it() {
    static LONG: [u8; (64 << 10) + 1] = [b'#'; (64 << 10) + 1];
    let line_of = |key: &str| {
        let is_it = |line: &str| line.starts_with(&format!("{key} = \"st"));
        with_every_example().lines().position(is_it).expect("the line") + 1
    };
    for (text, problem) in [
        (&b""[..], "the script is empty"),
        (b"echo \0", "the script is not text in UTF-8"),
        (b"echo \xff", "the script is not text in UTF-8"),
        (&LONG, "the script has more than 65536 bytes; nobody could read it whole"),
    ] {
        let errors: Vec<_> = with_script(text).expect_err(problem).iter().map(ToString::to_string).collect();
        let expected = [("file", "stop-printing.sh"), ("undo", "start-printing.sh")].map(|(key, file)| {
            format!("{}:{}: error: scripts[0].{key}: {file}: {problem}", line_of(key), key.len() + 4)
        });
        assert_eq!(errors, expected);
    }
    let gone = |_: &TreePath, _: u64| Err(std::io::Error::from(std::io::ErrorKind::NotFound));
    let errors = Order::parse_with_files(&with_every_example(), &gone).expect_err("no file");
    for file in ["fix.openvex.json", "stop-printing.sh", "build.intoto.json"] {
        let said = format!("{file}: cannot be read");
        assert!(errors.iter().any(|error| error.message.starts_with(&said)), "{errors:?}");
    }
}

#[test]
fn a_script_comes_from_the_orders_own_folder_and_has_an_end() {
    let error = error_after("file = \"stop-printing.sh\"", "file = \"../stop.sh\"");
    assert_eq!(error.field, "scripts[0].file");
    let error = error_after("timeout = 60", "timeout = 3601");
    assert_eq!(error.message, "a script may take 1 to 3600 seconds");
    let error = error_after("interpreter = \"sh\"", "interpreter = \"/tmp/sh\"");
    assert_eq!(error.message, "\"/tmp/sh\" is none of sh, python3, powershell, cmd");
}

#[test]
fn what_is_fixed_is_a_vulnerability_that_the_patch_names() {
    let order = Order::parse(&with_every_example()).expect("an order");
    // Of one that the product does not have, nothing is mended.
    assert_eq!(order.about.vulnerabilities, ["CVE-2026-12345", "GHSA-xxxx-xxxx-xxxx"]);
}

#[test]
fn what_no_scanner_would_find_is_said_at_its_line() {
    for (old, new, field) in [
        ("components = [\"pkg:npm/debug@3.0.1\"]", "components = [\"debug\"]", "resolves[0].components"),
        (
            "components = [\"pkg:npm/debug@3.0.1\"]",
            "components = [\"pkg:npm/ms@2.0.0\"]",
            "resolves[0].components[0]",
        ),
        (
            "cvss = \"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H\"",
            "cvss = \"high\"",
            "resolves[0].severity.cvss",
        ),
        ("state = \"not_affected\"", "state = \"fixed\"", "resolves[1].justification"),
        ("published = 2026-10-01T00:00:00Z", "published = \"last week\"", "resolves[0].published"),
        ("[\"GHSA-xxxx-xxxx-xxxx\"]", "[\"GHSA xxxx\"]", "resolves[0].aliases[0]"),
        ("[\"GHSA-xxxx-xxxx-xxxx\"]", "[\"CVE-2026-12345\"]", "resolves[0].aliases"),
        ("paths = [\"web/vendor/debug/src/node.js\"]", "paths = [\"../node.js\"]", "components[0].paths"),
        ("patch_type = \"backport\"", "patch_type = \"magic\"", "components[0].patch_type"),
        (
            "type = \"security\"\nid = \"CVE-2026-12346\"",
            "typ = \"security\"\ntype = \"security\"\nid = \"CVE-2026-12346\"",
            "resolves[1].typ",
        ),
    ] {
        assert_eq!(error_after(old, new).field, field, "{new}");
    }
}

#[test]
fn a_part_that_is_not_named_exactly_is_said_at_its_line() {
    let text = with_every_example().replace("purl = \"pkg:npm/debug@3.0.1\"", "purl = \"pkg:npm/debug\"");
    let told = said_about(&text);
    assert!(
        told.iter().any(|line| line.contains("components[0].purl") && line.contains("no exact version")),
        "{told:#?}"
    );
}

#[test]
fn an_order_has_so_many_patterns_and_no_more() {
    let with = |ignore: &[String], policies: &[String]| {
        let list = |lines: &[String]| {
            format!("[{}]", lines.iter().map(|line| format!("{line:?}")).collect::<Vec<_>>().join(", "))
        };
        let policy = |line: &String| format!("[[make.policy]]\npaths = [{line:?}]\nrole = \"config\"\n");
        let policies: String = policies.iter().map(policy).collect();
        let text = format!("{}\n[make]\nignore = {}\n{policies}", filled_in(), list(ignore));
        let errors = lint(&text).into_iter().filter(|finding| finding.level == FindingWeight::Error);
        errors.map(|finding| finding.message).collect::<Vec<_>>()
    };
    let many = |count: usize| (0..count).map(|number| format!("a{number}")).collect::<Vec<_>>();
    assert_eq!(with(&many(900), &many(100)), [] as [&str; 0]);
    for said in [with(&many(1_001), &[]), with(&[], &many(1_001))] {
        assert_eq!(said, ["an order has at most 1,000 patterns"]);
    }
    let long = format!("{}*b", "*a".repeat(100));
    let said = with(&vec![long; 400], &[]);
    assert_eq!(said, ["all patterns of an order together have at most 65,536 bytes"]);
}
