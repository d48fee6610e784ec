//! Mails, as `git am` reads them: the text as it was written, before anybody looks for diffs in it.
//!
//! A mail is encoded for its way, may have parts and attachments, and be written in an old character set. What comes out
//! is the same mail without all that: its header but for what is said of the way, then the text of its parts. Of a text
//! that comes in several forms the plain one is taken; signatures and pictures are left out.
//!
//! No library reads them (`mailparse` 0.18 was tried): a diff is about bytes, and those turn every line end into that of
//! mails, refuse what a mailing list puts behind an encoded text, or take time that grows with the square of a line.

use super::PatchTextError;
use super::charset::to_utf8;
use super::cursor::{Cursor, chomp};
use super::mail_header::is_mail_separator;
use super::transfer::{base64_body, quoted_printable};

/// How deep parts may lie in each other. Forwarding and signing makes three.
const MAX_DEPTH: usize = 12;

/// `text` with its mails decoded; it is given back as it is if none is encoded.
///
/// # Errors
/// If a body is not what its header says.
pub(super) fn decode_mails(text: Vec<u8>) -> Result<Vec<u8>, PatchTextError> {
    if !begins_like_mail(&text) {
        return Ok(text);
    }
    let mut out: Option<Vec<u8>> = None;
    let (mut copied, mut start, mut line) = (0, 0, 1);
    while start < text.len() {
        let mail = &text[start..start + mail_len(&text[start..])];
        if let Some(header) = MailParts::new(mail)
            && !header.is_plain()
        {
            let out = out.get_or_insert_default();
            out.extend_from_slice(&text[copied..start]);
            copied = start + mail.len();
            header.write_lines(out);
            let first_of_body = line + count_lines(&mail[..mail.len() - header.body.len()]);
            write_part(&header, 0, first_of_body, out)?;
        }
        line += count_lines(mail);
        start += mail.len();
    }
    match out {
        None => Ok(text),
        Some(mut out) => {
            out.extend_from_slice(&text[copied..]);
            Ok(out)
        }
    }
}

fn count_lines(text: &[u8]) -> usize {
    text.iter().filter(|&&byte| byte == b'\n').count()
}

/// Whether the first line is one of a mail. Large diffs are not gone through in vain.
fn begins_like_mail(text: &[u8]) -> bool {
    let first = text.split_inclusive(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty());
    let first = first.unwrap_or_default();
    let is_key =
        |key: &[u8]| !key.is_empty() && key.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    let colon = first.iter().position(|&byte| byte == b':');
    is_mail_separator(first) || colon.is_some_and(|colon| is_key(&first[..colon]))
}

/// How long the mail is that `text` begins with.
fn mail_len(text: &[u8]) -> usize {
    let mut cursor = Cursor::new(text);
    let mut length = cursor.next().map_or(0, <[u8]>::len);
    while let Some(line) = cursor.next().filter(|line| !is_mail_separator(line)) {
        length += line.len();
    }
    length
}

/// How bytes were made into letters of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TransferEncoding {
    None,
    Base64,
    QuotedPrintable,
}

/// A mail or a part of one: what its header says, and the rest.
#[derive(Debug)]
struct MailParts<'a> {
    header: &'a [u8],
    body: &'a [u8],
    encoding: TransferEncoding,
    /// In small letters, such as `text/plain`; empty if it is not said.
    kind: String,
    boundary: Option<String>,
    charset: Option<String>,
    is_flowed: bool,
    deletes_blank: bool,
}

impl<'a> MailParts<'a> {
    /// `None` if `text` has no header that ends in an empty line.
    fn new(text: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(text);
        while cursor.peek().is_some_and(|line| line.trim_ascii().is_empty()) {
            cursor.next();
        }
        let mut part = Self {
            header: text,
            body: &[],
            encoding: TransferEncoding::None,
            kind: String::new(),
            boundary: None,
            charset: None,
            is_flowed: false,
            deletes_blank: false,
        };
        let mut length = text.len() - cursor.rest().len();
        let mut is_first = true;
        while let Some(line) = cursor.next() {
            length += line.len();
            let is_continued = line.starts_with(b" ") || line.starts_with(b"\t");
            let is_separator = std::mem::take(&mut is_first) && is_mail_separator(line);
            if chomp(line).is_empty() {
                (part.header, part.body) = text.split_at(length);
                return Some(part);
            }
            if is_continued || is_separator {
                continue;
            }
            let colon = line.iter().position(|&byte| byte == b':')?;
            let mut value = line[colon + 1..].trim_ascii().to_vec();
            let key = &line[..colon];
            if !(key.eq_ignore_ascii_case(b"content-type")
                || key.eq_ignore_ascii_case(b"content-transfer-encoding"))
            {
                continue;
            }
            while let Some(more) =
                cursor.peek().filter(|line| line.starts_with(b" ") || line.starts_with(b"\t"))
                && value.len() < MAX_FIELD_BYTES
            {
                value.push(b' ');
                value.extend_from_slice(more.trim_ascii());
                length += more.len();
                cursor.next();
            }
            part.take(key, &String::from_utf8_lossy(&value));
        }
        None
    }

    fn take(&mut self, key: &[u8], value: &str) {
        if key.eq_ignore_ascii_case(b"content-transfer-encoding") {
            self.encoding = match value.trim() {
                value if value.eq_ignore_ascii_case("base64") => TransferEncoding::Base64,
                value if value.eq_ignore_ascii_case("quoted-printable") => TransferEncoding::QuotedPrintable,
                _ => TransferEncoding::None,
            };
            return;
        }
        self.kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        self.boundary = parameter(value, "boundary").filter(|boundary| !boundary.is_empty());
        self.charset = parameter(value, "charset");
        self.is_flowed =
            parameter(value, "format").is_some_and(|format| format.eq_ignore_ascii_case("flowed"));
        self.deletes_blank = parameter(value, "delsp").is_some_and(|said| said.eq_ignore_ascii_case("yes"));
    }

    /// Whether its text is what stands there.
    fn is_plain(&self) -> bool {
        let is_utf8 = self.charset.as_deref().is_none_or(|charset| {
            charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("us-ascii")
        });
        self.encoding == TransferEncoding::None && !self.is_multipart() && !self.is_flowed && is_utf8
    }

    fn is_multipart(&self) -> bool {
        self.kind.starts_with("multipart/") && self.boundary.is_some()
    }

    /// Whether it holds no patch, whatever is in it.
    fn is_beside_the_point(&self) -> bool {
        ["image/", "audio/", "video/", "font/", "text/html", "text/calendar"]
            .iter()
            .any(|kind| self.kind.starts_with(kind))
            || self.kind.ends_with("-signature")
            || self.kind == "application/pgp-encrypted"
    }

    /// Writes the header but for what it says of the way.
    fn write_lines(&self, out: &mut Vec<u8>) {
        let mut is_kept = true;
        for line in self.header.split_inclusive(|&byte| byte == b'\n') {
            let is_continued = line.starts_with(b" ") || line.starts_with(b"\t");
            if !is_continued {
                let head = line.get(..8).unwrap_or_default();
                is_kept = !head.eq_ignore_ascii_case(b"content-");
            }
            if is_kept {
                out.extend_from_slice(chomp(line));
                out.push(b'\n');
            }
        }
    }
}

/// Longest value of a header that is read.
const MAX_FIELD_BYTES: usize = 8192;

/// The value of `; name=value` or `; name="value"`.
fn parameter(value: &str, name: &str) -> Option<String> {
    let mut rest = value;
    while let Some((_, tail)) = rest.split_once(';') {
        rest = tail;
        let (key, value) = tail.trim_start().split_once('=')?;
        if !key.trim().eq_ignore_ascii_case(name) {
            continue;
        }
        let value = value.trim_start();
        return Some(match value.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default().to_owned(),
            None => value.split([';', ' ', '\t']).next().unwrap_or_default().to_owned(),
        });
    }
    None
}

/// Writes the text of a part, and of the parts in it. `line`: the first line of its body in the whole text.
fn write_part(
    part: &MailParts<'_>,
    depth: usize,
    line: usize,
    out: &mut Vec<u8>,
) -> Result<(), PatchTextError> {
    let Some(boundary) = part.boundary.as_ref().filter(|_| part.is_multipart()) else {
        return write_leaf(part, depth, line, out);
    };
    if depth == MAX_DEPTH {
        let problem = format!("the email's parts are nested more than {MAX_DEPTH} deep");
        return Err(PatchTextError::limit(line, problem));
    }
    let delimiter = [b"--", boundary.as_bytes()].concat();
    let is_choice = part.kind == "multipart/alternative";
    let mut begin = None;
    let (mut at, mut number) = (0, line);
    let mut has_one = false;
    for row in part.body.split_inclusive(|&byte| byte == b'\n').chain([delimiter.as_slice()]) {
        let tail = chomp(row).strip_prefix(delimiter.as_slice()).map(<[u8]>::trim_ascii_end);
        if matches!(tail, Some(b"" | b"--")) {
            if let Some((from, first_line)) = begin.take()
                && !(is_choice && has_one)
                && let Some(inner) = MailParts::of_part(&part.body[from..at])
                && !inner.is_beside_the_point()
            {
                let above = count_lines(inner.header);
                write_part(&inner, depth + 1, first_line + above, out)?;
                has_one = true;
            }
            if tail == Some(b"--") {
                break;
            }
            begin = Some((at + row.len().min(part.body.len() - at), number + 1));
        }
        at = (at + row.len()).min(part.body.len());
        number += 1;
    }
    Ok(())
}

impl<'a> MailParts<'a> {
    /// A part of a mail, whose header may be empty.
    fn of_part(text: &'a [u8]) -> Option<Self> {
        let first = Cursor::new(text).next()?;
        if chomp(first).is_empty() {
            let (header, body) = text.split_at(first.len());
            let kind = String::new();
            return Some(Self {
                header,
                body,
                encoding: TransferEncoding::None,
                kind,
                boundary: None,
                charset: None,
                is_flowed: false,
                deletes_blank: false,
            });
        }
        Self::new(text)
    }
}

fn write_leaf(
    part: &MailParts<'_>,
    depth: usize,
    line: usize,
    out: &mut Vec<u8>,
) -> Result<(), PatchTextError> {
    let problem = "the email's text isn't encoded as its header says";
    let decoded = match part.encoding {
        TransferEncoding::Base64 => {
            base64_body(part.body).ok_or_else(|| PatchTextError::broken(line, problem))?
        }
        TransferEncoding::QuotedPrintable => quoted_printable(part.body),
        TransferEncoding::None if depth > 0 => without_returns(part.body),
        TransferEncoding::None => part.body.to_vec(),
    };
    // An attachment that is no text is no patch.
    if depth > 0 && decoded.contains(&0) {
        return Ok(());
    }
    let decoded = if part.is_flowed { joined(&decoded, part.deletes_blank) } else { decoded };
    let begin = out.len();
    write_letter(&decoded, part.charset.as_deref(), out);
    if out.len() > begin && !out.ends_with(b"\n") {
        out.push(b'\n');
    }
    Ok(())
}

/// Writes a text whose letter, above its diffs, is in `charset`. The diffs are bytes of files and stay so. A line that
/// would pass for the beginning of another mail is quoted, as mailboxes do it.
fn write_letter(text: &[u8], charset: Option<&str>, out: &mut Vec<u8>) {
    let mut is_letter = true;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        is_letter &= !is_patch_break(line);
        if is_mail_separator(line) {
            out.push(b'>');
        }
        match charset.filter(|_| is_letter) {
            Some(charset) => out.extend_from_slice(to_utf8(line, charset).as_bytes()),
            None => out.extend_from_slice(line),
        }
    }
}

/// Whether diffs begin at this line, for Git.
fn is_patch_break(line: &[u8]) -> bool {
    line.starts_with(b"diff -")
        || line.starts_with(b"Index: ")
        || line.strip_prefix(b"---").is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}

fn without_returns(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        out.extend_from_slice(chomp(line));
        out.extend_from_slice(if line.ends_with(b"\n") { b"\n" } else { b"" });
    }
    out
}

/// Lines that a mail program parted, put together again (RFC 3676).
fn joined(text: &[u8], deletes_blank: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let line = chomp(line);
        if line == b"-- " {
            out.extend_from_slice(b"-- \n");
            continue;
        }
        let line = line.strip_prefix(b" ").unwrap_or(line);
        match line.strip_suffix(b" ") {
            Some(bare) => out.extend_from_slice(if deletes_blank { bare } else { line }),
            None => {
                out.extend_from_slice(line);
                out.push(b'\n');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "1234567890123456789012345678901234567890";

    fn decoded(text: &str) -> String {
        String::from_utf8(decode_mails(text.as_bytes().to_vec()).expect("it can be decoded")).expect("text")
    }

    #[test]
    fn both_encodings_are_read_in_one_mailbox() {
        let mails = format!(
            "From {ID} Mon Sep 17 00:00:00 2001\nSubject: one\nContent-Transfer-Encoding: quoted-printable\n\n\
             +a=3D1 caf=C3=A9=20\n+long =\nline=\nFrom {ID} Mon Sep 17 00:00:00 2001\nSubject: two\n\
             Content-Transfer-Encoding: base64\nX: y\n\naGVs\nbG8K\nFrom {ID} Mon Sep 17 00:00:00 2001\n\
             Subject: three\n\nplain=20\n"
        );
        assert_eq!(
            decoded(&mails),
            format!(
                "From {ID} Mon Sep 17 00:00:00 2001\nSubject: one\n\n+a=1 café \n+long line\n\
                 From {ID} Mon Sep 17 00:00:00 2001\nSubject: two\nX: y\n\nhello\n\
                 From {ID} Mon Sep 17 00:00:00 2001\nSubject: three\n\nplain=20\n"
            )
        );
    }

    #[test]
    fn a_saved_mail_with_line_ends_of_its_way_is_read() {
        let mail = "Subject: x\r\nContent-Transfer-Encoding: Quoted-Printable\r\n\r\n-old=0D\r\n+new\r\n";
        assert!(decoded(mail).ends_with("\n\n-old\r\n+new\n"), "{:?}", decoded(mail));
    }

    #[test]
    fn the_plain_text_and_the_attachments_of_a_mail_are_taken() {
        let mail = "From: a <a@x>\nMIME-Version: 1.0\nContent-Type: multipart/mixed;\n boundary=\"o\"\n\nnot shown\n--o\nContent-Type: multipart/alternative; boundary=i\n\n--i\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe\n--i\nContent-Type: text/html\n\n<b>x</b>\n--i--\n--o\nContent-Type: application/octet-stream; name=x.patch\nContent-Transfer-Encoding: base64\n\nLS0tIGEveAo=\n--o\nContent-Type: application/pgp-signature\n\n-----BEGIN\n--o--\nbehind\n";
        assert_eq!(decoded(mail), "From: a <a@x>\nMIME-Version: 1.0\n\nGr\u{fc}\u{df}e\n--- a/x\n");
    }

    #[test]
    fn what_a_list_puts_behind_an_encoded_text_is_left_out() {
        let mail = "Subject: x\nContent-Transfer-Encoding: base64\n\naGVsbG8K\n_______\nOur list\n";
        assert_eq!(decoded(mail), "Subject: x\n\nhello\n");
    }

    #[test]
    fn parts_lie_in_parts_only_so_deep() {
        let nested = (0..30).fold("Content-Type: text/plain\n\nx\n".to_owned(), |inner, n| {
            format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n{inner}\n--b{n}--\n")
        });
        assert_eq!(decode_mails(nested.into_bytes()).expect_err("too deep").code, crate::model::Code::Limit);
    }

    #[test]
    fn what_is_no_mail_stays_as_it_is() {
        for text in ["", "--- a/x\n+++ b/x\n=3D\n", "Content-Transfer-Encoding: base64", "a\n\nb: c\n\n"] {
            assert_eq!(decoded(text), text);
        }
        let broken = "Content-Transfer-Encoding: base64\n\n--- a/x\n";
        assert_eq!(decode_mails(broken.as_bytes().to_vec()).expect_err("no base64").line, 3);
    }
}
