//! What has to be true of a patch before it is applied here: by default, for a product, and by order of the machine.

use serde::{Deserialize, Serialize};

use crate::model::Approvals;
use crate::plan::DueDays;

/// What is done with a patch that not enough trusted people vouch for. Ordered from the mildest to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unvouched {
    /// It is applied if whoever applies it says that this is right; the history records that.
    #[default]
    Ask,
    /// It is never applied here.
    Refuse,
}

/// The rules for one product on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// How many have to sign; a bundle may ask for more, never for less.
    pub needs: Approvals,
    /// Whether a bundle that nobody vouches for may be looked at.
    pub(crate) may_look: bool,
    /// Whether it may be applied.
    pub(crate) unvouched: Unvouched,
    /// From what age in days a patch is remarked on.
    pub(crate) max_age_days: Option<u32>,
    /// The lowest sequence that is applied.
    pub(crate) floor: u64,
    /// What a patch has to bring.
    pub(crate) demands: Demands,
    /// Who set any of this: nobody, this person, this machine.
    pub(crate) set_by: SetBy,
}

/// What a patch has to bring, by the word of somebody who is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Demands {
    /// For each of these an issue whose key is like it; `*` stands for anything.
    pub issues: Vec<String>,
    /// That it is for exactly one version.
    pub exact_version: bool,
    /// What was tested.
    pub tests: bool,
    /// That its author's tool tried it on a copy.
    pub proof: bool,
    /// That it has an SBOM in it.
    pub sbom: bool,
    /// That it passed a rehearsal in the folder.
    pub rehearsal: bool,
    /// That it is not older than this, in days.
    pub refuse_after_days: Option<u32>,
    /// That it says of each vulnerability that it fixes what a day is worked out from, by which it has to be fixed.
    pub due_days: DueDays,
    /// How many have to sign, as somebody wrote it into the rules: more than the one author that is asked for anyway.
    pub approvals: Approvals,
}

impl Demands {
    /// Whether nothing is asked of what the patch says about itself.
    pub(crate) fn is_of_no_claim(&self) -> bool {
        Self { rehearsal: false, approvals: Approvals::default(), ..self.clone() } == Self::default()
    }

    fn with(self, rules: &Rules) -> Self {
        Self {
            issues: rules.issue.as_ref().map_or(self.issues, |issue| vec![issue.clone()]),
            exact_version: rules.exact_version.unwrap_or(self.exact_version),
            tests: rules.tests.unwrap_or(self.tests),
            proof: rules.proof.unwrap_or(self.proof),
            sbom: rules.sbom.unwrap_or(self.sbom),
            rehearsal: rules.rehearsal.unwrap_or(self.rehearsal),
            refuse_after_days: rules.refuse_after_days.or(self.refuse_after_days),
            due_days: rules.due_days.or(self.due_days),
            approvals: Approvals {
                authors: rules.authors.map_or(self.approvals.authors, |authors| {
                    if authors > ANYWAY.authors { authors } else { 0 }
                }),
                reviewers: rules.reviewers.unwrap_or(self.approvals.reviewers),
            },
        }
    }

    fn stricter(mut self, other: Self) -> Self {
        self.issues.extend(other.issues);
        self.issues.sort();
        self.issues.dedup();
        let ages = [self.refuse_after_days, other.refuse_after_days];
        Self {
            issues: self.issues,
            exact_version: self.exact_version || other.exact_version,
            tests: self.tests || other.tests,
            proof: self.proof || other.proof,
            sbom: self.sbom || other.sbom,
            rehearsal: self.rehearsal || other.rehearsal,
            refuse_after_days: ages.into_iter().flatten().min(),
            due_days: self.due_days.or_sooner(other.due_days),
            approvals: self.approvals.or_more(other.approvals),
        }
    }
}

/// How many have to sign where no rule says so.
pub(super) const ANYWAY: Approvals = Approvals { authors: 1, reviewers: 0 };

/// Who set a policy. Ordered by weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetBy {
    /// Nobody: the program's own rules.
    Default,
    Person,
    /// Whoever looks after the machine.
    Machine,
}

impl SetBy {
    /// As it is recorded.
    pub const fn as_str(self) -> &'static str {
        match self {
            SetBy::Default => "default",
            SetBy::Person => "person",
            SetBy::Machine => "machine",
        }
    }
}

impl Default for Policy {
    /// One author has to vouch; whoever knows better may say so.
    fn default() -> Self {
        Self {
            needs: ANYWAY,
            may_look: true,
            unvouched: Unvouched::Ask,
            max_age_days: None,
            floor: 0,
            demands: Demands::default(),
            set_by: SetBy::Default,
        }
    }
}

/// Some of the rules, as a file gives them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// How many authors have to sign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authors: Option<u32>,
    /// How many reviewers have to sign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewers: Option<u32>,
    /// Whether a bundle that nobody vouches for may be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unsigned_look: Option<bool>,
    /// Whether it may be applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unsigned_apply: Option<Unvouched>,
    /// From what age in days a patch is remarked on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_age_days: Option<u32>,
    /// The lowest sequence that is applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) floor: Option<u64>,
    /// How the key of an issue that a patch names has to look; `*` stands for anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issue: Option<String>,
    /// Whether a patch has to be for exactly one version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exact_version: Option<bool>,
    /// Whether a patch has to say what was tested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tests: Option<bool>,
    /// Whether a patch has to have been tried on a copy when it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) proof: Option<bool>,
    /// Whether a patch has to bring an SBOM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sbom: Option<bool>,
    /// Whether a patch has to have passed a rehearsal in the folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rehearsal: Option<bool>,
    /// From what age in days a patch is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refuse_after_days: Option<u32>,
    /// How many days after it was published a vulnerability has to be fixed.
    #[serde(skip_serializing_if = "DueDays::is_none")]
    pub(crate) due_days: DueDays,
}

impl Policy {
    /// The same with what `rules` say instead.
    #[must_use]
    pub fn with(mut self, rules: &Rules, set_by: SetBy) -> Self {
        if *rules == Rules::default() {
            return self;
        }
        self.needs.authors = rules.authors.unwrap_or(self.needs.authors);
        self.needs.reviewers = rules.reviewers.unwrap_or(self.needs.reviewers);
        self.may_look = rules.unsigned_look.unwrap_or(self.may_look);
        self.unvouched = rules.unsigned_apply.unwrap_or(self.unvouched);
        self.max_age_days = rules.max_age_days.or(self.max_age_days);
        self.floor = rules.floor.unwrap_or(self.floor);
        self.demands = self.demands.with(rules);
        self.set_by = set_by;
        self
    }

    /// Of two the stricter in everything.
    #[must_use]
    pub(crate) fn stricter(self, other: Self) -> Self {
        let ages = [self.max_age_days, other.max_age_days];
        Self {
            needs: self.needs.or_more(other.needs),
            may_look: self.may_look && other.may_look,
            unvouched: self.unvouched.max(other.unvouched),
            max_age_days: ages.into_iter().flatten().min(),
            floor: self.floor.max(other.floor),
            demands: self.demands.stricter(other.demands),
            set_by: self.set_by.max(other.set_by),
        }
    }
}
