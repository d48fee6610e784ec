//! From the bytes of a file to a text of patches: without what it was wrapped in for its way.

use super::PatchTextError;
use super::charset::utf_16;
use super::mail::decode_mails;

/// A text of patches in UTF-8 and without what it was wrapped in for its way: a byte order mark, UTF-16, mails.
///
/// # Errors
/// If it is not what it says it is.
pub fn decode_text(text: Vec<u8>) -> Result<Vec<u8>, PatchTextError> {
    let text = match utf_16(&text) {
        Some((encoding, skipped)) => {
            let problem = || PatchTextError::broken(0, "it is text in UTF-16, and broken");
            let (text, _, is_broken) = encoding.decode(&text[skipped..]);
            if is_broken {
                return Err(problem());
            }
            text.into_owned().into_bytes()
        }
        None if text.starts_with(UTF_8_MARK) => text[UTF_8_MARK.len()..].to_vec(),
        None => text,
    };
    decode_mails(text)
}

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_saved_by_windows_is_read() {
        let text = "--- a/\u{e4}\r\n";
        let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for saved in [
            [&[0xff, 0xfe][..], &utf_16].concat(),
            [&[0xfe, 0xff][..], &utf_16.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect::<Vec<_>>()]
                .concat(),
            utf_16.clone(),
            [UTF_8_MARK, text.as_bytes()].concat(),
            text.as_bytes().to_vec(),
        ] {
            assert_eq!(decode_text(saved).expect("it can be read"), text.as_bytes());
        }
        assert!(decode_text(vec![0xff, 0xfe, b'a']).is_err());
        assert!(decode_text(vec![0xff, 0xfe, 0x00, 0xd8]).is_err(), "half a character");
    }
}
