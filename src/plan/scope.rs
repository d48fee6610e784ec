//! Whose patches two are: what one of them says about the other counts only within one product and by one author.

use std::collections::BTreeSet;

use super::layers::Layer;
use crate::model::Patch;
use crate::text::confusables::NameMatch;

/// Whether two patches belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One product, one author.
    Own,
    /// One product, and of neither it is known who made it.
    Unsigned,
    OtherAuthor,
    OtherProduct,
}

impl Scope {
    /// How `patch`, which `authors` vouch for, and `layer` belong together.
    pub(super) fn between(patch: &Patch, authors: &BTreeSet<String>, layer: &Layer) -> Self {
        Self::new((patch, authors), (layer.patch.as_deref().unwrap_or(patch), &layer.authors))
    }

    /// How two patches with those who vouch for them as their authors belong together. One owner of a key behind both
    /// is enough.
    pub(crate) fn new(one: (&Patch, &BTreeSet<String>), other: (&Patch, &BTreeSet<String>)) -> Self {
        // What says of no product that it is for it, such as a diff, is for the one that is there.
        let names = [one.0, other.0].map(|patch| &patch.about.product.name);
        let say_it = [one.0, other.0].iter().all(|patch| patch.about.says_which_product());
        if say_it && !NameMatch::between(names[0], names[1]).is_same() {
            Scope::OtherProduct
        } else if !one.1.is_disjoint(other.1) {
            Scope::Own
        } else if one.1.is_empty() && other.1.is_empty() {
            Scope::Unsigned
        } else {
            Scope::OtherAuthor
        }
    }

    /// Whether they are known to be no concern of each other.
    pub(crate) fn is_foreign(self) -> bool {
        matches!(self, Scope::OtherAuthor | Scope::OtherProduct)
    }

    /// Why what one says about the other does not count, as a phrase about both; empty where it does.
    pub(super) fn doubt(self) -> &'static str {
        match self {
            Scope::Own => "",
            Scope::Unsigned | Scope::OtherAuthor => "no key you trust shows that both are by the same author",
            Scope::OtherProduct => "they are for different products",
        }
    }

    /// The word for it in JSON.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Scope::Own => "own",
            Scope::Unsigned => "unsigned",
            Scope::OtherAuthor => "other-author",
            Scope::OtherProduct => "other-product",
        }
    }
}
