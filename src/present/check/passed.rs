//! What was looked at and is as it should be.

use std::collections::BTreeSet;

use super::{CheckPage, ReviewLine};
use crate::model::Code;
use crate::plan::Obstacle;
use crate::present::findings::rehearsed_by;
use crate::present::overview::line;
use crate::report::{changes, phrases};
use crate::words::{self, fill, trying, window};
use crate::workbench::{ApplyPreview, Consent, KnownRehearsal, Override, Standing};

/// What was looked at before a patch goes in, and is as it should be.
pub(super) fn passed_apply(found: &ApplyPreview, check: &CheckPage) -> Vec<ReviewLine> {
    let (about, preview) = (&found.patch.about, &found.preview);
    if preview.is_nothing_to_do() {
        return Vec::new();
    }
    let rehearsed = passed_rehearsal(found);
    const FILES: &[Code] =
        &[Code::Clash, Code::Drift, Code::Missing, Code::Occupied, Code::Overlap, Code::Undoes];
    let version = found.version.as_deref().map(line);
    let needed: Vec<String> = about.requires.iter().map(|needed| line(needed.id.as_str())).collect();
    let is_bundle = found.text.is_none();
    // What is said about a file is that it isn't as the patch expects it.
    let others: BTreeSet<_> =
        preview.notes.iter().filter(|note| note.file.is_some()).map(|note| &note.path).collect();
    let as_expected = number_of_changes(found).checked_sub(others.len()).filter(|number| *number > 0);
    let lines = [
        check.unless(&[Code::Product], words::PRODUCT, || line(&about.product.name)).filter(|_| is_bundle),
        version.and_then(|version| check.unless(&[Code::Version], window::CHECKED_VERSION, || version)),
        check
            .unless(&[Code::Requires], words::NEEDED, || needed.join(", "))
            .filter(|line| !line.value.is_empty()),
        as_expected
            .and_then(|number| check.unless(FILES, window::CHECKED_FILES, || files_as_expected(number))),
        check.passed_space(preview),
        check.unless(&[Code::Rights], window::CHECKED_RIGHTS, || window::MAY_WRITE.to_owned()),
        (found.verdict.standing == Standing::Trusted)
            .then(|| ReviewLine::fact(window::CHECKED_SIGNATURE, line(&found.verdict.sentence()))),
        rehearsed.map(|known| ReviewLine::fact(trying::REHEARSED, rehearsed_by(known))),
    ];
    lines.into_iter().flatten().collect()
}

/// That a change can be tried on a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RehearsalOffer {
    /// What has to be set aside for that.
    pub asks_for: BTreeSet<Override>,
    /// Whether it was tried with what is there now, and that went well.
    pub has_passed: bool,
}

impl RehearsalOffer {
    /// For `found`, if it can be tried: that it wasn't yet stands in the way of nothing then.
    pub(super) fn of(found: &ApplyPreview) -> Option<Self> {
        let obstacles = found.preview.obstacles.iter().filter(|obstacle| !obstacle.is_unrehearsed());
        let mut asks_for: BTreeSet<Override> = obstacles.map(Obstacle::way_around).collect::<Option<_>>()?;
        asks_for.extend(found.permits(Consent::Missing).is_err().then_some(Override::Unsigned));
        let has_passed = passed_rehearsal(found).is_some();
        (!found.preview.is_nothing_to_do()).then_some(Self { asks_for, has_passed })
    }
}

/// The last time it was tried on a copy, if that went well and nothing has changed since.
fn passed_rehearsal(found: &ApplyPreview) -> Option<&KnownRehearsal> {
    found.rehearsal.as_ref().filter(|known| known.is_current && known.note.is_passed)
}

pub(super) fn files_as_expected(number: usize) -> String {
    fill(window::ALL_AS_EXPECTED, &[("n", &phrases::count(number, "file", "files"))])
}

/// How many changes the patches come to, counted as the list of changes counts them: a renamed file is one.
pub(super) fn number_of_changes(found: &ApplyPreview) -> usize {
    let number = found.patches.iter().map(|one| changes::lines(&one.patch.changes).len()).sum::<usize>();
    // What is there already is no step.
    number.min(found.preview.plan.steps.len())
}
