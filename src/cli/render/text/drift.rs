//! Files of a folder that aren't as expected, and how to repair them.

use std::collections::BTreeSet;

use super::list::columns;
use super::safe;
use crate::cli::render::{Detail, Style, words};
use crate::text::with_thousands;
use crate::workbench::{Drift, DriftKind, FolderStatus};

/// Most files that are named in one sentence.
pub(super) const SHOWN_NAMES: usize = 5;

/// Most files that differ of which each has a line without `--verbose`.
pub(super) const MAX_DRIFT_ROWS: usize = 50;

/// `is_compared`: the differences themselves follow.
pub(super) fn drift(
    status: &FolderStatus,
    folder: &str,
    is_compared: bool,
    detail: Detail,
    style: Style,
) -> String {
    let files = words::count(status.compared, "file", "files");
    if status.drift.is_empty() {
        // What others say of such patches is no more than that.
        return match status.doubted.is_empty() {
            true => format!("{}\n", style.good(&format!("{files} checked: everything is as expected."))),
            false => format!("{files} checked: everything is as the history says.\n"),
        };
    }
    let shown = match detail {
        Detail::Short if status.drift.len() > MAX_DRIFT_ROWS => MAX_DRIFT_ROWS,
        Detail::Short | Detail::Full => status.drift.len(),
    };
    let rows: Vec<[String; 4]> = status.drift[..shown]
        .iter()
        .map(|drift| {
            let patch = drift.patch.as_ref().map(|id| format!("(last changed by {})", safe(id)));
            let cause = drift.problem.clone().unwrap_or_else(|| drift.cause.phrase());
            let cause = safe(&cause).into_owned();
            let path = safe(drift.path.as_str()).into_owned();
            [how(drift.kind).to_owned(), path, cause, patch.unwrap_or_default()]
        })
        .collect();
    let all = status.drift.len();
    let are = if all == 1 { "isn't" } else { "aren't" };
    let heading = match (all, status.compared) {
        (1, 1) => "1 file isn't as expected:".to_owned(),
        _ => format!("{} of {files} {are} as expected:", with_thousands(all as u64)),
    };
    let mut text = format!("{}\n{}", style.attention(&heading), columns(&rows));
    if shown < all {
        let more = words::count(all - shown, "more file", "more files");
        text.push_str(&format!("  and {more} (--verbose lists them)\n"));
    }
    if status.drift.iter().any(|drift| drift.problem.is_some()) {
        text.push_str(&format!(
            "{} Run this as a user who may read these files, or change their permissions. Move away what is no file. Then \
             check again: patchwright status {folder}\n",
            style.attention("Next:")
        ));
        return text;
    }
    if !is_compared {
        text.push_str(&format!("To see the differences: patchwright status {folder} --diff\n"));
    }
    let lacking: Vec<_> = status.drift.iter().filter(|drift| !drift.has_backup).collect();
    if lacking.is_empty() {
        text.push_str(&format!("To repair: patchwright repair {folder}\n"));
        return text;
    }
    text.push_str(&ways_to_repair(lacking, all, folder));
    text
}

/// What to do about files of `all` that differ and have no backup here.
fn ways_to_repair(lacking: Vec<&Drift>, all: usize, folder: &str) -> String {
    let (moved, lacking): (Vec<_>, Vec<_>) = lacking.into_iter().partition(|drift| drift.has_moved_switch);
    let mut text = with_moved_switches(&moved, folder);
    let (held, nowhere): (Vec<_>, Vec<_>) = lacking.into_iter().partition(|drift| drift.patch_file.is_some());
    if !held.is_empty() {
        let patches: BTreeSet<&str> = held.iter().filter_map(|drift| drift.patch_file.as_deref()).collect();
        let patches: Vec<_> = patches.into_iter().map(safe).collect();
        text.push_str(&format!(
            "{} no backup here. You need the patch file of {}.\n",
            words::count(held.len(), "file has", "files have"),
            patches.join(", "),
        ));
    }
    if !nowhere.is_empty() {
        let names: Vec<_> = nowhere.iter().take(SHOWN_NAMES).map(|drift| safe(drift.path.as_str())).collect();
        let more = if names.len() < nowhere.len() { " and others" } else { "" };
        text.push_str(&format!(
            "Can't repair {}{more}: there is no backup.\nGet the files from the installer.\n",
            names.join(", "),
        ));
    }
    text.push_str(&match (held.is_empty(), nowhere.is_empty() && moved.is_empty()) {
        (false, true) => format!("To repair: patchwright repair {folder} --from FILE\n"),
        (false, false) => {
            format!("To repair the others: patchwright repair {folder} --from FILE --leave-damaged\n")
        }
        (true, _) if nowhere.len() + moved.len() == all => String::new(),
        (true, _) => format!("To repair the others: patchwright repair {folder} --leave-damaged\n"),
    });
    text
}

/// How a file differs; who did it is told beside it.
fn how(kind: DriftKind) -> &'static str {
    match kind {
        DriftKind::Edited => "differs",
        kind => kind.as_str(),
    }
}

/// Files of which nobody knows what they should hold until a switch is moved back.
fn with_moved_switches(moved: &[&Drift], folder: &str) -> String {
    if moved.is_empty() {
        return String::new();
    }
    let names: Vec<_> = moved.iter().take(SHOWN_NAMES).map(|drift| safe(drift.path.as_str())).collect();
    let more = if names.len() < moved.len() { " and others" } else { "" };
    let (were, it) = if moved.len() == 1 { ("was", "it") } else { ("were", "them") };
    format!(
        "{}{more} {were} edited before a switch in {it} was turned,\n\
         so Patchwright doesn't know what to restore.\n\
         Turn the switch back first, then repair: patchwright toggle {folder}\n",
        names.join(", "),
    )
}
