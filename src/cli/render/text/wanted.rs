//! How folders stand to a state file.

use std::path::Path;

use super::{argument, place, safe};
use crate::cli::render::Style;
use crate::model::Kind;
use crate::report::wanted::{lines, state_phrase, summary};
use crate::workbench::Reconciled;

/// Most folders that are in line and listed all the same.
const MAX_IN_LINE: usize = 50;

pub(in crate::cli) fn reconciled(
    done: &Reconciled,
    state: &Path,
    is_applied: bool,
    with_met: bool,
    style: Style,
) -> String {
    let mut text = String::new();
    let mut in_line = 0;
    for folder in &done.folders {
        in_line += usize::from(folder.kind().is_none());
        let lines = lines(folder, with_met);
        if lines.is_empty() && in_line > MAX_IN_LINE && !with_met {
            continue;
        }
        let phrase = state_phrase(folder);
        let shown = match folder.kind() {
            None => style.good(phrase),
            Some(Kind::NotYet) => style.attention(phrase),
            Some(_) => style.bad(phrase),
        };
        text.push_str(&format!("{}  {shown}\n", style.strong(&place(&folder.path))));
        for (what, how, way_out) in lines {
            text.push_str(&format!("  {}: {}\n", safe(&what), safe(&how)));
            if let Some(way_out) = way_out {
                text.push_str(&format!("      {}\n", safe(&way_out.to_string())));
            }
        }
    }
    if in_line > MAX_IN_LINE && !with_met {
        text.push_str("Of the folders that are in line, only the first are listed (--verbose lists all).\n");
    }
    for (file, why) in &done.unreadable {
        text.push_str(&format!("{}\n", style.bad(&format!("Can't read {}: {}", place(file), safe(why)))));
    }
    text.push_str(&format!("\n{}\n", summary(done)));
    if let Some(problem) = &done.problem {
        let said = format!("Nothing is changed: {} ({})", problem.meaning(), problem.code());
        text.push_str(&format!("{}\n    {}\n", style.bad(&said), safe(&problem.hint().to_string())));
    } else if !is_applied && done.is_anything_due() {
        text.push_str(&format!(
            "To change what differs: patchwright reconcile {} --apply\n",
            argument(state)
        ));
    }
    text
}

pub(in crate::cli) fn hold(folder: &Path, until: Option<&str>, is_held: bool) -> String {
    let until = until.map(|until| format!(" until {until}")).unwrap_or_default();
    match is_held {
        true => format!("On hold{until}: state files don't change {}.\n", place(folder)),
        false => format!("Hold ended: state files apply to {} again.\n", place(folder)),
    }
}
