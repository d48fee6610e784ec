//! By when a problem has to be fixed: as the rules of a site say for how bad it is, or a list of exploited problems.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::fixed::all_resolved;
use super::problem_facts::{Band, Exploited, ProblemFacts};
use crate::model::{Compliance, Patch, ResolvedIssue, Severity, SeverityLevel};
use crate::text::CvssScore;

/// Longest time that rules can give, in days: a hundred years, which is as good as none.
const MAX_DAYS: u32 = 36_525;

/// How many days after it was published a problem has to be fixed, by how bad it is. `None`: no rule says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DueDays {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) critical: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) high: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) medium: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) low: Option<u32>,
}

impl DueDays {
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// For each severity what it says, or else `other`.
    #[must_use]
    pub(crate) fn or(self, other: Self) -> Self {
        self.zip(other, Option::or)
    }

    /// For each severity the shorter time of both.
    #[must_use]
    pub(crate) fn or_sooner(self, other: Self) -> Self {
        self.zip(other, |one, other| [one, other].into_iter().flatten().min())
    }

    fn zip(self, other: Self, join: impl Fn(Option<u32>, Option<u32>) -> Option<u32>) -> Self {
        Self {
            critical: join(self.critical, other.critical),
            high: join(self.high, other.high),
            medium: join(self.medium, other.medium),
            low: join(self.low, other.low),
        }
    }

    /// Whether these give a day to a problem, and nobody says what it is worked out from.
    pub(crate) fn is_unsaid(&self, facts: &ProblemFacts) -> bool {
        by_rules(facts, self).is_err()
    }

    /// How many days a problem of `band` may stay. Of one that nobody has judged, no rule says anything.
    fn of(&self, band: Band) -> Option<u32> {
        match band {
            Band::Critical => self.critical,
            Band::High => self.high,
            Band::Medium => self.medium,
            Band::Low => self.low,
            Band::Unknown | Band::Negligible => None,
        }
    }
}

/// Whose word it is that a problem has to be fixed by a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DueBy {
    /// The list of exploited problems.
    Kev,
    /// The rules of the site, which give a problem as bad as that so many days.
    Rules { band: Band, days: u32 },
    /// A rule of a framework, as the author of a patch that fixes it says.
    Compliance,
}

impl DueBy {
    /// The word for it in JSON.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            DueBy::Kev => "kev",
            DueBy::Rules { .. } => "rules",
            DueBy::Compliance => "compliance",
        }
    }
}

/// By when a problem has to be fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub on: Date,
    pub by: DueBy,
}

/// What nobody says of a problem, so that rules can't give it a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Undated {
    /// When it was published.
    Published,
    /// How bad it is.
    Severity,
}

impl Due {
    /// The earliest day that anybody names for a problem of which this is known.
    pub(crate) fn new(facts: &ProblemFacts, days: &DueDays) -> Option<Self> {
        let listed = facts.exploited.as_ref().and_then(Self::listed);
        let ruled = by_rules(facts, days).ok().flatten();
        listed.into_iter().chain(ruled).min_by_key(|due| due.on)
    }

    /// The day that the list of exploited problems names.
    pub(crate) fn listed(exploited: &Exploited) -> Option<Self> {
        exploited.due.as_deref().and_then(day).map(|on| Self { on, by: DueBy::Kev })
    }

    /// The day that a rule of a framework names, as the author of a patch says.
    pub(crate) fn of_rule(rule: &Compliance) -> Option<Self> {
        rule.due.as_deref().and_then(day).map(|on| Self { on, by: DueBy::Compliance })
    }

    /// How many days it is late; `None`: it isn't.
    pub(crate) fn days_late(&self, today: Date) -> Option<u32> {
        u32::try_from((today - self.on).get_days()).ok().filter(|days| *days > 0)
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.on.fmt(f)
    }
}

/// By when a patch has to be there: for each vulnerability that it fixes as rules say of what its author says of it, and for
/// each rule of a framework that it serves as its author says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DueOfPatch {
    /// The earliest first.
    pub due: Vec<(Due, String)>,
    /// Those that rules set a day for, without saying what it is worked out from.
    pub undated: BTreeMap<Undated, Vec<String>>,
}

impl DueOfPatch {
    pub(crate) fn new(patch: &Patch, days: &DueDays) -> Self {
        let mut of_patch = Self::default();
        let rules = patch.about.compliance.iter();
        of_patch.due.extend(rules.filter_map(|rule| Some((Due::of_rule(rule)?, rule.name()))));
        let resolved = all_resolved(patch);
        let resolved = resolved.iter().filter(|one| one.is_fixed_vulnerability());
        for resolved in resolved.take_while(|_| !days.is_none()) {
            match by_rules(&facts_of(resolved, patch.about.severity.as_ref()), days) {
                Ok(due) => of_patch.due.extend(due.map(|due| (due, resolved.id.clone()))),
                Err(unsaid) => of_patch.undated.entry(unsaid).or_default().push(resolved.id.clone()),
            }
        }
        of_patch.due.sort_by(|(one, id), (other, other_id)| (one.on, id).cmp(&(other.on, other_id)));
        of_patch
    }
}

/// What an author says of a vulnerability; `severity`: that of the whole patch.
fn facts_of(resolved: &ResolvedIssue, severity: Option<&Severity>) -> ProblemFacts {
    let severity = resolved.severity.as_ref().or(severity);
    ProblemFacts {
        cvss: severity.and_then(|severity| severity.cvss.as_deref()).and_then(CvssScore::of_vector),
        band: severity.map(|severity| match severity.level {
            SeverityLevel::Low => Band::Low,
            SeverityLevel::Moderate => Band::Medium,
            SeverityLevel::Important => Band::High,
            SeverityLevel::Critical => Band::Critical,
        }),
        published: resolved.published.clone(),
        ..ProblemFacts::default()
    }
}

/// By when a problem of which this is known has to be fixed, as rules say; `None`: they don't.
fn by_rules(facts: &ProblemFacts, days: &DueDays) -> Result<Option<Due>, Undated> {
    if days.is_none() {
        return Ok(None);
    }
    let band = facts.band();
    if band == Band::Unknown {
        return Err(Undated::Severity);
    }
    let Some(days) = days.of(band) else { return Ok(None) };
    let published = facts.published.as_deref().and_then(day).ok_or(Undated::Published)?;
    // Later than any calendar: never.
    let on = published.checked_add(Span::new().days(days.min(MAX_DAYS))).ok();
    Ok(on.map(|on| Due { on, by: DueBy::Rules { band, days } }))
}

/// The day of a time or date, as it is written there.
fn day(time: &str) -> Option<Date> {
    time.get(..10)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Exploited;

    const DAYS: DueDays = DueDays { critical: Some(30), high: Some(30), medium: Some(90), low: None };

    fn facts(band: Option<Band>, published: Option<&str>) -> ProblemFacts {
        ProblemFacts { band, published: published.map(str::to_owned), ..ProblemFacts::default() }
    }

    fn due(facts: &ProblemFacts, days: &DueDays) -> Option<(String, &'static str)> {
        Due::new(facts, days).map(|due| (due.to_string(), due.by.as_str()))
    }

    #[test]
    fn the_earliest_day_that_anybody_names_counts() {
        let kev = |date: &str| Some(Exploited { ransomware: false, due: Some(date.to_owned()) });
        let high = facts(Some(Band::High), Some("2026-10-01T23:59:59.5Z"));
        let by_rules = Some(("2026-10-31".to_owned(), "rules"));
        assert_eq!(due(&high, &DAYS), by_rules);
        assert_eq!(due(&high, &DueDays::default()), None);
        let late = ProblemFacts { exploited: kev("2026-11-30"), ..high.clone() };
        assert_eq!(due(&late, &DAYS), by_rules);
        assert_eq!(due(&late, &DueDays::default()), Some(("2026-11-30".to_owned(), "kev")));
        let soon = ProblemFacts { exploited: kev("2026-10-02"), ..high };
        assert_eq!(due(&soon, &DAYS), Some(("2026-10-02".to_owned(), "kev")));
    }

    #[test]
    fn what_nobody_says_gives_no_day_and_is_no_zero() {
        assert_eq!(by_rules(&facts(None, Some("2026-10-01")), &DAYS), Err(Undated::Severity));
        assert_eq!(by_rules(&facts(Some(Band::High), None), &DAYS), Err(Undated::Published));
        assert_eq!(by_rules(&facts(Some(Band::High), Some("soon, I hope")), &DAYS), Err(Undated::Published));
        // No rule asks, so nobody has to say.
        assert_eq!(by_rules(&facts(Some(Band::Low), None), &DAYS), Ok(None));
        assert_eq!(by_rules(&facts(None, None), &DueDays::default()), Ok(None));
    }

    #[test]
    fn days_are_counted_and_the_day_itself_is_not_late() {
        let due = Due::new(&facts(Some(Band::Critical), Some("2026-10-01")), &DAYS).expect("a day");
        let late = |day: &str| due.days_late(day.parse().expect("a day"));
        assert_eq!([late("2026-10-30"), late("2026-10-31"), late("2026-11-12")], [None, None, Some(12)]);
        let forever = DueDays { critical: Some(u32::MAX), ..DAYS };
        assert!(Due::new(&facts(Some(Band::Critical), Some("9999-12-31")), &forever).is_none());
    }

    #[test]
    fn rules_join_by_severity() {
        let other = DueDays { critical: Some(7), high: None, medium: Some(120), low: Some(365) };
        let of = |days: DueDays| [days.critical, days.high, days.medium, days.low];
        assert_eq!(of(other.or(DAYS)), [Some(7), Some(30), Some(120), Some(365)]);
        assert_eq!(of(other.or_sooner(DAYS)), [Some(7), Some(30), Some(90), Some(365)]);
    }
}
