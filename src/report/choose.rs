//! Why a problem ranks where it does, and what becomes of it, in words.

use jiff::Timestamp;
use jiff::civil::Date;

use super::phrases::count;
use crate::plan::{Board, ClaimGrade, Due, DueBy, DueDays, Need, Problem, RankBy};
use crate::workbench::PatchChoice;

/// Days after which a list is called old: both are published daily.
const FRESH_DAYS: i32 = 7;

/// `known to be exploited, due 2025-09-15, 12 days late; critical, CVSS 9.8`.
pub(crate) fn rank(problem: &Problem, rank_by: RankBy, today: Timestamp) -> String {
    let facts = &problem.facts;
    let mut reasons = Vec::new();
    if rank_by == RankBy::Grype {
        reasons.push(format!("Grype's risk {:.1}", f64::from(facts.grype_risk()) / 1e3));
    }
    let due = problem.due.map(|due| (due.by, due_date(due, day(today))));
    if let Some(exploited) = &facts.exploited {
        let by = if exploited.ransomware {
            "known to be exploited, also by ransomware"
        } else {
            "known to be exploited"
        };
        let due = due.as_ref().filter(|(by, _)| *by == DueBy::Kev);
        reasons.push(due.map_or(by.to_owned(), |(_, due)| format!("{by}, {due}")));
    }
    if let Some(epss) = facts.epss {
        let likely =
            if facts.is_likely() { "likely to be exploited soon" } else { "not likely to be exploited soon" };
        reasons.push(format!("{likely} (EPSS {:.1}%)", f64::from(epss) / 1e4));
    }
    let band = facts.band().as_str();
    reasons.push(match facts.cvss {
        Some(score) if facts.is_worse_than_its_score() => {
            format!("{band}, as the scanner says; CVSS {}.{}", score.tenths / 10, score.tenths % 10)
        }
        Some(score) => format!("{band}, CVSS {}.{}", score.tenths / 10, score.tenths % 10),
        None if band == "unknown" => "severity unknown".to_owned(),
        None => band.to_owned(),
    });
    if let Some((DueBy::Rules { band, days }, due)) = due {
        let days = count(days as usize, "day", "days");
        reasons.push(format!("{due} ({days} for {band}, by your trust rules)"));
    } else if let Some((DueBy::Compliance, due)) = due {
        reasons.push(format!("{due} (as the patch says)"));
    }
    reasons.join("; ")
}

fn due_date(due: Due, today: Date) -> String {
    let late = due.days_late(today).map(|days| format!(", {} late", count(days as usize, "day", "days")));
    format!("due {due}{}", late.unwrap_or_default())
}

/// The day of a time, wherever on earth somebody asks.
pub(crate) fn day(time: Timestamp) -> Date {
    jiff::tz::TimeZone::UTC.to_datetime(time).date()
}

fn days_since(date: &str, today: Timestamp) -> Option<i32> {
    Some((day(today) - date.parse::<Date>().ok()?).get_days())
}

/// How many problems the trust rules give no due date, because nobody says when they were published, or how severe they are.
pub(crate) fn undated(choice: &PatchChoice) -> Option<String> {
    let facts = choice.board.unmended().map(|problem| &problem.facts);
    let undated = facts.filter(|facts| DueDays::is_unsaid(&choice.due_days, facts)).count();
    (undated > 0).then(|| {
        let problems = count(undated, "problem has", "problems have");
        format!("{problems} no due date by your trust rules: the reports don't say when they were published, or how severe they are.")
    })
}

/// What a list of others is worth today; `None`: it is fresh.
pub(crate) fn feed_age(name: &str, date: &str, today: Timestamp) -> Option<String> {
    match days_since(date, today) {
        Some(days) if days <= FRESH_DAYS => None,
        Some(days) => Some(format!("The {name} list is {days} days old. Fetch a new one.")),
        None => Some(format!("The {name} list doesn't say which day it is from.")),
    }
}

/// The names of a problem, and the advisories that a scanner reports instead.
pub(crate) fn ids(problem: &Problem) -> String {
    let ids = problem.ids.join(" ");
    match problem.advisories.is_empty() {
        true => ids,
        false => format!("{ids} ({})", problem.advisories.join(" ")),
    }
}

/// The library that has a problem, and where it is, if that is said of several.
pub(crate) fn library(board: &Board, need: &Need) -> String {
    let library = match &need.purl {
        Some(purl) => purl.to_string(),
        None => format!("{} {}", need.package, need.version),
    };
    let is_same = |other: &&usize| {
        board.needs[**other].purl == need.purl && board.needs[**other].package == need.package
    };
    match need.paths.first() {
        Some(place) if board.problems[need.problem].needs.iter().filter(is_same).count() > 1 => {
            format!("{library} at {place}")
        }
        _ => library,
    }
}

/// What is known where no patch at hand mends it; `name` names a patch by its number.
pub(crate) fn no_patch(need: &Need, name: impl Fn(usize) -> String) -> String {
    let fixed = match need.fixed_versions.is_empty() {
        true => "the scanner knows no fixed version".to_owned(),
        false => format!("fixed in version {}", need.fixed_versions.join(", ")),
    };
    if let Some((patch, places)) = &need.copies {
        let places = places.join(", ");
        return format!(
            "{patch} is applied, but the same library is here a second time, unpatched: {places}; {fixed}"
        );
    }
    let names: Vec<String> = need.may_help.iter().map(|one| name(*one)).collect();
    match names.is_empty() {
        true => fixed,
        false => format!("{fixed}; {} changes the library, and doesn't say that it helps", names.join(", ")),
    }
}

/// How precisely a patch says that it mends a finding.
pub(crate) const fn grade(grade: ClaimGrade) -> &'static str {
    match grade {
        ClaimGrade::File => "names the problem and the exact files",
        ClaimGrade::Component => "names the problem and the library",
        ClaimGrade::Id => "names the problem, but no library",
    }
}
