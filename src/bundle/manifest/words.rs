//! The fixed words of a manifest and an order, each in one place: reading, writing and error texts use the same list.

use crate::model::{
    Interpreter, Level, LocalEdits, PatchKind, RequirementMode, Restart, Role, RollbackPossible, ScriptPhase,
};

/// A choice that has one word per value in manifests and orders.
pub(crate) trait Word: Copy + PartialEq + 'static {
    /// Every value with its word.
    const WORDS: &'static [(&'static str, Self)];

    /// The word for it.
    fn as_str(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, value)| *value == self);
        found.expect("every value is in its own list").0
    }

    /// The value of a word.
    fn of_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
    }

    /// All words, for a message.
    fn choices() -> String {
        let words: Vec<_> = Self::WORDS.iter().map(|(word, _)| *word).collect();
        words.join(", ")
    }
}

/// How much is at stake.
pub(crate) const SEVERITIES: &[&str] = &["low", "moderate", "important", "critical"];

/// What a hold is about.
pub(crate) const HOLD_KINDS: &[&str] = &["action", "doc", "restart", "irreversible", "dependency"];

/// When a hold comes up.
pub(crate) const HOLD_PHASES: &[&str] = &["before", "after", "rollback"];

impl Word for PatchKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("hotfix", Self::Hotfix),
        ("service-pack", Self::ServicePack),
        ("feature", Self::Feature),
        ("config", Self::Config),
        ("rollback", Self::Rollback),
    ];
}

impl Word for Restart {
    const WORDS: &'static [(&'static str, Self)] = Self::WORDS;
}

impl Word for Role {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("binary", Self::Binary),
        ("config", Self::Config),
        ("data", Self::Data),
        ("doc", Self::Doc),
        ("generated", Self::Generated),
    ];
}

impl Word for LocalEdits {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("refuse", Self::Refuse),
        ("keep-local", Self::KeepLocal),
        ("merge", Self::Merge),
        ("replace", Self::Replace),
    ];
}

impl Word for RequirementMode {
    const WORDS: &'static [(&'static str, Self)] = &[("before", Self::Before), ("together", Self::Together)];
}

impl Word for Level {
    const WORDS: &'static [(&'static str, Self)] = &[("required", Self::Required), ("wanted", Self::Wanted)];
}

impl Word for ScriptPhase {
    const WORDS: &'static [(&'static str, Self)] = &[("before", Self::Before), ("after", Self::After)];
}

impl Word for Interpreter {
    const WORDS: &'static [(&'static str, Self)] =
        &[("sh", Self::Sh), ("python3", Self::Python3), ("powershell", Self::PowerShell), ("cmd", Self::Cmd)];
}

impl Word for RollbackPossible {
    const WORDS: &'static [(&'static str, Self)] =
        &[("yes", Self::Yes), ("until-accept", Self::UntilAccept), ("no", Self::No)];
}
