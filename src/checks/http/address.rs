//! The part of a URL that a check may use: `http://host[:port][/path][?query]`.

use std::net::Ipv6Addr;

/// Longest URL in bytes; servers commonly refuse longer ones.
const MAX_URL_BYTES: usize = 8192;

/// Whom to ask for what.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Host name or address as in the URL; an IPv6 address keeps its brackets.
    pub host: String,
    /// TCP port, 80 unless the URL says otherwise.
    pub port: u16,
    /// The part of the URL after the slashes up to the path: what the `Host` header repeats.
    authority: String,
    /// Path and query.
    path: String,
}

impl Address {
    /// Takes `url` apart; the error is a phrase.
    ///
    /// Every byte that could end a line of the request is refused, so a bundle cannot add headers to it.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        if url.len() > MAX_URL_BYTES {
            return Err("it is too long");
        }
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("it holds a space, a control character or a letter outside ASCII");
        }
        let scheme = "http://";
        let has_scheme = url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        if !has_scheme {
            return Err("it does not start with http://");
        }
        let rest = &url[scheme.len()..];
        if rest.contains('#') {
            return Err("it holds a fragment (#)");
        }
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err("it holds a user name");
        }
        let (host, port) = split_port(authority)?;
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Self { host: host.to_owned(), port, authority: authority.to_owned(), path })
    }

    /// The whole request.
    pub fn request(&self) -> String {
        format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: patchwright/{}\r\nAccept: */*\r\n\
             Accept-Encoding: identity\r\nConnection: close\r\n\r\n",
            self.path,
            self.authority,
            env!("CARGO_PKG_VERSION"),
        )
    }
}

fn split_port(authority: &str) -> Result<(&str, u16), &'static str> {
    let host_end = match authority.strip_prefix('[') {
        Some(rest) => rest.find(']').ok_or("an IPv6 address has no end")? + 2,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(host_end);
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
        }
    };
    if !is_host {
        return Err("its host is no name and no address");
    }
    let digits = port.strip_prefix(':');
    let port = match port {
        // An empty port means the usual one (RFC 3986, section 3.2.3).
        "" | ":" => Some(80),
        _ => {
            digits.filter(|port| port.bytes().all(|b| b.is_ascii_digit())).and_then(|port| port.parse().ok())
        }
    };
    Ok((host, port.ok_or("its port is no port number")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        let cases = [
            ("http://localhost", "localhost", 80, "/"),
            ("HTTP://localhost:8080/health", "localhost", 8080, "/health"),
            ("http://app.example:/a?b=/c", "app.example", 80, "/a?b=/c"),
            ("http://127.0.0.1:1?x", "127.0.0.1", 1, "/?x"),
            ("http://[::1]:8080/", "[::1]", 8080, "/"),
            ("http://[::1]", "[::1]", 80, "/"),
        ];
        for (url, host, port, path) in cases {
            let address = Address::parse(url).unwrap();
            assert_eq!((&*address.host, address.port, &*address.path), (host, port, path), "{url}");
        }
    }

    #[test]
    fn a_url_that_could_mislead_is_refused() {
        let refused = [
            "",
            "http://",
            "http:///path",
            "ftp://localhost/",
            "http://user@localhost/",
            "http://localhost@evil.example/",
            "http://localhost/\r\nX-Evil: 1",
            "http://localhost/ HTTP/1.1",
            "http://localhost/#part",
            "http://loc\u{e4}l/",
            "http://local%68ost/",
            "http://localhost:99999/",
            "http://localhost:+80/",
            "http://localhost:80:80/",
            "http://[::1/",
            "http://[localhost]/",
            "http://[::1]x/",
        ];
        for url in refused {
            assert!(Address::parse(url).is_err(), "{url}");
        }
        assert!(Address::parse(&format!("http://localhost/{}", "a".repeat(MAX_URL_BYTES))).is_err());
    }
}
