//! Why a problem ranks where it does, and what becomes of it, in words.

use jiff::Timestamp;
use jiff::civil::Date;

use super::phrases::count;
use crate::plan::{Board, ClaimGrade, Need, Problem, ProblemFacts};

/// Days after which a list is called old: both are published daily.
const FRESH_DAYS: i32 = 7;

/// `known to be exploited, due 2025-09-15, 12 days late; critical, CVSS 9.8`.
pub(crate) fn rank(facts: &ProblemFacts, today: Timestamp) -> String {
    let mut reasons = Vec::new();
    if let Some(exploited) = &facts.exploited {
        let by = if exploited.ransomware {
            "known to be exploited, also by ransomware"
        } else {
            "known to be exploited"
        };
        let due = exploited.due.as_deref().map(|due| due_date(due, today)).unwrap_or_default();
        reasons.push(format!("{by}{due}"));
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
    reasons.join("; ")
}

fn due_date(due: &str, today: Timestamp) -> String {
    let late = days_since(due, today).filter(|days| *days > 0);
    let late = late.map(|days| format!(", {} late", count(days as usize, "day", "days")));
    format!(", due {due}{}", late.unwrap_or_default())
}

fn days_since(date: &str, today: Timestamp) -> Option<i32> {
    let date: Date = date.parse().ok()?;
    let today = jiff::tz::TimeZone::UTC.to_datetime(today).date();
    Some((today - date).get_days())
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
