//! Answers about rehearsals.

use std::path::Path;

use super::{all, answers, some};
use crate::report::phrases::path_text;
use crate::workbench::{self, KnownRehearsal, Rehearsed, SiteTest};

answers! {
    Rehearse(done: &Rehearsed, target: &Path) {
        target: String = path_text(target),
        patch: super::PatchName = super::PatchName::new(&done.preview.patch),
        passed: bool = done.failure.is_none(),
        [why]: String = done.failure.clone(),
        fingerprint: String = done.decision.0.to_string(),
        checks: Vec<workbench::CheckNote> = done.checks.clone(),
        left_out: usize = done.left_out,
        tests: Vec<RehearsalTest> = all(&done.tests, RehearsalTest::new),
        [written]: Vec<String> = some(done.written.iter().map(ToString::to_string).collect()),
        [not_cloned]: Vec<String> = some(done.not_cloned.iter().map(|(path, _)| path_text(path)).collect()),
        [unrecorded]: String = done.unrecorded.clone(),
        [refused]: String = done.refused.clone(),
    }

    RehearsalTest(test: &SiteTest) {
        command: String = test.command.clone(),
        passed: bool = test.is_passed,
        how: String = test.how.clone(),
        output: String = test.output.clone(),
    }

    /// What is known of a rehearsal of what is planned.
    Rehearsal(known: &KnownRehearsal) {
        state: String = known.state().to_owned(),
        time: String = known.note.time.clone(),
        by: String = known.note.by.clone(),
        tests: usize = known.note.tests,
        [why]: String = known.note.why.clone(),
    }
}
