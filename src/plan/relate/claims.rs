//! What two patches say about each other. None of it is believed here.

use std::collections::BTreeSet;

use super::{Declaration, Grounds};
use crate::model::{About, Patch};
use crate::plan::layers::{Layer, has_a_say};

/// What the words of a new patch and of another one come to.
#[derive(Debug, Clone, Default)]
pub(super) struct Claims {
    /// The new one says that it contains the other one.
    pub contains: bool,
    /// The other one says that it contains the new one.
    pub contained: bool,
    /// One of them says that they must not be together.
    pub excludes: bool,
    /// Both say that they fix something in common.
    pub fix_the_same: bool,
    /// Both have one id.
    pub same_id: bool,
    pub declared: Vec<Declaration>,
}

impl Claims {
    pub(super) fn new(new: &Patch, other: &Layer, fixes: &Grounds) -> Self {
        let id = new.about.identity.id.as_str();
        let mut claims =
            Self { same_id: id == other.id, fix_the_same: !fixes.both_fix.is_empty(), ..Self::default() };
        claims.contains = claims.hear(new, id, &other.id);
        if let Some(patch) = &other.patch {
            claims.contained = claims.hear(patch, &other.id, id);
        }
        claims.hear_of_fixes(id, &other.id, fixes);
        claims.hear_of_editions(new, other);
        claims
    }

    /// What `patch`, which is known as `by`, says in so many words; whether it says that it contains `other`.
    fn hear(&mut self, patch: &Patch, by: &str, other: &str) -> bool {
        let (by, named) = (by.to_owned(), other.to_owned());
        let replaces = patch.about.supersedes.iter().any(|old| old.as_str() == other);
        if replaces {
            self.declared.push(Declaration::Replaces { by: by.clone(), other: named.clone() });
        }
        if let Some(clash) = patch.about.conflicts.iter().find(|conflict| conflict.id.as_str() == other) {
            self.excludes = true;
            let reason = clash.reason.raw().to_owned();
            self.declared.push(Declaration::Excludes { by, other: named, reason });
        }
        replaces
    }

    fn hear_of_fixes(&mut self, id: &str, other: &str, fixes: &Grounds) {
        let mut covers = |by: &str, other: &str| {
            self.declared.push(Declaration::Covers { by: by.to_owned(), other: other.to_owned() });
        };
        match (fixes.both_fix.is_empty(), fixes.only_new.is_empty(), fixes.only_other.is_empty()) {
            (false, false, true) => {
                covers(id, other);
                self.contains = true;
            }
            (false, true, false) => {
                covers(other, id);
                self.contained = true;
            }
            _ => {}
        }
    }

    fn hear_of_editions(&mut self, new: &Patch, other: &Layer) {
        let (id, revision) = (other.id.clone(), new.about.identity.revision);
        if !self.same_id || revision == other.revision {
            return;
        }
        (self.contains, self.contained) = (revision > other.revision, revision < other.revision);
        let revision = revision.max(other.revision);
        self.declared.push(Declaration::Renews { by: id.clone(), other: id, revision });
    }
}

/// Whether `new` says that it contains `other`, in whatever words.
pub(crate) fn says_that_it_contains(new: &Patch, other: &Layer) -> bool {
    speak_of_each_other(new, other) && Claims::new(new, other, &fixes(new, other)).contains
}

/// Whether `new` has anything to do with `other`: by what one of them says, or by a place that both change. Of the others
/// every answer is known without a look at any content.
pub(crate) fn has_to_do_with(new: &Patch, other: &Layer) -> bool {
    speak_of_each_other(new, other)
        || new.changes.is_empty()
        || new.changes.iter().any(|change| has_a_say(other, &change.path))
}

/// Whether one of them says anything about the other one, or that it fixes the same.
fn speak_of_each_other(new: &Patch, other: &Layer) -> bool {
    let Some(patch) = other.patch.as_deref() else { return true };
    let names = |about: &About, id: &str| {
        about.supersedes.iter().any(|old| old.as_str() == id)
            || about.conflicts.iter().any(|clash| clash.id.as_str() == id)
            || about.requires.iter().any(|need| need.id.as_str() == id)
            || about.requires_if.iter().any(|only| only.then.id.as_str() == id)
    };
    let id = new.about.identity.id.as_str();
    id == other.id
        || names(&new.about, &other.id)
        || names(&patch.about, id)
        || new.about.fixes.iter().any(|fix| patch.about.fixes.contains(fix))
}

/// The fixes of both, and of each alone.
pub(super) fn fixes(new: &Patch, other: &Layer) -> Grounds {
    let ours: BTreeSet<&String> = new.about.fixes.iter().collect();
    let theirs: BTreeSet<&String> = other.patch.iter().flat_map(|patch| &patch.about.fixes).collect();
    let list = |fixes: Vec<&&String>| fixes.into_iter().map(|fix| (*fix).clone()).collect();
    Grounds {
        both_fix: list(ours.intersection(&theirs).collect()),
        only_new: list(ours.difference(&theirs).collect()),
        only_other: list(theirs.difference(&ours).collect()),
        ..Grounds::default()
    }
}
