//! What is known about each side of a change beside its lines.

use super::encoding::TextEncoding;
use super::lines::LineEndCounts;
use crate::model::{Digest, Mode, Node};
use crate::text::confusables::Confusables;
use crate::text::{capitalised, escape_line, with_thousands};
use crate::words::{contents as words, fill};
use crate::workbench::ContentSource;

/// What stands on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentKind {
    Nothing,
    Folder,
    Link,
    /// A file with lines of text.
    Text,
    /// A file with other bytes.
    Binary,
    /// A file with a picture.
    Picture(PictureFormat),
    /// A file whose content is missing.
    Unknown,
}

/// A format whose pictures can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// Windows bitmap.
    Bmp,
    /// GIF; its first frame is shown.
    Gif,
    /// Windows icon.
    Ico,
    Jpeg,
    Png,
    /// WebP.
    WebP,
}

impl PictureFormat {
    /// The format that `content` begins like.
    pub fn detect(content: &[u8]) -> Option<Self> {
        Some(match content {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Self::Png,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Self::Gif,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::WebP,
            [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Self::Bmp,
            [0, 0, 1, 0, count, 0, _, _, _, 0, ..] if *count > 0 => Self::Ico,
            _ => return None,
        })
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bmp => "BMP",
            Self::Gif => "GIF",
            Self::Ico => "ICO",
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
        }
    }
}

/// What is known about one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideFacts {
    pub kind: ContentKind,
    /// Length of the file in bytes.
    pub size_bytes: Option<u64>,
    /// Permission bits.
    pub mode: Option<Mode>,
    /// SHA-256 of the file.
    pub digest: Option<Digest>,
    /// Where the link points, escaped.
    pub points_to: Option<String>,
    /// Where the content was read, if that is known.
    pub source: Option<ContentSource>,
    /// Why the content is missing, escaped.
    pub unavailable: Option<String>,
    /// Whether only the lines around each change are at hand; "..." stands for each of the others.
    pub(crate) is_excerpt: bool,
    /// What is known about its text, if it is text.
    pub text: Option<TextFacts>,
}

/// What is known about a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFacts {
    pub encoding: TextEncoding,
    pub ends: LineEndCounts,
    /// How many lines it has.
    pub lines: usize,
    /// Whether its last line ends with a line feed.
    pub ends_with_newline: bool,
    /// What it hides; after, what it hides that was not there before.
    pub hidden: Confusables,
    /// Whether all of it was looked at for them, not only its beginning.
    pub is_looked_through: bool,
}

impl SideFacts {
    /// What the node says; the content's part is not known yet.
    pub(super) fn of_node(node: Option<&Node>) -> Self {
        let mut facts = Self {
            kind: ContentKind::Nothing,
            size_bytes: None,
            mode: node.and_then(Node::mode),
            digest: None,
            points_to: None,
            source: None,
            unavailable: None,
            is_excerpt: false,
            text: None,
        };
        match node {
            None => {}
            Some(Node::Dir(_)) => facts.kind = ContentKind::Folder,
            Some(Node::Link(link)) => {
                facts.kind = ContentKind::Link;
                facts.points_to = Some(escape_line(&link.points_to).into_owned());
            }
            Some(Node::File(file)) => {
                facts.kind = ContentKind::Unknown;
                facts.size_bytes = Some(file.size_bytes);
                facts.digest = Some(file.digest);
            }
        }
        facts
    }

    /// `0755` with what it means, where it isn't what such a thing has anyway.
    fn mode_words(&self) -> Option<String> {
        let is_folder = self.kind == ContentKind::Folder;
        let usual = if is_folder { Mode::DIR } else { Mode::FILE };
        let mode = self.mode.filter(|mode| *mode != usual)?;
        // Whoever may enter a folder runs nothing.
        let runs = mode.is_executable() && !is_folder;
        let template = if runs { words::PART_MAY_BE_RUN } else { words::PART_PERMISSIONS };
        Some(fill(template, &[("mode", &mode.to_string())]))
    }

    pub fn is_file(&self) -> bool {
        matches!(
            self.kind,
            ContentKind::Binary | ContentKind::Picture(_) | ContentKind::Text | ContentKind::Unknown
        )
    }

    /// What stands in the head of its column: a few short phrases, the most telling first.
    pub fn phrases(&self) -> Vec<String> {
        let kind = match self.kind {
            ContentKind::Nothing => return vec![words::KIND_NOTHING.to_owned()],
            ContentKind::Folder => words::KIND_FOLDER.to_owned(),
            ContentKind::Link => {
                fill(words::KIND_LINK, &[("to", self.points_to.as_deref().unwrap_or_default())])
            }
            ContentKind::Text => {
                self.text.as_ref().map_or(words::KIND_TEXT, |text| text.encoding.words()).to_owned()
            }
            ContentKind::Binary => words::KIND_BINARY.to_owned(),
            ContentKind::Picture(format) => fill(words::KIND_PICTURE, &[("format", format.as_str())]),
            ContentKind::Unknown => words::KIND_FILE.to_owned(),
        };
        let mut phrases = vec![capitalised(&kind)];
        if let Some(text) = &self.text {
            phrases.extend(text.ends.words());
            if !text.ends_with_newline && text.lines > 0 {
                phrases.push(words::PART_NO_LINE_END.to_owned());
            }
        }
        phrases.extend(self.size_bytes.map(size_words));
        phrases.extend(self.mode_words());
        phrases.extend(self.source.and_then(source_words).map(str::to_owned));
        phrases
    }
}

impl LineEndCounts {
    /// Which line ends there are, if there are any.
    pub fn words(self) -> Option<String> {
        let counts = [("LF", self.lf), ("CRLF", self.crlf), ("CR", self.cr)];
        let used: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 0).collect();
        match used.as_slice() {
            [] => None,
            [(one, _)] => Some((*one).to_owned()),
            several => {
                let parts: Vec<_> = several
                    .iter()
                    .map(|(name, count)| format!("{} {name}", with_thousands(*count)))
                    .collect();
                Some(fill(words::PART_MIXED_LINE_ENDS, &[("ends", &parts.join(", "))]))
            }
        }
    }
}

/// Where a content was read that the patch file does not bring.
const fn source_words(source: ContentSource) -> Option<&'static str> {
    match source {
        ContentSource::PatchFile => None,
        ContentSource::Folder => Some(words::PART_READ_IN_FOLDER),
        ContentSource::SafeCopy => Some(words::PART_READ_IN_BACKUP),
    }
}

/// A size as people say it: `1,234 bytes`, `12.3 MB`.
pub fn size_words(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (10_000, "KB")];
    match UNITS.iter().find(|(least, _)| bytes >= *least) {
        Some((_, "KB")) => format!("{} KB", with_thousands(bytes / 1_000)),
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / *unit as f64),
        None if bytes == 1 => words::SIZE_ONE_BYTE.to_owned(),
        None => fill(words::SIZE_BYTES, &[("n", &with_thousands(bytes))]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_say_them() {
        let cases = [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1_234, "1,234 bytes"),
            (12_345, "12 KB"),
            (2_147_483_648, "2.1 GB"),
        ];
        for (bytes, words) in cases {
            assert_eq!(size_words(bytes), words);
        }
    }

    #[test]
    fn a_folder_is_not_called_executable() {
        let phrases = |mode| {
            SideFacts { mode: Some(mode), kind: ContentKind::Folder, ..SideFacts::of_node(None) }.phrases()
        };
        assert_eq!(phrases(Mode::DIR), ["Folder"]);
        assert_eq!(phrases(Mode::new(0o700)), ["Folder", "permissions 0700"]);
    }

    #[test]
    fn line_ends_are_named_and_counted_when_mixed() {
        let ends = |lf, crlf, cr| LineEndCounts { lf, crlf, cr }.words();
        assert_eq!(ends(0, 0, 0), None);
        assert_eq!(ends(0, 7, 0).as_deref(), Some("CRLF"));
        assert_eq!(ends(1_200, 3, 1).as_deref(), Some("mixed line ends: 1,200 LF, 3 CRLF, 1 CR"));
    }

    #[test]
    fn pictures_are_known_by_their_first_bytes() {
        assert_eq!(PictureFormat::detect(b"\x89PNG\r\n\x1a\n...."), Some(PictureFormat::Png));
        assert_eq!(PictureFormat::detect(b"RIFF\0\0\0\0WEBPVP8 "), Some(PictureFormat::WebP));
        assert_eq!(PictureFormat::detect(b"BMW is a car"), None);
        assert_eq!(PictureFormat::detect(b""), None);
    }
}
