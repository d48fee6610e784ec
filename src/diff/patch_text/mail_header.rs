//! What stands above the first diff: a mail's header and text, or the fields that distributions write there.
//!
//! No library reads it: fields are also taken from texts that are no mails, and what was tried (`mailparse` 0.18) does not
//! decode a word behind a letter like `ä`, and takes time that grows with the square of a line that anybody may send.

use std::iter::Peekable;

use super::charset::{guessed, to_utf8};
use super::cursor::chomp;
use super::transfer::base64;

/// Bytes of the text above the first diff that are kept: some pages. The rest is passed over.
const MAX_LETTER_BYTES: usize = 64 << 10;

/// Who says what about a patch. Texts are as they were written, and must be escaped before they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailHeader {
    /// Its title, without `[PATCH 1/2]`.
    pub subject: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When, as it was written.
    pub date: Option<String>,
    /// The commit it was made from.
    pub commit: Option<String>,
    /// What it says.
    pub message: String,
}

/// Whether a line stands between two mails: `From`, the sender or a commit's id, and a date.
pub(super) fn is_mail_separator(line: &[u8]) -> bool {
    line.starts_with(b"From ") && (commit_of(line).is_some() || ends_in_date(chomp(line)))
}

fn commit_of(line: &[u8]) -> Option<&str> {
    let rest = std::str::from_utf8(chomp(line)).ok()?.strip_prefix("From ")?;
    let (id, date) = rest.split_once(' ')?;
    let is_id = (id.len() == 40 || id.len() == 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_id && !date.is_empty()).then_some(id)
}

/// What Git takes for the date of such a line: a time of day with seconds, and a year behind it.
fn ends_in_date(line: &[u8]) -> bool {
    const TIME: usize = "00:00:00".len();
    let Some(colon) = line.iter().rposition(|&byte| byte == b':') else { return false };
    let begin = (colon + 3).saturating_sub(TIME);
    let is_time = line.get(begin..colon + 3).is_some_and(|time| {
        time.iter()
            .enumerate()
            .all(|(at, byte)| if at % 3 == 2 { *byte == b':' } else { byte.is_ascii_digit() })
    });
    let year = &line[(colon + 3).min(line.len())..];
    let year = year.trim_ascii().split(|byte| !byte.is_ascii_digit()).next().unwrap_or_default();
    let year = std::str::from_utf8(year).ok().and_then(|year| year.parse::<u32>().ok());
    is_time && begin > 5 && year.is_some_and(|year| year > 90)
}

/// Takes in the lines above the first diff.
pub(super) struct MailHeaderReader {
    commit: Option<String>,
    lines: Vec<String>,
    bytes: usize,
    is_cut: bool,
    has_words: bool,
}

impl MailHeaderReader {
    pub fn new() -> Self {
        Self { commit: None, lines: Vec::new(), bytes: 0, is_cut: false, has_words: false }
    }

    /// Whether the letter is over, and what follows belongs to diffs. A text may begin with what a diff says.
    pub fn is_over(&self) -> bool {
        self.is_cut || !self.has_words
    }

    /// Takes in a line that diffs may have above them, too: the letter does not start with it.
    pub(crate) fn take_remark(&mut self, line: &[u8]) {
        let has_words = self.has_words;
        self.take(line);
        self.has_words = has_words;
    }

    pub fn take(&mut self, line: &[u8]) {
        if self.bytes == 0
            && let Some(commit) = commit_of(line)
        {
            self.commit = Some(commit.to_owned());
            return;
        }
        if self.bytes == 0 && is_mail_separator(line) {
            return;
        }
        // The list of changed files below the message is made of the diff, and so are the lines above one.
        self.is_cut |= chomp(line) == b"---" || line.starts_with(b"diff ") || line.starts_with(b"Index: ");
        self.has_words |= !line.trim_ascii().is_empty();
        self.bytes = self.bytes.saturating_add(line.len());
        if !self.is_cut && self.bytes <= MAX_LETTER_BYTES {
            self.lines.push(guessed(chomp(line)).into_owned());
        }
    }
}

impl From<MailHeaderReader> for MailHeader {
    fn from(reader: MailHeaderReader) -> Self {
        let mut header = MailHeader { commit: reader.commit, ..MailHeader::default() };
        let mut lines: HeaderLines<'_> = reader.lines.iter().peekable();
        while lines.next_if(|line| line.trim().is_empty()).is_some() {}
        let mut description = String::new();
        if lines.peek().and_then(|line| field(line)).is_some() {
            header.take_fields(&mut lines, &mut description, |_| true);
            if header.author.is_some() {
                // Whoever forwards a patch says in the letter whose it is.
                while lines.next_if(|line| line.trim().is_empty()).is_some() {}
                let is_own =
                    |key: &str| ["from", "subject", "date"].contains(&key.to_ascii_lowercase().as_str());
                header.take_fields(&mut lines, &mut description, is_own);
            }
        }
        let rest: Vec<&str> = lines.map(String::as_str).collect();
        let message = [description.trim(), rest.join("\n").trim()].join("\n\n");
        header.message = message.trim().to_owned();
        header
    }
}

type HeaderLines<'l> = Peekable<std::slice::Iter<'l, String>>;

impl MailHeader {
    /// Takes in the fields that come next, up to an empty line or one that is none of those `wanted`.
    fn take_fields(
        &mut self,
        lines: &mut HeaderLines<'_>,
        description: &mut String,
        wanted: impl Fn(&str) -> bool,
    ) {
        let is_wanted = |line: &&String| match field(line) {
            Some((key, _)) => wanted(key),
            None => wanted("") && !line.trim().is_empty(),
        };
        while let Some(line) = lines.next_if(is_wanted) {
            let Some((key, value)) = field(line) else { continue };
            let mut value = value.to_owned();
            // Long values go on in lines that begin with a blank; in a description they are paragraphs.
            while let Some(more) = lines.next_if(|line| line.starts_with([' ', '\t'])) {
                value.push(if key.eq_ignore_ascii_case("description") { '\n' } else { ' ' });
                value.push_str(more.trim());
            }
            self.set(key, value, description);
        }
    }

    fn set(&mut self, key: &str, value: String, description: &mut String) {
        match key.to_ascii_lowercase().as_str() {
            "subject" => self.subject = Some(without_tags(&one_blank(&decoded(&value))).to_owned()),
            "from" | "author" => self.author = Some(author(&decoded(&value))),
            "date" | "last-update" => self.date = Some(value),
            "description" => {
                let (title, rest) = value.split_once('\n').unwrap_or((&value, ""));
                self.subject.get_or_insert(title.to_owned());
                description.push_str(rest);
            }
            // What distributions say about a patch is worth reading, too.
            "bug" | "bug-debian" | "bug-ubuntu" | "origin" | "forwarded" => {
                description.push_str(&format!("{key}: {value}\n"));
            }
            _ => {}
        }
    }
}

/// `Key: value`
fn field(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_key.then(|| (key, value.trim()))
}

/// A subject without what stands in brackets and signs of an answer in front of it.
fn without_tags(subject: &str) -> &str {
    let mut rest = subject.trim();
    loop {
        let bare = rest.trim_start_matches([' ', '\t', ':']);
        let answer = bare.get(..3).filter(|begin| begin.eq_ignore_ascii_case("re:")).map(|_| &bare[3..]);
        let tagged = bare.strip_prefix('[').and_then(|tail| tail.split_once(']')).map(|(_, tail)| tail);
        match answer.or(tagged) {
            Some(tail) => rest = tail,
            None => break,
        }
    }
    let bare = rest.trim_start_matches([' ', '\t', ':']);
    if bare.is_empty() { subject.trim() } else { bare }
}

/// A text with one blank for several.
fn one_blank(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name and address as people write them: without quotes, and with the name first.
fn author(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {}
            '\\' => plain.extend(letters.next()),
            letter => plain.push(letter),
        }
    }
    let plain = one_blank(&plain);
    match plain.split_once(" (").map(|(address, name)| (address, name.strip_suffix(')'))) {
        Some((address, Some(name))) if address.contains('@') && !address.contains(['<', ' ']) => {
            format!("{name} <{address}>")
        }
        _ => plain,
    }
}

/// Decodes the words that mails encode in their headers (RFC 2047).
fn decoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut ends_in_word = false;
    while let Some((before, tail)) = rest.split_once("=?") {
        let word = encoded_word(tail);
        // The blank between two such words is no part of the text.
        if !(ends_in_word && word.is_some() && before.trim().is_empty()) {
            out.push_str(before);
        }
        ends_in_word = word.is_some();
        match word {
            Some((word, after)) => {
                out.push_str(&word);
                rest = after;
            }
            None => {
                out.push_str("=?");
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Longest encoded word that is looked for: several times what the standard allows.
const MAX_WORD_BYTES: usize = 2000;

/// The word that begins `text` behind its `=?`, and what follows it.
fn encoded_word(text: &str) -> Option<(String, &str)> {
    let window = &text[..text.floor_char_boundary(MAX_WORD_BYTES)];
    let (charset, tail) = window.split_once('?')?;
    let (encoding, tail) = tail.split_once('?')?;
    let (word, _) = tail.split_once("?=")?;
    let bytes = match encoding {
        "q" | "Q" => q_encoded(word)?,
        "b" | "B" => base64(word.as_bytes())?,
        _ => return None,
    };
    let used = charset.len() + encoding.len() + word.len() + "???=".len();
    // A language may stand behind the character set.
    let charset = charset.split('*').next().unwrap_or_default();
    Some((to_utf8(&bytes, charset).into_owned(), text.get(used..)?))
}

fn q_encoded(word: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut letters = word.bytes();
    while let Some(letter) = letters.next() {
        bytes.push(match letter {
            b'_' => b' ',
            b'=' => {
                let digits = [letters.next()?, letters.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            letter => letter,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> MailHeader {
        let mut reader = MailHeaderReader::new();
        text.split_inclusive('\n').for_each(|line| reader.take(line.as_bytes()));
        reader.into()
    }

    #[test]
    fn a_mail_of_git_tells_who_and_why() {
        let header = read(
            "From 1234567890123456789012345678901234567890 Mon Sep 17 00:00:00 2001\n\
             From: =?UTF-8?q?J=C3=BCrgen=20M?= <j@x.example>\nDate: Tue, 3 Feb 2026 10:00:00 +0100\n\
             Subject: [PATCH v2 1/3] Mend the\n parser\n\nIt crashed.\n\nCloses: #12\n---\n x.c | 2 +-\n",
        );
        assert_eq!(header.subject.as_deref(), Some("Mend the parser"));
        assert_eq!(header.author.as_deref(), Some("Jürgen M <j@x.example>"));
        assert_eq!(header.date.as_deref(), Some("Tue, 3 Feb 2026 10:00:00 +0100"));
        assert_eq!(header.commit.as_deref(), Some("1234567890123456789012345678901234567890"));
        assert_eq!(header.message, "It crashed.\n\nCloses: #12");
    }

    #[test]
    fn a_name_is_read_however_it_was_encoded() {
        for encoded in
            ["=?UTF-8?q?J=C3=BCrgen_M?=", "=?utf-8?B?SsO8cmdlbiBN?=", "=?utf-8?b?SsO8?= =?utf-8?q?rgen_M?="]
        {
            assert_eq!(decoded(encoded), "Jürgen M");
        }
        assert_eq!(
            decoded("=?ISO-8859-1?Q?J=FCrgen?= M =?koi8-r?B?8NLJ?="),
            "J\u{fc}rgen M \u{41f}\u{440}\u{438}"
        );
        assert_eq!(decoded("\u{e4}=?utf-8?q?b?=c =?utf-8?x?a?= =?utf-8?q?d?="), "\u{e4}bc =?utf-8?x?a?= d");
        for other in ["=?utf-8?b?J?=", "=?utf-8?b?_?=", "=?utf-8?x?a?=", "=?", "=??=", "=?utf-8?q?a"] {
            assert_eq!(decoded(other), other);
        }
    }

    #[test]
    fn the_fields_of_a_distribution_are_known() {
        let header = read(
            "Description: Mend it\n .\n Really.\nAuthor: A <a@x.example>\nBug: https://x.example/1\n\nMore.\n---\n",
        );
        assert_eq!(header.subject.as_deref(), Some("Mend it"));
        assert_eq!(header.author.as_deref(), Some("A <a@x.example>"));
        assert_eq!(header.message, ".\nReally.Bug: https://x.example/1\n\nMore.");
    }

    #[test]
    fn a_plain_remark_is_a_message() {
        let header = read("\nThis mends it.\nReally.\n");
        assert_eq!((header.subject, header.message.as_str()), (None, "This mends it.\nReally."));
    }

    #[test]
    fn who_forwards_a_patch_says_whose_it_is() {
        let header = read(
            "From: \"Doe, \\\"J\\\"\" <j@x.example>\nSubject: Re: [PATCH]  [net]  A  title\n\nFrom: Eve <e@x.example>\n\nWhy.\n---\n",
        );
        assert_eq!(header.author.as_deref(), Some("Eve <e@x.example>"));
        assert_eq!((header.subject.as_deref(), header.message.as_str()), (Some("A title"), "Why."));
        let header = read("From: \"Doe, \\\"J\\\"\" <j@x.example>\nSubject: x\n\nNote: this is prose.\n");
        assert_eq!(header.author.as_deref(), Some("Doe, \"J\" <j@x.example>"));
        assert_eq!(header.message, "Note: this is prose.");
        assert_eq!(author("j@x.example (Jane Doe)"), "Jane Doe <j@x.example>");
    }

    #[test]
    fn mails_are_parted_where_git_parts_them() {
        for line in [
            "From 1234567890123456789012345678901234567890 Mon Sep 17 00:00:00 2001\n",
            "From a@x.example Mon Sep 17 00:00:00 2001\n",
            "From a@x.example Mon Sep 17 00:00:00 2001 +0100\r\n",
        ] {
            assert!(is_mail_separator(line.as_bytes()), "{line}");
        }
        for line in [
            "From now on\n",
            "From: a\n",
            "From 12:00:00\n",
            ">From a@x Mon Sep 17 00:00:00 2001\n",
            "From a at 1:2:3 90\n",
        ] {
            assert!(!is_mail_separator(line.as_bytes()), "{line}");
        }
    }
}
