//! Whether an event comes from whom it says: HMAC-SHA256 over the very bytes that came.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use time::OffsetDateTime;

/// What Standard Webhooks writes before a secret.
const SECRET_PREFIX: &str = "whsec_";
/// Most signatures of one event that are looked at; while secrets change there are two.
const SIGNATURES_MAX: usize = 8;

/// How the bytes of a signature are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// In hexadecimal, either case.
    Hex,
    /// In base64 with padding.
    Base64,
}

/// How events are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    /// A header with the HMAC of the body; the secret's own bytes are the key.
    OfBody {
        /// The header.
        header: HeaderName,
        /// How it writes the signature.
        encoding: Encoding,
    },
    /// [Standard Webhooks](https://www.standardwebhooks.com/): an id and a time are signed as well.
    Standard,
}

/// What a signature vouches for beside the body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Signed {
    /// The id of the event.
    pub(super) id: Option<String>,
    /// When it was sent.
    pub(super) at: Option<OffsetDateTime>,
}

impl Scheme {
    /// The header of the contract's sender, unless it is told another.
    pub const DEFAULT_HEADER: HeaderName = HeaderName::from_static("x-signicat-signature");

    /// The key that a secret stands for; none if it stands for none.
    #[must_use]
    pub fn key(&self, secret: &SecretString) -> Option<Vec<u8>> {
        let secret = secret.expose_secret();
        match self {
            Self::OfBody { .. } => Some(secret.as_bytes().to_vec()),
            Self::Standard => STANDARD.decode(secret.strip_prefix(SECRET_PREFIX).unwrap_or(secret)).ok(),
        }
    }

    /// What one of the secrets vouches for; nothing if none does.
    pub(super) fn verify(&self, secrets: &[SecretString], headers: &HeaderMap, body: &[u8]) -> Option<Signed> {
        let text = |name: &str| headers.get(name)?.to_str().ok();
        let (signatures, parts, signed) = match self {
            Self::OfBody { header, encoding } => {
                let signature = text(header.as_str())?.trim();
                let signature = match encoding {
                    Encoding::Hex => hex::decode(signature).ok()?,
                    Encoding::Base64 => STANDARD.decode(signature).ok()?,
                };
                (vec![signature], vec![body], Signed::default())
            }
            Self::Standard => {
                let (id, at) = (text("webhook-id")?, text("webhook-timestamp")?);
                let versions = text("webhook-signature")?.split(' ').take(SIGNATURES_MAX);
                let signatures = versions.filter_map(|version| STANDARD.decode(version.strip_prefix("v1,")?).ok());
                let time = OffsetDateTime::from_unix_timestamp(at.parse().ok()?).ok()?;
                let signed = Signed { id: Some(id.to_owned()), at: Some(time) };
                (signatures.collect(), vec![id.as_bytes(), b".", at.as_bytes(), b".", body], signed)
            }
        };
        let vouches = |secret| {
            let mut mac = Hmac::<Sha256>::new_from_slice(&self.key(secret)?).ok()?;
            parts.iter().for_each(|part| mac.update(part));
            // In constant time.
            signatures.iter().find(|signature| mac.clone().verify_slice(signature).is_ok())
        };
        secrets.iter().find_map(vouches).map(|_| signed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn secrets<const N: usize>(secrets: [&str; N]) -> [SecretString; N] {
        secrets.map(SecretString::from)
    }

    /// The example that Standard Webhooks publishes.
    #[test]
    fn wh_01_standard_webhooks_own_example() {
        const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        const BODY: &[u8] = br#"{"test": 2432232314}"#;
        const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        const GOOD: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let verify = |secret: &str, at: &str, signatures: &str, body: &[u8]| {
            let headers = headers(&[("webhook-id", ID), ("webhook-timestamp", at), ("webhook-signature", signatures)]);
            Scheme::Standard.verify(&secrets(["b3RoZXIgc2VjcmV0IG9mIHNvbWVib2R5", secret]), &headers, body)
        };
        let at = OffsetDateTime::from_unix_timestamp(1_614_265_330).unwrap();
        let signed = Some(Signed { id: Some(ID.to_owned()), at: Some(at) });
        assert_eq!(verify(SECRET, "1614265330", GOOD, BODY), signed);
        assert_eq!(verify(&SECRET[6..], "1614265330", GOOD, BODY), signed, "without the prefix");
        let several = format!("v1a,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v1,AAAA {GOOD}");
        assert_eq!(verify(SECRET, "1614265330", &several, BODY), signed, "while secrets change");
        for (at, signatures, body) in [
            ("1614265331", GOOD, BODY),
            ("1614265330", GOOD, br#"{"test":2432232314}"#),
            ("1614265330", "v1,AAAA", BODY),
            ("1614265330", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", BODY),
            ("1614265330", "", BODY),
            ("soon", GOOD, BODY),
        ] {
            assert_eq!(verify(SECRET, at, signatures, body), None, "{at} {signatures}");
        }
    }

    /// RFC 4231, test case 2.
    #[test]
    fn wh_01_the_header_and_its_encoding_are_the_services() {
        const KEY: &str = "Jefe";
        const BODY: &[u8] = b"what do ya want for nothing?";
        const HEX: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        const BASE64: &str = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";
        let verify = |encoding, header, signature: &str, body: &[u8]| {
            let scheme = Scheme::OfBody { header: HeaderName::from_static("x-hook"), encoding };
            scheme.verify(&secrets(["another", KEY]), &headers(&[(header, signature)]), body)
        };
        let signed = Some(Signed::default());
        assert_eq!(verify(Encoding::Hex, "x-hook", HEX, BODY), signed);
        assert_eq!(verify(Encoding::Hex, "x-hook", &HEX.to_uppercase(), BODY), signed);
        assert_eq!(verify(Encoding::Base64, "x-hook", BASE64, BODY), signed);
        for (encoding, header, signature, body) in [
            (Encoding::Hex, "x-other", HEX, BODY),
            (Encoding::Hex, "x-hook", BASE64, BODY),
            (Encoding::Hex, "x-hook", &HEX[2..], BODY),
            (Encoding::Hex, "x-hook", "", BODY),
            (Encoding::Base64, "x-hook", HEX, BODY),
            (Encoding::Hex, "x-hook", HEX, b"what do you want for nothing?"),
        ] {
            assert_eq!(verify(encoding, header, signature, body), None, "{header} {signature}");
        }
    }
}
