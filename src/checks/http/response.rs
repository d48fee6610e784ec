//! Reads one HTTP/1.1 answer: the status, and as much of the body as a check looks at.

use std::io::{self, BufRead, Read};

/// Most bytes of status line and headers together, interim answers included; servers rarely send a tenth of it.
const MAX_HEAD_BYTES: usize = 32 * 1024;

/// Most bytes of the body: what [`crate::model::Probe::Http`] promises to search.
const MAX_BODY_BYTES: u64 = 64 * 1024;

/// Longest line that gives a chunk's length, extensions included.
const MAX_CHUNK_LINE_BYTES: usize = 256;

/// What a server answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Response {
    /// The status code.
    pub status: u16,
    /// The beginning of the body, without its transfer coding.
    pub body: Vec<u8>,
}

/// Reads an answer; the body only if `wants_body`.
///
/// A body that breaks off is as much as came: whether the text was in it is all that a check asks.
pub(super) fn read_response(reader: &mut dyn BufRead, wants_body: bool) -> io::Result<Response> {
    let mut head_bytes = MAX_HEAD_BYTES;
    loop {
        let status = status_in(&read_line(reader, &mut head_bytes)?)?;
        let length = read_headers(reader, &mut head_bytes)?;
        if (100..200).contains(&status) {
            // An interim answer such as "102 Processing"; the real one follows.
            continue;
        }
        let mut body = Vec::new();
        if wants_body && !matches!(status, 204 | 304) {
            let read = match length {
                Length::Chunked => read_chunks(reader, &mut body),
                Length::Bytes(bytes) => {
                    reader.take(bytes.min(MAX_BODY_BYTES)).read_to_end(&mut body).map(drop)
                }
                Length::Unknown => Err(malformed("the answer does not say where its body ends")),
                Length::UntilClosed => reader.take(MAX_BODY_BYTES).read_to_end(&mut body).map(drop),
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(error),
                Err(error) if body.is_empty() => return Err(error),
                _ => {}
            }
        }
        return Ok(Response { status, body });
    }
}

/// How the end of the body is known.
#[derive(Clone, Copy)]
enum Length {
    Chunked,
    Bytes(u64),
    /// In a way that is not understood here. Only a check that wants the body minds.
    Unknown,
    UntilClosed,
}

fn status_in(line: &[u8]) -> io::Result<u16> {
    let refuse = || malformed("the answer is not HTTP/1");
    let line = str::from_utf8(line).map_err(|_| refuse())?;
    let mut words = line.splitn(3, ' ');
    let version = words.next().unwrap_or_default();
    if !matches!(version, "HTTP/1.0" | "HTTP/1.1") {
        return Err(refuse());
    }
    let code = words.next().unwrap_or_default();
    let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
    if is_code { code.parse().map_err(|_| refuse()) } else { Err(refuse()) }
}

fn read_headers(reader: &mut dyn BufRead, left_bytes: &mut usize) -> io::Result<Length> {
    let mut length = Length::UntilClosed;
    loop {
        let line = read_line(reader, left_bytes)?;
        if line.is_empty() {
            return Ok(length);
        }
        let line = String::from_utf8_lossy(&line);
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "transfer-encoding" if value.eq_ignore_ascii_case("chunked") => length = Length::Chunked,
            "transfer-encoding" => length = Length::Unknown,
            // A transfer coding overrides a length, whichever comes first (RFC 9112, section 6.3).
            "content-length" if matches!(length, Length::UntilClosed) => {
                length = value.parse().map_or(Length::Unknown, Length::Bytes);
            }
            _ => {}
        }
    }
}

/// Takes chunks apart (RFC 9112, section 7.1) until the last one or until `body` is full.
fn read_chunks(reader: &mut dyn BufRead, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let line = read_line(reader, &mut MAX_CHUNK_LINE_BYTES.clone())?;
        let digits = line.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii();
        let is_length = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
        let length = str::from_utf8(digits).ok().filter(|_| is_length);
        let length = length.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        let Some(length) = length else {
            return Err(malformed("a chunk of the answer has no length"));
        };
        let room = MAX_BODY_BYTES - body.len() as u64;
        reader.take(length.min(room)).read_to_end(body)?;
        if length == 0 || length >= room {
            return Ok(());
        }
        if !read_line(reader, &mut 2)?.is_empty() {
            return Err(malformed("a chunk of the answer is longer than it says"));
        }
    }
}

/// One line without its end, which is CR LF or, from careless servers, LF. Takes its length from `left_bytes`.
fn read_line(reader: &mut dyn BufRead, left_bytes: &mut usize) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader.take(*left_bytes as u64).read_until(b'\n', &mut line)?;
    *left_bytes -= line.len();
    match line.as_slice() {
        [content @ .., b'\r', b'\n'] | [content @ .., b'\n'] => Ok(content.to_vec()),
        _ if *left_bytes == 0 => Err(malformed("the answer has a line or headers that are too long")),
        _ => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection ended in the middle")),
    }
}

fn malformed(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(answer: &str) -> Result<(u16, String), String> {
        let response = read_response(&mut answer.as_bytes(), true).map_err(|error| error.to_string())?;
        Ok((response.status, String::from_utf8(response.body).unwrap()))
    }

    #[test]
    fn the_body_ends_where_the_headers_say() {
        let cases = [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello", "he"),
            ("HTTP/1.0 200\nServer: careless\n\nhello", "hello"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbroken off", "broken off"),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
                "hello",
            ),
            (
                "HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: Chunked\r\nContent-Length: 1\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n",
                "0123456789",
            ),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "hello"),
        ];
        for (answer, body) in cases {
            assert_eq!(read(answer), Ok((200, body.to_owned())), "{answer}");
        }
    }

    #[test]
    fn an_interim_answer_is_passed_over() {
        let answer = "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nrest";
        assert_eq!(read(answer), Ok((204, String::new())));
    }

    #[test]
    fn what_is_not_http_is_refused() {
        for answer in
            ["SSH-2.0-OpenSSH\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 20 \r\n\r\n", "HTTP/1.1 +20\r\n\r\n"]
        {
            assert_eq!(read(answer), Err("the answer is not HTTP/1".to_owned()), "{answer}");
        }
        let cases = [
            ("", "the connection ended in the middle"),
            ("HTTP/1.1 200 OK\r\nA: b\r\n", "the connection ended in the middle"),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "the answer does not say where its body ends"),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                "the answer does not say where its body ends",
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                "a chunk of the answer has no length",
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\na\r\n",
                "a chunk of the answer has no length",
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
                "the answer has a line or headers that are too long",
            ),
        ];
        for (answer, reason) in cases {
            assert_eq!(read(answer), Err(reason.to_owned()), "{answer}");
        }
    }

    #[test]
    fn an_endless_head_is_cut_off() {
        let too_long = Err("the answer has a line or headers that are too long".to_owned());
        assert_eq!(read(&format!("HTTP/1.1 200 OK\r\nA: {}", "a".repeat(MAX_HEAD_BYTES))), too_long);
        assert_eq!(read(&format!("HTTP/1.1 200 OK\r\n{}", "A: b\r\n".repeat(MAX_HEAD_BYTES / 6))), too_long);
        assert_eq!(read(&"HTTP/1.1 100 Continue\r\n\r\n".repeat(MAX_HEAD_BYTES / 25 + 1)), too_long);
    }

    #[test]
    fn an_endless_body_is_cut_off() {
        let most = usize::try_from(MAX_BODY_BYTES).unwrap();
        let plain = format!("HTTP/1.1 200 OK\r\n\r\n{}", "a".repeat(most + 10));
        let chunk = format!("ffff\r\n{}\r\n", "a".repeat(0xffff));
        let chunked = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}", chunk.repeat(3));
        let huge = format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
            "a".repeat(most)
        );
        for answer in [plain, chunked, huge] {
            assert_eq!(read(&answer).map(|(_, body)| body.len()), Ok(most));
        }
    }

    #[test]
    fn the_body_is_not_read_when_nobody_wants_it() {
        let mut answer = "HTTP/1.1 200 OK\r\n\r\nbody".as_bytes();
        let response = read_response(&mut answer, false).unwrap();
        assert_eq!((response.body.len(), answer), (0, b"body".as_slice()));
    }
}
