//! The check of a rollback, or of undoing one.

use std::path::Path;

use super::passed::files_as_expected;
use super::review::{counts, duration, names};
use super::{CheckPage, ReviewLine, Subject};
use crate::model::Code;
use crate::present::findings::{advice_lines, findings_of_rollback};
use crate::present::overview::{line, path_line};
use crate::present::scripts::ScriptsView;
use crate::report::changes::{self, ChangeLine};
use crate::report::phrases;
use crate::words::{self, several, window};
use crate::workbench::{PatchNote, RollbackPreview, Turn};

impl CheckPage {
    /// The check of a rollback in `folder`, or of undoing the last change of it; with `scripts_stay`, of files alone.
    pub fn of_rollback(found: &RollbackPreview, folder: &Path, scripts_stay: bool) -> Self {
        let preview = &found.preview;
        let of_steps = changes::of_steps(&preview.plan.steps, &[]);
        let lines = changes::lines(&of_steps);
        let button = match found.turn {
            Turn::CameBack => words::BRING_BACK_N,
            Turn::RepairUndone => window::UNDO_REPAIR_N,
            _ => words::TAKE_BACK_N,
        };
        let ids: Vec<String> = turned(found).iter().map(|patch| line(&patch.id)).collect();
        let subject = (!ids.is_empty()).then(|| Subject::of(&ids, None));
        let about = (preview, found.decision(), lines.len());
        let findings = findings_of_rollback(found, scripts_stay);
        let check = Self::new(about, findings, review(found, folder, &lines), button);
        let passed = [
            check.unless(&[Code::Store], words::SAFE_COPIES, || words::SAFE_COPIES_ARE_WHOLE.to_owned()),
            check.unless(&[Code::Drift, Code::Missing], words::FILES, || files_as_expected(lines.len())),
            check.passed_space(preview),
            check.unless(&[Code::Rights], window::CHECKED_RIGHTS, || window::MAY_WRITE.to_owned()),
        ];
        let passed = passed.into_iter().flatten().collect();
        let scripts = ScriptsView::new(&found.scripts).filter(|_| !scripts_stay);
        let (asks_for, restarts) = (Some(found.asks_for()), found.restarts.clone());
        let advice = advice_lines(found);
        Self { subject, passed, asks_for, scripts, restarts, advice, ..check }
    }
}

/// The patches that are rolled back or come back.
fn turned(found: &RollbackPreview) -> &[PatchNote] {
    match found.patches.as_slice() {
        _ if found.turn == Turn::RepairUndone => &[],
        [] => found.patch.as_slice(),
        patches => patches,
    }
}

fn review(found: &RollbackPreview, folder: &Path, lines: &[ChangeLine<'_>]) -> [Option<ReviewLine>; 13] {
    let patches = turned(found);
    let name = match (found.turn, patches.len()) {
        (Turn::CameBack, 0 | 1) => words::COMES_BACK,
        (Turn::CameBack, _) => several::TO_REAPPLY,
        (_, 0 | 1) => words::IS_TAKEN_OUT,
        (_, _) => several::TO_ROLL_BACK,
    };
    let named = patches.iter().map(|patch| format!("{} ({})", patch.title, line(&patch.id)));
    let named: Vec<String> = named.collect();
    // Those that stand there already aren't named twice.
    let with_it = found.with_it.iter().map(|with| &with.patch).filter(|with| !patches.contains(with));
    let files = match found.turn {
        Turn::CameBack => changes::summary(lines),
        _ => counts(lines),
    };
    [
        Some(ReviewLine::choice(words::FOLDER, path_line(folder))),
        (!named.is_empty()).then(|| ReviewLine::fact(name, named.join("\n"))),
        Some(ReviewLine::fact(words::FILES, files)),
        names(words::GO_AS_WELL, with_it),
        names(words::RETURN, &found.back),
        (!found.rebuilt.is_empty()).then(|| {
            let places = phrases::count(found.rebuilt.len(), "file", "files");
            ReviewLine::fact(words::PUT_TOGETHER, places)
        }),
        (found.stack_before.len() > 1).then(|| {
            let left: Vec<String> = found.stack_after.iter().map(|id| line(id)).collect();
            let none = words::NO_PATCH_LEFT.to_owned();
            ReviewLine::fact(words::THEN_HERE, if left.is_empty() { none } else { left.join(", ") })
        }),
        Some(ReviewLine::fact(words::EVERYTHING_ELSE, words::STAYS_AS_IT_IS.to_owned())),
        ReviewLine::checked_afterwards(found.health_checks()),
        ReviewLine::restarts(&found.restarts),
        Some(ReviewLine::fact(words::SAFE_COPIES, words::SAFE_COPIES_ARE_WHOLE.to_owned())),
        Some(ReviewLine::fact(words::ROOM_NEEDED, phrases::room(found.preview.needed_bytes))),
        Some(ReviewLine::fact(words::TIME_NEEDED, duration(&found.preview.plan.steps))),
    ]
}
