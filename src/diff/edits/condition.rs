//! What must be so in a file: before an edit (`test`), or after it (`must`).

use super::path::{Path, PathLookup, at};
use super::value::Value;
use super::why::OpMisfit;
use super::work::EditBudget;

/// Longest pattern, and longest text that one is held against.
const MAX_PATTERN_BYTES: usize = 256;
const MAX_MATCHED_BYTES: usize = 64 << 10;

/// One thing that must be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    pub path: Path,
    pub check: ValueTest,
}

/// What must be so about a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ValueTest {
    Absent,
    Count(usize),
    Equals(Value),
    Exists,
    /// A pattern in which `*` stands for anything, and `?` for one character.
    Matches(String),
    OneOf(Vec<Value>),
}

impl Condition {
    /// # Errors
    /// With what is otherwise.
    pub(super) fn hold(&self, root: &Value, work: &mut EditBudget) -> Result<(), OpMisfit> {
        let name = || self.path.spelled().to_owned();
        let value = match self.path.find(root, work)? {
            PathLookup::Here(steps) => at(root, &steps),
            PathLookup::Missing { .. } => None,
            PathLookup::End(_) => {
                return Err(OpMisfit::OtherKind { at: name(), is: "the end of a list", wanted: "a value" });
            }
        };
        let Some(value) = value else {
            return if self.check == ValueTest::Absent {
                Ok(())
            } else {
                Err(OpMisfit::Missing { at: name() })
            };
        };
        let differs = |wanted: String| Err(OpMisfit::Differs { at: name(), is: value.to_string(), wanted });
        work.spend(value.size())?;
        match &self.check {
            ValueTest::Absent => Err(OpMisfit::There { at: name() }),
            ValueTest::Exists => Ok(()),
            _ if matches!(value, Value::Odd(_)) => Err(OpMisfit::Unsure { at: name() }),
            ValueTest::Equals(wanted) if value.is_meant_by(wanted) => Ok(()),
            ValueTest::Equals(wanted) => differs(wanted.to_string()),
            ValueTest::OneOf(wanted) if wanted.iter().any(|wanted| value.is_meant_by(wanted)) => Ok(()),
            ValueTest::OneOf(wanted) => {
                let all: Vec<_> = wanted.iter().map(ToString::to_string).collect();
                differs(format!("one of {}", all.join(", ")))
            }
            ValueTest::Count(wanted) => {
                let is = match value {
                    Value::List(items) => items.len(),
                    Value::Map(entries) => entries.len(),
                    other => {
                        let wanted = "a list or a group of keys";
                        return Err(OpMisfit::OtherKind { at: name(), is: other.kind(), wanted });
                    }
                };
                if is == *wanted {
                    Ok(())
                } else {
                    Err(OpMisfit::OtherCount { at: name(), is, wanted: *wanted })
                }
            }
            ValueTest::Matches(pattern) => match value.spelled() {
                Some(text) if fits(pattern, text, work)? => Ok(()),
                Some(text) => {
                    Err(OpMisfit::NoMatch { at: name(), is: text.to_owned(), wanted: pattern.clone() })
                }
                None => Err(OpMisfit::OtherKind { at: name(), is: value.kind(), wanted: "a single value" }),
            },
        }
    }

    /// # Errors
    /// If a pattern is longer than any that is needed.
    pub(super) fn checked(self) -> Result<Self, &'static str> {
        match &self.check {
            ValueTest::Matches(pattern) if pattern.len() > MAX_PATTERN_BYTES => {
                Err("the pattern is longer than 256 bytes")
            }
            _ => Ok(self),
        }
    }
}

/// Whether a text is as the pattern says. Goes back to the last star only, so it takes no more than length times length.
fn fits(pattern: &str, text: &str, work: &mut EditBudget) -> Result<bool, OpMisfit> {
    if text.len() > MAX_MATCHED_BYTES {
        return Ok(false);
    }
    work.spend(pattern.len() * text.len() / 16)?;
    let (pattern, text): (Vec<_>, Vec<_>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                None => return Ok(false),
            },
        }
    }
    Ok(pattern[p..].iter().all(|&c| c == '*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_in_a_shell_and_never_take_long() {
        let is =
            |pattern: &str, text: &str| fits(pattern, text, &mut EditBudget::default()).expect("little work");
        for (pattern, text) in
            [("1.4.*", "1.4.3"), ("*", ""), ("a?c*", "abcd"), ("*b*", "aabaa"), ("é?", "éü"), ("**a", "a")]
        {
            assert!(is(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("1.4.*", "1.5.3"), ("", "a"), ("a?", "a"), ("*ab", "abc"), ("a*c", "ab")] {
            assert!(!is(pattern, text), "{pattern} {text}");
        }
        assert!(!is(&"*a".repeat(128), &"a".repeat(60_000).replace('a', "ab")[..60_000].replace("ab", "b")));
        assert!(!is("*", &"x".repeat(70_000)));
    }
}
