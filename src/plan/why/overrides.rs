//! What a person may set aside with a reason, which the history keeps.

/// A rule that can be set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Override {
    /// That no patch sets back what another one brought.
    Undo,
    /// That what patches of different authors or products say about each other, or change of each other, is asked
    /// about.
    Related,
    /// That a patch is for the product in the folder.
    OtherProduct,
    /// That what nobody vouches for gets no special rights, and shows nothing that fewer people may read.
    Dangerous,
}

impl Override {
    /// As the history calls it.
    pub(crate) const fn rule(self) -> &'static str {
        match self {
            Override::Undo => "undo",
            Override::Related => "related",
            Override::OtherProduct => "other-product",
            Override::Dangerous => "dangerous",
        }
    }

    /// How it is given.
    pub(crate) const fn hint(self) -> &'static str {
        match self {
            Override::Undo => "To do it anyway, add --allow-undo REASON; the history records it.",
            Override::Related => "To do it anyway, add --allow-related REASON; the history records it.",
            Override::OtherProduct => {
                "To do it anyway, add --allow-other-product REASON; the history records it."
            }
            Override::Dangerous => "To do it anyway, add --allow-dangerous REASON; the history records it.",
        }
    }
}
