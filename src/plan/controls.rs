//! Whether what happened to a folder is what somebody's controls ask for: met, not met, or no data. What a control means is for
//! whoever wrote it down; this only compares it with the record.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::due::Due;
use crate::model::choices;

choices! {
    /// What a control asks of each patch.
    pub(crate) enum ControlAsk {
        /// That it was applied by the earliest day that anybody names, and fixes what it says.
        InTime = "in-time",
        /// That enough people who are trusted had signed it.
        Signed = "signed",
        /// That somebody who is trusted had reviewed it.
        Reviewed = "reviewed",
        /// That the health checks passed after it was applied.
        Tested = "tested",
        /// That it belongs to an issue, as its author says.
        Issue = "issue",
        /// That whoever applied it named a ticket.
        Ticket = "ticket",
    }

    /// What comes of it.
    pub(crate) enum ControlState {
        /// The record shows it.
        Met = "met",
        /// The record shows that it isn't so.
        NotMet = "not-met",
        /// Nobody knows.
        NoData = "no-data",
    }
}

/// A control of this site: a rule of a framework, and what it comes to here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Control {
    /// Such as `PCI DSS 4.0.1`.
    pub framework: String,
    /// Such as `6.3.3`.
    pub control: String,
    /// What it asks for, in the words of [`ControlAsk`].
    pub asks: Vec<String>,
}

impl Control {
    /// Framework and control in one line.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.framework, self.control)
    }
}

/// What is known of a patch that was applied.
#[derive(Debug, Clone)]
pub(crate) struct ControlFacts {
    pub patch: String,
    /// The entry that applied it.
    pub entry: u64,
    /// When it was applied, or last came back; `None`: its clock can't be believed.
    pub came: Option<Date>,
    /// Whether it is in the folder now; `None`: the history was changed, and nobody knows.
    pub is_here: Option<bool>,
    /// Something that it says it fixes and that isn't proven.
    pub unproven: Option<String>,
    /// The patch that replaced it: what that one says counts.
    pub replaced_by: Option<String>,
    /// Whether enough people who are trusted had signed it; `None`: nobody wrote that down.
    pub is_trusted: Option<bool>,
    /// Who had reviewed it.
    pub reviewers: Vec<String>,
    /// Health checks after it was applied: how many passed, and whether one failed.
    pub checks: (usize, bool),
    /// By when, for which rule or vulnerability. What an author says counts if he is trusted.
    pub due: Vec<(Due, String)>,
    /// The keys of its issues, as its author says.
    pub issues: Vec<String>,
    /// The ticket that whoever applied it named.
    pub ticket: Option<String>,
    /// Rules of frameworks that it serves, as its author says.
    pub serves: Vec<String>,
}

/// Why a control is met or isn't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ControlReason {
    /// It came by the day.
    InTime { came: Date, due: Due, of: String },
    /// It came later.
    Late { came: Date, due: Due, of: String, days: u32 },
    /// Nobody names a day.
    NoDay,
    /// It isn't in the folder any more.
    Gone,
    /// Another patch replaced it.
    Replaced(String),
    /// It is in the folder, and this isn't proven.
    Unproven(String),
    /// Nobody knows when it came.
    Undated,
    /// The history was changed.
    BrokenHistory,
    /// The record says so.
    Recorded(String),
    /// The record says that it wasn't so.
    Missing,
    /// The record says nothing.
    Unrecorded,
    /// Its author says so, and isn't trusted.
    Untrusted,
}

/// What comes of one control for one patch.
#[derive(Debug, Clone)]
pub(crate) struct ControlLine {
    /// Framework and control.
    pub control: String,
    /// Whether the rules of the site name it; otherwise only the patch does.
    pub is_of_site: bool,
    pub patch: String,
    pub entry: u64,
    pub ask: ControlAsk,
    pub state: ControlState,
    pub reason: ControlReason,
}

/// What comes of the site's `controls` and of those that patches name themselves, for each patch that was applied.
pub(crate) fn judge_controls(
    controls: &[(String, Vec<ControlAsk>)],
    patches: &[ControlFacts],
) -> Vec<ControlLine> {
    let mut lines = Vec::new();
    for facts in patches {
        let line = |control: &String, is_of_site, ask| {
            let (state, reason) = judged(ask, facts);
            let (control, patch) = (control.clone(), facts.patch.clone());
            ControlLine { control, is_of_site, patch, entry: facts.entry, ask, state, reason }
        };
        for (control, asks) in controls {
            lines.extend(asks.iter().map(|ask| line(control, true, *ask)));
        }
        let is_of_site = |name: &&String| controls.iter().any(|(control, _)| control == *name);
        let own = facts.serves.iter().filter(|name| !is_of_site(name));
        lines.extend(own.map(|name| line(name, false, ControlAsk::InTime)));
    }
    lines
}

fn judged(ask: ControlAsk, facts: &ControlFacts) -> (ControlState, ControlReason) {
    use ControlReason::{BrokenHistory, Missing, Recorded, Unrecorded, Untrusted};
    use ControlState::{Met, NoData, NotMet};
    if facts.is_here.is_none() {
        return (NoData, BrokenHistory);
    }
    match ask {
        ControlAsk::InTime => in_time(facts),
        ControlAsk::Signed => match facts.is_trusted {
            None => (NoData, Unrecorded),
            Some(true) => (Met, Recorded(String::new())),
            Some(false) => (NotMet, Missing),
        },
        ControlAsk::Reviewed => match (facts.is_trusted, facts.reviewers.is_empty()) {
            (None, _) => (NoData, Unrecorded),
            (_, true) => (NotMet, Missing),
            (_, false) => (Met, Recorded(facts.reviewers.join(", "))),
        },
        ControlAsk::Tested => match facts.checks {
            (_, true) => (NotMet, Missing),
            (0, false) => (NoData, Unrecorded),
            (passed, false) => (Met, Recorded(passed.to_string())),
        },
        ControlAsk::Issue if facts.issues.is_empty() => (NotMet, Missing),
        ControlAsk::Issue if facts.is_trusted != Some(true) => (NoData, Untrusted),
        ControlAsk::Issue => (Met, Recorded(facts.issues.join(", "))),
        ControlAsk::Ticket => match &facts.ticket {
            Some(ticket) => (Met, Recorded(ticket.clone())),
            None => (NotMet, Missing),
        },
    }
}

/// A patch that went again, or whose files don't show what it says, is in time for nothing.
fn in_time(facts: &ControlFacts) -> (ControlState, ControlReason) {
    use ControlState::{Met, NoData, NotMet};
    if facts.is_here == Some(false) {
        return (NotMet, ControlReason::Gone);
    }
    if let Some(by) = &facts.replaced_by {
        return (NoData, ControlReason::Replaced(by.clone()));
    }
    if let Some(id) = &facts.unproven {
        return (NotMet, ControlReason::Unproven(id.clone()));
    }
    if facts.is_trusted != Some(true) {
        return (NoData, ControlReason::Untrusted);
    }
    let Some((due, of)) = facts.due.iter().min_by_key(|(due, _)| due.on) else {
        return (NoData, ControlReason::NoDay);
    };
    let Some(came) = facts.came else { return (NoData, ControlReason::Undated) };
    let (due, of) = (*due, of.clone());
    match due.days_late(came) {
        None => (Met, ControlReason::InTime { came, due, of }),
        Some(days) => (NotMet, ControlReason::Late { came, due, of, days }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::DueBy;

    fn facts() -> ControlFacts {
        let day = |text: &str| text.parse().expect("a day");
        let due = |text: &str| (Due { on: day(text), by: DueBy::Compliance }, format!("rule of {text}"));
        ControlFacts {
            patch: "ACME-1".to_owned(),
            entry: 1,
            came: Some(day("2026-11-23")),
            is_here: Some(true),
            unproven: None,
            replaced_by: None,
            is_trusted: Some(true),
            reviewers: vec!["bob".to_owned()],
            checks: (2, false),
            due: vec![due("2026-12-20"), due("2026-11-23")],
            issues: vec!["DOC-1".to_owned()],
            ticket: Some("CHG-1".to_owned()),
            serves: Vec::new(),
        }
    }

    fn state(ask: ControlAsk, change: impl FnOnce(&mut ControlFacts)) -> ControlState {
        let mut facts = facts();
        change(&mut facts);
        judged(ask, &facts).0
    }

    #[test]
    fn what_is_on_record_meets_every_ask_and_the_earliest_day_counts() {
        for (_, ask) in <ControlAsk as crate::model::Word>::WORDS {
            assert_eq!(state(*ask, |_| ()), ControlState::Met, "{ask}");
        }
        let late = state(ControlAsk::InTime, |facts| facts.came = Some("2026-11-24".parse().expect("a day")));
        assert_eq!(late, ControlState::NotMet);
    }

    #[test]
    fn what_is_missing_is_not_met_and_what_nobody_wrote_down_is_no_data() {
        use ControlAsk::{InTime, Issue, Reviewed, Signed, Tested, Ticket};
        use ControlState::{NoData, NotMet};
        assert_eq!(state(InTime, |facts| facts.is_here = Some(false)), NotMet);
        assert_eq!(state(InTime, |facts| facts.unproven = Some("CVE-2026-1".to_owned())), NotMet);
        assert_eq!(state(InTime, |facts| facts.replaced_by = Some("SP-1".to_owned())), NoData);
        assert_eq!(state(InTime, |facts| facts.due.clear()), NoData);
        assert_eq!(state(InTime, |facts| facts.came = None), NoData);
        assert_eq!(state(InTime, |facts| facts.is_trusted = Some(false)), NoData);
        assert_eq!(state(Signed, |facts| facts.is_trusted = Some(false)), NotMet);
        assert_eq!(state(Signed, |facts| facts.is_trusted = None), NoData);
        assert_eq!(state(Reviewed, |facts| facts.reviewers.clear()), NotMet);
        assert_eq!(state(Tested, |facts| facts.checks = (0, false)), NoData);
        assert_eq!(state(Tested, |facts| facts.checks = (1, true)), NotMet);
        assert_eq!(state(Issue, |facts| facts.issues.clear()), NotMet);
        assert_eq!(state(Issue, |facts| facts.is_trusted = Some(false)), NoData);
        assert_eq!(state(Ticket, |facts| facts.ticket = None), NotMet);
        for (_, ask) in <ControlAsk as crate::model::Word>::WORDS {
            assert_eq!(state(*ask, |facts| facts.is_here = None), NoData, "a changed history proves nothing");
        }
    }

    #[test]
    fn a_control_that_only_a_patch_names_is_about_its_day() {
        let named = ControlFacts { serves: vec!["PCI 6.3.3".to_owned(), "CM 3".to_owned()], ..facts() };
        let site = vec![("CM 3".to_owned(), vec![ControlAsk::Reviewed, ControlAsk::Ticket])];
        let lines = judge_controls(&site, &[named]);
        let told: Vec<_> =
            lines.iter().map(|line| (line.control.as_str(), line.is_of_site, line.ask)).collect();
        assert_eq!(
            told,
            [
                ("CM 3", true, ControlAsk::Reviewed),
                ("CM 3", true, ControlAsk::Ticket),
                ("PCI 6.3.3", false, ControlAsk::InTime),
            ]
        );
    }
}
