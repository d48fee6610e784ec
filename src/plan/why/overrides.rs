//! Rules that a person may set aside: the one table behind the command line, the window and the history.

use std::collections::BTreeSet;

/// A rule that can be set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Override {
    /// That enough people who are trusted vouch for a patch.
    Unsigned,
    /// That no patch is older than one that was there before.
    Downgrade,
    /// That a patch is for the product in the folder.
    OtherProduct,
    /// That what nobody vouches for gets no special rights, and shows nothing that fewer people may read.
    Dangerous,
    /// That nothing sets back what a patch brought.
    Undo,
    /// That what patches of different authors or products say about each other, or change of each other, is asked
    /// about.
    Related,
    /// That the disk can keep all promises.
    WeakVolume,
}

impl Override {
    /// Each of them, in the order in which they are told.
    pub const ALL: [Self; 7] = [
        Self::Unsigned,
        Self::Downgrade,
        Self::OtherProduct,
        Self::Dangerous,
        Self::Undo,
        Self::Related,
        Self::WeakVolume,
    ];

    /// As the history calls it, the flag for it, and what somebody says who sets it aside: "although …".
    const fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Unsigned => ("unsigned", "allow-unsigned", "nobody you trust has signed the patch file"),
            Self::Downgrade => {
                ("downgrade", "allow-downgrade", "the patch is older than one that was in the folder")
            }
            Self::OtherProduct => (
                "other-product",
                "allow-other-product",
                "the patch says it's for another product than the one in the folder",
            ),
            Self::Dangerous => (
                "dangerous",
                "allow-dangerous",
                "an unsigned patch brings content that runs with special rights, or shows what fewer people may read",
            ),
            Self::Undo => ("undo", "allow-undo", "what a patch brought is set back or dropped"),
            Self::Related => (
                "related",
                "allow-related",
                "what patches of different authors or products say about each other, or change of each other, is not shown by their files",
            ),
            Self::WeakVolume => {
                ("weak-volume", "accept-weak-volume", "the disk cannot keep all promises (FAT, network)")
            }
        }
    }

    /// As the history calls it.
    pub const fn rule(self) -> &'static str {
        self.row().0
    }

    /// The flag for it, without its dashes.
    pub(crate) const fn flag(self) -> &'static str {
        self.row().1
    }

    /// What somebody says who sets it aside, to stand after "although".
    pub(crate) const fn although(self) -> &'static str {
        self.row().2
    }

    /// Whether it takes a reason, which the history keeps; a yes is enough for the others.
    pub(crate) const fn needs_reason(self) -> bool {
        !matches!(self, Self::Unsigned | Self::WeakVolume)
    }

    /// How it is set aside, for whoever meets it.
    pub(crate) fn hint(self) -> String {
        let know = match self {
            Self::Unsigned => "you know where the file comes from",
            Self::Downgrade => "an older patch is really wanted",
            Self::OtherProduct => "it is",
            Self::Dangerous => "you know that this is right",
            Self::Undo => "that is really wanted",
            Self::Related => "you know that it is right",
            Self::WeakVolume => "you know that nobody else uses it",
        };
        let (flag, with) = (self.flag(), if self.needs_reason() { " with the reason" } else { "" });
        let keeps = if self.needs_reason() { "the history keeps it" } else { "the history will say so" };
        format!("If {know}, add --{flag}{with}; {keeps}.")
    }
}

/// The rules that somebody sets aside, with the reason for each that takes one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides([Option<String>; Override::ALL.len()]);

impl Overrides {
    /// Only a yes to a patch that nobody signed.
    pub const UNSIGNED: Self = Self([Some(String::new()), None, None, None, None, None, None]);

    /// The same with one more.
    #[must_use]
    pub fn with(mut self, rule: Override, reason: &str) -> Self {
        self.set(rule, Some(reason.to_owned()));
        self
    }

    /// Sets `rule` aside for this reason, or not at all.
    pub(crate) fn set(&mut self, rule: Override, reason: Option<String>) {
        self.0[rule as usize] = reason;
    }

    /// Whether `rule` is set aside. Where a reason is needed, there has to be one.
    pub(crate) fn has(&self, rule: Override) -> bool {
        self.0[rule as usize].as_ref().is_some_and(|reason| !rule.needs_reason() || !reason.trim().is_empty())
    }

    /// What was said about `rule`, as far as it goes.
    pub(crate) fn said(&self, rule: Override) -> &str {
        self.0[rule as usize].as_deref().unwrap_or_default()
    }

    /// The reason for which `rule` is set aside, if it is and takes one.
    pub(crate) fn reason(&self, rule: Override) -> Option<&str> {
        (rule.needs_reason() && self.has(rule)).then(|| self.said(rule).trim())
    }

    /// Those of them that are asked for.
    pub(crate) fn only(&self, asked_for: &BTreeSet<Override>) -> Self {
        let mut only = Self::default();
        for rule in asked_for.iter().filter(|rule| self.has(**rule)) {
            only.set(*rule, Some(self.said(*rule).trim().to_owned()));
        }
        only
    }

    /// As they are typed.
    pub(crate) fn flags(&self) -> impl Iterator<Item = String> {
        Override::ALL.into_iter().filter(|rule| self.has(*rule)).map(|rule| match self.reason(rule) {
            Some(reason) => format!("--{}={reason}", rule.flag()),
            None => format!("--{}", rule.flag()),
        })
    }
}
