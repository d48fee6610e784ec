//! Recognises the product in a folder and reads its version, by the rules that a bundle brings.

use std::io::{self, Read};

use crate::disk::fs::{Fs, Place, StatKind};
use crate::disk::{ScanError, hash_file};
use crate::model::{Detect, MAX_TEXT_BYTES, Product, TreePath, contains, searchable, version_between};

/// What the rules of a bundle say about a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Every rule and what came of it, in the bundle's order.
    pub matches: Vec<RuleMatch>,
    /// Whether all rules that recognise the product hold; `None` if the bundle has no such rule. All and not any:
    /// a patch for another product does more harm than one refused. That a version is found recognises nothing; that none
    /// is, where there is no other rule, says that the product is elsewhere.
    pub(crate) is_product: Option<bool>,
    /// What the first rule that finds a version found. Text from the folder: escape it before showing it.
    pub version: Option<String>,
}

/// One rule and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleMatch {
    pub rule: Detect,
    /// Whether it holds; for a version rule, whether a version was found.
    pub holds: bool,
    /// What was seen, as a lower-case phrase.
    pub evidence: String,
}

/// Tries every rule of `product`.
///
/// # Errors
/// [`ScanError::Io`] if the system refuses a call for a reason that says nothing about the product. A file that is
/// missing, no file, or not readable for the present user is an answer and no error.
pub fn identify(fs: &dyn Fs, product: &Product) -> Result<Identity, ScanError> {
    let mut identity = Identity { matches: Vec::new(), is_product: None, version: None };
    for rule in &product.detect {
        let (holds, evidence) = match rule {
            Detect::Exists { path } => exists(fs, path)?,
            Detect::Hash { path, digest } => match file_at(fs, path)? {
                Err(absence) => (false, absence),
                Ok(place) => match hash_file(fs, &place) {
                    Ok((found, _)) if found == *digest => {
                        (true, format!("{path:?} has the expected content"))
                    }
                    Ok(_) => (false, format!("{path:?} has other content")),
                    Err(error) => (false, absence_or_error(path, error)?),
                },
            },
            Detect::Text { path, contains: text } => match first_bytes(fs, path)? {
                Beginning::Unreadable(absence) => (false, absence),
                Beginning::Text(content) if contains(&content, text.as_bytes()) => {
                    (true, format!("{path:?} contains {text:?}"))
                }
                Beginning::Text(_) => (false, format!("{path:?} doesn't contain {text:?}")),
            },
            Detect::Version { path, after, until } => match first_bytes(fs, path)? {
                Beginning::Unreadable(absence) => (false, absence),
                Beginning::Text(content) => match version_between(&content, after, until.as_deref()) {
                    Some(version) => {
                        let evidence = format!("{path:?} names version {version:?}");
                        identity.version.get_or_insert(version);
                        (true, evidence)
                    }
                    None => (false, format!("{path:?} has no version after {after:?}")),
                },
            },
        };
        if !matches!(rule, Detect::Version { .. }) {
            identity.is_product = Some(identity.is_product.unwrap_or(true) && holds);
        }
        identity.matches.push(RuleMatch { rule: rule.clone(), holds, evidence });
    }
    if !identity.matches.is_empty() && identity.matches.iter().all(|found| !found.holds) {
        identity.is_product = Some(false);
    }
    Ok(identity)
}

fn exists(fs: &dyn Fs, path: &TreePath) -> Result<(bool, String), ScanError> {
    match fs.look(&path.into()) {
        Ok(Some(_)) => Ok((true, format!("{path:?} exists"))),
        Ok(None) => Ok((false, format!("{path:?} is missing"))),
        Err(error) => Ok((false, absence_or_error(path, error)?)),
    }
}

/// What the beginning of a file shows.
pub(crate) enum Beginning {
    /// At most [`MAX_TEXT_BYTES`]. UTF-16 with a byte order mark is turned into UTF-8; everything else is as stored.
    Text(Vec<u8>),
    /// There is no such file, or it may not be read; the phrase says what is there instead.
    Unreadable(String),
}

/// Reads the beginning of the file at `path`.
pub(crate) fn first_bytes(fs: &dyn Fs, path: &TreePath) -> Result<Beginning, ScanError> {
    let place = match file_at(fs, path)? {
        Ok(place) => place,
        Err(absence) => return Ok(Beginning::Unreadable(absence)),
    };
    let mut content = Vec::new();
    let read = fs.open(&place).and_then(|file| file.take(MAX_TEXT_BYTES).read_to_end(&mut content));
    match read {
        Ok(_) => Ok(Beginning::Text(searchable(content))),
        Err(error) => Ok(Beginning::Unreadable(absence_or_error(path, error)?)),
    }
}

/// The regular file at `path`, or a phrase that says what is there instead.
fn file_at(fs: &dyn Fs, path: &TreePath) -> Result<Result<Place, String>, ScanError> {
    let place = Place::from(path);
    Ok(match fs.look(&place) {
        Ok(Some(found)) => match found.kind {
            StatKind::File { .. } => Ok(place),
            StatKind::Dir | StatKind::Mount => Err(format!("{path:?} is a folder, not a file")),
            StatKind::Link => Err(format!("{path:?} is a link, not a file")),
            StatKind::Special(word) => Err(format!("{path:?} is a {word}, not a file")),
        },
        Ok(None) => Err(format!("{path:?} is missing")),
        Err(error) => Err(absence_or_error(path, error)?),
    })
}

/// A phrase for an error that is an answer; the error itself if it says nothing about the folder.
fn absence_or_error(path: &TreePath, error: io::Error) -> Result<String, ScanError> {
    match error.kind() {
        io::ErrorKind::NotFound => Ok(format!("{path:?} is missing")),
        io::ErrorKind::PermissionDenied => Ok(format!("you don't have permission to read {path:?}")),
        io::ErrorKind::CrossesDevices => Ok(format!("{path:?} is on another filesystem")),
        io::ErrorKind::NotADirectory => Ok(format!("a parent of {path:?} is not a folder")),
        _ => Err(ScanError::Io { place: path.into(), source: error }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::fs::OsFs;
    use crate::model::Digest;

    #[test]
    fn the_product_is_known_by_its_files_and_says_its_version() {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in [("bin/app", "program"), ("conf/release", "name=App\r\nversion = 4.2.0 \r\n")]
        {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, content).unwrap();
        }
        let target = OsFs::open(folder.path()).unwrap();
        let path = |name: &str| TreePath::parse(name).unwrap();
        let exists = |name| Detect::Exists { path: path(name) };
        let hash = |content: &[u8]| Detect::Hash { path: path("bin/app"), digest: Digest::compute(content) };
        let text = |name, text: &str| Detect::Text { path: path(name), contains: text.to_owned() };
        let version = |after: &str| Detect::Version {
            path: path("conf/release"),
            after: after.to_owned(),
            until: None,
        };
        let ask = |detect: Vec<Detect>| -> Identity {
            let versions = vec!["4.2.0".to_owned()];
            let product = Product { name: "App".to_owned(), purl: None, cpe: None, versions, detect };
            identify(&target, &product).unwrap()
        };
        let is_product = |detect| ask(detect).is_product;
        assert_eq!(is_product(vec![]), None);
        assert_eq!(is_product(vec![version("version =")]), None);
        assert_eq!(is_product(vec![version("no such text")]), Some(false));
        assert_eq!(
            is_product(vec![version("no such text"), exists("bin")]),
            Some(true),
            "a rule of another kind holds"
        );
        assert_eq!(
            is_product(vec![exists("bin"), hash(b"program"), text("conf/release", "=App")]),
            Some(true)
        );
        assert_eq!(is_product(vec![exists("bin"), exists("lib")]), Some(false));
        assert_eq!(is_product(vec![hash(b"another"), exists("bin")]), Some(false));
        assert_eq!(is_product(vec![text("conf", "a folder")]), Some(false));
        assert_eq!(is_product(vec![text("bin/app/below", "a file")]), Some(false));

        let identity = ask(vec![version("release ="), version("version =")]);
        assert_eq!(identity.version.as_deref(), Some("4.2.0"));
        let evidence: Vec<_> =
            identity.matches.iter().map(|rule| (rule.holds, rule.evidence.as_str())).collect();
        assert_eq!(
            evidence,
            [
                (false, "\"conf/release\" has no version after \"release =\""),
                (true, "\"conf/release\" names version \"4.2.0\""),
            ]
        );
    }
}
