//! The way Git writes bytes in a diff: five letters for four bytes, at most 52 bytes a line.

const ALPHABET: &[u8; 85] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/// Most bytes on one line: as many as the letters `A` to `z` in front of it can count.
const LINE_BYTES: usize = 52;

/// Decodes one line, without its end, onto `out`; `None` if it is broken.
pub(super) fn decode_line(line: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (&length, letters) = line.split_first()?;
    let length = match length {
        b'A'..=b'Z' => usize::from(length - b'A') + 1,
        b'a'..=b'z' => usize::from(length - b'a') + 27,
        _ => return None,
    };
    if letters.len() != length.div_ceil(4) * 5 {
        return None;
    }
    let begin = out.len();
    for group in letters.chunks(5) {
        let value =
            group.iter().try_fold(0u64, |value, &letter| Some(value * 85 + u64::from(digit(letter)?)))?;
        out.extend_from_slice(&u32::try_from(value).ok()?.to_be_bytes());
    }
    out.truncate(begin + length);
    Some(())
}

/// Encodes `bytes` as lines.
pub(super) fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    for line in bytes.chunks(LINE_BYTES) {
        let length = line.len() as u8;
        out.push(if length <= 26 { b'A' + length - 1 } else { b'a' + length - 27 });
        for group in line.chunks(4) {
            let mut word = [0; 4];
            word[..group.len()].copy_from_slice(group);
            let mut value = u32::from_be_bytes(word);
            let mut letters = [0; 5];
            for letter in letters.iter_mut().rev() {
                *letter = ALPHABET[(value % 85) as usize];
                value /= 85;
            }
            out.extend_from_slice(&letters);
        }
        out.push(b'\n');
    }
}

fn digit(letter: u8) -> Option<u8> {
    const VALUES: [u8; 256] = {
        let mut values = [u8::MAX; 256];
        let mut at = 0;
        while at < ALPHABET.len() {
            values[ALPHABET[at] as usize] = at as u8;
            at += 1;
        }
        values
    };
    let value = VALUES[usize::from(letter)];
    (value != u8::MAX).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_every_length_come_back() {
        for length in 0..300u32 {
            let bytes: Vec<u8> = (0..length).map(|n| (n * 37 + length * 11) as u8).collect();
            let mut text = Vec::new();
            encode(&bytes, &mut text);
            let mut back = Vec::new();
            text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).for_each(|line| {
                decode_line(line, &mut back).expect("a line of our own");
            });
            assert_eq!(back, bytes);
        }
    }

    #[test]
    fn broken_lines_are_refused() {
        for line in [&b""[..], b"A", b"E00000", b"A0000\"", b"A~~~~~", b"!00000", b"A00000 "] {
            assert_eq!(decode_line(line, &mut Vec::new()), None, "{}", line.escape_ascii());
        }
    }
}
