//! How folders stand to a state file, in words: for people, for whoever reads a pull request, for a test report and for a
//! monitor.

use std::fmt::Write;
use std::path::Path;

use super::phrases::{self, path_text};
use super::{Report, shell_path, shell_word};
use crate::model::{Kind, Position};
use crate::plan::wanted::{DueAction, Expectation, ExpectationStanding, ExpectationSubject, Left, Person};
use crate::text::{Advice, escape_text, with_thousands};
use crate::workbench::{FolderStand, Reconciled};

/// How a folder stands, in a word that programs read.
pub(crate) fn state_of(folder: &FolderStand) -> &'static str {
    folder.kind().map_or("in-line", |kind| match kind {
        Kind::NotYet => "differs",
        kind => kind.as_str(),
    })
}

/// The same for people.
pub(crate) fn state_phrase(folder: &FolderStand) -> &'static str {
    match folder.kind() {
        None => "in line",
        Some(Kind::NotYet) => "differs",
        Some(Kind::NeedsPerson) => "needs a person",
        Some(Kind::NotTrusted) => "not trusted",
        Some(Kind::PutBack) => "failed and restored",
        Some(Kind::Machine | Kind::Usage | Kind::Interrupted) => "failed",
        Some(Kind::Refused) => "blocked",
    }
}

/// What an expectation is about.
pub(crate) fn subject(about: &ExpectationSubject) -> String {
    match about {
        ExpectationSubject::Folder => "the folder".to_owned(),
        ExpectationSubject::Files => "files".to_owned(),
        ExpectationSubject::Patch(name) | ExpectationSubject::Switch(name) => name.clone(),
    }
}

/// How it stands, in a word that programs read.
pub(crate) fn standing_word(standing: &ExpectationStanding) -> &'static str {
    match standing {
        ExpectationStanding::Met | ExpectationStanding::MetBy(_) => "met",
        ExpectationStanding::Due(_) => "due",
        ExpectationStanding::Done(_) => "done",
        ExpectationStanding::Left(_) => "left",
        ExpectationStanding::Blocked(_) => "blocked",
        ExpectationStanding::Failed(_) => "failed",
    }
}

/// How it stands, as a phrase behind what it is about.
pub(crate) fn standing_phrase(standing: &ExpectationStanding) -> String {
    match standing {
        ExpectationStanding::Met => "as expected".to_owned(),
        ExpectationStanding::MetBy(by) => format!("as expected, in {by}"),
        ExpectationStanding::Due(deed) => format!("to be {}", deed_phrase(*deed)),
        ExpectationStanding::Done(deed) => deed_phrase(*deed).to_owned(),
        ExpectationStanding::Left(left) => left_phrase(left),
        ExpectationStanding::Blocked(why) | ExpectationStanding::Failed(why) => {
            let obstacle = why.as_obstacle();
            format!("{} ({})", obstacle.meaning(), obstacle.code())
        }
    }
}

fn deed_phrase(deed: DueAction) -> &'static str {
    match deed {
        DueAction::Apply => "applied",
        DueAction::RollBack => "rolled back",
        DueAction::Repair => "repaired",
        DueAction::Turn(Position::On) => "turned on",
        DueAction::Turn(Position::Off) => "turned off",
    }
}

fn left_phrase(left: &Left) -> String {
    let by = |Person { user, time }: &Person| format!("by {user} on {}", time.get(..10).unwrap_or(time));
    match left {
        Left::RolledBack(person) => format!("rolled back {}, so it isn't applied again", by(person)),
        Left::TooOld(person) => {
            format!("rolled back {}, and a newer patch was here since", by(person))
        }
        Left::Failed(person) => {
            format!("applied and rolled back {}, because it failed, so it isn't tried again", by(person))
        }
        Left::Applied(person) => format!("applied {}, so it isn't rolled back", by(person)),
        Left::Moved(person) => format!("turned {}, so it isn't turned back", by(person)),
        Left::NotNamed => "applied here, but not in the state file".to_owned(),
        Left::KeptOut => "not in: the files it would change stay as they are here".to_owned(),
        Left::WithoutPatch => "its patch isn't here".to_owned(),
        Left::Drifted(1) => "1 file isn't as expected".to_owned(),
        Left::Drifted(count) => format!("{count} files aren't as expected"),
        Left::Held { by: person, reason, until } => {
            let until = until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
            format!("on hold{until}, set {}: {reason}", by(person))
        }
    }
}

/// What can be done about it, where the program does not do it by itself.
pub(crate) fn way_out(folder: &Path, one: &Expectation) -> Option<Advice> {
    let here = shell_path(folder);
    match &one.standing {
        ExpectationStanding::Blocked(why) | ExpectationStanding::Failed(why) => {
            Some(why.as_obstacle().in_folder(&here).hint())
        }
        ExpectationStanding::Left(
            Left::RolledBack(_) | Left::Failed(_) | Left::Applied(_) | Left::Moved(_),
        ) => Some(Advice::typed(
            "To follow the state file anyway, add --again or change the folder's entry in the file.",
        )),
        ExpectationStanding::Left(Left::TooOld(_)) => Some(Advice::typed(format!(
            "The state file alone can't apply it again. To do it by hand: \
             patchwright apply FILE {here} --allow-downgrade=TEXT"
        ))),
        ExpectationStanding::Left(Left::NotNamed) => {
            let id = shell_word(one.about.name());
            Some(Advice::by_command(
                "Add it to `have` or `not` in the state file, or roll it back",
                format!("patchwright rollback {here} {id}"),
            ))
        }
        ExpectationStanding::Left(Left::Drifted(_)) => {
            Some(Advice::typed(format!("See which: patchwright status {here} --diff")))
        }
        ExpectationStanding::Left(Left::KeptOut) => {
            Some(Advice::typed(format!("See which: patchwright plan FILE {here}")))
        }
        ExpectationStanding::Left(Left::Held { .. }) => {
            Some(Advice::typed(format!("To end this: patchwright reconcile --release {here}")))
        }
        _ => None,
    }
}

/// That nothing can be done here about what is to be done.
pub(crate) fn read_only_phrase(folder: &FolderStand) -> Option<&'static str> {
    let is_due = || folder.expectations.iter().any(|one| matches!(one.standing, ExpectationStanding::Due(_)));
    (folder.is_read_only && is_due()).then_some("on a read-only disk, so nothing can be changed from here")
}

/// Every line that is to be said about a folder: what it is about, how it stands, the way out.
pub(crate) fn lines(folder: &FolderStand, with_met: bool) -> Vec<(String, String, Option<Advice>)> {
    let line =
        |one: &Expectation| (subject(&one.about), standing_phrase(&one.standing), way_out(&folder.path, one));
    let is_shown = |one: &&Expectation| {
        with_met || !matches!(one.standing, ExpectationStanding::Met | ExpectationStanding::MetBy(_))
    };
    let mut lines: Vec<_> = folder.expectations.iter().filter(is_shown).map(line).collect();
    if let Some(error) = &folder.failure {
        let report = Report::from_error(error, Some(&folder.path));
        let said = format!("{} ({})", report.title(), report.code);
        lines.push(("the folder".to_owned(), said, report.hints.first().cloned()));
    }
    if let Some(gone) = &folder.gone_history {
        let here = shell_path(&folder.path);
        let confirm = format!("If this is right, confirm it: patchwright history {here} --confirm=REASON");
        lines.push(("the folder".to_owned(), gone.clone(), Some(Advice::typed(confirm))));
    }
    if let Some(said) = read_only_phrase(folder) {
        lines.push(("the folder".to_owned(), said.to_owned(), None));
    }
    lines
}

/// How many folders there are, and how many stand how: `3 folders: 2 different, 1 in line`.
pub(crate) fn summary(done: &Reconciled) -> String {
    let all = phrases::count(done.folders.len(), "folder", "folders");
    let counts = counts(done).into_iter();
    let counts: Vec<String> =
        counts.map(|(phrase, count)| format!("{} {phrase}", with_thousands(count as u64))).collect();
    if counts.is_empty() { all } else { format!("{all}: {}", counts.join(", ")) }
}

/// How many folders stand how, by the words for it.
fn counts(done: &Reconciled) -> Vec<(&'static str, usize)> {
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    for folder in &done.folders {
        let phrase = match state_phrase(folder) {
            "differs" => "different",
            phrase => phrase,
        };
        match counts.iter_mut().find(|(known, _)| *known == phrase) {
            Some((_, count)) => *count += 1,
            None => counts.push((phrase, 1)),
        }
    }
    counts.sort();
    counts
}

/// What the first line of every report says, so that a report replaces only a report.
pub(crate) const MARK: &str = "patchwright reconcile";

/// A table for whoever reads a pull request.
pub(crate) fn markdown(done: &Reconciled) -> String {
    let cell = |text: &str| {
        let safe = escape_text(text).replace('\n', " ");
        let safe: String = safe
            .chars()
            .flat_map(|c| ['\\'].into_iter().filter(move |_| "\\|<>*_`[]#&!~".contains(c)).chain([c]))
            .collect();
        // No backslash keeps a forge from calling people and from making links; what it reads as two words does.
        const NOTHING: &str = "<!-- -->";
        let apart = |text: &str, before: &str, after: &str| {
            text.replace(&[before, after].concat(), &[before, NOTHING, after].concat())
        };
        apart(&apart(&apart(&safe, "@", ""), ":", "//"), "www", ".")
    };
    let mut text = format!("<!-- {MARK} -->\n| Folder | State | What | How it stands |\n|---|---|---|---|\n");
    for folder in &done.folders {
        let (path, state) = (cell(&path_text(&folder.path)), state_phrase(folder));
        let lines = lines(folder, false);
        if lines.is_empty() {
            let _ = writeln!(text, "| {path} | {state} | | |");
        }
        for (what, how, _) in lines {
            let _ = writeln!(text, "| {path} | {state} | {} | {} |", cell(&what), cell(&how));
        }
    }
    text
}

/// JUnit: a suite for each folder, a case for each expectation.
pub(crate) fn junit(done: &Reconciled) -> String {
    let value = |text: &str| {
        let safe = escape_text(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        safe.replace('"', "&quot;").replace('\n', "&#10;")
    };
    let mut text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- {MARK} -->\n<testsuites>\n");
    for folder in &done.folders {
        let path = value(&path_text(&folder.path));
        let cases: Vec<(String, String, bool)> = folder
            .expectations
            .iter()
            .map(|one| (subject(&one.about), standing_phrase(&one.standing), one.is_met()))
            .chain(folder.failure.as_ref().map(|error| {
                let report = Report::from_error(error, Some(&folder.path));
                ("the folder".to_owned(), format!("{} ({})", report.title(), report.code), false)
            }))
            .collect();
        let failed = cases.iter().filter(|(.., met)| !met).count();
        let _ =
            writeln!(text, "  <testsuite name=\"{path}\" tests=\"{}\" failures=\"{failed}\">", cases.len());
        for (what, how, met) in cases {
            let (what, how) = (value(&what), value(&how));
            let _ = match met {
                true => writeln!(text, "    <testcase classname=\"{path}\" name=\"{what}\"/>"),
                false => writeln!(
                    text,
                    "    <testcase classname=\"{path}\" name=\"{what}\"><failure message=\"{how}\"/></testcase>"
                ),
            };
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

/// Figures for Prometheus, as its node exporter reads them from a file.
pub(crate) fn metrics(done: &Reconciled, seconds: i64) -> String {
    let label =
        |text: &str| escape_text(text).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let mut text = format!("# {MARK}\n# TYPE patchwright_folder_in_line gauge\n");
    for folder in &done.folders {
        let met = u8::from(folder.kind().is_none());
        let _ = writeln!(
            text,
            "patchwright_folder_in_line{{folder=\"{}\"}} {met}",
            label(&path_text(&folder.path))
        );
    }
    text.push_str("# TYPE patchwright_folder_differences gauge\n");
    for folder in &done.folders {
        let count = folder.expectations.iter().filter(|one| !one.is_met()).count();
        let count = count + usize::from(folder.failure.is_some());
        let _ = writeln!(
            text,
            "patchwright_folder_differences{{folder=\"{}\"}} {count}",
            label(&path_text(&folder.path))
        );
    }
    let code = done.kind().map_or(0, Kind::exit_code);
    let _ = writeln!(
        text,
        "# TYPE patchwright_reconcile_exit_code gauge\npatchwright_reconcile_exit_code {code}"
    );
    let _ = writeln!(
        text,
        "# TYPE patchwright_reconcile_time_seconds gauge\npatchwright_reconcile_time_seconds {seconds}"
    );
    text
}
