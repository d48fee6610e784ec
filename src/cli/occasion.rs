//! Why a folder is changed, and for which ticket: what the history keeps beside what changed.

use clap::Args;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;

use super::Result;
use super::flags::reason;
use super::session::Session;
use crate::model::{ReasonKind, Word};
use crate::workbench::{Occasion, ReasonNote};

/// The ticket that a change belongs to.
#[derive(Debug, Default, Args)]
pub(super) struct TicketFlag {
    /// The ticket that this change belongs to; the history records it
    #[arg(long, value_name = "KEY", value_parser = reason)]
    ticket: Option<String>,
}

impl TicketFlag {
    pub fn occasion(&self) -> Occasion {
        Occasion { ticket: self.ticket.clone(), ..Occasion::NONE }
    }
}

/// Why a patch is rolled back.
#[derive(Debug, Default, Args)]
pub(super) struct BecauseFlags {
    /// Why you roll it back; the history records it. Asked for once on a terminal
    #[arg(long, value_name = "WHY", value_parser = because())]
    because: Option<ReasonKind>,
    /// The same in your own words
    #[arg(long, value_name = "TEXT", requires = "because", value_parser = reason)]
    reason: Option<String>,
    #[command(flatten)]
    ticket: TicketFlag,
}

fn because() -> impl TypedValueParser<Value = ReasonKind> {
    let words = ReasonKind::WORDS.iter().map(|(word, _)| *word);
    PossibleValuesParser::new(words)
        .map(|word| <ReasonKind as Word>::parse(&word).expect("it is one of the words above"))
}

impl BecauseFlags {
    pub fn occasion(&self) -> Occasion {
        let reason = self.because.map(|kind| ReasonNote { kind, text: self.reason.clone() });
        Occasion { reason, ..self.ticket.occasion() }
    }
}

/// Asks once why a patch is rolled back. Whoever doesn't want to say presses Enter.
pub(super) fn ask_why(session: &mut Session<'_, '_>) -> Result<Option<ReasonNote>> {
    let question = format!("Why? For the history: {}, or Enter for no answer:", ReasonKind::choices());
    let answer = session.ask_for_a_word(&question)?;
    let is_meant = |word: &str| !answer.is_empty() && word.starts_with(&answer);
    let kind = ReasonKind::WORDS.iter().find(|(word, _)| is_meant(word)).map(|(_, kind)| *kind);
    Ok(kind.map(|kind| ReasonNote { kind, text: None }))
}
