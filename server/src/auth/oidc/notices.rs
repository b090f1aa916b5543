//! `POST /sign-out/notices`: a provider says that somebody signed out there (OpenID
//! Connect Back-Channel Logout 1.0). One address for all providers: the token says
//! which it is, and its signature proves it.

use std::sync::Arc;

use app::model::Action;
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use openidconnect::{
    JsonWebKey, JsonWebKeyId, JwsSigningAlgorithm,
    core::{CoreJsonWebKey, CoreJsonWebKeyUse, CoreJwsSigningAlgorithm},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime};

use super::{
    claims::{ALGORITHMS, SKEW},
    provider::{Keys, Provider},
};
use crate::{
    audit::{Act, By},
    error::ApiError,
    state::Portal,
    store::StoreError,
};

/// What the token's head must call it.
const TYPE: &str = "logout+jwt";
/// What the token must tell of.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How old a notice may be.
const AGE_MAX: Duration = Duration::minutes(2);
/// Most characters of a token's id.
const JTI_MAX: usize = 255;

#[derive(Deserialize)]
pub(super) struct Notice {
    logout_token: String,
}

#[derive(Deserialize)]
struct Head {
    alg: CoreJwsSigningAlgorithm,
    typ: Option<String>,
    kid: Option<JsonWebKeyId>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Issued {
    iss: String,
}

/// The claims (Back-Channel Logout 2.4).
#[derive(Deserialize)]
struct Claims {
    aud: Audience,
    iat: i64,
    exp: Option<i64>,
    jti: String,
    events: Map<String, Value>,
    sub: Option<String>,
    sid: Option<String>,
    nonce: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Why a notice is not believed. Told to the provider, which can be anybody.
#[derive(Debug)]
enum BadNotice {
    Unreadable,
    Issuer,
    Signature,
    Audience,
    Time,
    Content,
    Repeated,
}

impl From<BadNotice> for ApiError {
    fn from(bad: BadNotice) -> Self {
        Self::BadRequest(match bad {
            BadNotice::Unreadable => "There is no logout token that can be read.",
            BadNotice::Issuer => "No provider of this portal is the token's issuer.",
            BadNotice::Signature => "The token's type, algorithm or signature is wrong.",
            BadNotice::Audience => "The token is for another client.",
            BadNotice::Time => "The token was not made just now.",
            BadNotice::Content => "The token tells of no sign-out, or of nobody's.",
            BadNotice::Repeated => "The token was taken before.",
        })
    }
}

pub(super) async fn take(
    State(portal): State<Arc<Portal>>,
    notice: Result<Form<Notice>, FormRejection>,
) -> Result<StatusCode, ApiError> {
    let Ok(Form(Notice { logout_token })) = notice else { return Err(BadNotice::Unreadable.into()) };
    let now = portal.clock.now();
    let token = Token::parse(&logout_token).ok_or(BadNotice::Unreadable)?;
    let Issued { iss } = token.claims().ok_or(BadNotice::Unreadable)?;
    let provider = portal.providers.iter().find(|provider| provider.config.issuer == iss).ok_or(BadNotice::Issuer)?;
    if !token.is_signed_by(provider, now).await {
        return Err(BadNotice::Signature.into());
    }
    let claims: Claims = token.claims().ok_or(BadNotice::Content)?;
    check(provider, &claims, now)?;

    let mut write = portal.store.write().await?;
    match write.take_notice(&iss, &claims.jti, now + AGE_MAX + SKEW).await {
        Err(StoreError::Duplicate) => return Err(BadNotice::Repeated.into()),
        taken => taken?,
    }
    let ended = write.logins_at(&iss, claims.sub.as_deref(), claims.sid.as_deref()).await?;
    for (id, staff) in &ended {
        write.end_login(*id).await?;
        let act = Act::done(Action::SignInEnded).saying(format!("signed out at {}", provider.config.id));
        portal.record(&mut write, staff.team, &By::login(staff.id, *id), act).await?;
    }
    write.commit().await?;
    portal.hub.signed_out();
    tracing::info!(provider = %provider.config.id, sign_ins = ended.len(), "a provider told of a sign-out");
    Ok(StatusCode::OK)
}

fn check(provider: &Provider, claims: &Claims, now: OffsetDateTime) -> Result<(), BadNotice> {
    let is_ours = match &claims.aud {
        Audience::One(client) => *client == provider.config.client_id,
        Audience::Many(clients) => clients.contains(&provider.config.client_id),
    };
    if !is_ours {
        return Err(BadNotice::Audience);
    }
    let age = (now - AGE_MAX).unix_timestamp()..=(now + SKEW).unix_timestamp();
    if !age.contains(&claims.iat) || claims.exp.is_some_and(|exp| exp <= (now - SKEW).unix_timestamp()) {
        return Err(BadNotice::Time);
    }
    let tells = claims.events.get(EVENT).is_some_and(Value::is_object);
    let names_somebody = claims.sub.is_some() || claims.sid.is_some();
    // A nonce is in ID tokens; one of those must not pass for a notice.
    if !tells || !names_somebody || claims.nonce.is_some() || !(1..=JTI_MAX).contains(&claims.jti.chars().count()) {
        return Err(BadNotice::Content);
    }
    Ok(())
}

/// A signed token (RFC 7515, compact).
struct Token<'a> {
    head: Head,
    signed: &'a str,
    body: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (head, body) = signed.split_once('.')?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let head = serde_json::from_slice(&decode(head)?).ok()?;
        Some(Self { head, signed, body: decode(body)?, signature: decode(signature)? })
    }

    fn claims<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    async fn is_signed_by(&self, provider: &Provider, now: OffsetDateTime) -> bool {
        let is_notice = self.head.typ.as_deref().is_some_and(|typ| {
            typ.eq_ignore_ascii_case(TYPE) || typ.eq_ignore_ascii_case(&format!("application/{TYPE}"))
        });
        if !is_notice || self.head.crit.is_some() || !ALGORITHMS.contains(&self.head.alg) {
            return false;
        }
        let Ok(known) = provider.known(now).await else { return false };
        if let Some(key) = self.key(&known.keys) {
            return self.holds(key);
        }
        let newer = provider.with_newer_keys(&known, now).await;
        newer.is_some_and(|newer| self.key(&newer.keys).is_some_and(|key| self.holds(key)))
    }

    /// The one key that the token can have been signed by.
    fn key<'k>(&self, keys: &'k Keys) -> Option<&'k CoreJsonWebKey> {
        let fits = |key: &&CoreJsonWebKey| {
            self.head.alg.key_type().as_ref() == Some(key.key_type())
                && key.key_use().is_none_or(|used| *used == CoreJsonWebKeyUse::Signature)
                && (self.head.kid.is_none() || self.head.kid.as_ref() == key.key_id())
        };
        let mut fitting = keys.keys().iter().filter(fits);
        fitting.next().filter(|_| fitting.next().is_none())
    }

    fn holds(&self, key: &CoreJsonWebKey) -> bool {
        key.verify_signature(&self.head.alg, self.signed.as_bytes(), &self.signature).is_ok()
    }
}
