//! What an ID token says, once it is checked.

use openidconnect::{
    AdditionalClaims, ClaimsVerificationError, ClientId, EmptyExtraTokenFields, IdToken, IdTokenClaims, IdTokenFields,
    IdTokenVerifier, Nonce, SignatureVerificationError, StandardTokenResponse,
    core::{
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm as Algorithm,
        CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime};

use super::provider::{Known, Provider};

/// How far a provider's clock may be from ours.
pub(super) const SKEW: Duration = Duration::seconds(60);
/// How old an ID token may be that was asked for just now.
const AGE_MAX: Duration = Duration::minutes(10);
/// The algorithms that are taken: signatures alone, which nobody can make who merely
/// can check them (RFC 8725, ASVS 9.1.2).
pub(super) const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::RsaSsaPssSha384,
    Algorithm::RsaSsaPssSha512,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::EdDsa,
];

/// Claims beside those of OpenID Connect Core.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct More {
    nbf: Option<f64>,
    sid: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl AdditionalClaims for More {}

pub(super) type Fields =
    IdTokenFields<More, EmptyExtraTokenFields, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, Algorithm>;
pub(super) type TokenAnswer = StandardTokenResponse<Fields, CoreTokenType>;
pub(super) type Token = IdToken<More, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, Algorithm>;

/// Why an ID token is not believed.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Its signature, issuer, audience, nonce or time is wrong.
    #[error("the ID token does not hold")]
    Claims(#[from] ClaimsVerificationError),
    /// It was given to somebody else.
    #[error("the ID token was given to another client")]
    Party,
    /// It is not valid yet.
    #[error("the ID token is not valid yet")]
    Early,
}

/// Who signed in, as the provider says.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) subject: String,
    /// A name to show, unchecked.
    pub(super) name: Option<String>,
    pub(super) sid: Option<String>,
    pub(super) auth_time: Option<OffsetDateTime>,
    pub(super) acr: Option<String>,
    rest: Map<String, Value>,
}

impl Said {
    /// The texts of a claim: itself, or those of its list. Whatever else it holds is
    /// not looked at.
    pub(super) fn texts(&self, claim: &str) -> Vec<&str> {
        let nested = || {
            let mut parts = claim.split('.');
            let first = self.rest.get(parts.next()?)?;
            parts.try_fold(first, |value, part| value.get(part))
        };
        match self.rest.get(claim).or_else(nested) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

/// Checks an ID token (OpenID Connect Core 3.1.3.7). Fetches the provider's keys anew
/// when it names one that is not known.
///
/// # Errors
/// As [`TokenError`] says.
pub(super) async fn check(
    provider: &Provider,
    known: &Known,
    token: &Token,
    nonce: &str,
    now: OffsetDateTime,
) -> Result<Said, TokenError> {
    let checked = check_by(provider, known, token, nonce, now);
    let Err(TokenError::Claims(ClaimsVerificationError::SignatureVerification(
        SignatureVerificationError::NoMatchingKey,
    ))) = checked
    else {
        return checked;
    };
    match provider.with_newer_keys(known, now).await {
        Some(newer) => check_by(provider, &newer, token, nonce, now),
        None => checked,
    }
}

fn check_by(
    provider: &Provider,
    known: &Known,
    token: &Token,
    nonce: &str,
    now: OffsetDateTime,
) -> Result<Said, TokenError> {
    let client = ClientId::new(provider.config.client_id.clone());
    // A client without a secret: then no secret can serve as a key. Other audiences
    // beside ours are refused.
    let verifier: IdTokenVerifier<CoreJsonWebKey> =
        IdTokenVerifier::new_public_client(client.clone(), provider.issuer().clone(), known.keys.clone())
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(|| chrono(now - SKEW))
            .set_issue_time_verifier_fn(|at| {
                let is_recent = (chrono(now - AGE_MAX)..=chrono(now + SKEW)).contains(&at);
                if is_recent { Ok(()) } else { Err("it was not made just now".to_owned()) }
            });
    let claims: &IdTokenClaims<More, CoreGenderClaim> = token.claims(&verifier, &Nonce::new(nonce.to_owned()))?;
    if claims.authorized_party().is_some_and(|party| *party != client) {
        return Err(TokenError::Party);
    }
    let more = claims.additional_claims();
    if more.nbf.is_some_and(|nbf| nbf > seconds(now + SKEW)) {
        return Err(TokenError::Early);
    }
    let name = claims.name().and_then(|name| name.get(None)).map(|name| name.to_string());
    let auth_time = claims.auth_time().and_then(|at| OffsetDateTime::from_unix_timestamp(at.timestamp()).ok());
    Ok(Said {
        subject: claims.subject().to_string(),
        name: name.or_else(|| claims.preferred_username().map(|name| name.to_string())),
        sid: more.sid.clone(),
        auth_time,
        acr: claims.auth_context_ref().map(|acr| acr.to_string()),
        rest: more.rest.clone(),
    })
}

/// A moment as the library counts.
fn chrono(at: OffsetDateTime) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(at.unix_timestamp(), 0).unwrap_or_default()
}

/// A moment as tokens count: seconds since 1970.
fn seconds(at: OffsetDateTime) -> f64 {
    Duration::seconds(at.unix_timestamp()).as_seconds_f64()
}
