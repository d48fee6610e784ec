//! What stands above the first diff: a mail's header and text, or the fields that distributions write there.
//!
//! No library reads it: fields are also taken from texts that are no mails, and what was tried (`mailparse` 0.18) does not
//! decode a word behind a letter like `ä`, and takes time that grows with the square of a line that anybody may send.

use super::PatchTextError;
use super::cursor::chomp;
use super::mail::base64;

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

/// Whether a line stands between two mails: `From`, a commit's id and the date that all of Git's mails have.
pub(super) fn is_mail_separator(line: &[u8]) -> bool {
    commit_of(line).is_some()
}

fn commit_of(line: &[u8]) -> Option<&str> {
    let rest = std::str::from_utf8(chomp(line)).ok()?.strip_prefix("From ")?;
    let (id, date) = rest.split_once(' ')?;
    let is_id = (id.len() == 40 || id.len() == 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_id && !date.is_empty()).then_some(id)
}

/// Takes in the lines above the first diff.
pub(super) struct Reader {
    commit: Option<String>,
    lines: Vec<String>,
    bytes: usize,
    is_cut: bool,
}

impl Reader {
    pub fn new() -> Self {
        Self { commit: None, lines: Vec::new(), bytes: 0, is_cut: false }
    }

    /// # Errors
    /// If the mail was encoded for its way: the diff in it is not the one that was sent.
    pub fn take(&mut self, line: &[u8], number: usize) -> Result<(), PatchTextError> {
        if let Some(commit) = commit_of(line).filter(|_| self.lines.is_empty()) {
            self.commit = Some(commit.to_owned());
            return Ok(());
        }
        let text = String::from_utf8_lossy(chomp(line)).into_owned();
        let encoding = field(&text).filter(|(key, _)| key.eq_ignore_ascii_case("content-transfer-encoding"));
        if let Some((_, encoding)) = encoding
            && ["base64", "quoted-printable"].iter().any(|word| encoding.eq_ignore_ascii_case(word))
        {
            let problem =
                "a part of the mail is encoded for its way; save the patch in it as a plain text file";
            return Err(PatchTextError::broken(number, problem));
        }
        // The list of changed files below the message is made of the diff, and so are the lines above one.
        self.is_cut |= text == "---" || text.starts_with("diff ") || text.starts_with("Index: ");
        self.bytes += text.len();
        if !self.is_cut && self.bytes <= MAX_LETTER_BYTES {
            self.lines.push(text);
        }
        Ok(())
    }
}

impl From<Reader> for MailHeader {
    fn from(reader: Reader) -> Self {
        let mut header = MailHeader { commit: reader.commit, ..MailHeader::default() };
        let mut lines = reader.lines.iter().map(String::as_str).peekable();
        while lines.next_if(|line| line.trim().is_empty()).is_some() {}
        let has_header = lines.peek().and_then(|line| field(line)).is_some();
        let mut description = String::new();
        while has_header && let Some(line) = lines.next_if(|line| !line.trim().is_empty()) {
            let Some((key, value)) = field(line) else { continue };
            let mut value = value.to_owned();
            // Long values go on in lines that begin with a blank; in a description they are paragraphs.
            while let Some(more) = lines.next_if(|line| line.starts_with([' ', '\t'])) {
                value.push(if key.eq_ignore_ascii_case("description") { '\n' } else { ' ' });
                value.push_str(more.trim());
            }
            header.set(key, value, &mut description);
        }
        let rest: Vec<&str> = lines.collect();
        let message = [description.trim(), rest.join("\n").trim()].join("\n\n");
        header.message = message.trim().to_owned();
        header
    }
}

impl MailHeader {
    fn set(&mut self, key: &str, value: String, description: &mut String) {
        match key.to_ascii_lowercase().as_str() {
            "subject" => self.subject = Some(without_tags(&decoded(&value)).to_owned()),
            "from" | "author" => self.author = Some(decoded(&value)),
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

/// A subject without what stands in brackets in front of it.
fn without_tags(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some((_, tail)) = rest.strip_prefix('[').and_then(|tail| tail.split_once(']')) {
        rest = tail.trim_start();
    }
    if rest.is_empty() { subject.trim() } else { rest }
}

/// Decodes the words that mails encode in their headers (RFC 2047), as far as they are UTF-8.
fn decoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut ends_in_word = false;
    while let Some((before, word, after)) = encoded_word(rest) {
        // The blank between two such words is no part of the text.
        if !(ends_in_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&word);
        (rest, ends_in_word) = (after, true);
    }
    out.push_str(rest);
    out
}

fn encoded_word(text: &str) -> Option<(&str, String, &str)> {
    let (before, tail) = text.split_once("=?")?;
    let (charset, tail) = tail.split_once('?')?;
    let (encoding, tail) = tail.split_once('?')?;
    let (word, after) = tail.split_once("?=")?;
    let bytes = match encoding {
        _ if !charset.eq_ignore_ascii_case("utf-8") => return None,
        "q" | "Q" => q_encoded(word)?,
        "b" | "B" => base64(word.as_bytes())?,
        _ => return None,
    };
    Some((before, String::from_utf8(bytes).ok()?, after))
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
        let mut reader = Reader::new();
        for (index, line) in text.split_inclusive('\n').enumerate() {
            reader.take(line.as_bytes(), index + 1).expect("a plain letter");
        }
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
        for other in
            ["=?latin1?q?J=FCrgen?=", "=?utf-8?b?J?=", "=?utf-8?b?_?=", "=?utf-8?q?=C3?=", "=?utf-8?x?a?="]
        {
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
    fn an_encoded_mail_is_refused() {
        let error = Reader::new().take(b"Content-Transfer-Encoding: base64\n", 7).expect_err("it is encoded");
        assert_eq!(error.line, 7);
    }
}
