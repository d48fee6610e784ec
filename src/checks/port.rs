//! Whether something listens on a TCP port.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Instant;

use super::background::in_background;
use super::{Attempt, Limits, seconds};
use crate::progress::Cancelled;

/// Most addresses of one name that are tried, so that a name with very many does not use up the time of all.
const MAX_ADDRESSES: usize = 8;

pub(super) fn port(host: &str, port: u16, open: bool, limits: &Limits<'_>) -> Result<Attempt, Cancelled> {
    let (named, deadline) = (host.to_owned(), limits.deadline);
    let outcome = in_background(limits, move || connect(&named, port, deadline))?;
    let place = format!("port {port} on {host}");
    Ok(match outcome {
        Some(Ok(_)) => Attempt::when(open, format!("{place} answered")),
        Some(Err(NoConnection::Refused)) => Attempt::when(!open, format!("nothing listens on {place}")),
        // A packet that is dropped on the way looks the same whether somebody listens or not.
        Some(Err(NoConnection::Late)) | None => {
            Attempt::No(format!("{place} didn't answer within {}", seconds(limits.timeout)))
        }
        Some(Err(NoConnection::Failed(reason))) => Attempt::No(format!("can't reach {place}: {reason}")),
    })
}

/// Why there is no connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoConnection {
    /// The host answered that nobody listens.
    Refused,
    /// No answer in time.
    Late,
    /// Something else, such as an unknown name.
    Failed(String),
}

impl fmt::Display for NoConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoConnection::Refused => f.write_str("nothing listens"),
            NoConnection::Late => f.write_str("no answer in time"),
            NoConnection::Failed(reason) => f.write_str(reason),
        }
    }
}

/// Connects to the first address of `host` that answers.
pub(super) fn connect(host: &str, port: u16, deadline: Instant) -> Result<TcpStream, NoConnection> {
    let addresses = addresses_of(host, port).map_err(|error| NoConnection::Failed(error.to_string()))?;
    let mut failures = Vec::new();
    for (index, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(NoConnection::Late);
        }
        // An address that swallows packets leaves the others their share of the time.
        let share = left / u32::try_from(addresses.len() - index).unwrap_or(1);
        match TcpStream::connect_timeout(address, share) {
            Ok(stream) if is_connected_to_itself(&stream) => failures.push(NoConnection::Refused),
            Ok(stream) => return Ok(stream),
            Err(error) => failures.push(match error.kind() {
                io::ErrorKind::ConnectionRefused => NoConnection::Refused,
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => NoConnection::Late,
                _ => NoConnection::Failed(error.to_string()),
            }),
        }
    }
    Err(most_telling(failures))
}

/// One address that kept silent might have a listener, so silence says more than a refusal; and an address that
/// this machine cannot even try (no IPv6, for example) says less than either.
fn most_telling(failures: Vec<NoConnection>) -> NoConnection {
    let rank = |failure: &NoConnection| match failure {
        NoConnection::Late => 0,
        NoConnection::Refused => 1,
        NoConnection::Failed(_) => 2,
    };
    let no_address = || NoConnection::Failed("the host name has no address".to_owned());
    failures.into_iter().min_by_key(rank).unwrap_or_else(no_address)
}

/// "localhost" is this machine without asking anybody, so that a name server cannot send a check elsewhere.
fn addresses_of(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    if host.eq_ignore_ascii_case("localhost") {
        let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        return Ok(loopback.map(|address| SocketAddr::new(address, port)).to_vec());
    }
    let without_brackets = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    Ok((without_brackets, port).to_socket_addrs()?.take(MAX_ADDRESSES).collect())
}

/// TCP lets a socket meet itself when the system happens to choose the tried port as its own side's port. Nobody
/// listens then.
fn is_connected_to_itself(stream: &TcpStream) -> bool {
    matches!((stream.local_addr(), stream.peer_addr()), (Ok(local), Ok(peer)) if local == peer)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;
    use crate::progress::CancelToken;

    fn look_at(host: &str, number: u16, open: bool) -> Attempt {
        let cancel = CancelToken::new();
        let timeout = Duration::from_secs(5);
        let limits = Limits { deadline: Instant::now() + timeout, timeout, cancel: &cancel };
        port(host, number, open, &limits).expect("nobody cancelled")
    }

    #[test]
    fn a_listener_makes_a_port_open() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let number = listener.local_addr().unwrap().port();
        for host in ["localhost", "127.0.0.1"] {
            let evidence = format!("port {number} on {host} answered");
            assert_eq!(look_at(host, number, true), Attempt::Yes(evidence.clone()));
            assert_eq!(look_at(host, number, false), Attempt::No(evidence));
        }
    }

    #[test]
    fn a_listener_on_the_newer_protocol_only_is_found_too() {
        // A machine without IPv6 has nothing to show here.
        let Ok(listener) = TcpListener::bind("[::1]:0") else { return };
        let number = listener.local_addr().unwrap().port();
        for host in ["localhost", "::1", "[::1]"] {
            assert_eq!(
                look_at(host, number, true),
                Attempt::Yes(format!("port {number} on {host} answered"))
            );
        }
    }

    #[test]
    fn a_port_without_a_listener_is_closed() {
        let number = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let evidence = format!("nothing listens on port {number} on localhost");
        assert_eq!(look_at("localhost", number, false), Attempt::Yes(evidence.clone()));
        assert_eq!(look_at("localhost", number, true), Attempt::No(evidence));
    }

    #[test]
    fn silence_is_not_taken_for_an_absent_listener() {
        let (refused, late) = (|| NoConnection::Refused, || NoConnection::Late);
        let failed = || NoConnection::Failed("no route".to_owned());
        assert_eq!(most_telling(vec![refused(), late()]), late());
        assert_eq!(most_telling(vec![refused(), failed()]), refused());
        assert_eq!(most_telling(vec![failed()]), failed());
    }
}
