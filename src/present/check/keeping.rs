//! What keeping patches for good would do.

use std::collections::BTreeSet;
use std::path::Path;

use super::{CheckPage, CheckVerdict, ReviewLine, Subject};
use crate::present::finding::{Finding, Rank};
use crate::present::overview::{line, path_line};
use crate::report::phrases;
use crate::words::{self, fill, window};
use crate::workbench::Accepted;

impl CheckPage {
    /// The check of keeping patches in `folder` for good.
    pub(crate) fn of_keeping(found: &Accepted, folder: &Path) -> Self {
        let ids: Vec<String> = found.patches.iter().map(|patch| line(&patch.id)).collect();
        let number = phrases::count(ids.len(), "patch", "patches");
        let mut findings =
            vec![Finding::plain(Rank::MayBreak, window::KEEP_DELETES, window::KEEP_DELETES_MEANING)];
        if !found.edits.is_empty() {
            let evidence = found.edits.iter().map(|edit| line(edit.path.as_str())).collect();
            let edits = Finding::plain(Rank::MayBreak, window::KEEP_EDITS, window::KEEP_EDITS_MEANING);
            findings.push(Finding { evidence, ..edits });
        }
        if !found.edited.is_empty() {
            let evidence = found.edited.iter().map(|(path, _)| line(path.as_str())).collect();
            let edited = Finding::plain(Rank::MayBreak, window::KEEP_EDITED, window::KEEP_EDITED_MEANING);
            findings.push(Finding { evidence, ..edited });
        }
        let rollback: Vec<String> = found.rollback.iter().map(|patch| line(&patch.id)).collect();
        let review = [
            Some(ReviewLine::fact(words::FOLDER, path_line(folder))),
            Some(ReviewLine::fact(words::BACK_GIVEN_UP, ids.join("\n"))).filter(|_| !ids.is_empty()),
            Some(ReviewLine::fact(window::KEEP_ROLLBACK, rollback.join("\n")))
                .filter(|_| !rollback.is_empty()),
            Some(ReviewLine::fact(words::FILES, words::STAYS_AS_IT_IS.to_owned())),
        ];
        let is_nothing = found.is_nothing();
        let verdict = if is_nothing { CheckVerdict::NothingToDo } else { CheckVerdict::Warnings };
        let findings = if is_nothing { Vec::new() } else { findings };
        Self {
            subject: Some(Subject::of(&ids, None)),
            review: review.into_iter().flatten().collect(),
            decision: Some(found.decision()),
            button: fill(window::KEEP_N, &[("n", &number)]),
            asks_for: Some(BTreeSet::new()),
            ..Self::only(verdict, findings)
        }
    }
}
