//! What is known of a problem: whether it is exploited, how likely that is, and how bad it is.

use crate::model::choices;
use crate::text::CvssScore;

choices! {
    /// How bad a problem is. Of some nobody has said; those stand between what can wait and what should not.
    #[derive(Default)]
    pub(crate) enum Band {
        /// Hardly anything.
        Negligible = "negligible",
        /// Something that can wait.
        Low = "low",
        /// Nobody has said.
        #[default]
        Unknown = "unknown",
        /// Something that should not wait for long.
        Medium = "medium",
        /// Something that should not wait.
        High = "high",
        /// Something that must not wait.
        Critical = "critical",
    }
}

impl Band {
    /// The band of a score, as CVSS 3 and 4 have them.
    fn new(score: CvssScore) -> Self {
        match score.tenths {
            0 => Band::Negligible,
            1..40 => Band::Low,
            40..70 => Band::Medium,
            70..90 => Band::High,
            _ => Band::Critical,
        }
    }
}

/// That a problem is exploited, by a list of such.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Exploited {
    /// Whether by ransomware.
    pub ransomware: bool,
    /// When it has to be fixed, as a date.
    pub due: Option<String>,
}

/// What is known of a problem, wherever it is from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ProblemFacts {
    pub exploited: Option<Exploited>,
    /// How likely it is exploited within a month, by a forecast, in millionths.
    pub epss: Option<u32>,
    pub cvss: Option<CvssScore>,
    /// The mean of the scores that a scanner gives, in thousandths, where it gives several.
    pub mean_cvss: Option<u32>,
    /// The word of the scanner.
    pub band: Option<Band>,
    pub published: Option<String>,
}

impl ProblemFacts {
    /// Takes in what somebody else knows of the same problem; of two answers the worse one.
    pub(super) fn join(&mut self, other: &ProblemFacts) {
        if let Some(found) = &other.exploited {
            let known = self.exploited.get_or_insert_with(|| found.clone());
            known.ransomware |= found.ransomware;
            known.due = [known.due.take(), found.due.clone()].into_iter().flatten().min();
        }
        self.epss = self.epss.max(other.epss);
        self.cvss = self.cvss.max(other.cvss);
        self.mean_cvss = self.mean_cvss.max(other.mean_cvss);
        self.band = self.band.max(other.band);
        let dates = [self.published.take(), other.published.clone()];
        self.published = dates.into_iter().flatten().min();
    }

    /// How bad it is: the worse of its score and the scanner's word, which are often from two lists.
    pub(crate) fn band(&self) -> Band {
        self.cvss.map(Band::new).max(self.band).unwrap_or_default()
    }

    /// Whether the scanner calls it worse than its score does.
    pub(crate) fn is_worse_than_its_score(&self) -> bool {
        self.cvss.is_some_and(|score| self.band > Some(Band::new(score)))
    }

    /// Whether a forecast says that it will likely be exploited.
    pub(crate) fn is_likely(&self) -> bool {
        self.epss.is_some_and(|epss| epss >= LIKELY)
    }

    /// What Grype calls the risk, in thousandths of its hundred: the likelihood, times how bad it is, times a little for what
    /// is exploited.
    pub(crate) fn grype_risk(&self) -> u32 {
        let (threat, more) = match &self.exploited {
            Some(known) => (1.0, if known.ransomware { 1.1 } else { 1.05 }),
            None => (f64::from(self.epss.unwrap_or(0)) / 1e6, 1.0),
        };
        let word = match self.band.unwrap_or_default() {
            Band::Negligible => 0.5,
            Band::Low => 3.0,
            Band::Unknown | Band::Medium => 5.0,
            Band::High => 7.5,
            Band::Critical => 9.0,
        };
        let score = self.mean_cvss.or(self.cvss.map(|score| u32::from(score.tenths) * 100));
        let severity = match score.map(|score| f64::from(score) / 1e3).filter(|score| *score > 0.0) {
            Some(score) => f64::midpoint(word, score),
            None => word,
        };
        ((threat * severity / 10.0 * more).min(1.0) * 1e5).round() as u32
    }
}

/// One in ten within a month: few problems are above, and most that are exploited are.
const LIKELY: u32 = 100_000;
