//! `Content-Digest` (RFC 9530): what the sender says the body hashes to.

use contract::Sha256Digest;
use http::HeaderMap;

/// The header's name.
pub(crate) const CONTENT_DIGEST: &str = "content-digest";

/// The SHA-256 digest of the header, a dictionary such as `sha-256=:…:`. Other
/// algorithms beside it are passed over; two different SHA-256 digests are none.
pub(crate) fn announced(headers: &HeaderMap) -> Option<Sha256Digest> {
    let mut digests = headers
        .get_all(CONTENT_DIGEST)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|member| member.trim().strip_prefix("sha-256="))
        .map(|item| item.strip_prefix(':')?.strip_suffix(':')?.parse::<Sha256Digest>().ok());
    let digest = digests.next()??;
    digests.all(|other| other == Some(digest)).then_some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Option<Sha256Digest> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CONTENT_DIGEST, value.parse().unwrap());
        }
        announced(&headers)
    }

    #[test]
    fn reads_a_dictionary() {
        let digest = Sha256Digest::new([7; 32]);
        let (good, other) = (format!("sha-256=:{digest}:"), format!("sha-256=:{}:", Sha256Digest::new([8; 32])));
        assert_eq!(read(&[&good]), Some(digest));
        assert_eq!(read(&[&format!("sha-512=:AAAA:, {good}")]), Some(digest));
        assert_eq!(read(&["sha-512=:AAAA:", &good]), Some(digest));
        assert_eq!(read(&[&good, &good]), Some(digest));
        for bad in ["", "sha-256", "sha-256=:AAAA:", "sha-512=:AAAA:", &format!("sha-256={digest}"), &digest.hex()] {
            assert_eq!(read(&[bad]), None, "{bad}");
        }
        assert_eq!(read(&[&good, &other]), None);
        assert_eq!(read(&[]), None);
    }
}
