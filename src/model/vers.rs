//! Ranges of versions, spelled as [vers](https://github.com/package-url/vers-spec) does: `vers:deb/>=3.0.7|<4`.

use std::cmp::Ordering;
use std::fmt;

use super::Word;
use super::versions::{NotComparable, VersionScheme};

/// A range of versions in its one spelling: sorted, each version once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersRange {
    text: String,
    scheme: VersionScheme,
    /// Empty: every version.
    constraints: Vec<Constraint>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Constraint {
    comparator: Comparator,
    version: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparator {
    Equal,
    Other,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Comparator {
    /// Longer ones first, because of how they begin.
    const SPELLED: [(&'static str, Self); 6] = [
        ("!=", Self::Other),
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("<", Self::Less),
        (">", Self::More),
        ("=", Self::Equal),
    ];

    const fn is_upper(self) -> bool {
        matches!(self, Self::Less | Self::AtMost)
    }

    const fn is_lower(self) -> bool {
        matches!(self, Self::More | Self::AtLeast)
    }
}

/// Why a text is no range that can be asked about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersError {
    #[error("a range of versions has at most {} bytes", VersRange::MAX_BYTES)]
    TooLong,
    #[error("{0:?} is no range of versions such as vers:deb/>=3.0.7")]
    Malformed(String),
    #[error("versions of {0:?} can't be compared; those of {known} can", known = VersionScheme::choices())]
    Scheme(String),
    #[error(transparent)]
    Version(#[from] NotComparable),
    #[error("{0:?} names its versions out of order, or one of them twice")]
    Unsorted(String),
}

impl VersRange {
    /// Longest range, in bytes. Those of real advisories have less than a hundred.
    pub const MAX_BYTES: usize = 512;

    /// Reads one.
    ///
    /// # Errors
    /// If it is none, or its versions can't be compared.
    pub fn parse(raw: &str) -> Result<Self, VersError> {
        if raw.len() > Self::MAX_BYTES {
            return Err(VersError::TooLong);
        }
        let malformed = || VersError::Malformed(raw.to_owned());
        let is_plain = raw.bytes().all(|byte| matches!(byte, b'!'..=b'~'));
        let (name, rest) = raw
            .strip_prefix("vers:")
            .and_then(|rest| rest.split_once('/'))
            .filter(|_| is_plain)
            .ok_or_else(malformed)?;
        let scheme = VersionScheme::parse(name).ok_or_else(|| VersError::Scheme(name.to_owned()))?;
        let mut constraints: Vec<Constraint> = Vec::new();
        for text in rest.split('|').filter(|_| rest != "*") {
            let constraint = Constraint::parse(text).ok_or_else(malformed)?;
            // Also finds out whether the versions can be compared at all.
            let before = constraints.last().unwrap_or(&constraint);
            let order = scheme.compare(&before.version, &constraint.version)?;
            if !constraints.is_empty() && order != Ordering::Less {
                return Err(VersError::Unsorted(raw.to_owned()));
            }
            constraints.push(constraint);
        }
        Ok(Self { text: raw.to_owned(), scheme, constraints })
    }

    /// Whether it is a range of versions of parts of this kind, such as `npm`: each kind has an order of its own, and the ones
    /// of nobody's go with any.
    pub(crate) fn is_for(&self, kind: &str) -> bool {
        matches!(self.scheme, VersionScheme::Generic | VersionScheme::SemVer) || self.scheme.as_str() == kind
    }

    /// Whether `version` is in it: the steps of the specification.
    ///
    /// # Errors
    /// If it can't be compared.
    pub(crate) fn contains(&self, version: &str) -> Result<bool, NotComparable> {
        let mut compared = Vec::new();
        // Also of every version in `*` it is said only what is known to be one.
        self.scheme.compare(version, version)?;
        for constraint in &self.constraints {
            let order = self.scheme.compare(version, &constraint.version)?;
            match (order, constraint.comparator) {
                (Ordering::Equal, Comparator::Equal | Comparator::AtMost | Comparator::AtLeast) => {
                    return Ok(true);
                }
                (Ordering::Equal, Comparator::Other) => return Ok(false),
                (_, Comparator::Equal | Comparator::Other) => {}
                (order, comparator) => compared.push((order, comparator)),
            }
        }
        let is_only_excluding =
            self.constraints.iter().all(|constraint| constraint.comparator == Comparator::Other);
        let (Some(first), Some(last)) = (compared.first(), compared.last()) else {
            return Ok(is_only_excluding);
        };
        let is_between = |pair: &[(Ordering, Comparator)]| {
            let [(after, lower), (before, upper)] = pair else { return false };
            lower.is_lower() && upper.is_upper() && after.is_gt() && before.is_lt()
        };
        Ok(first.0.is_lt() && first.1.is_upper()
            || last.0.is_gt() && last.1.is_lower()
            || compared.windows(2).any(is_between))
    }

    /// The range as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The range for people: `>= 3.0.7 and < 4`.
    pub(crate) fn phrase(&self) -> String {
        if self.constraints.is_empty() {
            return "any version".to_owned();
        }
        let one = |constraint: &Constraint| {
            let spelled =
                Comparator::SPELLED.iter().find(|(_, comparator)| *comparator == constraint.comparator);
            format!("{} {}", spelled.map_or("", |(text, _)| text), constraint.version)
        };
        let mut text = String::new();
        for (index, constraint) in self.constraints.iter().enumerate() {
            if index > 0 {
                let is_pair =
                    self.constraints[index - 1].comparator.is_lower() && constraint.comparator.is_upper();
                text.push_str(if is_pair { " and " } else { ", " });
            }
            text.push_str(&one(constraint));
        }
        text
    }
}

impl Constraint {
    fn parse(text: &str) -> Option<Self> {
        let known = Comparator::SPELLED
            .iter()
            .find_map(|(spelled, comparator)| Some((*comparator, text.strip_prefix(spelled)?)));
        let (comparator, version) = known.unwrap_or((Comparator::Equal, text));
        let version = unescaped(version)?;
        (!version.is_empty() && version != "*").then_some(Self { comparator, version })
    }
}

/// A version as it was before percent-encoding.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'%' => {
                let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
                digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest = &rest[2..];
            }
            b'<' | b'>' | b'=' | b'!' | b'*' | b',' | b'/' => return None,
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).ok().filter(|version| version.bytes().all(|byte| matches!(byte, b'!'..=b'~')))
}

impl fmt::Display for VersRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_range_is_what_the_specification_says() {
        for (range, inside, outside) in [
            ("vers:deb/>=3.0.7", &["3.0.7", "3.0.11-1~deb12u2", "1:0"][..], &["3.0.2", "3.0.7~rc1"][..]),
            ("vers:npm/>=3.0.0|<4.0.0", &["3.0.0", "3.9.9"], &["2.9.9", "4.0.0", "3.0.0-beta.1"]),
            ("vers:npm/1.2.3|>=2.0.0|<5.0.0", &["1.2.3", "2.0.0", "4.9.0"], &["1.2.4", "5.0.0"]),
            ("vers:pypi/0.0.0|0.0.1|0.0.2", &["0", "0.0.1"], &["0.0.3"]),
            ("vers:pypi/!=1.2", &["1.1", "1.3"], &["1.2", "1.2.0"]),
            ("vers:pypi/>=1|!=1.5|<2", &["1.0", "1.4"], &["1.5", "2.0", "2.0.dev1.post1x"]),
            ("vers:rpm/<1.0|>=2.0", &["0.9", "2.0-1.el9", "3"], &["1.0", "1.5"]),
            ("vers:semver/*", &["1.0.0"], &[]),
            ("vers:generic/<=4.2.1", &["4.2.1", "4.2.1.0", "4.2"], &["4.2.1.1", "4.10"]),
        ] {
            let range = VersRange::parse(range).expect("a range");
            for version in inside {
                assert_eq!(range.contains(version), Ok(true), "{range} {version}");
            }
            for version in outside {
                assert_ne!(range.contains(version), Ok(true), "{range} {version}");
            }
        }
    }

    #[test]
    fn what_is_no_range_or_has_no_known_order_is_refused() {
        let long = format!("vers:npm/{}", "1.0.0|".repeat(200));
        for bad in [
            "",
            "vers:",
            "vers:npm",
            "vers:npm/",
            "npm/>=1.0.0",
            "vers:npm/>=",
            "vers:npm/>= 1.0.0",
            "vers:npm/>=1.0.0|",
            "vers:npm/*|1.0.0",
            "vers:NPM/1.0.0",
            "vers:maven/>=1",
            "vers:npm/>=one",
            "vers:npm/2.0.0|1.0.0",
            "vers:npm/1.0.0|1.0.0",
            "vers:npm/>=1.0.0\u{202e}",
            "vers:deb/%zz",
            "vers:deb/>==1",
            &long,
        ] {
            assert!(VersRange::parse(bad).is_err(), "{bad}");
        }
        let told = VersRange::parse("vers:maven/>=1").expect_err("unknown").to_string();
        assert!(told.contains("\"maven\" can't be compared") && told.contains("deb"), "{told}");
        let phrase = VersRange::parse("vers:npm/1.2.3|>=2.0.0|<5.0.0").expect("a range").phrase();
        assert_eq!(phrase, "= 1.2.3, >= 2.0.0 and < 5.0.0");
    }
}
