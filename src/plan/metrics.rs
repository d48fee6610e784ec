//! How changing folders goes, in figures: arithmetic over what histories say, with the list behind each number.
//!
//! A history is dated by the clocks of its machine. An entry that is dated before one that came before it has no moment that
//! can be believed: it is listed as such and counts nowhere. What nobody recorded is no data, and never a guess.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::choices;

/// Fewer values than these say little about the next one.
const FEW: usize = 5;

/// How soon a failure has to show to be that of the change before it, in seconds: seven days.
const FAILS_WITHIN_SECS: i64 = 7 * 24 * 60 * 60;

const WEEK_SECS: f64 = 7.0 * 24.0 * 60.0 * 60.0;

choices! {
    /// What an entry did.
    pub(crate) enum Deed {
        /// Patches came.
        Applied = "applied",
        /// Patches went.
        RolledBack = "rolled-back",
        /// Patches that had gone came back.
        Reapplied = "reapplied",
        /// Drifted files became what the patches left.
        Repaired = "repaired",
        /// A switch was moved.
        Switched = "switched",
        /// A change that failed, was interrupted or did not pass its health checks, and was undone.
        PutBack = "put-back",
        /// A change whose health checks somebody stopped, and that was undone: nobody knows whether it was good.
        Stopped = "stopped",
        /// Health checks ran.
        Checked = "checked",
        /// Anything that is no change of the product.
        Other = "other",
    }

    /// What a time is the length of.
    pub(crate) enum TimeFigure {
        /// From when the newest commit in a patch was made until it was applied.
        LeadTime = "change_lead_time",
        /// From when the first of a patch's issues was opened until it was applied.
        TimeToApply = "time_to_apply",
        /// From when the patch was made until it was applied.
        SinceMade = "time_since_made",
        /// From when a vulnerability was published until the patch that fixes it was applied.
        Exposure = "exposure",
        /// From when the work began until the health checks after it had passed.
        TimeOfChange = "time_of_change",
        /// From the first failing health check to the first that passed, or what a person wrote down.
        Downtime = "downtime",
        /// From a change that failed until it was rolled back, or a patch that mends it was applied.
        Recovery = "failed_deployment_recovery_time",
    }

    /// A share of changes.
    pub(crate) enum RateFigure {
        /// Applies of patches that came unplanned or mend others.
        Rework = "deployment_rework_rate",
        /// Applied patches that were found faulty within seven days.
        ChangeFailRate = "change_fail_rate",
        /// Changes that stayed, of all that were started.
        SuccessRate = "success_rate",
    }
}

/// One entry of a history, as far as figures need it. Moments are seconds since 1970.
#[derive(Debug, Clone)]
pub(crate) struct ChangeEvent {
    pub entry: u64,
    pub deed: Deed,
    /// When, as its clock said; `None` if that is no moment.
    pub time: Option<i64>,
    /// When the work on it began.
    pub begun: Option<i64>,
    /// The patches that it is about.
    pub patches: Vec<String>,
    /// The entries whose changes it undoes.
    pub undoes: Vec<u64>,
    /// Whether somebody said that it undoes something faulty.
    pub is_fault: bool,
    /// Whether failing health checks or scripts undid it.
    pub is_unasked: bool,
    /// Whether it was undone because somebody stopped its health checks.
    pub is_stopped: bool,
    /// From and until when the product was not available.
    pub downtime: Option<(i64, i64)>,
    /// When the newest commit in each of its patches was made.
    pub committed: Vec<(String, Option<i64>)>,
    /// When the first issue of each of its patches was opened.
    pub opened: Vec<(String, Option<i64>)>,
    /// When each of its patches was made.
    pub made: Vec<(String, Option<i64>)>,
    /// Whether it is rework, as its patches say; `None`: one of them doesn't, and none is.
    pub is_rework: Option<bool>,
    /// Patches whose faults its patches mend, as these say.
    pub mends: Vec<String>,
    /// When each vulnerability that it fixes was published.
    pub published: Vec<(String, Option<i64>)>,
}

/// What is looked at: from a moment until another, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub since: i64,
    pub until: i64,
}

/// An entry of a folder, and what of it is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EventRef {
    /// The number of the folder.
    pub folder: usize,
    pub entry: u64,
    /// The patches.
    pub about: String,
}

/// Times of one sort.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Times {
    /// Each with its length in seconds.
    pub values: Vec<(EventRef, i64)>,
    /// Those whose length nobody knows.
    pub no_data: Vec<EventRef>,
}

/// A part of a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Proportion {
    pub part: Vec<EventRef>,
    pub whole: Vec<EventRef>,
    /// Those of which nobody knows whether they belong to the part.
    pub no_data: Vec<EventRef>,
}

/// Every figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Metrics {
    pub period: Period,
    /// Entries by what they did.
    pub deeds: BTreeMap<Deed, Vec<EventRef>>,
    pub times: BTreeMap<TimeFigure, Times>,
    pub shares: BTreeMap<RateFigure, Proportion>,
    /// Entries whose moment can't be believed.
    pub undated: Vec<EventRef>,
}

impl Times {
    /// The value that a share of `percent` does not exceed, by nearest rank; `None` without values.
    pub fn percentile(&self, percent: usize) -> Option<i64> {
        let mut sorted: Vec<i64> = self.values.iter().map(|(_, seconds)| *seconds).collect();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100);
        sorted.get(rank.max(1) - 1).copied()
    }

    /// Whether there are too few values to compare them with others.
    pub(crate) fn is_few(&self) -> bool {
        self.values.len() < FEW
    }
}

impl Proportion {
    /// The part as a number from 0 to 1; `None` of nothing.
    pub fn share(&self) -> Option<f64> {
        (!self.whole.is_empty()).then(|| self.part.len() as f64 / self.whole.len() as f64)
    }

    /// Whether the whole is too small to compare it with others.
    pub(crate) fn is_few(&self) -> bool {
        self.whole.len() < FEW
    }
}

impl Metrics {
    /// The figures of these histories, each with its entries in their order.
    pub fn new(histories: &[Vec<ChangeEvent>], period: Period) -> Self {
        let mut metrics = Self {
            period,
            deeds: BTreeMap::new(),
            times: BTreeMap::new(),
            shares: BTreeMap::new(),
            undated: Vec::new(),
        };
        for (folder, events) in histories.iter().enumerate() {
            let history = History::new(folder, events);
            for at in 0..events.len() {
                metrics.take(&history, at);
            }
        }
        metrics
    }

    /// How many patches were applied in a week, on average.
    pub(crate) fn applied_per_week(&self) -> Option<f64> {
        let weeks = (self.period.until - self.period.since) as f64 / WEEK_SECS;
        (weeks > 0.0).then(|| self.deeds(Deed::Applied).len() as f64 / weeks)
    }

    /// The entries that did `deed`.
    pub fn deeds(&self, deed: Deed) -> &[EventRef] {
        self.deeds.get(&deed).map(Vec::as_slice).unwrap_or_default()
    }

    /// The times of one sort, which may be none.
    pub fn times(&self, span: TimeFigure) -> Times {
        self.times.get(&span).cloned().unwrap_or_default()
    }

    /// The share of one sort, which may be of nothing.
    pub fn part(&self, share: RateFigure) -> Proportion {
        self.shares.get(&share).cloned().unwrap_or_default()
    }

    fn take(&mut self, history: &History<'_>, at: usize) {
        let event = &history.events[at];
        let Some(time) = history.moment(at) else {
            return self.undated.push(history.reference(event));
        };
        if time < self.period.since || time > self.period.until {
            return;
        }
        if let Some((from, until)) = event.downtime {
            self.time(TimeFigure::Downtime, history.reference(event), Some(until - from));
        }
        // What failed and was undone unasked is one failed change: no patch came, and none went.
        let deed = match event.deed {
            Deed::Checked | Deed::Other => event.deed,
            _ if history.is_undone_unasked(event.entry) => Deed::PutBack,
            _ if history.stopped.contains(&event.entry) => Deed::Stopped,
            deed => deed,
        };
        let is_end_of_another = (event.is_unasked || event.is_stopped) && !event.undoes.is_empty();
        if !is_end_of_another {
            self.deeds.entry(deed).or_default().push(history.reference(event));
            self.take_success(history, event, deed);
        }
        // What somebody stopped was found neither good nor faulty.
        if event.deed == Deed::Applied && deed != Deed::Stopped {
            self.take_fate(history, event, time);
        }
        match deed {
            Deed::Applied => self.take_applied(history, event, time),
            Deed::Checked if history.is_check_of_an_apply(at) => {
                let length = event.begun.map(|begun| time - begun);
                self.time(TimeFigure::TimeOfChange, history.reference(event), length);
            }
            _ => {}
        }
    }

    /// How long it took for what came.
    fn take_applied(&mut self, history: &History<'_>, event: &ChangeEvent, time: i64) {
        let about = |about: &String| EventRef { about: about.clone(), ..history.reference(event) };
        for (patch, committed) in &event.committed {
            self.time(TimeFigure::LeadTime, about(patch), committed.map(|committed| time - committed));
        }
        for (patch, opened) in &event.opened {
            self.time(TimeFigure::TimeToApply, about(patch), opened.map(|opened| time - opened));
        }
        for (patch, made) in &event.made {
            self.time(TimeFigure::SinceMade, about(patch), made.map(|made| time - made));
        }
        for (id, published) in &event.published {
            // What was fixed before anybody told of it was never exposed.
            self.time(TimeFigure::Exposure, about(id), published.map(|published| (time - published).max(0)));
        }
        let part = self.shares.entry(RateFigure::Rework).or_default();
        match event.is_rework {
            None => part.no_data.push(history.reference(event)),
            Some(is_rework) => {
                part.part.extend(is_rework.then(|| history.reference(event)));
                part.whole.push(history.reference(event));
            }
        }
    }

    /// Whether what was applied was found faulty.
    fn take_fate(&mut self, history: &History<'_>, event: &ChangeEvent, time: i64) {
        let reference = history.reference(event);
        let fate = history.fault_of(event.entry).map(|at| history.moment(at).map(|then| then - time));
        let part = self.shares.entry(RateFigure::ChangeFailRate).or_default();
        match fate {
            Some(None) => part.no_data.push(reference),
            Some(Some(after)) if after <= FAILS_WITHIN_SECS => {
                part.part.push(reference.clone());
                part.whole.push(reference.clone());
                self.time(TimeFigure::Recovery, reference, Some(after));
            }
            Some(Some(_)) | None => part.whole.push(reference),
        }
    }

    fn take_success(&mut self, history: &History<'_>, event: &ChangeEvent, deed: Deed) {
        if matches!(deed, Deed::Checked | Deed::Stopped | Deed::Other) {
            return;
        }
        let part = self.shares.entry(RateFigure::SuccessRate).or_default();
        part.whole.push(history.reference(event));
        if deed != Deed::PutBack {
            part.part.push(history.reference(event));
        }
    }

    /// A time that ends before it begins is none.
    fn time(&mut self, span: TimeFigure, reference: EventRef, length: Option<i64>) {
        let times = self.times.entry(span).or_default();
        match length.filter(|length| *length >= 0) {
            Some(length) => times.values.push((reference, length)),
            None => times.no_data.push(reference),
        }
    }
}

/// The history of one folder, with what is asked about it more than once.
struct History<'a> {
    folder: usize,
    events: &'a [ChangeEvent],
    /// The moment of each, where it can be believed.
    moments: Vec<Option<i64>>,
    /// For each entry that was undone because it was faulty, or mended, the first event that did.
    faults: BTreeMap<u64, usize>,
    /// Entries that failing health checks or scripts undid.
    undone_unasked: BTreeMap<u64, usize>,
    /// Entries that were undone because somebody stopped their health checks.
    stopped: BTreeSet<u64>,
}

impl<'a> History<'a> {
    fn new(folder: usize, events: &'a [ChangeEvent]) -> Self {
        let mut latest = i64::MIN;
        let moments = events.iter().map(|event| {
            let time = event.time?;
            let is_believed = time >= latest;
            latest = latest.max(time);
            is_believed.then_some(time)
        });
        let moments = moments.collect();
        let (mut faults, mut undone_unasked) = (BTreeMap::new(), BTreeMap::new());
        let mut brought: BTreeMap<&String, u64> = BTreeMap::new();
        for (at, event) in events.iter().enumerate() {
            for mended in event.mends.iter().filter_map(|id| brought.get(id)) {
                faults.entry(*mended).or_insert(at);
            }
            if event.deed == Deed::Applied {
                brought.extend(event.patches.iter().map(|id| (id, event.entry)));
            }
            for undone in &event.undoes {
                if event.is_fault || event.is_unasked {
                    faults.entry(*undone).or_insert(at);
                }
                if event.is_unasked {
                    undone_unasked.entry(*undone).or_insert(at);
                }
            }
        }
        let stopped = events.iter().filter(|event| event.is_stopped);
        let stopped = stopped.flat_map(|event| event.undoes.iter().copied()).collect();
        Self { folder, events, moments, faults, undone_unasked, stopped }
    }

    fn moment(&self, at: usize) -> Option<i64> {
        self.moments[at]
    }

    fn reference(&self, event: &ChangeEvent) -> EventRef {
        EventRef { folder: self.folder, entry: event.entry, about: event.patches.join(", ") }
    }

    fn fault_of(&self, entry: u64) -> Option<usize> {
        self.faults.get(&entry).copied()
    }

    fn is_undone_unasked(&self, entry: u64) -> bool {
        self.undone_unasked.contains_key(&entry)
    }

    /// Whether the checks at `at` are those of an apply right before.
    fn is_check_of_an_apply(&self, at: usize) -> bool {
        let before = self.events[..at].iter().rev().find(|event| event.deed != Deed::Other);
        before.is_some_and(|event| event.deed == Deed::Applied)
    }
}
