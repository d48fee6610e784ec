//! What came of health checks.

use super::safe;
use crate::workbench::CheckNote;

pub(super) fn checks(checks: &[CheckNote]) -> String {
    checks.iter().map(|note| check(note, 2)).collect()
}

/// One, `indent` columns from the left.
pub(super) fn check(note: &CheckNote, indent: usize) -> String {
    let result = match note.passed {
        true => format!("{:indent$}Health check passed: {}\n", "", safe(&note.check)),
        false => format!("{:indent$}Health check failed: {}\n", "", safe(&note.line())),
    };
    let printed = note.what_it_printed().filter(|_| !note.passed);
    printed.map_or(result.clone(), |said| format!("{result}{:indent$}{}\n", "", safe(&said)))
}
