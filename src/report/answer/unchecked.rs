//! Answers about changes whose health checks are due.

use super::{answers, some};
use crate::workbench::{CheckNote, UncheckedChange};

answers! {
    /// A change whose health checks were cut short, failed and couldn't be rolled back, or may be running.
    Unchecked(change: &UncheckedChange) {
        entry: u64 = change.entry,
        subject: String = change.subject.clone(),
        time: String = change.time.clone(),
        user: String = change.user.clone(),
        checks: String = change.checks.as_str().to_owned(),
        [failed]: Vec<CheckNote> = some(change.checks.failed().to_vec()),
    }
}
