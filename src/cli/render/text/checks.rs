//! What came of health checks.

use super::safe;
use crate::workbench::CheckNote;

pub(super) fn checks(checks: &[CheckNote]) -> String {
    let line = |note: &CheckNote| match note.passed {
        true => format!("  Health check passed: {}\n", safe(&note.check)),
        false => format!("  Health check failed: {}, but {}\n", safe(&note.check), safe(&note.evidence)),
    };
    checks.iter().map(line).collect()
}
