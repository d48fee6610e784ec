//! Whether a plain HTTP service answers as expected: one `GET`, no redirect followed, nothing sent but the request.
//!
//! Written here and not taken from a client library, because a check needs so little of the protocol (RFC 9112)
//! and because a library would bring redirects, proxies, cookies and encryption that a check must not use.

mod address;
mod response;

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use self::address::Address;
use self::response::{Response, read_response};
use super::background::in_background;
use super::port::connect;
use super::{Attempt, Limits, seconds};
use crate::model::contains;
use crate::progress::Cancelled;

pub(super) fn http(
    url: &str,
    status: u16,
    text: Option<&str>,
    limits: &Limits<'_>,
) -> Result<Attempt, Cancelled> {
    let address = match Address::parse(url) {
        Ok(address) => address,
        Err(reason) => return Ok(Attempt::CannotTell(format!("{url:?} cannot be asked: {reason}"))),
    };
    let (wants_body, deadline) = (text.is_some(), limits.deadline);
    let response = in_background(limits, move || ask(&address, wants_body, deadline))?;
    Ok(match response {
        Some(Ok(response)) => judge(url, &response, status, text),
        Some(Err(error)) if error.kind() != io::ErrorKind::TimedOut => {
            Attempt::No(format!("{url} gave no answer: {error}"))
        }
        Some(Err(_)) | None => Attempt::No(format!("{url} didn't answer within {}", seconds(limits.timeout))),
    })
}

fn judge(url: &str, response: &Response, status: u16, text: Option<&str>) -> Attempt {
    let found = response.status;
    if found != status {
        return Attempt::No(format!("{url} answered {found}, not {status}"));
    }
    match text {
        None => Attempt::Yes(format!("{url} answered {found}")),
        Some(text) if contains(&response.body, text.as_bytes()) => {
            Attempt::Yes(format!("{url} answered {found} and contains {text:?}"))
        }
        Some(text) => Attempt::No(format!("{url} answered {found} but doesn't contain {text:?}")),
    }
}

fn ask(address: &Address, wants_body: bool, deadline: Instant) -> io::Result<Response> {
    let stream = connect(&address.host, address.port, deadline).map_err(|error| match error {
        super::port::NoConnection::Late => io::Error::from(io::ErrorKind::TimedOut),
        other => io::Error::other(other.to_string()),
    })?;
    let mut stream = Timed { stream, deadline };
    stream.write_all(address.request().as_bytes())?;
    read_response(&mut BufReader::new(stream), wants_body)
}

/// A connection whose every call ends at the deadline, so that a server that drips bytes cannot stretch the time.
struct Timed {
    stream: TcpStream,
    deadline: Instant,
}

impl Timed {
    fn left(&self) -> io::Result<Option<std::time::Duration>> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

/// Unix reports a read that took too long as "would block".
fn in_one_word(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { io::ErrorKind::TimedOut.into() } else { error }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(buffer).map_err(in_one_word)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(bytes).map_err(in_one_word)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::progress::CancelToken;

    /// Answers one request with `parts`, pausing between them, and gives the request back.
    fn serve(parts: Vec<&'static str>, between: Duration) -> (u16, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                request.push(byte[0]);
            }
            for part in parts {
                if stream.write_all(part.as_bytes()).is_err() {
                    break;
                }
                thread::sleep(between);
            }
            String::from_utf8(request).unwrap()
        });
        (port, server)
    }

    fn ask_for(url: &str, status: u16, text: Option<&str>, timeout: Duration) -> Attempt {
        let cancel = CancelToken::new();
        let limits = Limits { deadline: Instant::now() + timeout, timeout, cancel: &cancel };
        http(url, status, text, &limits).expect("nobody cancelled")
    }

    #[test]
    fn a_service_that_answers_as_expected_passes() {
        let parts = vec!["HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", "status: up\n"];
        let (port, server) = serve(parts, Duration::ZERO);
        let url = format!("http://127.0.0.1:{port}/health?full=1");
        let answer = ask_for(&url, 200, Some("status: up"), Duration::from_secs(5));
        assert_eq!(answer, Attempt::Yes(format!("{url} answered 200 and contains \"status: up\"")));
        let request = server.join().unwrap();
        assert!(request.starts_with("GET /health?full=1 HTTP/1.1\r\n"), "{request}");
        assert!(request.contains(&format!("\r\nHost: 127.0.0.1:{port}\r\n")), "{request}");
    }

    #[test]
    fn a_redirect_is_an_answer_and_is_not_followed() {
        let (port, server) = serve(
            vec!["HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"],
            Duration::ZERO,
        );
        let url = format!("http://localhost:{port}/");
        let answer = ask_for(&url, 200, None, Duration::from_secs(5));
        assert_eq!(answer, Attempt::No(format!("{url} answered 302, not 200")));
        server.join().unwrap();
    }

    #[test]
    fn a_server_that_drips_bytes_does_not_stretch_the_time() {
        let (port, server) = serve(vec!["H"; 50], Duration::from_millis(100));
        let url = format!("http://127.0.0.1:{port}/");
        let answer = ask_for(&url, 200, None, Duration::from_secs(1));
        assert_eq!(answer, Attempt::No(format!("{url} didn't answer within 1 second")));
        server.join().unwrap();
    }

    #[test]
    fn nobody_listening_is_said_in_words() {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}/");
        let answer = ask_for(&url, 200, None, Duration::from_secs(5));
        assert_eq!(answer, Attempt::No(format!("{url} gave no answer: nothing listens")));
    }

    #[test]
    fn an_encrypted_address_is_not_asked_and_not_tried_again() {
        let answer = ask_for("https://localhost/", 200, None, Duration::from_secs(5));
        let evidence = "\"https://localhost/\" cannot be asked: it does not start with http://";
        assert_eq!(answer, Attempt::CannotTell(evidence.to_owned()));
    }
}
