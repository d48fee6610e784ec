//! What to do next, for whoever types commands and for whoever presses buttons.

use std::fmt;

use super::capitalised;

/// What to do: steps, each in the words of the command line, and in those of the window where it can be done there.
///
/// A text alone is advice for both.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Advice(Vec<AdviceStep>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct AdviceStep {
    typed: String,
    /// `None`: nothing that is typed has a place in the window.
    pressed: Option<String>,
    /// Whether it is another way than the step before.
    is_alternative: bool,
}

impl Advice {
    /// For those who type commands: sentences with something to type in them.
    pub fn typed(text: impl Into<String>) -> Self {
        Self::one(text.into(), None)
    }

    /// What to do, and the command for it. Without the command it still makes sense.
    pub fn by_command(what: &str, command: impl fmt::Display) -> Self {
        Self::one(format!("{what}: {command}"), Some(format!("{what}.")))
    }

    fn one(typed: String, pressed: Option<String>) -> Self {
        Self(vec![AdviceStep { typed, pressed, is_alternative: false }])
    }

    /// This, and after it `next`.
    #[must_use]
    pub fn then(mut self, next: impl Into<Self>) -> Self {
        self.0.extend(next.into().0);
        self
    }

    /// This, or else `other`.
    #[must_use]
    pub fn or(mut self, other: impl Into<Self>) -> Self {
        let mut other = other.into();
        if let Some(first) = other.0.first_mut() {
            first.is_alternative = true;
        }
        self.0.append(&mut other.0);
        self
    }

    /// The same with each text as `change` makes it.
    #[must_use]
    pub fn map(mut self, change: impl Fn(&str) -> String) -> Self {
        for step in &mut self.0 {
            step.typed = change(&step.typed);
            step.pressed = step.pressed.as_deref().map(&change);
        }
        self
    }

    /// For those who press buttons: without what is typed. May be empty.
    pub fn pressed(&self) -> String {
        join(self.0.iter().filter_map(|step| Some((step.pressed.as_deref()?, step.is_alternative))))
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|step| step.typed.is_empty())
    }
}

impl From<String> for Advice {
    fn from(text: String) -> Self {
        Self::one(text.clone(), Some(text))
    }
}

impl From<&str> for Advice {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// For those who type commands.
impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join(self.0.iter().map(|step| (step.typed.as_str(), step.is_alternative))))
    }
}

/// Sentences in a row. Another way begins with "Or" where there is one before it, and a command ends where more follows.
fn join<'a>(steps: impl Iterator<Item = (&'a str, bool)>) -> String {
    let mut joined = String::new();
    for (text, is_alternative) in steps.filter(|(text, _)| !text.is_empty()) {
        if !joined.is_empty() && !joined.ends_with(['.', '!', '?']) {
            joined.push('.');
        }
        match (joined.is_empty(), is_alternative) {
            (true, false) => joined.push_str(text),
            (true, true) => joined.push_str(&capitalised(text)),
            (false, false) => joined.extend([" ", text]),
            (false, true) => joined.extend([" Or ", text]),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::Advice;

    #[test]
    fn what_is_typed_stands_only_where_somebody_types() {
        let advice = Advice::typed("To keep it, add --keep.").or("restore the file first.");
        assert_eq!(advice.to_string(), "To keep it, add --keep. Or restore the file first.");
        assert_eq!(advice.pressed(), "Restore the file first.");

        let advice = Advice::from("Look at it.").then(Advice::by_command("Then go on", "tool go"));
        assert_eq!(advice.clone().then("Wait.").to_string(), "Look at it. Then go on: tool go. Wait.");
        assert_eq!(advice.to_string(), "Look at it. Then go on: tool go");
        assert_eq!(advice.pressed(), "Look at it. Then go on.");
    }

    #[test]
    fn a_command_alone_leaves_nothing_to_press() {
        let advice = Advice::typed("See which: tool list");
        assert_eq!(advice.pressed(), "");
        assert!(!advice.is_empty() && Advice::from("").is_empty());
    }
}
