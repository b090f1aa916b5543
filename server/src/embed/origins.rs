//! Origins of pages that may frame a widget: exact, of https, without wildcards.

use url::{Host, Url};

/// Most origins of one widget.
const MOST: usize = 10;

/// Why origins are not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadOrigin {
    /// There is none, or there are too many.
    #[error("Write 1 to {MOST} origins, each on a line of its own.")]
    Count,
    /// This is none.
    #[error("{0:?} is no origin. Write it as https://intranet.example.com, without a path and without *.")]
    Form(String),
    /// It is not encrypted.
    #[error("{0:?} is not encrypted. Only https is taken, and http on localhost for trying out.")]
    Plain(String),
}

/// Reads origins, one on each line.
///
/// # Errors
/// The first that is not good.
pub(super) fn read(text: &str) -> Result<Vec<String>, BadOrigin> {
    let mut origins = Vec::new();
    for line in text.split_whitespace() {
        let origin = one(line)?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    if (1..=MOST).contains(&origins.len()) { Ok(origins) } else { Err(BadOrigin::Count) }
}

fn one(text: &str) -> Result<String, BadOrigin> {
    let form = || BadOrigin::Form(text.chars().take(100).collect());
    let url = Url::parse(text).map_err(|_| form())?;
    let origin = url.origin().ascii_serialization();
    let is_bare = text.trim_end_matches('/').eq_ignore_ascii_case(&origin);
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(form()),
    };
    // What parsers let through and a policy would read otherwise.
    if !is_bare || origin.contains(['*', ';', ',', '\'', '"']) {
        return Err(form());
    }
    match url.scheme() {
        "https" => Ok(origin),
        "http" if is_local => Ok(origin),
        "http" => Err(BadOrigin::Plain(origin)),
        _ => Err(form()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wg_01_origins_are_exact_and_of_https() {
        for (text, origins) in [
            ("https://a.example", &["https://a.example"][..]),
            (" https://A.example/ \r\nhttps://a.example", &["https://a.example"]),
            ("https://a.example:8443\nhttps://b.example", &["https://a.example:8443", "https://b.example"]),
            ("http://localhost:3000 http://127.0.0.1:81", &["http://localhost:3000", "http://127.0.0.1:81"]),
        ] {
            assert_eq!(read(text).unwrap(), origins, "{text}");
        }
        for bad in [
            "",
            "*",
            "https://*",
            "https://*.a.example",
            "https:",
            "https://",
            "a.example",
            "//a.example",
            "http://a.example",
            "https://a.example/path",
            "https://a.example?x",
            "https://a.example#x",
            "https://user@a.example",
            "https://a.example;script-src",
            "https://a.example,https://b.example",
            "'self'",
            "data:text/html,x",
            "javascript:alert(1)",
            "null",
            "ftp://a.example",
            "https://a.example 'none'",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let many: String = (0..=MOST).map(|i| format!("https://h{i}.example\n")).collect();
        assert_eq!(read(&many), Err(BadOrigin::Count));
    }
}
