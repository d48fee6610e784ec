//! Every fact is read as it was written, is worded, and is known to the schema.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{EntryFact, UncertainFit};
use crate::diff::LineRange;
use crate::diff::patch_text::UncarriedKind;
use crate::environment::Environment;
use crate::ledger::{Action, Entry, LedgerHead};
use crate::model::Digest;
use crate::plan::FileNote;

const SCHEMA: &str = include_str!("../../../assets/schema/cli.schema.json");

fn text(text: &str) -> String {
    text.to_owned()
}

/// One of each kind, with its words.
fn all() -> Vec<(EntryFact, &'static str)> {
    let sha256 = Digest::compute(b"x");
    let path = || text("f");
    let lines = vec![LineRange { first: 2, last: 3 }];
    let lacks = FileNote::HandMergeLacks { patch: text("A"), lines };
    vec![
        (
            EntryFact::Accepted { code: text("E-UNDOES"), rule: Some(text("undo")), shown: text("f: gone") },
            "allowed: f: gone",
        ),
        (
            EntryFact::File { path: path(), became: lacks },
            "f: your merged file doesn't have all changes of A (lines 2-3)",
        ),
        (EntryFact::Noted { path: path(), shown: text("is large") }, "f is large"),
        (
            EntryFact::Component {
                patch: text("A 1"),
                purl: text("pkg:npm/a"),
                versions: text("vers:npm/>=1"),
                found: text("2"),
                sbom: text("s.json"),
                format: text("CycloneDX"),
                sha256,
                components: 7,
            },
            "A 1 needs pkg:npm/a ",
        ),
        (
            EntryFact::ComponentInFile {
                patch: text("A 1"),
                purl: text("pkg:npm/a"),
                versions: text("vers:npm/>=1"),
                found: text("2"),
                path: path(),
            },
            "A 1 needs pkg:npm/a vers:npm/>=1; f says 2",
        ),
        (
            EntryFact::NotWithdrawn { list: text("l.json"), sha256 },
            "not in the list of withdrawn patches l.json",
        ),
        (
            EntryFact::TextPatch { patch: text("p"), strip: 1, stripped: vec![text("a")] },
            "text patch p: path prefix stripped: a (-p 1)",
        ),
        (EntryFact::Fuzz { lines: 2 }, "up to 2 lines around a change were allowed to differ (--fuzz)"),
        (EntryFact::WhiteSpaceIgnored, "differences in white space were ignored (--ignore-whitespace)"),
        (
            EntryFact::NotCarried { patch: text("p"), path: path(), what: UncarriedKind::Link, agreed: true },
            "--without-uncarried: f: is a link that differs, but the patch doesn't say where it points [p]",
        ),
        (
            EntryFact::UncertainHunk {
                patch: text("p"),
                path: path(),
                hunk: 1,
                line: Some(9),
                fits: UncertainFit::Loose { fuzz: 1, moved: -2 },
            },
            "p: hunk 1 of f is fuzz: fits at line 9, 2 lines above the stated one, ignoring 1 of the lines around it",
        ),
        (EntryFact::FailedCheck { check: text("port 80") }, "port 80"),
        (EntryFact::StoppedCheck { check: text("port 81") }, "anna stopped this check: port 81"),
        (EntryFact::ScriptsNotUndone, "the patch's scripts were not undone, at your request"),
        (EntryFact::RolledBackTogether { patches: vec![text("A"), text("B")] }, "rolled back together: A, B"),
        (EntryFact::ActiveAgain { patches: vec![text("A")] }, "A became active again"),
        (EntryFact::RollbackKept { patch: text("A") }, "the rollback of A is kept for good"),
        (EntryFact::EditBackupDeleted { path: path() }, "f: the backup of your edited file was deleted"),
        (
            EntryFact::RestoredFrom { patch: text("A 1"), sha256 },
            "restored from the patch file of A 1, SHA-256 ",
        ),
        (EntryFact::ChangeFailed { error: text("no room") }, "no room"),
        (EntryFact::Interrupted { rollback: true }, "the rollback was interrupted; the files were restored"),
        (EntryFact::NewerContentKept { path: path() }, "kept the newer content of f"),
        (EntryFact::FolderInUse { path: path() }, "kept the folder f, which is in use"),
        (EntryFact::DeletedByOthers { path: path() }, "f was deleted by something else"),
        (EntryFact::ChangedByOthers { path: path() }, "left f as it was changed by something else"),
        (EntryFact::OriginalMissing { path: path() }, "the original of f was missing"),
        (EntryFact::PutAside { path: path(), now: text("g") }, "kept a copy of f as g"),
        (EntryFact::Held { reason: text("the database moves") }, "reason: the database moves"),
    ]
}

fn entry(facts: Vec<EntryFact>) -> Entry {
    let head = LedgerHead { seq: 0, digest: Digest::from([0; 32]) };
    let environment = Environment::fixed(jiff::Timestamp::UNIX_EPOCH, "anna", "pc", "linux");
    let mut entry = Entry::after(&head, Action::Apply, &environment);
    entry.facts = facts;
    entry
}

#[test]
fn every_fact_is_read_as_it_was_written_and_worded() {
    let (facts, words): (Vec<_>, Vec<_>) = all().into_iter().unzip();
    let written = entry(facts).to_bytes();
    let read = Entry::from_bytes(&written).expect("what was written");
    assert_eq!(read.to_bytes(), written);
    for (remark, words) in read.remarks().iter().zip(&words) {
        assert!(remark.starts_with(words), "{remark:?} instead of {words:?}");
    }
    assert_eq!(read.remarks().len(), words.len());
    assert!(read.is_of_seventh_generation() && !entry(Vec::new()).is_of_seventh_generation());
    let failed = entry(vec![EntryFact::FailedCheck { check: text("port 80") }]);
    assert!(read.is_of_eighth_generation() && !failed.is_of_eighth_generation());
}

#[test]
fn the_schema_knows_every_fact_and_its_fields() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("a schema");
    let fact = &schema["$defs"]["entry_fact"]["properties"];
    let kinds = fact["kind"]["enum"].as_array().expect("kinds").iter().map(ToString::to_string);
    let known: BTreeSet<String> = kinds.collect();
    let mut written = BTreeSet::new();
    for (one, _) in all() {
        let json = serde_json::to_value(&one).expect("a fact");
        for field in json.as_object().expect("an object").keys() {
            assert!(fact.get(field).is_some(), "{field} of {one:?} is not in the schema");
        }
        written.insert(json["kind"].to_string());
    }
    assert_eq!(written, known);
}

#[test]
fn a_failed_check_is_told_with_what_was_seen() {
    let mut entry = entry(vec![EntryFact::FailedCheck { check: text("port 80") }]);
    let note = |passed, evidence| crate::ledger::CheckNote {
        check: text("port 80"),
        passed,
        evidence,
        printed: String::new(),
    };
    entry.checks = vec![note(true, text("open")), note(false, text("closed"))];
    assert_eq!(entry.remarks(), ["port 80: closed"]);
    assert_eq!(entry.further_remarks(), Vec::<String>::new(), "its outcome says so already");
}
