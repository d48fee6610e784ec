//! Questions that take a while: what was answered last, and which answer is still waited for.

use super::failure::Failure;

/// Numbers a question, so that an answer to an older one is known to be late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

/// Hands out tickets.
#[derive(Debug, Default)]
pub struct Tickets(u64);

impl Tickets {
    /// A ticket that nobody had before.
    pub fn draw(&mut self) -> Ticket {
        self.0 += 1;
        Ticket(self.0)
    }
}

/// The place for the answer to one question. The old answer stays until the new one is there, so that nothing
/// jumps while something is looked at again.
#[derive(Debug, Clone)]
pub struct AnswerSlot<T> {
    awaited: Option<Ticket>,
    answer: Option<Result<T, Failure>>,
}

impl<T> Default for AnswerSlot<T> {
    fn default() -> Self {
        Self { awaited: None, answer: None }
    }
}

impl<T> AnswerSlot<T> {
    /// Waits for the answer to a new question.
    pub fn ask(&mut self, tickets: &mut Tickets) -> Ticket {
        let ticket = tickets.draw();
        self.awaited = Some(ticket);
        ticket
    }

    /// Takes an answer. One to an older question is dropped, and `false` is returned.
    pub fn take(&mut self, ticket: Ticket, answer: Result<T, Failure>) -> bool {
        let is_in_time = self.awaited == Some(ticket);
        if is_in_time {
            self.awaited = None;
            self.answer = Some(answer);
        }
        is_in_time
    }

    /// Whether somebody has asked already.
    pub fn is_asked(&self) -> bool {
        self.awaited.is_some() || self.answer.is_some()
    }

    pub fn is_waiting(&self) -> bool {
        self.awaited.is_some()
    }

    /// The last good answer.
    pub fn ready(&self) -> Option<&T> {
        self.answer.as_ref()?.as_ref().ok()
    }

    /// The last good answer, to be changed.
    pub fn ready_mut(&mut self) -> Option<&mut T> {
        self.answer.as_mut()?.as_mut().ok()
    }

    /// Why there is no good answer.
    pub fn failed(&self) -> Option<&Failure> {
        self.answer.as_ref()?.as_ref().err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_to_an_older_question_is_dropped() {
        let (mut tickets, mut slot) = (Tickets::default(), AnswerSlot::default());
        let first = slot.ask(&mut tickets);
        let second = slot.ask(&mut tickets);
        assert!(!slot.take(first, Ok("old")) && slot.is_waiting());
        assert!(slot.take(second, Ok("new")) && !slot.is_waiting());
        assert_eq!(slot.ready(), Some(&"new"));
        slot.ask(&mut tickets);
        assert_eq!(slot.ready(), Some(&"new"), "the old answer stays until the next one is there");
    }
}
