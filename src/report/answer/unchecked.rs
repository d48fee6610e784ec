//! Answers about changes whose health checks were cut short.

use super::answers;
use crate::workbench::UncheckedChange;

answers! {
    /// A change whose health checks were cut short.
    Unchecked(change: &UncheckedChange) {
        entry: u64 = change.entry,
        subject: String = change.subject.clone(),
        time: String = change.time.clone(),
        user: String = change.user.clone(),
    }
}
