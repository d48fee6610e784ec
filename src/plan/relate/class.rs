//! The ways in which two patches can be related, and what follows from each.

/// In which way two patches are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationClass {
    /// The same fixes with the same result.
    Identical,
    /// A newer revision of the same patch.
    ReIssue,
    /// It contains the other one, or its author says so of an own patch and nothing of that is undone.
    Superset,
    /// It is in the folder already, or its author says that an own patch there replaces it.
    Subset,
    /// Both fix something in common, and neither contains the other.
    FixConflict,
    /// They have nothing in common.
    Independent,
    /// It was made for what the other one leaves.
    BuildsOn,
    /// Both change the same files in different places.
    Mergeable,
    /// Both change the same lines, or the same file as a whole.
    FileConflict,
    /// It would restore what was there before the other one.
    Regression,
    /// One says something about the other that would count, and nothing shows that it is true.
    Unproven,
    /// One of them says that they must not be together.
    Blocked,
}

/// What follows from a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Consequence {
    /// There is nothing to apply.
    Skip,
    /// The other one is replaced, and returns when this one goes.
    Replace,
    Apply,
    /// It is applied, and places that both change are merged.
    Merge,
    /// It is not applied.
    Stop,
}

impl RelationClass {
    /// Every class, the strictest last.
    pub const ALL: [RelationClass; 12] = [
        RelationClass::Identical,
        RelationClass::ReIssue,
        RelationClass::Superset,
        RelationClass::Subset,
        RelationClass::Independent,
        RelationClass::BuildsOn,
        RelationClass::Mergeable,
        RelationClass::FixConflict,
        RelationClass::FileConflict,
        RelationClass::Regression,
        RelationClass::Unproven,
        RelationClass::Blocked,
    ];

    /// What follows.
    pub(crate) const fn consequence(self) -> Consequence {
        match self {
            RelationClass::Identical | RelationClass::Subset => Consequence::Skip,
            RelationClass::ReIssue | RelationClass::Superset => Consequence::Replace,
            RelationClass::Independent | RelationClass::BuildsOn => Consequence::Apply,
            RelationClass::Mergeable => Consequence::Merge,
            RelationClass::FixConflict
            | RelationClass::FileConflict
            | RelationClass::Regression
            | RelationClass::Unproven
            | RelationClass::Blocked => Consequence::Stop,
        }
    }

    /// The word for it in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            RelationClass::Identical => "identical",
            RelationClass::ReIssue => "re-issue",
            RelationClass::Superset => "superset",
            RelationClass::Subset => "subset",
            RelationClass::FixConflict => "fix-conflict",
            RelationClass::Independent => "independent",
            RelationClass::BuildsOn => "builds-on",
            RelationClass::Mergeable => "mergeable",
            RelationClass::FileConflict => "file-conflict",
            RelationClass::Regression => "regression",
            RelationClass::Unproven => "unproven",
            RelationClass::Blocked => "blocked",
        }
    }
}
