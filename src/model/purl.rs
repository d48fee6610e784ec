//! A package URL: the name by which scanners and lists of parts know a library, such as `pkg:npm/debug@3.0.1`.

use std::collections::BTreeMap;
use std::fmt;

use packageurl::PackageUrl;

/// A package URL in its one spelling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purl {
    text: String,
    kind: String,
    namespace: Option<String>,
    name: String,
    version: Option<String>,
    qualifiers: BTreeMap<String, String>,
}

/// Why a text is no package URL, or none that names one library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PurlError {
    #[error("a package URL has at most {} bytes", Purl::MAX_BYTES)]
    TooLong,
    #[error("{text:?} is no package URL: {problem}")]
    Malformed { text: String, problem: String },
    #[error("{0:?} holds characters that no library's name has")]
    Letters(String),
    #[error("{0:?} names no exact version, such as @3.0.1")]
    NoVersion(String),
    #[error("{0:?} names a version; its versions are a range of their own")]
    Version(String),
    #[error("{0:?} says more than type, name and version: scanners then match nothing, without a word")]
    TooNarrow(String),
    #[error("{text:?} is written {canonical}")]
    Spelling { text: String, canonical: String },
}

impl Purl {
    /// Longest URL in bytes. Those of real libraries have about sixty.
    pub const MAX_BYTES: usize = 512;

    /// Reads one as scanners write it: with qualifiers, and with whatever spelling.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(raw: &str) -> Result<Self, PurlError> {
        if raw.len() > Self::MAX_BYTES {
            return Err(PurlError::TooLong);
        }
        let malformed = |error: packageurl::Error| PurlError::Malformed {
            text: raw.to_owned(),
            problem: error.to_string(),
        };
        let url: PackageUrl<'_> = raw.parse().map_err(malformed)?;
        let is_plain = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let version = url.version().filter(|version| !version.is_empty());
        let named = [url.namespace(), Some(url.name()), version];
        if !named.into_iter().flatten().all(is_plain) {
            return Err(PurlError::Letters(raw.to_owned()));
        }
        let pairs = url.qualifiers().iter().map(|(key, value)| (key.to_string(), value.to_string()));
        Ok(Self {
            kind: url.ty().to_owned(),
            namespace: url.namespace().map(str::to_owned),
            name: url.name().to_owned(),
            version: version.map(str::to_owned),
            qualifiers: pairs.collect(),
            text: url.to_string(),
        })
    }

    /// Reads one that names exactly one library: the only form that every scanner matches.
    ///
    /// # Errors
    /// If it has no version, says more, or is spelled in another way.
    pub fn parse_exact(raw: &str) -> Result<Self, PurlError> {
        let purl = Self::parse(raw)?;
        if purl.version.is_none() {
            return Err(PurlError::NoVersion(raw.to_owned()));
        }
        if !purl.qualifiers.is_empty() || raw.contains('#') {
            return Err(PurlError::TooNarrow(raw.to_owned()));
        }
        match purl.text == raw {
            true => Ok(purl),
            false => Err(PurlError::Spelling { text: raw.to_owned(), canonical: purl.text }),
        }
    }

    /// The same library whatever its version.
    pub(crate) fn in_any_version(&self) -> Self {
        let before = |mark| self.text.find(mark).unwrap_or(self.text.len());
        // Nothing but the version stands behind this mark: in every other part it is written %40.
        let text = self.text[..before('@').min(before('?')).min(before('#'))].to_owned();
        Self { text, version: None, qualifiers: BTreeMap::new(), ..self.clone() }
    }

    /// Reads one that names a library whatever its version.
    ///
    /// # Errors
    /// If it has a version, says more, or is spelled in another way.
    pub(crate) fn parse_any_version(raw: &str) -> Result<Self, PurlError> {
        let purl = Self::parse(raw)?;
        match (&purl.version, purl.qualifiers.is_empty() && !raw.contains('#')) {
            (Some(_), _) => Err(PurlError::Version(raw.to_owned())),
            (None, false) => Err(PurlError::TooNarrow(raw.to_owned())),
            (None, true) if purl.text != raw => {
                Err(PurlError::Spelling { text: raw.to_owned(), canonical: purl.text })
            }
            (None, true) => Ok(purl),
        }
    }

    /// The same library in another version; `None` if no URL can name that.
    pub(crate) fn in_version(&self, version: &str) -> Option<Self> {
        let mut url = PackageUrl::new(self.kind.clone(), self.name.clone()).ok()?;
        if let Some(namespace) = &self.namespace {
            url.with_namespace(namespace.clone()).ok()?;
        }
        url.with_version(version.to_owned()).ok()?;
        Self::parse_exact(&url.to_string()).ok()
    }

    /// The URL as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `npm`, `pypi`, `deb`, …
    pub(crate) fn kind(&self) -> &str {
        &self.kind
    }

    /// The name with what stands before it, such as `@babel/core`.
    pub(crate) fn full_name(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}/{}", self.name),
            None => self.name.clone(),
        }
    }

    /// Its version, if it names one.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Whether a statement about this library is one about `scanned`, by the rule that scanners share: type and name are
    /// equal, the version is unless this one has none, and `scanned` has every qualifier of this one.
    pub(crate) fn covers(&self, scanned: &Purl) -> bool {
        let names = |purl: &Purl| (purl.kind.clone(), purl.namespace.clone(), purl.name.clone());
        let has = |(key, value): (&String, &String)| scanned.qualifiers.get(key) == Some(value);
        names(self) == names(scanned)
            && (self.version.is_none() || self.version == scanned.version)
            && self.qualifiers.iter().all(has)
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_named_in_one_spelling() {
        for good in [
            "pkg:npm/debug@3.0.1",
            "pkg:npm/%40babel/core@7.0.0",
            "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
            "pkg:golang/github.com/gorilla/mux@v1.7.0",
            "pkg:deb/debian/openssl@3.0.2-1",
        ] {
            assert_eq!(Purl::parse_exact(good).map(|purl| purl.to_string()).as_deref(), Ok(good));
        }
    }

    #[test]
    fn what_no_scanner_would_match_is_refused() {
        let long = format!("pkg:npm/{}@1", "x".repeat(10_000));
        for bad in [
            "debug@3.0.1",
            "pkg:npm/debug",
            "pkg:npm/debug@",
            "pkg:npm/@3.0.1",
            "pkg:deb/debian/openssl@3.0.2?distro=debian-12",
            "pkg:npm/debug@3.0.1#lib",
            "PKG:npm/debug@3.0.1",
            "pkg:NPM/debug@3.0.1",
            "pkg://npm/debug@3.0.1",
            "pkg:pypi/Flask_Login@1.0",
            "pkg:npm/de%E2%80%AEbug@3.0.1",
            "pkg:npm/de%0Abug@3.0.1",
            "pkg:npm/de\u{202e}bug@3.0.1",
            &long,
        ] {
            assert!(Purl::parse_exact(bad).is_err(), "{bad}");
        }
        let told = Purl::parse_exact("pkg:pypi/Flask_Login@1.0").expect_err("another spelling").to_string();
        assert!(told.contains("pkg:pypi/flask-login@1.0"), "{told}");
    }

    #[test]
    fn a_library_in_another_version_is_the_same_library_and_reads_back() {
        let other = |text: &str, version| {
            Purl::parse_exact(text).expect("a purl").in_version(version).map(|purl| purl.to_string())
        };
        for (text, version, expected) in [
            ("pkg:npm/debug@3.0.1", "3.1.0", "pkg:npm/debug@3.1.0"),
            ("pkg:npm/%40babel/core@7.0.0", "7.0.0-acme+1", "pkg:npm/%40babel/core@7.0.0-acme%2B1"),
            ("pkg:deb/debian/openssl@3.0.2-1", "1:3.0.2-2", "pkg:deb/debian/openssl@1:3.0.2-2"),
        ] {
            let named = other(text, version).unwrap_or_default();
            assert_eq!(
                Purl::parse_exact(&named).map(|purl| purl.version),
                Ok(Some(version.to_owned())),
                "{named}"
            );
            assert_eq!(named, expected);
        }
        let scoped = Purl::parse_exact("pkg:npm/%40babel/core@7.0.0").expect("a purl").in_any_version();
        assert_eq!(Purl::parse_any_version(scoped.as_str()), Ok(scoped.clone()));
        assert_eq!(scoped.as_str(), "pkg:npm/%40babel/core");
        for version in ["", "3.1\u{202e}", "drei.äins"] {
            assert_eq!(other("pkg:npm/debug@3.0.1", version), None, "{version:?}");
        }
    }

    #[test]
    fn a_statement_covers_what_the_scanners_say_it_covers() {
        let covers = |said: &str, scanned: &str| {
            Purl::parse(said).expect("a purl").covers(&Purl::parse(scanned).expect("a purl"))
        };
        assert!(covers("pkg:npm/debug@3.0.1", "pkg:npm/debug@3.0.1"));
        assert!(covers("pkg:deb/debian/openssl@3.0.2", "pkg:deb/debian/openssl@3.0.2?distro=debian-12"));
        assert!(covers("pkg:npm/debug", "pkg:npm/debug@9"));
        assert!(!covers("pkg:npm/debug@3.0.1", "pkg:npm/debug@3.0.2"));
        assert!(!covers("pkg:npm/debug@3.0.1", "pkg:npm/debug"));
        assert!(!covers("pkg:npm/debug@3.0.1", "pkg:pypi/debug@3.0.1"));
        assert!(!covers("pkg:npm/core@7.0.0", "pkg:npm/%40babel/core@7.0.0"));
        assert!(!covers("pkg:deb/debian/openssl@3?distro=debian-12", "pkg:deb/debian/openssl@3"));
    }
}
