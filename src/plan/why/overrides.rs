//! Rules that a person may set aside: the one table behind the command line, the window and the history.

use std::collections::BTreeSet;

use crate::text::Advice;

/// A rule that can be set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Override {
    /// That enough people who are trusted signed a patch.
    Unsigned,
    /// That no patch is older than one that was there before.
    Downgrade,
    /// That a patch is for the product in the folder.
    OtherProduct,
    /// That a patch has what the rules of the site ask for.
    SiteRules,
    /// That what nobody trusted signed gets no special rights, and shows nothing that fewer people may read.
    Dangerous,
    /// That nothing sets back what a patch changed.
    Undo,
    /// That what patches of different authors or products say about each other, or change of each other, is asked
    /// about.
    Related,
    /// That the disk can keep all promises.
    WeakVolume,
}

impl Override {
    /// Each of them, in the order in which they are told.
    pub const ALL: [Self; 8] = [
        Self::Unsigned,
        Self::Downgrade,
        Self::OtherProduct,
        Self::SiteRules,
        Self::Dangerous,
        Self::Undo,
        Self::Related,
        Self::WeakVolume,
    ];

    /// As the history calls it, the flag for it, and what it does.
    const fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Unsigned => {
                ("unsigned", "allow-unsigned", "Apply a patch that isn't signed by anyone you trust")
            }
            Self::Downgrade => (
                "downgrade",
                "allow-downgrade",
                "Apply a patch that is older than one that was in the folder",
            ),
            Self::OtherProduct => {
                ("other-product", "allow-other-product", "Apply a patch that says it's for another product")
            }
            Self::SiteRules => {
                ("site-rules", "allow-site-rules", "Apply a patch that lacks what your trust rules ask for")
            }
            Self::Dangerous => (
                "dangerous",
                "allow-dangerous",
                "Apply an unsigned patch with content that runs with special rights, or that lets more people read a file",
            ),
            Self::Undo => {
                ("undo", "allow-undo", "Apply a patch although part of another one would be undone")
            }
            Self::Related => (
                "related",
                "allow-related",
                "Apply a patch although what it says about a patch by another author, or for another product, isn't shown by their files",
            ),
            Self::WeakVolume => (
                "weak-volume",
                "accept-weak-volume",
                "Continue on a disk that can't guarantee recovery (FAT, network)",
            ),
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

    /// What it does, as a sentence without its period.
    pub(crate) const fn deed(self) -> &'static str {
        self.row().2
    }

    /// Whether it is set aside only with a reason, which the history keeps. For the others a yes is enough, and a reason that is
    /// given is kept, too: who signs nothing says yes each time, and a reason that is asked for each time says nothing.
    pub(crate) const fn needs_reason(self) -> bool {
        !matches!(self, Self::Unsigned | Self::WeakVolume)
    }

    /// How it is set aside, for whoever meets it.
    pub(crate) fn hint(self) -> Advice {
        match self {
            Self::Unsigned => Advice::typed(
                "If you trust the source of this file, add --allow-unsigned; the history records it.",
            ),
            Self::Downgrade => Advice::typed(
                "To apply the older patch anyway, add --allow-downgrade REASON; the history records it.",
            ),
            Self::WeakVolume => Advice::from("Use a folder on a local disk.")
                .or(Advice::typed("add --accept-weak-volume if nobody else uses it.")),
            Self::OtherProduct | Self::SiteRules | Self::Dangerous | Self::Undo | Self::Related => {
                let flag = self.flag();
                Advice::typed(format!("To do it anyway, add --{flag} REASON; the history records it."))
            }
        }
    }
}

/// Whether somebody said that a patch is right although not enough people signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    Given,
    Missing,
}

/// The rules that somebody sets aside, with the reason for each that takes one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides([Option<String>; Override::ALL.len()]);

impl Overrides {
    /// Only a yes to a patch that nobody signed.
    pub const UNSIGNED: Self = Self([Some(String::new()), None, None, None, None, None, None, None]);

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

    /// Whether somebody said that a patch is right although too few signed it.
    pub(crate) fn consent(&self) -> Consent {
        if self.has(Override::Unsigned) { Consent::Given } else { Consent::Missing }
    }

    /// What was said about `rule`, as far as it goes.
    pub(crate) fn said(&self, rule: Override) -> &str {
        self.0[rule as usize].as_deref().unwrap_or_default()
    }

    /// The reason for which `rule` is set aside, if it is and one was given.
    pub(crate) fn reason(&self, rule: Override) -> Option<&str> {
        Some(self.said(rule).trim()).filter(|reason| self.has(rule) && !reason.is_empty())
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
