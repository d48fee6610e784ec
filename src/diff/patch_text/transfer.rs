//! How the body of a mail is encoded for its way.

use base64ct::{Base64Unpadded, Encoding as _};

use super::cursor::chomp;

/// The bytes of a body. It ends at its padding or at a line that is none of it: a mailing list puts its own words behind.
pub(super) fn base64_body(body: &[u8]) -> Option<Vec<u8>> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let mut letters = Vec::with_capacity(body.len());
    for line in body.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii) {
        let is_end = if letters.is_empty() { false } else { line.is_empty() || !line.iter().all(is_letter) };
        if is_end || letters.ends_with(b"=") {
            break;
        }
        letters.extend_from_slice(line);
    }
    base64(&letters)
}

/// Blanks count for nothing, and padding ends it.
pub(super) fn base64(body: &[u8]) -> Option<Vec<u8>> {
    let letters = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    let letters = letters.take_while(|byte| *byte != b'=').collect();
    Base64Unpadded::decode_vec(&String::from_utf8(letters).ok()?).ok()
}

/// What is no code stays as it is, as mail programs do it.
pub(super) fn quoted_printable(body: &[u8]) -> Vec<u8> {
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
