//! Tokens: what a page of others may see, for how long, on which origins. JSON Web
//! Tokens (RFC 7519) with one algorithm, which is not asked for but known.

use app::model::{EmbedField, SessionId};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::keys::SigningKeys;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Use {
    /// For a frame, handed over by message or fragment.
    Embed,
    /// For an image, whose address everybody can read: it tells a state and no more.
    Badge,
}

impl Use {
    /// Longest life, in seconds.
    #[must_use]
    pub const fn life_max(self) -> i64 {
        match self {
            Self::Embed => 900,
            Self::Badge => 86_400,
        }
    }
}

/// Something that a token lets see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Resource {
    /// One session: `session:<id>`.
    Session(SessionId),
    /// The widget's own view of its team's sessions: `view`.
    View,
}

impl TryFrom<String> for Resource {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let session = |id: &str| id.parse().map(|id| Self::Session(SessionId(id)));
        match text.split_once(':') {
            Some(("session", id)) => session(id).map_err(|_| "write session:<id> with the id of a session"),
            None if text == "view" => Ok(Self::View),
            _ => Err("write session:<id> or view"),
        }
    }
}

impl From<Resource> for String {
    fn from(resource: Resource) -> Self {
        match resource {
            Resource::Session(id) => format!("session:{id}"),
            Resource::View => "view".to_owned(),
        }
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The origins of the pages that it is for.
    pub aud: Vec<String>,
    /// Public id of the widget.
    pub widget: String,
    /// The API key that it was asked for with.
    pub key: Uuid,
    /// What it lets see.
    pub resources: Vec<Resource>,
    /// What it lets see beside the state.
    pub fields: Vec<EmbedField>,
    /// Its own id.
    pub jti: Uuid,
    /// When it was made, in seconds since 1970-01-01T00:00:00Z.
    pub iat: i64,
    /// When it ends, likewise.
    pub exp: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: Use,
    kid: String,
}

const ALGORITHM: &str = "HS256";
/// Longest token that is looked at, in bytes.
const BYTES_MAX: usize = 8 * 1024;

/// Writes a token.
pub(super) fn write(keys: &SigningKeys, typ: Use, claims: &Claims) -> String {
    let header = Header { alg: ALGORITHM.to_owned(), typ, kid: keys.current().to_owned() };
    let text = format!("{}.{}", encode(&header), encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(keys.sign(&text));
    format!("{text}.{signature}")
}

/// Reads a token that we signed for this use, and whose time is not over at `now`
/// (seconds). Nothing of it is believed before its signature is.
pub(super) fn read(keys: &SigningKeys, typ: Use, token: &str, now: i64) -> Option<Claims> {
    let (text, signature) = token.rsplit_once('.').filter(|_| token.len() <= BYTES_MAX)?;
    let (header, claims) = text.split_once('.')?;
    let header: Header = decode(header)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if header.alg != ALGORITHM || header.typ != typ || !keys.verify(&header.kid, text, &signature) {
        return None;
    }
    let claims: Claims = decode(claims)?;
    let is_good = claims.exp > now && claims.exp - claims.iat <= typ.life_max();
    is_good.then_some(claims)
}

fn encode(value: &impl Serialize) -> String {
    // Writing plain values to memory does not fail.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap_or_default())
}

fn decode<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::random::SystemRandom;

    fn keys() -> SigningKeys {
        SigningKeys::open(tempfile::tempdir().unwrap().path(), &SystemRandom).unwrap()
    }

    fn claims() -> Claims {
        Claims {
            aud: vec!["https://intranet.example".to_owned()],
            widget: "wid_x".to_owned(),
            key: Uuid::from_u128(1),
            resources: vec![Resource::Session(SessionId(Uuid::from_u128(2)))],
            fields: vec![EmbedField::Due],
            jti: Uuid::from_u128(3),
            iat: 1_000,
            exp: 1_900,
        }
    }

    fn part(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    #[test]
    fn wg_02_a_token_is_read_as_it_was_written_until_its_time_is_over() {
        let keys = keys();
        let token = write(&keys, Use::Embed, &claims());
        assert_eq!(read(&keys, Use::Embed, &token, 1_899), Some(claims()));
        assert_eq!(read(&keys, Use::Embed, &token, 1_900), None);
        assert_eq!(read(&keys, Use::Badge, &token, 1_000), None, "for another use");
        assert_eq!(read(&self::keys(), Use::Embed, &token, 1_000), None, "of another portal");
    }

    #[test]
    fn wg_02_every_change_of_a_token_spoils_it() {
        let keys = keys();
        let token = write(&keys, Use::Embed, &claims());
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(bytes).unwrap();
            // The last character of a signature has two bits that say nothing.
            if other[..other.len() - 1] != token[..token.len() - 1] {
                assert_eq!(read(&keys, Use::Embed, &other, 1_000), None, "{at}");
            }
        }
        let parts: Vec<&str> = token.split('.').collect();
        let kid = keys.current();
        let header = |alg: &str, typ: &str, kid: &str| part(&json!({"alg": alg, "typ": typ, "kid": kid}));
        let edited = |edit: fn(&mut Value)| {
            let mut value = serde_json::to_value(claims()).unwrap();
            edit(&mut value);
            value
        };
        let unsigned = [
            header("none", "embed", kid),
            header("HS512", "embed", kid),
            header("HS256", "badge", kid),
            header("HS256", "embed", "other"),
            header("HS256", "embed", ""),
        ];
        for header in unsigned {
            for signature in ["", parts[2]] {
                assert_eq!(read(&keys, Use::Embed, &format!("{header}.{}.{signature}", parts[1]), 1_000), None);
            }
        }
        // Signed by us, and still not good: nothing lives longer than it may, or says more.
        let edits: [fn(&mut Value); 4] = [
            |value| value["exp"] = json!(2_000),
            |value| value["admin"] = json!(true),
            |value| value["resources"] = json!(["team:x"]),
            |value| value["fields"] = json!(["signer"]),
        ];
        for edit in edits {
            let text = format!("{}.{}", parts[0], part(&edited(edit)));
            let token = format!("{text}.{}", URL_SAFE_NO_PAD.encode(keys.sign(&text)));
            assert_eq!(read(&keys, Use::Embed, &token, 1_000), None, "{token}");
        }
        for bad in
            ["", ".", "..", "a.b", "a.b.c", &"a".repeat(10_000), &token.replace('.', ".."), &format!("{token}.x")]
        {
            assert_eq!(read(&keys, Use::Embed, bad, 1_000), None, "{bad}");
        }
    }
}
