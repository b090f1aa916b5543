//! Whose events are believed.

use http::HeaderName;
use secrecy::{ExposeSecret, SecretString};

use super::{
    SecretFile, WebhooksConfig,
    load::{ConfigError, wrong},
    raw::{Signature, Webhooks},
};
use crate::webhooks::{Encoding, Scheme};

/// Shortest secret, in bytes.
const SECRET_BYTES_MIN: usize = 16;

/// Whose events are believed, if anybody's.
pub(super) fn webhooks(raw: Webhooks) -> Result<Option<WebhooksConfig>, ConfigError> {
    let secrets = match (raw.secrets, raw.secrets_file) {
        (Some(_), Some(_)) => {
            return Err(wrong("webhooks.secrets_file", "is set beside webhooks.secrets; keep one of them"));
        }
        (Some(secrets), None) => secrets,
        (None, Some(path)) => SecretFile { setting: "webhooks.secrets_file".to_owned(), path }.read()?,
        (None, None) => {
            let unused = [
                ("webhooks.account_id", raw.account_id.is_some()),
                ("webhooks.signature", raw.signature.is_some()),
                ("webhooks.header", raw.header.is_some()),
            ];
            return match unused.into_iter().find(|(_, set)| *set) {
                Some((setting, _)) => {
                    Err(wrong(setting, "has no meaning without webhooks.secrets or webhooks.secrets_file"))
                }
                None => Ok(None),
            };
        }
    };
    let scheme = scheme(raw.signature.unwrap_or(Signature::Hex), raw.header)?;
    let secrets = secrets.expose_secret().split([',', '\n', '\r']).map(str::trim).filter(|secret| !secret.is_empty());
    let secrets: Vec<_> = secrets.map(SecretString::from).collect();
    let is_good = |secret: &SecretString| scheme.key(secret).is_some_and(|key| key.len() >= SECRET_BYTES_MIN);
    if secrets.is_empty() || !secrets.iter().all(is_good) {
        let finding = match scheme {
            Scheme::Standard => "must be base64 of 16 bytes or more each, with or without whsec_ before it",
            Scheme::OfBody { .. } => "must have 16 characters or more each; shorter ones can be guessed",
        };
        return Err(wrong("webhooks.secrets", finding));
    }
    let account = raw.account_id.map(|account| account.trim().to_owned()).filter(|account| !account.is_empty());
    let account = account.ok_or_else(|| {
        wrong("webhooks.account_id", "is missing; webhooks.secrets needs it, to tell the account's events from others'")
    })?;
    Ok(Some(WebhooksConfig { scheme, secrets, account }))
}

fn scheme(signature: Signature, header: Option<String>) -> Result<Scheme, ConfigError> {
    let encoding = match signature {
        Signature::Standard if header.is_some() => {
            return Err(wrong(
                "webhooks.header",
                "has no meaning with the signature standard, which names its headers",
            ));
        }
        Signature::Standard => return Ok(Scheme::Standard),
        Signature::Hex => Encoding::Hex,
        Signature::Base64 => Encoding::Base64,
    };
    let header = match header {
        Some(header) => {
            header.parse::<HeaderName>().map_err(|_| wrong("webhooks.header", "is not the name of a header"))?
        }
        None => Scheme::DEFAULT_HEADER,
    };
    Ok(Scheme::OfBody { header, encoding })
}
