//! Mails whose text was encoded for its way: the text as it was written, before anybody looks for diffs in it.
//!
//! Mails of one part are decoded. One that has several says in each part how that is encoded, and stays as it is;
//! whoever reads the diff says so.
//!
//! Quoted-printable is read here and by no library: what was tried turns every line end into that of mails, and a
//! diff is about bytes.

use base64ct::{Base64Unpadded, Encoding as _};

use super::PatchTextError;
use super::cursor::chomp;
use super::mail_header::is_mail_separator;

/// How the text of a mail was encoded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Base64,
    QuotedPrintable,
}

/// `text` with the bodies of its mails decoded; it is given back as it is if none is encoded.
///
/// # Errors
/// If a body is not what its header says.
pub fn decode_mails(text: Vec<u8>) -> Result<Vec<u8>, PatchTextError> {
    if !begins_like_mail(&text) {
        return Ok(text);
    }
    let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    let mut out: Option<Vec<u8>> = None;
    let (mut copied, mut at) = (0, 0);
    while at < lines.len() {
        let Some((encoding, header)) = encoded_header(&lines, at) else {
            // On to the next mail.
            at = next_mail(&lines, at + 1);
            continue;
        };
        let end = next_mail(&lines, header.body);
        let body = lines[header.body..end].concat();
        let decoded = match encoding {
            Encoding::Base64 => base64(&body),
            Encoding::QuotedPrintable => Some(quoted_printable(&body)),
        };
        let problem = "the text of the mail is not encoded as its header says";
        let decoded = decoded.ok_or_else(|| PatchTextError::broken(header.body + 1, problem))?;
        let out = out.get_or_insert_default();
        let kept = lines[copied..header.body].iter().enumerate();
        let kept = kept.filter(|(index, _)| copied + index != header.line).map(|(_, line)| line);
        kept.for_each(|line| out.extend_from_slice(line));
        out.extend_from_slice(&decoded);
        if !decoded.ends_with(b"\n") {
            out.push(b'\n');
        }
        (copied, at) = (end, end);
    }
    match out {
        None => Ok(text),
        Some(mut out) => {
            lines[copied..].iter().for_each(|line| out.extend_from_slice(line));
            Ok(out)
        }
    }
}

/// Whether the first line is one of a mail. Large diffs are not gone through in vain.
fn begins_like_mail(text: &[u8]) -> bool {
    let first = text.split_inclusive(|&byte| byte == b'\n').next().unwrap_or_default();
    let is_key = |key: &[u8]| key.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    let colon = first.iter().position(|&byte| byte == b':');
    is_mail_separator(first) || colon.is_some_and(|colon| is_key(&first[..colon]))
}

/// Where things stand in a mail, in lines.
struct MailLayout {
    /// What says how it is encoded.
    line: usize,
    /// The first one of its text.
    body: usize,
}

/// The header of the mail that begins at line `at`, if its text is encoded.
fn encoded_header(lines: &[&[u8]], at: usize) -> Option<(Encoding, MailLayout)> {
    let first = at + usize::from(is_mail_separator(lines[at]));
    let length = lines.get(first..)?.iter().position(|line| chomp(line).is_empty())?;
    for (index, line) in lines[first..first + length].iter().enumerate() {
        let is_continued = index > 0 && line.starts_with(b" ") || line.starts_with(b"\t");
        let Some(colon) = line.iter().position(|&byte| byte == b':').filter(|_| !is_continued) else {
            match is_continued {
                true => continue,
                false => return None,
            }
        };
        let (key, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if !key.eq_ignore_ascii_case(b"content-transfer-encoding") {
            continue;
        }
        let encoding = match value {
            _ if value.eq_ignore_ascii_case(b"base64") => Encoding::Base64,
            _ if value.eq_ignore_ascii_case(b"quoted-printable") => Encoding::QuotedPrintable,
            _ => return None,
        };
        return Some((encoding, MailLayout { line: first + index, body: first + length + 1 }));
    }
    None
}

/// The line at which the next mail begins, from `at` on.
fn next_mail(lines: &[&[u8]], at: usize) -> usize {
    let found = lines.get(at..).and_then(|rest| rest.iter().position(|line| is_mail_separator(line)));
    found.map_or(lines.len(), |found| at + found)
}

/// Blanks count for nothing, and padding ends it: what a mailing list puts behind it is no part of the text.
pub(super) fn base64(body: &[u8]) -> Option<Vec<u8>> {
    let letters = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    let letters = letters.take_while(|byte| *byte != b'=').collect();
    Base64Unpadded::decode_vec(&String::from_utf8(letters).ok()?).ok()
}

/// What is no code stays as it is, as mail programs do it.
fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        // Line ends are those of the way; a carriage return that belongs to the text is encoded.
        let has_end = line.ends_with(b"\n");
        let line = chomp(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line).trim_ascii_end();
        let (line, goes_on) = line.strip_suffix(b"=").map_or((line, false), |line| (line, true));
        let mut rest = line;
        while let Some((&byte, tail)) = rest.split_first() {
            let code = tail.get(..2).filter(|_| byte == b'=').and_then(|code| std::str::from_utf8(code).ok());
            let code = code.filter(|code| code.bytes().all(|digit| digit.is_ascii_hexdigit()));
            match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
                Some(decoded) => {
                    out.push(decoded);
                    rest = &tail[2..];
                }
                None => {
                    out.push(byte);
                    rest = tail;
                }
            }
        }
        if has_end && !goes_on {
            out.push(b'\n');
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
        assert!(decoded(mail).ends_with("\r\n\r\n-old\r\n+new\n"), "{:?}", decoded(mail));
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
