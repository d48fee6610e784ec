//! Which of two versions is later, by the rules of those who number them. What no rule orders is not ordered.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::str::Chars;

use super::word::choices;

choices! {
    /// Whose rules.
    pub(crate) enum VersionScheme {
        /// Cargo: Semantic Versioning.
        Cargo = "cargo",
        /// Debian.
        Deb = "deb",
        /// Numbers between dots.
        Generic = "generic",
        /// Go: Semantic Versioning after a `v`.
        Golang = "golang",
        /// npm: Semantic Versioning.
        Npm = "npm",
        /// Python.
        PyPi = "pypi",
        /// RPM.
        Rpm = "rpm",
        /// Semantic Versioning 2.0.
        SemVer = "semver",
    }
}

/// A version that the rules say nothing about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{version:?} is no version of {scheme} that could be compared")]
pub struct NotComparable {
    version: String,
    scheme: VersionScheme,
}

impl VersionScheme {
    /// How `one` compares with `other`.
    ///
    /// # Errors
    /// If one of them is no version by these rules.
    pub(crate) fn compare(self, one: &str, other: &str) -> Result<Ordering, NotComparable> {
        let not = |version: &str| NotComparable { version: version.to_owned(), scheme: self };
        match self {
            VersionScheme::Cargo | VersionScheme::Npm | VersionScheme::SemVer => {
                let read = |text: &str| semver::Version::parse(text).map_err(|_| not(text));
                Ok(read(one)?.cmp_precedence(&read(other)?))
            }
            VersionScheme::Golang => {
                let read = |text: &str| {
                    let plain = text.strip_prefix('v').unwrap_or(text);
                    semver::Version::parse(plain).map_err(|_| not(text))
                };
                Ok(read(one)?.cmp_precedence(&read(other)?))
            }
            VersionScheme::Deb => {
                let read = |text| Packaged::read(text, true).ok_or_else(|| not(text));
                let (one, other) = (read(one)?, read(other)?);
                let release = |it: &Packaged<'_>| it.release.unwrap_or("0").to_owned();
                Ok(numbers(one.epoch, other.epoch)
                    .then_with(|| deb_part(one.version, other.version))
                    .then_with(|| deb_part(&release(&one), &release(&other))))
            }
            VersionScheme::Rpm => {
                let read = |text| Packaged::read(text, false).ok_or_else(|| not(text));
                let (one, other) = (read(one)?, read(other)?);
                let releases = one.release.zip(other.release);
                Ok(numbers(one.epoch, other.epoch)
                    .then_with(|| rpm_part(one.version, other.version))
                    // A version without a release stands for each of them.
                    .then_with(|| releases.map_or(Ordering::Equal, |(one, other)| rpm_part(one, other))))
            }
            VersionScheme::PyPi => {
                let read = |text: &str| Python::read(text).ok_or_else(|| not(text));
                Ok(read(one)?.cmp(&read(other)?))
            }
            VersionScheme::Generic => {
                let read = |text| dotted(text).ok_or_else(|| not(text));
                Ok(by_numbers(&read(one)?, &read(other)?))
            }
        }
    }
}

/// Two numbers of any length.
fn numbers(one: &str, other: &str) -> Ordering {
    let (one, other) = (one.trim_start_matches('0'), other.trim_start_matches('0'));
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The numbers of `1.2.3`; `None` if there is anything else.
fn dotted(text: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = text.split('.').collect();
    parts.iter().all(|part| is_number(part)).then_some(parts)
}

/// Numbers that are missing at the end are 0.
fn by_numbers(one: &[&str], other: &[&str]) -> Ordering {
    let at = |parts: &[&str], index: usize| parts.get(index).copied().unwrap_or("0").to_owned();
    let length = one.len().max(other.len());
    (0..length)
        .map(|index| numbers(&at(one, index), &at(other, index)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// `EPOCH:VERSION-RELEASE`.
struct Packaged<'a> {
    epoch: &'a str,
    version: &'a str,
    release: Option<&'a str>,
}

impl<'a> Packaged<'a> {
    fn read(text: &'a str, is_deb: bool) -> Option<Self> {
        let (epoch, rest) = text.split_once(':').unwrap_or(("0", text));
        let (version, release) = match rest.rsplit_once('-') {
            Some((version, release)) => (version, Some(release)),
            None => (rest, None),
        };
        let is_plain = |text: &str| {
            let others = if is_deb { ".+~-:" } else { "._+~^" };
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
        };
        // Debian's begin with a number.
        let begins_right = !is_deb || version.starts_with(|c: char| c.is_ascii_digit());
        (is_number(epoch) && begins_right && is_plain(version) && release.is_none_or(is_plain))
            .then_some(Self { epoch, version, release })
    }
}

/// As `dpkg` compares: text and numbers in turns, `~` before the end, letters before other characters.
fn deb_part(one: &str, other: &str) -> Ordering {
    fn weight(c: Option<char>) -> i32 {
        match c {
            Some('~') => -1,
            Some(c) if c.is_ascii_alphabetic() => c as i32,
            Some(c) if !c.is_ascii_digit() => c as i32 + 256,
            _ => 0,
        }
    }
    let (mut one, mut other) = (one.chars().peekable(), other.chars().peekable());
    while one.peek().is_some() || other.peek().is_some() {
        let is_text = |c: Option<&char>| c.is_some_and(|c| !c.is_ascii_digit());
        while is_text(one.peek()) || is_text(other.peek()) {
            let order = weight(one.peek().copied()).cmp(&weight(other.peek().copied()));
            if order.is_ne() {
                return order;
            }
            one.next();
            other.next();
        }
        let order = numbers(&digits(&mut one), &digits(&mut other));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

fn digits(text: &mut Peekable<Chars<'_>>) -> String {
    run(text, |c| c.is_ascii_digit())
}

fn run(text: &mut Peekable<Chars<'_>>, is_wanted: fn(char) -> bool) -> String {
    let mut taken = String::new();
    while let Some(c) = text.next_if(|c| is_wanted(*c)) {
        taken.push(c);
    }
    taken
}

/// As `rpm` compares: runs of letters or digits, whatever stands between them; `~` before the end, `^` after it.
fn rpm_part(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one.chars().peekable(), other.chars().peekable());
    loop {
        for text in [&mut one, &mut other] {
            run(text, |c| !c.is_ascii_alphanumeric() && c != '~' && c != '^');
        }
        let (first, second) = (one.peek().copied(), other.peek().copied());
        match (first, second) {
            (None, None) => return Ordering::Equal,
            (Some('~'), Some('~')) | (Some('^'), Some('^')) => {
                one.next();
                other.next();
            }
            (Some('~'), _) => return Ordering::Less,
            (_, Some('~')) => return Ordering::Greater,
            (Some('^'), None) => return Ordering::Greater,
            (None, Some('^')) => return Ordering::Less,
            (Some('^'), _) => return Ordering::Less,
            (_, Some('^')) => return Ordering::Greater,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(first), Some(second)) => {
                let order = match (first.is_ascii_digit(), second.is_ascii_digit()) {
                    (true, true) => numbers(&digits(&mut one), &digits(&mut other)),
                    (false, false) => {
                        let letters = |c: char| c.is_ascii_alphabetic();
                        run(&mut one, letters).cmp(&run(&mut other, letters))
                    }
                    // A number is later than letters.
                    (is_number, _) => {
                        if is_number {
                            Ordering::Greater
                        } else {
                            Ordering::Less
                        }
                    }
                };
                if order.is_ne() {
                    return order;
                }
            }
        }
    }
}

/// A version by PEP 440, as what it is sorted by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Python {
    epoch: u64,
    release: Vec<u64>,
    /// Before a release (`a`, `b`, `rc`), or the release.
    stage: (i8, u64),
    post: Option<u64>,
    /// A development release comes before what it leads to.
    dev: (bool, u64),
    local: Vec<(bool, u64, String)>,
}

impl Python {
    fn read(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let (public, local) = match text.split_once('+') {
            Some((public, local)) => (public, Some(local)),
            None => (&*text, None),
        };
        let public = public.strip_prefix('v').unwrap_or(public);
        let (epoch, public) = match public.split_once('!') {
            Some((epoch, rest)) => (epoch.parse().ok()?, rest),
            None => (0, public),
        };
        let end = public.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(public.len());
        let (numbers, mut rest) = public.split_at(end);
        let mut release = Vec::new();
        for number in numbers.trim_end_matches('.').split('.') {
            release.push(number.parse().ok()?);
        }
        while release.len() > 1 && release.last() == Some(&0) {
            release.pop();
        }
        let mut stage = None;
        for (word, rank) in
            [("alpha", 0), ("a", 0), ("beta", 1), ("b", 1), ("preview", 2), ("pre", 2), ("rc", 2), ("c", 2)]
        {
            if let (None, Some((number, after))) = (stage, segment(rest, word)) {
                (stage, rest) = (Some((rank, number)), after);
            }
        }
        let mut post = None;
        for word in ["post", "rev", "r"] {
            if let (None, Some((number, after))) = (post, segment(rest, word)) {
                (post, rest) = (Some(number), after);
            }
        }
        if let (None, Some(number)) = (post, rest.strip_prefix('-').filter(|number| is_number(number))) {
            (post, rest) = (Some(number.parse().ok()?), "");
        }
        let dev = segment(rest, "dev");
        if let Some((_, after)) = dev {
            rest = after;
        }
        let stage = stage.unwrap_or(match (post, dev) {
            // Nothing but a development release comes before every other stage.
            (None, Some(_)) => (-1, 0),
            _ => (3, 0),
        });
        let dev = dev.map_or((true, 0), |(number, _)| (false, number));
        let local = local.map_or(Some(Vec::new()), local_parts)?;
        rest.is_empty().then_some(Self { epoch, release, stage, post, dev, local })
    }
}

/// `.WORD.N` with any of the usual marks between, or none; and what follows.
fn segment<'a>(text: &'a str, word: &str) -> Option<(u64, &'a str)> {
    let plain = text.strip_prefix(['.', '-', '_']).unwrap_or(text);
    let rest = plain.strip_prefix(word)?;
    let number =
        rest.strip_prefix(['.', '-', '_']).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let number = number.unwrap_or(rest);
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    let (digits, rest) = number.split_at(end);
    Some((if digits.is_empty() { 0 } else { digits.parse().ok()? }, rest))
}

fn local_parts(local: &str) -> Option<Vec<(bool, u64, String)>> {
    let one = |part: &str| match (is_number(part), part.chars().all(|c| c.is_ascii_alphanumeric())) {
        (true, _) => Some((true, part.parse().ok()?, String::new())),
        (false, true) if !part.is_empty() => Some((false, 0, part.to_owned())),
        _ => None,
    };
    local.split(['.', '-', '_']).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_the_order_of_those_who_number_them() {
        for (scheme, ascending) in [
            (
                VersionScheme::Npm,
                "1.0.0-alpha 1.0.0-alpha.1 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.2.0 1.10.0",
            ),
            (VersionScheme::Golang, "v1.0.0-pre v1.0.0 1.7.0 v1.10.0"),
            (
                VersionScheme::Deb,
                "1.0~~ 1.0~rc1 1.0 1.0-1 1.0-1+b1 1.0-1.1 1.0a 1.0+git 1.2 1.10 3.0.2-0ubuntu1 3.0.11-1~deb12u2 3.0.11-1 1:0.1",
            ),
            (VersionScheme::Rpm, "1.0~rc1 1.0 1.0^git1 1.0a 1.0.1 1.1 1.10 2.0-1.el8 2.0-2.el8 10 1:1"),
            (
                VersionScheme::PyPi,
                "1.dev0 1.0a1.dev1 1.0a1 1.0b2 1.0rc1 1.0 1.0+local 1.0.post1.dev2 1.0.post1 1.0.1 1.2 1.10 1!0.1",
            ),
            (VersionScheme::Generic, "0.9 1 1.0.1 1.2 1.10 99999999999999999999999"),
        ] {
            let versions: Vec<&str> = ascending.split(' ').collect();
            for (index, one) in versions.iter().enumerate() {
                assert_eq!(scheme.compare(one, one), Ok(Ordering::Equal), "{scheme} {one}");
                for later in &versions[index + 1..] {
                    assert_eq!(scheme.compare(one, later), Ok(Ordering::Less), "{scheme} {one} {later}");
                    assert_eq!(scheme.compare(later, one), Ok(Ordering::Greater), "{scheme} {later} {one}");
                }
            }
        }
    }

    #[test]
    fn what_is_written_in_several_ways_is_one_version() {
        for (scheme, one, other) in [
            (VersionScheme::PyPi, "1.0", "1"),
            (VersionScheme::PyPi, "v1.0-RC.1", "1.0rc1"),
            (VersionScheme::PyPi, "1.0-1", "1.0.post1"),
            (VersionScheme::Deb, "1.0", "1.0-0"),
            (VersionScheme::Deb, "0:1.01", "1.1"),
            (VersionScheme::Rpm, "1.0", "1.0-3.el9"),
            (VersionScheme::Rpm, "1_0", "1.0"),
            (VersionScheme::Generic, "1.0", "1"),
            (VersionScheme::Npm, "1.0.0+a", "1.0.0+b"),
        ] {
            assert_eq!(scheme.compare(one, other), Ok(Ordering::Equal), "{scheme} {one} {other}");
        }
    }

    #[test]
    fn what_is_no_version_is_not_guessed_at() {
        for (scheme, text) in [
            (VersionScheme::Npm, "1.0"),
            (VersionScheme::Npm, "latest"),
            (VersionScheme::Deb, ""),
            (VersionScheme::Deb, "v1"),
            (VersionScheme::Deb, "a:1"),
            (VersionScheme::Rpm, "1:"),
            (VersionScheme::PyPi, "1.0x"),
            (VersionScheme::PyPi, "one"),
            (VersionScheme::Generic, "1.0-beta"),
            (VersionScheme::Generic, "1..2"),
        ] {
            assert!(scheme.compare(text, text).is_err(), "{scheme} {text:?}");
        }
    }
}
