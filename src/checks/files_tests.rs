//! The file checks against a real folder.

use std::fs;

use super::{CheckResult, Surroundings, run_all};
use crate::disk::fs::OsFs;
use crate::model::{Check, Detect, Digest, Level, Probe, Product, TreePath};
use crate::progress::CancelToken;

fn path(name: &str) -> TreePath {
    TreePath::parse(name).unwrap()
}

fn check(probe: Probe) -> Check {
    Check { probe, level: Level::Required, timeout_secs: 5, retries: 0 }
}

/// Runs `probes` against a folder that holds one small product.
fn outcomes(probes: Vec<Probe>, cancel: &CancelToken) -> Vec<CheckResult> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("conf")).unwrap();
    fs::write(folder.path().join("conf/release"), "version=4.2.0\nmode=fast\n").unwrap();
    let fs = OsFs::open(folder.path()).unwrap();
    let rule = Detect::Version { path: path("conf/release"), after: "version=".to_owned(), until: None };
    let product = Product {
        name: "App".to_owned(),
        purl: None,
        cpe: None,
        versions: vec!["4.2.0".to_owned()],
        detect: vec![rule],
    };
    let checks: Vec<_> = probes.into_iter().map(check).collect();
    run_all(&checks, &Surroundings { fs: &fs, product: &product }, cancel)
}

fn assert_outcome(probe: Probe, passed: bool, evidence: &str) {
    let [result] = <[CheckResult; 1]>::try_from(outcomes(vec![probe], &CancelToken::new())).unwrap();
    assert_eq!(
        result,
        CheckResult { passed, evidence: evidence.to_owned(), tries: 1, is_stopped: false, down: None }
    );
}

fn file(name: &str, present: bool, content: Option<&str>) -> Probe {
    Probe::File {
        path: path(name),
        present,
        digest: content.map(|content| Digest::compute(content.as_bytes())),
    }
}

#[test]
fn a_file_is_there_or_not() {
    assert_outcome(file("conf/release", true, None), true, "\"conf/release\" exists");
    assert_outcome(file("conf/release", false, None), false, "\"conf/release\" exists");
    assert_outcome(file("conf/old", true, None), false, "\"conf/old\" doesn't exist");
    assert_outcome(file("conf/old", false, None), true, "\"conf/old\" doesn't exist");
    let evidence = "a parent of \"conf/release/x\" is not a folder";
    assert_outcome(file("conf/release/x", false, None), false, evidence);
}

#[test]
fn a_file_has_the_expected_content_or_not() {
    let content = "version=4.2.0\nmode=fast\n";
    let evidence = "\"conf/release\" has the expected content";
    assert_outcome(file("conf/release", true, Some(content)), true, evidence);
    let (found, expected) = (Digest::compute(content.as_bytes()).short(), Digest::compute(b"other").short());
    let evidence = format!("\"conf/release\" has sha256 {found}, not {expected}");
    assert_outcome(file("conf/release", true, Some("other")), false, &evidence);
    assert_outcome(file("conf", true, Some("other")), false, "\"conf\" is not a file");
}

#[test]
fn a_text_stands_in_a_file_or_not() {
    let text = |text: &str| Probe::Text { path: path("conf/release"), contains: text.to_owned() };
    assert_outcome(text("mode=fast"), true, "\"conf/release\" contains \"mode=fast\"");
    assert_outcome(text("mode=slow"), false, "\"conf/release\" doesn't contain \"mode=slow\"");
}

#[test]
fn the_product_reports_a_version_or_another() {
    let version = |is: &str| Probe::Version { is: is.to_owned() };
    assert_outcome(version("4.2.0"), true, "the version is \"4.2.0\"");
    assert_outcome(version("4.2.1"), false, "the version is \"4.2.0\", not \"4.2.1\"");
}

#[test]
fn there_is_room_or_not() {
    let results = outcomes(
        vec![Probe::Disk { free_bytes: 1 }, Probe::Disk { free_bytes: u64::MAX }],
        &CancelToken::new(),
    );
    assert!(results[0].passed && !results[1].passed, "{results:?}");
    assert!(results[1].evidence.ends_with("free of 17592186044415 MiB needed"), "{results:?}");
}

#[test]
fn after_a_wish_to_stop_every_check_still_has_a_result() {
    let cancel = CancelToken::new();
    cancel.cancel();
    let results = outcomes(vec![file("conf", true, None), file("old", false, None)], &cancel);
    let stopped = CheckResult {
        passed: false,
        evidence: "stopped at your request".to_owned(),
        tries: 0,
        is_stopped: true,
        down: None,
    };
    assert_eq!(results, [stopped.clone(), stopped]);
}
