//! Bills of materials as CycloneDX and SPDX write them in JSON: which version of a part they say is there.
//!
//! A bill is the word of whoever made it. It is read once, front to back, and nothing is kept that nobody asked for.

use std::fmt;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::open;
use super::walk::few;
use crate::model::{Digest, Hasher, Purl, TreePath};
use crate::text::one_line;
use crate::workbench::{Error, Result, ScanProblem};

/// Longest bill, in bytes.
const MAX_BYTES: u64 = 512 << 20;
/// Most entries for one part that are told: one version is enough to be the wrong one.
const MAX_TOLD: usize = 100;
/// Most files whose contents are remembered. One that isn't as the bill says is enough.
const MAX_FILES: usize = 200_000;

/// What a bill of materials says about some parts.
#[derive(Debug, Clone)]
pub(crate) struct Sbom {
    pub path: PathBuf,
    /// SHA-256 of the file.
    pub digest: Digest,
    pub size_bytes: u64,
    /// `CycloneDX 1.6`.
    pub format: String,
    /// How many parts it lists.
    pub parts: usize,
    /// For each part that was asked about, every version that it lists; `None`: it lists the part without one.
    pub found: Vec<(Purl, Vec<Option<String>>)>,
    /// Parts for which an entry gives one version in its name and another one beside it.
    pub torn: Vec<(Purl, [String; 2])>,
    /// Files of which it says the SHA-256, by their paths.
    pub files: Vec<(TreePath, Digest)>,
}

impl Sbom {
    /// What the bill at `path` says about the parts `asked`, which are named without versions.
    ///
    /// # Errors
    /// [`Error::ScanReport`] if it is none, or too long.
    pub fn read(path: &Path, asked: Vec<Purl>) -> Result<Self> {
        Self::parse(open(path, MAX_BYTES)?, path, asked)
    }

    /// The same of what `reader` gives, which is at `path`.
    ///
    /// # Errors
    /// [`Error::ScanReport`] if it is none.
    pub(super) fn parse(reader: impl Read, path: &Path, asked: Vec<Purl>) -> Result<Self> {
        let wrong = |detail: String| {
            let problem = ScanProblem::NoSbom(detail);
            Error::ScanReport { path: path.to_owned(), problem }
        };
        let input = HashingReader { reader, hasher: Hasher::new(), bytes: 0 };
        let mut input = BufReader::with_capacity(1 << 16, input);
        let found = asked.into_iter().map(|purl| (purl, Vec::new())).collect();
        let mut told = SbomReading { found, ..SbomReading::default() };
        let mut json = serde_json::Deserializer::from_reader(&mut input);
        let read = json.deserialize_map(SbomVisitor(&mut told)).and_then(|()| json.end());
        read.map_err(|error| wrong(error.to_string()))?;
        let SbomReading { format, parts, found, torn, files } = told;
        let format = format.ok_or_else(|| wrong("it says neither bomFormat nor spdxVersion".to_owned()))?;
        if !is_read(&format) {
            return Err(wrong(format!(
                "it is {}; read are CycloneDX 1.2 to 1.7, and SPDX 2.2 and 2.3",
                one_line(&format, 40)
            )));
        }
        let HashingReader { hasher, bytes, .. } = input.into_inner();
        let (path, digest) = (path.to_owned(), hasher.finish());
        Ok(Self { path, digest, size_bytes: bytes, format, parts, found, torn, files })
    }

    /// Every version of `part` that it lists.
    pub(crate) fn versions_of(&self, part: &Purl) -> &[Option<String>] {
        let listed = self.found.iter().find(|(purl, _)| purl == part);
        listed.map(|(_, versions)| versions.as_slice()).unwrap_or_default()
    }
}

/// Whether a format is one of those that say it as it is read here. Others may mean something else by the same names.
fn is_read(format: &str) -> bool {
    match format.strip_prefix("CycloneDX 1.") {
        Some(minor) => matches!(minor, "2" | "3" | "4" | "5" | "6" | "7"),
        None => matches!(format, "SPDX-2.2" | "SPDX-2.3"),
    }
}

/// A file that is hashed while it is read.
struct HashingReader<R> {
    reader: R,
    hasher: Hasher,
    bytes: u64,
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        self.hasher.update(&buffer[..length]);
        self.bytes += length as u64;
        Ok(length)
    }
}

/// What was read so far.
#[derive(Default)]
struct SbomReading {
    format: Option<String>,
    parts: usize,
    found: Vec<(Purl, Vec<Option<String>>)>,
    torn: Vec<(Purl, [String; 2])>,
    files: Vec<(TreePath, Digest)>,
}

impl SbomReading {
    /// A part that is there. A name that is no package URL is nothing that anybody can ask about.
    fn take(&mut self, part: SbomComponent) {
        self.parts += 1;
        let Some(purl) = part.purl.0.and_then(|text| Purl::parse(&text).ok()) else { return };
        let named = purl.version().map(str::to_owned);
        let torn = named.clone().zip(part.version.0.clone()).filter(|(one, two)| !is_one_version(one, two));
        let versions = match &torn {
            Some((one, two)) => vec![Some(one.clone()), Some(two.clone())],
            None => vec![named.or(part.version.0)],
        };
        for (asked, told) in self.found.iter_mut().filter(|(asked, _)| asked.covers(&purl)) {
            for version in
                versions.iter().filter(|version| !told.contains(*version)).cloned().collect::<Vec<_>>()
            {
                if told.len() < MAX_TOLD {
                    told.push(version);
                }
            }
            if self.torn.len() < MAX_TOLD {
                self.torn.extend(torn.clone().map(|(one, two)| (asked.clone(), [one, two])));
            }
        }
    }

    /// A file, and what is said of its content. What lies outside of the folder that was listed is nothing to compare.
    fn take_file(&mut self, name: Short, hashes: Vec<FileHash>) {
        let name = name.0.unwrap_or_default();
        let name = name.trim_start_matches("./").trim_start_matches('/');
        let is_sha256 = |hash: &FileHash| {
            matches!(hash.algorithm.0.as_deref(), Some("SHA-256" | "SHA256" | "checksumAlgorithm_sha256"))
        };
        let digest = hashes.into_iter().find(is_sha256).and_then(|hash| hash.value.0);
        let digest = digest.and_then(|text| text.to_ascii_lowercase().parse().ok());
        let file = TreePath::parse(name).ok().zip(digest);
        self.files.extend(file.filter(|_| self.files.len() < MAX_FILES));
    }
}

/// Whether two spellings mean one version: an epoch or a `v` in front often stands in one of them only.
fn is_one_version(one: &str, two: &str) -> bool {
    let bare = |text: &str| {
        let number =
            text.split_once(':').filter(|(epoch, _)| epoch.bytes().all(|byte| byte.is_ascii_digit()));
        let text = number.map_or(text, |(_, rest)| rest);
        text.strip_prefix('v').unwrap_or(text).to_owned()
    };
    bare(one) == bare(two)
}

/// What is said of a file's content.
#[derive(Deserialize)]
struct FileHash {
    #[serde(alias = "alg", default)]
    algorithm: Short,
    #[serde(alias = "content", alias = "checksumValue", default)]
    value: Short,
}

/// Some of them.
#[derive(Deserialize)]
struct FileHashes(#[serde(deserialize_with = "few")] Vec<FileHash>);

/// A part as either format describes it.
#[derive(Default)]
struct SbomComponent {
    purl: Short,
    version: Short,
}

/// A text that is kept if it is a short one.
#[derive(Default)]
struct Short(Option<String>);

impl<'de> Deserialize<'de> for Short {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> std::result::Result<Self, D::Error> {
        struct ShortVisitor;
        impl<'de> Visitor<'de> for ShortVisitor {
            type Value = Short;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> std::result::Result<Short, E> {
                Ok(Short((text.len() <= Purl::MAX_BYTES).then(|| text.to_owned())))
            }

            fn visit_unit<E: serde::de::Error>(self) -> std::result::Result<Short, E> {
                Ok(Short(None))
            }
        }
        reader.deserialize_any(ShortVisitor)
    }
}

/// The outermost object.
struct SbomVisitor<'a>(&'a mut SbomReading);

impl<'de> Visitor<'de> for SbomVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an SBOM in CycloneDX or SPDX, as JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> std::result::Result<(), A::Error> {
        let (mut name, mut version) = (None, None);
        while let Some(Short(key)) = object.next_key()? {
            match key.as_deref().unwrap_or_default() {
                "bomFormat" => name = object.next_value::<Short>()?.0,
                "specVersion" => version = object.next_value::<Short>()?.0,
                "spdxVersion" => self.0.format = object.next_value::<Short>()?.0,
                "components" | "packages" => object.next_value_seed(Parts(&mut *self.0))?,
                "files" => object.next_value_seed(ListedFiles(&mut *self.0))?,
                "metadata" => object.next_value_seed(ProductOf(&mut *self.0))?,
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        if let Some(name) = name {
            let is_known = name == "CycloneDX" && self.0.format.is_none();
            let format = format!("{name} {}", version.unwrap_or_default());
            self.0.format = is_known.then(|| format.trim_end().to_owned());
        }
        Ok(())
    }
}

/// What a bill says about itself: the product that it is about is a part, too.
struct ProductOf<'a>(&'a mut SbomReading);

impl<'de> DeserializeSeed<'de> for ProductOf<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> std::result::Result<(), D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ProductOf<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what the SBOM says about itself")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> std::result::Result<(), A::Error> {
        while let Some(Short(key)) = object.next_key()? {
            match key.as_deref().unwrap_or_default() {
                "component" => object.next_value_seed(OnePart(&mut *self.0))?,
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// A list of parts, some with further ones inside.
struct Parts<'a>(&'a mut SbomReading);

impl<'de> DeserializeSeed<'de> for Parts<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> std::result::Result<(), D::Error> {
        reader.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Parts<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of parts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<(), A::Error> {
        while list.next_element_seed(OnePart(&mut *self.0))?.is_some() {}
        Ok(())
    }
}

/// The files of an SPDX document.
struct ListedFiles<'a>(&'a mut SbomReading);

impl<'de> DeserializeSeed<'de> for ListedFiles<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> std::result::Result<(), D::Error> {
        reader.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ListedFiles<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of files")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<(), A::Error> {
        #[derive(Deserialize)]
        struct ListedFile {
            #[serde(rename = "fileName", default)]
            name: Short,
            #[serde(deserialize_with = "few", default)]
            checksums: Vec<FileHash>,
        }
        while let Some(ListedFile { name, checksums }) = list.next_element()? {
            self.0.take_file(name, checksums);
        }
        Ok(())
    }
}

/// Whether a kind of reference is the package URL: SPDX 2.2 may spell kinds out as addresses.
fn is_purl(kind: &str) -> bool {
    matches!(kind, "purl" | "http://spdx.org/rdf/references/purl" | "https://spdx.org/rdf/references/purl")
}

struct OnePart<'a>(&'a mut SbomReading);

impl<'de> DeserializeSeed<'de> for OnePart<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> std::result::Result<(), D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OnePart<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> std::result::Result<(), A::Error> {
        /// One of the other names of an SPDX package.
        #[derive(Deserialize)]
        struct Reference {
            #[serde(rename = "referenceType", default)]
            kind: Short,
            #[serde(rename = "referenceLocator", default)]
            locator: Short,
        }
        #[derive(Deserialize)]
        struct References(#[serde(deserialize_with = "few")] Vec<Reference>);

        let mut part = SbomComponent::default();
        let (mut purls, mut hashes) = (Vec::new(), Vec::new());
        let (mut kind, mut name) = (Short::default(), Short::default());
        while let Some(Short(key)) = object.next_key()? {
            match key.as_deref().unwrap_or_default() {
                "purl" => purls.push(object.next_value::<Short>()?),
                "version" | "versionInfo" => part.version = object.next_value()?,
                "components" => object.next_value_seed(Parts(&mut *self.0))?,
                "type" => kind = object.next_value()?,
                "name" => name = object.next_value()?,
                "hashes" => hashes = object.next_value::<FileHashes>()?.0,
                "externalRefs" => {
                    let References(named) = object.next_value()?;
                    let is_purl = |one: &Reference| one.kind.0.as_deref().is_some_and(is_purl);
                    purls.extend(named.into_iter().filter(is_purl).map(|one| one.locator));
                }
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        // A part of two names could be either.
        if purls.len() > 1 {
            return Err(A::Error::custom("a part in it has more than one package URL"));
        }
        part.purl = purls.pop().unwrap_or_default();
        if kind.0.as_deref() == Some("file") {
            self.0.take_file(name, hashes);
        }
        self.0.take(part);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> std::result::Result<Sbom, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bom.json");
        std::fs::write(&path, text).expect("written");
        let asked = vec![Purl::parse("pkg:deb/debian/libssl3").expect("a purl")];
        Sbom::read(&path, asked).map_err(|error| error.to_string())
    }

    fn versions(text: &str) -> Vec<Option<String>> {
        let sbom = read(text).expect("an SBOM");
        sbom.found[0].1.clone()
    }

    #[test]
    fn both_formats_say_which_version_is_there() {
        let cyclonedx = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"name":"x"}},"components":[
            {"type":"application","name":"app","components":[{"name":"libssl3","version":"9","purl":"pkg:deb/debian/libssl3@3.0.2?arch=amd64"}]},
            {"name":"other","purl":"pkg:deb/debian/libssl@1"},{"name":"none"},{"purl":null,"hashes":[{"alg":"SHA-256"}]}]}"#;
        // Its own name and what stands beside it are two versions: nobody knows which one is right.
        assert_eq!(versions(cyclonedx), [Some("3.0.2".to_owned()), Some("9".to_owned())]);
        assert_eq!(
            read(cyclonedx).map(|sbom| (sbom.format, sbom.parts)),
            Ok(("CycloneDX 1.6".to_owned(), 6))
        );
        let itself = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"timestamp":"x","component":
            {"name":"libssl3","purl":"pkg:deb/debian/libssl3@3.0.9"}}}"#;
        assert_eq!(versions(itself), [Some("3.0.9".to_owned())]);
        let spdx = r#"{"spdxVersion":"SPDX-2.3","packages":[{"name":"libssl3","versionInfo":"3.0.11","externalRefs":[
            {"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a"},
            {"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:deb/debian/libssl3"}]}]}"#;
        assert_eq!(versions(spdx), [Some("3.0.11".to_owned())]);
        assert_eq!(read(spdx).map(|sbom| sbom.format), Ok("SPDX-2.3".to_owned()));
        let older = spdx.replace("SPDX-2.3", "SPDX-2.2").replace("PACKAGE-MANAGER", "PACKAGE_MANAGER");
        for kind in ["purl", "http://spdx.org/rdf/references/purl"] {
            let older = older.replace("\"purl\"", &format!("\"{kind}\""));
            assert_eq!(versions(&older), [Some("3.0.11".to_owned())], "{kind}");
        }
    }

    #[test]
    fn a_format_that_nobody_looked_at_is_refused_by_its_name() {
        let said = |text: &str| read(text).map(|sbom| sbom.format);
        for (text, format) in [
            (r#"{"spdxVersion":"SPDX-2.1","packages":[]}"#, "SPDX-2.1"),
            (r#"{"spdxVersion":"SPDX-3.0","packages":[]}"#, "SPDX-3.0"),
            (r#"{"bomFormat":"CycloneDX","specVersion":"2.0","components":[]}"#, "CycloneDX 2.0"),
            (r#"{"bomFormat":"CycloneDX","components":[]}"#, "CycloneDX"),
            (r#"{"spdxVersion":"SPDX-2.2\u001b[2J","packages":[]}"#, "SPDX-2.2"),
        ] {
            let error = said(text).expect_err(format);
            assert!(error.contains(&format!("it is {format}")) && error.contains("SPDX 2.2"), "{error}");
            assert!(!error.contains('\u{1b}'), "{error}");
        }
        for minor in ["2", "3", "4", "5", "6", "7"] {
            let text = format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.{minor}","components":[]}}"#);
            assert_eq!(said(&text), Ok(format!("CycloneDX 1.{minor}")));
        }
    }

    #[test]
    fn what_is_no_bill_or_could_mean_two_things_is_refused() {
        for bad in [
            "",
            "[]",
            "{}",
            "{\"components\":[]}",
            "<bom/>",
            "{\"bomFormat\":\"CycloneDX\",\"components\":[",
            "{\"bomFormat\":\"CycloneDX\",\"spdxVersion\":\"SPDX-2.3\"}",
            "{\"bomFormat\":\"Other\",\"components\":[]}",
            "{\"bomFormat\":\"CycloneDX\",\"components\":{}}",
            "{\"bomFormat\":\"CycloneDX\",\"components\":[{\"purl\":\"pkg:npm/a@1\",\"purl\":\"pkg:npm/b@1\"}]}",
            "{\"bomFormat\":\"CycloneDX\",\"components\":[]} more",
            &format!("{{\"bomFormat\":\"CycloneDX\",\"components\":{}", "[{\"components\":".repeat(10_000)),
        ] {
            assert!(read(bad).is_err(), "{}", &bad[..bad.len().min(80)]);
        }
    }

    #[test]
    fn names_that_hide_something_or_are_endless_are_no_parts_that_were_asked_about() {
        let endless = "x".repeat(10_000);
        let text = format!(
            "{{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{{\"bom-ref\":\"a\",\"purl\":\"pkg:deb/debian/libssl3@{endless}\"}},\
             {{\"bom-ref\":\"a\",\"purl\":\"pkg:deb/debian/libssl3@3\\u202e\"}},{{\"{endless}\":1}}]}}"
        );
        assert_eq!(read(&text).map(|sbom| (sbom.parts, sbom.found[0].1.len())), Ok((3, 0)));
    }
}
