//! The service's own secret, and what is signed with it: access tokens, form tokens, the test provider's assertions.

use std::{io, path::Path};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::{private_files, random::Random};

/// Length of the secret: a whole block of SHA-256, so that HMAC takes it as it is.
const SECRET_BYTES: usize = 64;

/// What a signature is for. Signatures for one purpose are worthless for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Bearer tokens of the API.
    AccessToken,
    /// Hidden fields in the signer's forms.
    Form,
    /// What the test identity provider says about a signer.
    Assertion,
    /// The test identity provider's id of a person.
    Subject,
}

impl Purpose {
    /// The `typ` of a token's header, and the label of the purpose's key.
    fn label(self) -> &'static str {
        match self {
            Self::AccessToken => "at+jwt",
            Self::Form => "form",
            Self::Assertion => "assertion+jwt",
            Self::Subject => "subject",
        }
    }
}

/// Signs and verifies with the service's secret.
pub(crate) struct Keys([u8; SECRET_BYTES]);

impl Keys {
    /// Reads the secret from `path`, or makes it there with mode 0600.
    pub(crate) fn load_or_create(path: &Path, random: &dyn Random) -> io::Result<Self> {
        match std::fs::read(path) {
            Ok(bytes) => <[u8; SECRET_BYTES]>::try_from(bytes)
                .map(Self)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "secret.key must hold 64 bytes")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut secret = [0; SECRET_BYTES];
                random.fill(&mut secret).map_err(io::Error::other)?;
                private_files::write_new(path, &secret)?;
                Ok(Self(secret))
            }
            Err(error) => Err(error),
        }
    }

    fn mac(&self, purpose: Purpose, message: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(&self.0.into());
        mac.update(purpose.label().as_bytes());
        mac.update(&[0]);
        mac.update(message);
        mac
    }

    /// A signature over `message`, as URL-safe Base64.
    pub(crate) fn sign(&self, purpose: Purpose, message: &[u8]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.mac(purpose, message).finalize().into_bytes())
    }

    /// Whether `signature` is one over `message`; in constant time.
    pub(crate) fn verify(&self, purpose: Purpose, message: &[u8], signature: &str) -> bool {
        BASE64_URL_SAFE_NO_PAD
            .decode(signature)
            .is_ok_and(|signature| self.mac(purpose, message).verify_slice(&signature).is_ok())
    }

    /// A token shaped as a JWT (RFC 7519, HS256). The key is derived per purpose, so
    /// only this service can check it; clients are known to look for the dots.
    pub(crate) fn issue<T: Serialize>(&self, purpose: Purpose, claims: &T) -> Result<String, serde_json::Error> {
        let header = serde_json::to_vec(&serde_json::json!({ "alg": "HS256", "typ": purpose.label() }))?;
        let claims = serde_json::to_vec(claims)?;
        let message = format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(header), BASE64_URL_SAFE_NO_PAD.encode(claims));
        let signature = self.sign(purpose, message.as_bytes());
        Ok(format!("{message}.{signature}"))
    }

    /// The claims of a token that this service issued for `purpose`. The header is not
    /// looked at: what counts is the signature.
    pub(crate) fn claims<T: DeserializeOwned>(&self, purpose: Purpose, token: &str) -> Option<T> {
        let (message, signature) = token.rsplit_once('.')?;
        if !self.verify(purpose, message.as_bytes(), signature) {
            return None;
        }
        let claims = BASE64_URL_SAFE_NO_PAD.decode(message.split_once('.')?.1).ok()?;
        serde_json::from_slice(&claims).ok()
    }
}

/// SHA-256 in hexadecimal: what is stored of a cookie.
pub(crate) fn fingerprint(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}
