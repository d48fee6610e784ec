//! Reads files of settings: what each says, and where each part of it stands.
//!
//! Each form of file has a reader. What two programs may read in two ways is a doubt: merges read no file with one, edits
//! leave its place alone.

mod env;
mod ini;
mod json;
mod members;
mod properties;
mod sheet;
mod splice;
mod toml;
mod yaml;

pub(super) use env::is_special;
pub(super) use members::{Arrivals, Members};
pub(super) use sheet::{
    DoubtSubject, Form, FurtherMember, KeyEntry, KeyGroup, List, ParsedValue, Sheet, line_end,
};
pub(super) use splice::{Exchange, ParsedText, exchanged, undone};

use ini::Dialect;
use sheet::ParseDoubt;

/// A form of file that says what its values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Env,
    Ini,
    Json,
    Properties,
    Toml,
    /// The INI of systemd: a key that is there several times is a list, and nothing follows a value in its line.
    Unit,
    Yaml,
}

/// All forms, by the names that people give them.
const BY_NAME: [(&str, Format); 7] = [
    ("env", Format::Env),
    ("ini", Format::Ini),
    ("json", Format::Json),
    ("properties", Format::Properties),
    ("toml", Format::Toml),
    ("unit", Format::Unit),
    ("yaml", Format::Yaml),
];

/// Why a file of settings is not read, and which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("as {format}, line {line} of {side} {why}")]
pub struct Unread {
    side: &'static str,
    format: &'static str,
    pub(super) line: usize,
    pub(super) why: &'static str,
}

impl Format {
    /// The form that files of this name have, and these contents.
    pub fn detect(name: &str, contents: [&[u8]; 3]) -> Option<Self> {
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

    /// The form with this name: `json`.
    pub fn named(name: &str) -> Option<Self> {
        BY_NAME.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// The name that `named` knows.
    pub fn key(self) -> &'static str {
        BY_NAME.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    /// The form of a file that somebody wants to edit by its keys, or that may be merged by them: with such names, too,
    /// that only tell what a file is to somebody who knows that it has keys.
    pub(crate) fn of_keys(name: &str, content: &[u8]) -> Option<Self> {
        const UNITS: [&str; 13] = [
            "automount",
            "link",
            "mount",
            "netdev",
            "network",
            "path",
            "scope",
            "service",
            "slice",
            "socket",
            "swap",
            "target",
            "timer",
        ];
        let file = name.rsplit('/').next()?.to_ascii_lowercase();
        let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
        let is_in_a_unit = name.rsplit('/').nth(1).is_some_and(|folder| folder.ends_with(".d"));
        match extension {
            "env" => Some(Format::Env),
            _ if file.starts_with(".env") => Some(Format::Env),
            "conf" if is_in_a_unit && ini::begins_with_a_section(&String::from_utf8_lossy(content)) => {
                Some(Format::Unit)
            }
            "conf" => ini::begins_with_a_section(&String::from_utf8_lossy(content)).then_some(Format::Ini),
            unit if UNITS.contains(&unit) => Some(Format::Unit),
            _ => Self::detect(&file, [content; 3]),
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Env => "environment variables",
            Format::Ini => "INI",
            Format::Json => "JSON",
            Format::Properties => "properties",
            Format::Toml => "TOML",
            Format::Unit => "a systemd unit",
            Format::Yaml => "YAML",
        }
    }

    fn read_text(self, text: &str) -> Result<Sheet, ParseDoubt> {
        match self {
            Format::Env => env::read(text),
            Format::Ini => ini::read(text, Dialect::Many),
            Format::Json => json::read(text),
            Format::Properties => properties::read(text),
            Format::Toml => toml::read(text),
            Format::Unit => ini::read(text, Dialect::Unit),
            Format::Yaml => yaml::read(text),
        }
    }

    /// Reads a content, with doubts that concern single places.
    ///
    /// # Errors
    /// If it is none of this form, or all of it is in doubt.
    pub fn read(self, side: &'static str, content: &[u8]) -> Result<(DecodedText, Sheet), Unread> {
        let doubt = |line, why| Unread { side, format: self.name(), line, why };
        let text = DecodedText::new(self, content).ok_or(doubt(1, "isn't UTF-8"))?;
        let sheet =
            self.read_text(&text.text).map_err(|ParseDoubt { at, why, .. }| doubt(text.line(at), why))?;
        Ok((text, sheet))
    }

    /// Reads a content that nobody can read in another way.
    ///
    /// # Errors
    /// As those of `read`, and if anything in it is in doubt.
    pub(crate) fn read_certain(
        self,
        side: &'static str,
        content: &[u8],
    ) -> Result<(DecodedText, Sheet), Unread> {
        let (text, sheet) = self.read(side, content)?;
        match sheet.doubts.first() {
            Some(&ParseDoubt { at, why, .. }) => {
                Err(Unread { side, format: self.name(), line: text.line(at), why })
            }
            None => Ok((text, sheet)),
        }
    }
}

/// A content as text.
pub(super) struct DecodedText {
    pub text: String,
    /// Whether each character stands for one byte, because it is no UTF-8.
    pub is_bytes: bool,
    has_mark: bool,
}

const BYTE_ORDER_MARK: &str = "\u{feff}";

impl DecodedText {
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

    /// The line that a place is in, as editors count them.
    pub fn line(&self, at: usize) -> usize {
        self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|&&byte| byte == b'\n').count() + 1
    }

    /// The bytes of another text in the form of this one.
    pub(crate) fn bytes_of(&self, text: &str) -> Option<Vec<u8>> {
        match self.is_bytes {
            false if self.has_mark => Some(format!("{BYTE_ORDER_MARK}{text}").into_bytes()),
            false => Some(text.into()),
            true => text.chars().map(|c| u8::try_from(c).ok()).collect(),
        }
    }
}
