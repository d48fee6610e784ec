//! What turning a switch would do.

use std::path::Path;

use super::{CheckPage, ReviewLine, Subject};
use crate::diff::KeyChange;
use crate::model::Position;
use crate::present::finding::{Finding, Rank, findings_of_notes, findings_of_obstacles};
use crate::present::overview::{line, path_line};
use crate::present::switches::{of_toggle, open};
use crate::words::{self, window};
use crate::workbench::TogglePreview;

impl CheckPage {
    /// The check of turning a switch in `folder`.
    pub(crate) fn of_switch(found: &TogglePreview, folder: &Path) -> Self {
        let (toggle, preview) = (&found.switch.toggle, &found.preview);
        let name = line(&found.switch.full_name());
        let mut findings = findings_of_obstacles(&preview.obstacles);
        findings.extend(
            open(found.opens(), window::SWITCH_OPEN)
                .map(|sentence| Finding::plain(Rank::MayBreak, sentence, window::SWITCH_OPEN_MEANING)),
        );
        findings.extend(findings_of_notes(&preview.notes));
        let keys: Vec<String> = found.keys.iter().map(KeyChange::phrase).collect();
        let review = [
            Some(ReviewLine::fact(window::SWITCH, name.clone())),
            Some(ReviewLine::fact(words::FOLDER, path_line(folder))),
            Some(ReviewLine::fact(words::FILES, line(toggle.file.as_str()))),
            (!keys.is_empty()).then(|| ReviewLine::fact(window::SWITCH_CHANGES, keys.join("\n"))),
            Some(ReviewLine::fact(words::PATCH, window::SWITCH_CODE_STAYS.to_owned())),
            ReviewLine::checked_afterwards(found.health_checks()),
        ];
        let of_toggle = of_toggle(toggle).map(|(name, value)| Some(ReviewLine::fact(name, line(&value))));
        let button = match found.to {
            Position::On => window::TURN_ON_NOW,
            Position::Off => window::TURN_OFF_NOW,
        };
        let about = (preview, found.decision(), preview.plan.steps.len());
        let check = Self::new(about, findings, review.into_iter().chain(of_toggle), button);
        Self {
            subject: Some(Subject::of(&[toggle.title.to_string()], None)),
            needs_reason: found.needs_reason,
            ..check
        }
    }
}
