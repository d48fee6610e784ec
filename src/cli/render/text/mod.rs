//! Answers for people.

mod checks;
mod choose;
mod difference;
mod done;
mod drift;
mod edits;
mod evidence;
mod explain;
mod failure;
mod fixed;
mod folder;
mod hidden;
mod identify;
mod inspection;
mod keys;
mod list;
mod metrics;
mod patches;
mod plan;
mod rehearse;
mod repair;
mod review;
mod rollout;
mod scripts;
mod switches;
mod unchecked;
mod wanted;

pub(in crate::cli) use choose::choice;
pub(in crate::cli) use difference::diff;
pub(in crate::cli) use done::{
    accept_plan, accepted, applied, drafts_written, made, nothing_to_apply, order_written, recovered,
    rolled_back, support_saved,
};
pub(in crate::cli) use edits::{conditions, edits_tried};
pub(in crate::cli) use evidence::{evidence_saved, evidence_verified};
pub(in crate::cli) use explain::explanation;
pub(in crate::cli) use failure::failure;
pub(in crate::cli) use fixed::fixed;
pub(in crate::cli) use folder::{history, history_check, interrupted, status, vouched};
pub(in crate::cli) use hidden::{banner, hidden};
pub(in crate::cli) use identify::identified;
pub(in crate::cli) use inspection::{inspection, saved_sbom, verification};
pub(in crate::cli) use keys::{
    key_to_compare, key_to_revoke, keys, made_key, revoked_key, rotated, signed, signed_list, trusted_key,
};
pub(in crate::cli) use metrics::metrics;
pub(in crate::cli) use patches::{exported, text_patches};
pub(in crate::cli) use plan::{plan, rollback_plan, rollback_question};
pub(in crate::cli) use rehearse::rehearsed;
pub(in crate::cli) use repair::{repair_plan, repaired};
pub(in crate::cli) use review::reviewed;
pub(in crate::cli) use rollout::{rollout, rollout_plan};
pub(in crate::cli) use scripts::scripts_in_full;
pub(in crate::cli) use switches::{switches, toggle_plan, toggled};
pub(in crate::cli) use wanted::{hold, reconciled};

use std::borrow::Cow;
use std::path::Path;

use super::{Style, words};
use crate::model::{Patch, Untrusted};
use crate::report::shell_path;
use crate::text::{escape_line, one_line};

/// Most characters of a title: what fits three lines of a small terminal.
const MAX_TITLE_CHARS: usize = 200;

/// A text from outside, whole, on one line.
fn safe(text: &str) -> Cow<'_, str> {
    escape_line(text)
}

/// A title from outside.
fn title(text: &Untrusted) -> String {
    one_line(text.raw(), MAX_TITLE_CHARS)
}

/// Which patch it is. A patch without an order has its id for a title, too.
fn headline(patch: &Patch, style: Style) -> String {
    let identity = style.strong(&patch.about.identity.to_string());
    match patch.about.title == patch.about.identity.id.as_str() {
        true => identity,
        false => format!("{identity}  {}", title(&patch.about.title)),
    }
}

/// A path of this machine as an argument of a command that somebody may paste.
fn argument(path: &Path) -> String {
    safe(&shell_path(path)).into_owned()
}

/// A path of this machine.
fn place(path: &Path) -> String {
    safe(&words::path_text(path)).into_owned()
}
