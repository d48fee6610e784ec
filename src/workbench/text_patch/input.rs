//! Reads what a person names: a file, several, or a folder with a `series`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::unpack::{Packing, too_large, unpack};
use crate::diff::patch_text::{MAX_TEXT_BYTES, StripLevel, decode_text, utf_16};
use crate::model::{Digest, TreePath};
use crate::named_file;
use crate::workbench::{Error, Result};

/// How much of a file is looked at to tell a text patch from a bundle.
const SNIFF_BYTES: usize = 64 << 10;

/// Most patches of a series: ten times as many as the largest distribution carries for one product.
const MAX_SERIES: usize = 10_000;

/// Longest `series` file.
const MAX_SERIES_BYTES: usize = 4 << 20;

/// Names that text patches have, packed or not.
const ENDINGS: &[&str] = &["patch", "diff", "mbox", "eml", "dpatch"];

/// Everything that was named.
pub(super) struct TextInput {
    /// The name of the first.
    pub name: String,
    /// The files, in the order in which they are applied.
    pub files: Vec<TextFile>,
    /// When the newest of them was written.
    pub written: Option<SystemTime>,
}

/// One file with patches.
pub(super) struct TextFile {
    pub path: PathBuf,
    /// Its name, for people.
    pub name: String,
    pub bytes: Vec<u8>,
    pub digest: Digest,
    /// What the series says about it.
    pub strip: Option<StripLevel>,
    pub reverse: bool,
}

/// Whether `file` holds text patches and not a bundle: by what is in it, and by its name where that says nothing.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn is_text_patch(file: &Path) -> Result<bool> {
    let failed = |source| Error::File { doing: "read the patch file", path: file.to_owned(), source };
    let Ok(found) = fs::metadata(file) else { return Ok(false) }; // Opening the bundle says why.
    if found.is_dir() {
        return Ok(series_of(file).is_some());
    }
    let mut head = named_file::read(file, SNIFF_BYTES).map_err(failed)?;
    if head.starts_with(b"PK") {
        return Ok(false);
    }
    let is_named_so = is_text_patch_by_name(file);
    let begins = ["diff ", "--- ", "*** ", "Index: ", "From "];
    let is_header = |line: &[u8]| begins.iter().any(|begin| line.starts_with(begin.as_bytes()));
    let is_text = Packing::detect(&head) == Packing::None && (!head.contains(&0) || utf_16(&head).is_some());
    if is_text {
        // Of UTF-16 as of a byte order mark the plain letters are left.
        head.retain(|byte| byte.is_ascii() && *byte != 0);
    }
    Ok(is_named_so || is_text && head.split(|&byte| byte == b'\n').any(is_header))
}

/// Whether `file` has a name that text patches have.
pub(crate) fn is_text_patch_by_name(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let bare = [".gz", ".xz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    Path::new(bare).extension().is_some_and(|end| ENDINGS.iter().any(|known| end == *known))
}

impl TextInput {
    pub fn read(paths: &[&Path]) -> Result<Self> {
        let first = paths.first().copied().unwrap_or(Path::new(""));
        let mut input = Self { name: shown(first), files: Vec::new(), written: None };
        for path in paths {
            match series_of(path).filter(|_| path.is_dir()) {
                Some(series) => input.add_series(&series)?,
                None => input.add(path, shown(path), None, false)?,
            }
        }
        Ok(input)
    }

    fn add(&mut self, path: &Path, name: String, strip: Option<StripLevel>, reverse: bool) -> Result<()> {
        let failed = |source| Error::File { doing: "read the patch file", path: path.to_owned(), source };
        let mut file = named_file::open(path).map_err(failed)?;
        let found = file.metadata().map_err(failed)?;
        if found.len() > MAX_TEXT_BYTES as u64 {
            return Err(failed(too_large()));
        }
        let mut bytes = Vec::new();
        (&mut file).take(MAX_TEXT_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
        let digest = Digest::compute(&bytes);
        let bytes = unpack(bytes).map_err(failed)?;
        let bytes = decode_text(bytes).map_err(|source| Error::Text { path: path.to_owned(), source })?;
        let total: usize = self.files.iter().map(|file| file.bytes.len()).sum();
        if total.saturating_add(bytes.len()) > MAX_TEXT_BYTES {
            return Err(failed(too_large()));
        }
        self.written = self.written.max(found.modified().ok());
        self.files.push(TextFile { path: path.to_owned(), name, bytes, digest, strip, reverse });
        Ok(())
    }

    /// Adds the patches that a `series` lists: a name and options on each line, `#` begins a remark.
    fn add_series(&mut self, series: &Path) -> Result<()> {
        let failed = |source| Error::File { doing: "read the series", path: series.to_owned(), source };
        let broken = |number: usize, problem: String| {
            let problem = format!("line {}: {problem}", number + 1);
            failed(io::Error::new(io::ErrorKind::InvalidData, problem))
        };
        let text = named_file::read_text(series, MAX_SERIES_BYTES).map_err(failed)?;
        if text.len() > MAX_SERIES_BYTES {
            let problem = format!("it has more than {MAX_SERIES_BYTES} bytes");
            return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, problem)));
        }
        let folder = series.parent().unwrap_or(Path::new(""));
        let mut listed = BTreeSet::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            let line = line.find(" #").map_or(line, |remark| &line[..remark]);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut words = line.split_ascii_whitespace();
            let name = words.next().unwrap_or_default();
            let path = TreePath::parse(name).map_err(|error| {
                broken(number, format!("{name:?} isn't the name of a patch: {}", error.problem))
            })?;
            if !listed.insert(path.clone()) {
                return Err(broken(number, format!("{name:?} is listed a second time")));
            }
            // What quilt applies without a word about it has one folder in front.
            let (mut strip, mut reverse) = (Some(1), false);
            for option in words {
                match option.strip_prefix("-p") {
                    Some("ab") => strip = Some(1),
                    Some(level) => {
                        let level = level
                            .parse()
                            .map_err(|_| broken(number, format!("{option:?} isn't a strip level")))?;
                        strip = Some(level);
                    }
                    None if option == "-R" => reverse = true,
                    None => return Err(broken(number, format!("unknown option {option:?}"))),
                }
            }
            if self.files.len() == MAX_SERIES {
                return Err(broken(number, format!("more than {MAX_SERIES} patches")));
            }
            let place = path.components().fold(folder.to_owned(), |place, part| place.join(part));
            self.add(&place, path.as_str().to_owned(), strip, reverse)?;
        }
        if self.files.is_empty() {
            return Err(failed(io::Error::new(io::ErrorKind::InvalidData, "it lists no patches")));
        }
        Ok(())
    }
}

/// The `series` of a folder of patches, or of a source tree that has such a folder.
fn series_of(folder: &Path) -> Option<PathBuf> {
    let places = ["series", "patches/series", "debian/patches/series"];
    places.iter().map(|place| folder.join(place)).find(|series| series.is_file())
}

fn shown(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
