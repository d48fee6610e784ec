//! One good manifest, and everything that can be wrong with it.

use serde_json::Value;

use super::*;
use crate::model::*;

mod claims;
mod hostile;
mod hostile_paths;
mod round_trip;
mod schema;

/// Content of `text`, as a file with this mode.
fn file(text: &str, mode: u32) -> Node {
    let size_bytes = text.len() as u64;
    Node::File(FileNode { digest: Digest::compute(text.as_bytes()), size_bytes, mode: Mode::new(mode) })
}

fn link(points_to: &str) -> Node {
    Node::Link(LinkNode { points_to: points_to.to_owned() })
}

fn path(text: &str) -> TreePath {
    TreePath::parse(text).expect("a good path")
}

fn purl(text: &str) -> Purl {
    Purl::parse_exact(text).expect("a good package URL")
}

fn change(at: &str, before: Vec<Node>, after: Option<Node>, payload: Option<Payload>) -> FileChange {
    let (role, local_edits) = (Role::default(), LocalEdits::default());
    FileChange {
        path: path(at),
        before,
        after,
        payload,
        base: None,
        edit: None,
        role,
        local_edits,
        fixes: Vec::new(),
    }
}

/// `content`, as a document that travels along.
fn carried(format: &str, content: &str) -> CarriedFile {
    let (digest, size_bytes) = (Digest::compute(content.as_bytes()), content.len() as u64);
    CarriedFile { format: format.to_owned(), digest, size_bytes }
}

fn whole(text: &str) -> Option<Payload> {
    Some(Payload::Whole { blob: Digest::compute(text.as_bytes()) })
}

/// One change of every sort, in the folder of the hostile set: `bin/app`, `lib/a.so`, `lib/dead.so`, `etc/conf`, ….
fn good_changes() -> Vec<FileChange> {
    let delta = Payload::Delta {
        blob: Digest::compute(b"delta"),
        from: path("bin/app"),
        source: Digest::compute(b"app 1"),
    };
    let conf = FileChange {
        base: Some(Digest::compute(b"conf 1")),
        role: Role::Config,
        local_edits: LocalEdits::Merge,
        fixes: vec!["ACME-7".to_owned()],
        ..change("etc/conf", vec![file("conf 1", 0o600)], Some(file("conf 2", 0o600)), whole("conf 2"))
    };
    let builds = vec![file("a, build 1", 0o644), file("a, build 2", 0o644)];
    vec![
        change("bin/app", vec![file("app 1", 0o755)], Some(file("app 2", 0o755)), Some(delta)),
        change("cur", vec![link("bin/app")], Some(link("tools/run")), None),
        change("doc/x", vec![file("x", 0o644)], None, None),
        change("doc/y", vec![], Some(file("x", 0o644)), Some(Payload::Same { from: path("doc/x") })),
        conf,
        change("lib/a.so", builds, Some(file("a fixed", 0o644)), whole("a fixed")),
        change("lib/dead.so", vec![file("dead", 0o644)], None, None),
        change("share", vec![], Some(Node::Dir(Mode::DIR)), None),
        change("share/n", vec![], Some(file("n", 0o644)), whole("n")),
        change("tools/run", vec![file("run", 0o644)], Some(file("run", 0o755)), None),
    ]
}

fn probe(probe: Probe) -> Check {
    Check { probe, level: Level::Required, timeout_secs: 10, retries: 2 }
}

/// The good patch with another description.
fn good_about(change: impl FnOnce(&mut About)) -> Patch {
    let mut patch = good();
    change(&mut patch.about);
    patch
}

/// A patch that says something in every field.
fn good() -> Patch {
    let digest = Digest::compute(b"app 1");
    let text = |text: &str| text.to_owned();
    let id = |text: &str| PatchId::parse(text).expect("a good id");
    let about = About {
        identity: PatchRef { id: id("ACME-HF-1042"), revision: 2 },
        sequence: 1042,
        channel: Some("stable".to_owned()),
        approvals: Approvals { authors: 1, reviewers: 2 },
        kind: PatchKind::Hotfix,
        title: Untrusted::from("Umlauts in fonts"),
        summary: Untrusted::from("Letters such as “ä” were cut off.\nPrinting is not affected."),
        severity: Some(Severity { level: SeverityLevel::Moderate, cvss: Some(text("CVSS:3.1/AV:N")) }),
        issues: vec![Issue {
            system: text("jira"),
            key: text("ACME-7"),
            url: Some(text("https://tracker.example/ACME-7")),
            kind: Some(text("bug")),
            opened: Some(text("2026-11-03")),
        }],
        fixes: vec![text("ACME-7"), text("ACME-9")],
        vulnerabilities: vec![text("CVE-2026-12345"), text("GHSA-9vvw-cc9w-f27h")],
        resolves: vec![ResolvedIssue {
            kind: ResolvedKind::Security,
            id: text("CVE-2026-12345"),
            aliases: vec![text("GHSA-9vvw-cc9w-f27h")],
            source: Some(text("NVD")),
            published: Some(text("2026-10-01T00:00:00Z")),
            severity: Some(Severity {
                level: SeverityLevel::Important,
                cvss: Some(text("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H")),
            }),
            components: vec![purl("pkg:npm/debug@3.0.1")],
            state: ResolvedState::Fixed,
            justification: None,
        }],
        components: vec![Component {
            purl: purl("pkg:npm/debug@3.0.1"),
            version_after: Some(text("3.0.1-acme1")),
            paths: vec![path("lib/a.so")],
            patch: PartPatch::Backport,
        }],
        requires_components: vec![RequiredComponent {
            purl: Purl::parse("pkg:deb/debian/libssl3").expect("a purl"),
            versions: VersRange::parse("vers:deb/>=3.0.7|<4").expect("a range"),
            detect: vec![
                Detect::Exists { path: path("lib/ssl") },
                Detect::Version { path: path("lib/ssl/VERSION"), after: text("="), until: None },
            ],
            is_required: true,
        }],
        committed: Some(text("2026-11-20T08:00:00+01:00")),
        unplanned: Some(true),
        mends: vec![id("ACME-HF-1040")],
        compliance: vec![Compliance {
            framework: Untrusted::from("PCI DSS 4.0.1"),
            control: Untrusted::from("6.3.3"),
            due: Some(text("2026-12-20")),
        }],
        expires: Some(text("2027-11-23T09:30:00.5+01:00")),
        support_until: Some(text("2028-01-01T00:00:00Z")),
        vendor: Untrusted::from("ACME Ltd"),
        contact: Some(Untrusted::from("+49 30 1234, support@acme.example")),
        license: Some(Untrusted::from("MIT OR Apache-2.0")),
        product: Product {
            name: text("Widget"),
            purl: Some(text("pkg:generic/widget@4.2.1")),
            cpe: Some(text("cpe:2.3:a:acme:widget:4.2.1:*:*:*:*:*:*:*")),
            versions: vec![text("4.2.1"), text("4.2.1a")],
            detect: vec![
                Detect::Exists { path: path("bin/app") },
                Detect::Hash { path: path("bin/app"), digest },
                Detect::Text { path: path("etc/conf"), contains: text("[widget]\n") },
                Detect::Version { path: path("VERSION"), after: text(""), until: Some(text(" ")) },
            ],
        },
        platforms: vec![text("linux/x86_64"), text("windows/x86_64")],
        result_version: Some(text("4.2.1-hf2")),
        requires: vec![Requirement {
            id: id("ACME-HF-1000"),
            min_revision: 1,
            mode: RequirementMode::Together,
        }],
        requires_if: vec![RequirementIf {
            when: id("ACME-HF-1001"),
            then: Requirement { id: id("ACME-HF-1002"), min_revision: 2, mode: RequirementMode::Before },
        }],
        conflicts: vec![Conflict {
            id: id("ACME-HF-900"),
            reason: Untrusted::from("mends the same in another way"),
        }],
        supersedes: vec![id("ACME-HF-1041")],
        notices: vec![Hold {
            kind: HoldKind::Action,
            text: Untrusted::from("stop the printer"),
            phase: HoldPhase::Before,
        }],
        preflight: vec![
            probe(Probe::File { path: path("bin/app"), present: true, digest: Some(digest) }),
            probe(Probe::Text { path: path("etc/conf"), contains: text("mode = fast") }),
            probe(Probe::Disk { free_bytes: 1 << 30 }),
            probe(Probe::Process { name: text("widget"), running: false }),
        ],
        health: vec![
            probe(Probe::Version { is: text("4.2.1-hf2") }),
            probe(Probe::Port { host: text("localhost"), port: 8080, open: true }),
            probe(Probe::Http {
                url: text("http://localhost:8080/health"),
                status: 200,
                contains: Some(text("ok")),
            }),
        ],
        toggles: vec![Toggle {
            id: id("umlauts"),
            title: Untrusted::from("the new fonts"),
            file: path("share/n"),
            kind: ToggleKind::File,
            key: None,
            on: Setting::Text(text("present")),
            off: Setting::Text(text("absent")),
            variants: None,
            initially: Default::default(),
            takes_effect: TakesEffect::Live,
            when_off: Untrusted::from("umlauts are cut off again"),
            fixes: vec![text("ACME-7")],
            vulnerabilities: Vec::new(),
            until: Some(text("2027-06-01")),
            health: vec![probe(Probe::Process { name: text("widget"), running: true })],
        }],
        restart: Restart::Service,
        rollout: RolloutPace {
            min_wait: Some(36 * 3_600),
            max_first_ring: Share::parse("2.5%"),
            advice: Some(text("begin where few people print")),
        },
        rollback: Rollback {
            possible: RollbackPossible::UntilAccept,
            reason: Some(Untrusted::from("the old fonts are deleted then")),
            data_warning: Some(Untrusted::from("documents made since keep the new fonts")),
            steps: vec![Untrusted::from("stop the printer")],
        },
        source: Some(Untrusted::from("git v4.2.1..v4.2.1-hf2")),
        origin: Some(Origin {
            kind: OriginKind::Backport,
            upstream: Some(Untrusted::from("https://git.example/fonts, commit 1234abcd")),
            generator: Some(Untrusted::from("backporter 2.1")),
        }),
        evidence: Evidence {
            provenance: vec![Untrusted::from("build 7781 of release/4.2")],
            review: vec![Untrusted::from("Ada, every changed line")],
            tests: vec![Untrusted::from("fonts regression: 412 passed")],
            sbom: Some(carried("CycloneDX 1.6", "sbom")),
            vex: Some(carried("OpenVEX 0.2.0", "a vex")),
            attestations: vec![carried("application/vnd.in-toto+json", "attested")],
        },
        extensions: [(text("x-team"), text(r#"{"name":"fonts","floor":3,"lead":null}"#))].into(),
    };
    Patch {
        about,
        created: text("2026-11-23T09:30:00Z"),
        changes: good_changes(),
        diff: Some(DiffText { digest: Digest::compute(b"diff"), size_bytes: 4 }),
        scripts: vec![Script {
            phase: ScriptPhase::Before,
            reason: Untrusted::from("The printer holds the fonts open."),
            blob: Digest::compute(b"stop"),
            interpreter: Interpreter::Sh,
            timeout_secs: 60,
            undo: Some(Digest::compute(b"start")),
        }],
        proven: true,
    }
}

fn good_json() -> Value {
    serde_json::from_slice(&write_manifest(&good())).expect("the writer writes JSON")
}

/// What reading says about the good manifest after `mutate`.
fn read_mutated(mutate: impl FnOnce(&mut Value)) -> Result<Patch, ManifestError> {
    let mut manifest = good_json();
    mutate(&mut manifest);
    read_manifest(manifest.to_string().as_bytes())
}

#[test]
fn a_manifest_reads_like_a_page() {
    let text = String::from_utf8(write_manifest(&good())).expect("UTF-8");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "{");
    assert_eq!(lines[1], r#" "format": "patchwright-bundle/1","#);
    assert_eq!(lines[3], r#" "id": "ACME-HF-1042","#);
    let change_lines = lines.iter().filter(|line| line.starts_with(r#"  {"path":"#)).count();
    assert_eq!(change_lines, good().changes.len(), "one line per change");
    assert!(text.ends_with("}\n"));
}

#[test]
fn the_blobs_of_a_bundle_are_those_its_changes_name() {
    let named = |text: &[u8], size| (Digest::compute(text), size);
    let expected = BTreeMap::from([
        named(b"delta", None),
        named(b"conf 1", Some(6)),
        named(b"conf 2", Some(6)),
        named(b"a fixed", Some(7)),
        named(b"n", Some(1)),
        named(b"stop", None),
        named(b"start", None),
        named(b"sbom", Some(4)),
        named(b"a vex", Some(5)),
        named(b"attested", Some(8)),
    ]);
    assert_eq!(referenced_blobs(&good()), expected);
}

#[test]
fn what_this_program_writes_it_can_read() {
    let version = good_json()["min_tool_version"].as_str().map(semver::Version::parse);
    let own = semver::Version::parse(env!("CARGO_PKG_VERSION")).expect("a version");
    assert!(version.expect("there").expect("a version") <= own);
}

#[test]
fn a_later_manifest_is_called_newer_and_not_damaged() {
    let later = |key: &'static str, value: &'static str| {
        read_mutated(|manifest| {
            manifest[key] = value.into();
            manifest["rollout"] = "a key of the future".into();
        })
    };
    for (key, value) in [("min_tool_version", "99.0.0"), ("format", "patchwright-bundle/2")] {
        let error = later(key, value).expect_err("newer");
        assert_eq!((error.code, error.at.as_str()), (Code::Newer, key));
    }
    assert_eq!(later("min_tool_version", "0.1.0").expect_err("unknown key").code, Code::Manifest);
    assert_eq!(later("format", "zip").expect_err("another format").code, Code::Manifest);
}

#[test]
fn a_patch_made_here_is_held_to_the_same_rules() {
    assert_eq!(check(&good()), Ok(()));
    let error = check(&good_about(|about| about.fixes.clear())).expect_err("no fix set");
    assert_eq!((error.at.as_str(), error.position), ("fixes", None));
}

#[test]
fn what_the_reader_would_refuse_is_no_patch_made_here() {
    let decomposed = || "e\u{301}".to_owned();
    let old_link = change("zl", vec![link(&decomposed())], None, None);
    let refused = [
        (good_about(|about| about.title = decomposed().into()), "title"),
        (Patch { changes: vec![old_link], ..good() }, "changes[0].before"),
        (good_about(|about| about.extensions = [("x-a".to_owned(), "no JSON".to_owned())].into()), "x-a"),
        (good_about(|about| about.extensions = [("x-a".to_owned(), "1.5".to_owned())].into()), "x-a"),
    ];
    for (patch, at) in refused {
        assert_eq!(check(&patch).expect_err(at).at, at);
    }
}
