//! How edits by key fit files.

use super::list::columns;
use super::{place, safe};
use crate::cli::render::Style;
use crate::diff::{Grade, KeyChange, Tried, TriedOp};
use crate::workbench::{ShownCondition, TriedFile};

/// What the edits of patches say must be so, and whether it is.
pub(in crate::cli) fn conditions(conditions: &[ShownCondition], style: Style) -> String {
    let mut text = if conditions.is_empty() { "" } else { "\nConditions:\n" }.to_owned();
    for ShownCondition { path, wanted, problem, .. } in conditions {
        let wanted =
            wanted.as_ref().map(|wanted| format!(": {} {}", safe(&wanted.path), safe(&wanted.wanted)));
        let wanted = wanted.unwrap_or_default();
        let line = match problem {
            None => format!("{}  {}{wanted}", style.good("holds "), safe(path.as_str())),
            Some(why) => format!("{}  {}{wanted}; {}", style.bad("broken"), safe(path.as_str()), safe(why)),
        };
        text.push_str(&format!("  {line}\n"));
    }
    text
}

pub(in crate::cli) fn edits_tried(files: &[TriedFile], with_original: bool, style: Style) -> String {
    let mut text = files.iter().map(|file| one_file(file, style)).collect::<Vec<_>>().join("\n");
    if !with_original && files.iter().any(TriedFile::fits) {
        text.push_str(
            "\nA plan also refuses to overwrite values that a site changed. To find those: add --from OLD\n",
        );
    }
    text
}

fn one_file(file: &TriedFile, style: Style) -> String {
    let name = place(&file.file);
    match &file.tried {
        Err(why) => format!("{}\n  {}\n", style.strong(&format!("{name}: can't be edited")), safe(why)),
        Ok(tried) => format!("{}\n{}", style.strong(&format!("{name}: {}", verdict(tried))), rows(tried)),
    }
}

fn verdict(tried: &Tried) -> &'static str {
    match (&tried.content, tried.keys.is_empty()) {
        (None, _) => "the edits don't fit",
        (Some(_), true) => "already as the edits leave it",
        (Some(_), false) => "the edits fit",
    }
}

fn rows(tried: &Tried) -> String {
    let op = |op: &TriedOp| [grade(&op.grade), op.name.to_owned(), safe(&op.path).into_owned()];
    let mut text = columns(&tried.ops.iter().map(op).collect::<Vec<_>>());
    text.extend(tried.clashes().map(|why| format!("  ! {why}\n")));
    if tried.content.is_some() {
        text.extend(tried.keys.iter().map(KeyChange::phrase).map(|change| format!("  > {change}\n")));
    }
    text
}

fn grade(grade: &Grade) -> String {
    match grade {
        Grade::AlreadyThere => "already set",
        Grade::Clash(_) => "conflict",
        Grade::Clean => "fits",
        Grade::Created => "created",
        Grade::Holds => "met",
    }
    .to_owned()
}
