//! What a person may set aside with a reason, which the history keeps.

/// A rule that can be set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Override {
    /// That no patch sets back what another one brought.
    Undo,
    /// That what patches of different authors or products say about each other, or change of each other, is asked
    /// about.
    Related,
}

impl Override {
    /// As the history calls it.
    pub(crate) const fn rule(self) -> &'static str {
        match self {
            Override::Undo => "undo",
            Override::Related => "related",
        }
    }

    /// How it is given.
    pub(crate) const fn hint(self) -> &'static str {
        match self {
            Override::Undo => {
                "If that is really wanted, add --allow-undo with the reason; the history keeps it."
            }
            Override::Related => {
                "If you know that it is right, add --allow-related with the reason; the history keeps it."
            }
        }
    }
}
