//! Merges files of settings by what they say: what is meant is worked out from the values on all three sides, and a
//! merged text counts only if reading it gives exactly that.
//!
//! Each form of file has a reader that says what is in a text, and where. A text that names a key twice, or that two
//! programs may read in two ways, is not read, and not merged.

mod edit;
mod ini;
mod json;
mod meaning;
mod members;
mod properties;
mod sheet;
mod toml;
mod yaml;

use super::lines::{LineMerge, merge_lines};
use super::{Merge, MergedBy, Unmergeable, in_words};
use edit::Side;
use sheet::{Doubt, Sheet};

/// A form of file that says what its values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Ini,
    Json,
    Properties,
    Toml,
    Yaml,
}

/// Why a file of settings is not read, and which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("as {format}, line {line} of {side} {why}")]
pub struct Unread {
    side: &'static str,
    format: &'static str,
    line: usize,
    why: &'static str,
}

impl Format {
    /// The form that files of this name have, and these contents.
    pub fn of(name: &str, contents: [&[u8]; 3]) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        Some(match extension.to_ascii_lowercase().as_str() {
            // Many a program calls its settings so, whatever they look like.
            "cfg" => {
                let begins = |content| ini::begins_with_a_section(&String::from_utf8_lossy(content));
                return contents.into_iter().any(begins).then_some(Format::Ini);
            }
            "ini" => Format::Ini,
            "json" | "jsonc" => Format::Json,
            "properties" => Format::Properties,
            "toml" => Format::Toml,
            "yaml" | "yml" => Format::Yaml,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Format::Ini => "INI",
            Format::Json => "JSON",
            Format::Properties => "properties",
            Format::Toml => "TOML",
            Format::Yaml => "YAML",
        }
    }

    fn read(self, text: &str) -> Result<Sheet, Doubt> {
        match self {
            Format::Ini => ini::read(text),
            Format::Json => json::read(text),
            Format::Properties => properties::read(text),
            Format::Toml => toml::read(text),
            Format::Yaml => yaml::read(text),
        }
    }

    fn read_side(self, side: &'static str, content: &[u8]) -> Result<(Text, Sheet), Unread> {
        let doubt = |line, why| Unread { side, format: self.name(), line, why };
        let text = Text::new(self, content).ok_or(doubt(1, "isn't UTF-8"))?;
        let sheet = self.read(&text.text).map_err(|Doubt { at, why }| {
            let above = text.text.as_bytes()[..at.min(text.text.len())].iter();
            doubt(above.filter(|&&byte| byte == b'\n').count() + 1, why)
        })?;
        Ok((text, sheet))
    }
}

/// A content as text.
struct Text {
    text: String,
    /// Whether each character stands for one byte, because it is no UTF-8.
    is_bytes: bool,
    has_mark: bool,
}

const BYTE_ORDER_MARK: &str = "\u{feff}";

impl Text {
    /// Files of settings may be older than UTF-8; what makes up their form is ASCII in all encodings that they have.
    fn new(format: Format, content: &[u8]) -> Option<Self> {
        match std::str::from_utf8(content) {
            Ok(text) => {
                let bare = text.strip_prefix(BYTE_ORDER_MARK);
                let has_mark = bare.is_some();
                Some(Self { text: bare.unwrap_or(text).to_owned(), is_bytes: false, has_mark })
            }
            Err(_) if matches!(format, Format::Ini | Format::Properties) => {
                let text = content.iter().map(|&byte| char::from(byte)).collect();
                Some(Self { text, is_bytes: true, has_mark: false })
            }
            Err(_) => None,
        }
    }

    /// The bytes of another text in the form of this one.
    fn bytes_of(&self, text: &str) -> Option<Vec<u8>> {
        match self.is_bytes {
            false if self.has_mark => Some(format!("{BYTE_ORDER_MARK}{text}").into_bytes()),
            false => Some(text.into()),
            true => text.chars().map(|c| u8::try_from(c).ok()).collect(),
        }
    }
}

/// Merges settings: line by line where that gives what is meant, else by key, else not.
///
/// # Errors
/// If one of them cannot be read for certain, or not be compared.
pub(super) fn merge(format: Format, base: &[u8], mine: &[u8], theirs: &[u8]) -> Result<Merge, Unmergeable> {
    let (base_text, base_sheet) = format.read_side("the original", base)?;
    let (my_text, my_sheet) = format.read_side("your file", mine)?;
    let (their_text, their_sheet) = format.read_side("the patch's file", theirs)?;
    let meant = match meaning::work_out(&base_sheet.root, &my_sheet.root, &their_sheet.root) {
        Ok(meant) => meant,
        Err(keys) => return Ok(Merge::Clashes(keys)),
    };
    let says_it = |content: &[u8]| {
        format.read_side("the result", content).is_ok_and(|(_, sheet)| meant.is(&sheet.root))
    };
    let clashes = match merge_lines(base, mine, theirs) {
        Ok(LineMerge::Clean(content)) if says_it(&content) => {
            return Ok(Merge::Clean { content, by: MergedBy::CheckedLines });
        }
        // Lines that fit together can still say what nobody meant: a key that moved to another section.
        Ok(LineMerge::Clean(_)) => vec!["the merged lines don't have the intended values".to_owned()],
        Ok(LineMerge::Clashes(clashes)) => clashes.iter().map(|clash| in_words(&clash.mine)).collect(),
        Err(reason) => vec![reason.to_string()],
    };
    let is_one_encoding = my_text.is_bytes == their_text.is_bytes;
    let sides = [
        Side { text: &base_text.text, sheet: &base_sheet },
        Side { text: &my_text.text, sheet: &my_sheet },
        Side { text: &their_text.text, sheet: &their_sheet },
    ];
    let edited = if is_one_encoding { edit::edited(format, sides, &meant) } else { None };
    Ok(match edited.and_then(|text| my_text.bytes_of(&text)).filter(|content| says_it(content)) {
        Some(content) => Merge::Clean { content, by: MergedBy::Keys(meant.taken()) },
        None => Merge::Clashes(clashes),
    })
}

#[cfg(test)]
mod tests;
