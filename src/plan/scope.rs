//! Whose patches two are: what one of them says about the other counts only within one product and by one author.

use std::collections::BTreeSet;

use super::layers::Layer;
use crate::model::{CollisionKey, Patch};

/// Who made a patch, as far as keys that are trusted here today show it: the owners of these keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author(BTreeSet<String>);

impl Author {
    /// `None` if nobody is among `owners`.
    pub fn new(owners: impl IntoIterator<Item = String>) -> Option<Self> {
        let owners: BTreeSet<String> = owners.into_iter().collect();
        (!owners.is_empty()).then_some(Self(owners))
    }

    /// Whether somebody stands behind both.
    fn is_same(&self, other: &Self) -> bool {
        !self.0.is_disjoint(&other.0)
    }
}

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
    /// How `patch` by `author` and `layer` belong together.
    pub(super) fn between(patch: &Patch, author: Option<&Author>, layer: &Layer) -> Self {
        let key = |patch: &Patch| CollisionKey::of_name(&patch.about.product.name);
        let is_other_product = layer.patch.as_ref().is_some_and(|other| key(other) != key(patch));
        match (author, &layer.author) {
            _ if is_other_product => Scope::OtherProduct,
            (Some(one), Some(other)) if one.is_same(other) => Scope::Own,
            (None, None) => Scope::Unsigned,
            _ => Scope::OtherAuthor,
        }
    }

    /// Whether they are known to be no concern of each other.
    pub(super) fn is_foreign(self) -> bool {
        matches!(self, Scope::OtherAuthor | Scope::OtherProduct)
    }

    /// Why what one says about the other does not count, as a phrase about both; empty where it does.
    pub(super) fn doubt(self) -> &'static str {
        match self {
            Scope::Own => "",
            Scope::Unsigned => "no trusted key shows that both are by one author",
            Scope::OtherAuthor => "no trusted key shows that both are by one author, and one of them is signed",
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
