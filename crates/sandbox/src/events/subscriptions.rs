//! Who is told: subscriptions to events.

use axum::{Json, extract::State};
use contract::{EventName, InvalidParam, SubscriptionId};
use http::{HeaderName, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use time::{Duration, OffsetDateTime};
use url::Url;

use crate::{
    extract::{JsonBody, PathId},
    problem::ApiError,
    random,
    service::App,
    store::{
        events::{self, ALL, SERVICE},
        subscriptions::{self, Subscription},
    },
};

/// How many subscriptions there may be, and so how many attempts at once.
pub(crate) const SUBSCRIPTIONS_MAX: i64 = 20;
/// Longest address in characters.
pub(crate) const URL_MAX: usize = 2048;
/// Shortest and longest secret in characters. 16 at random are beyond guessing.
pub(crate) const SECRET_LENGTH: std::ops::RangeInclusive<usize> = 16..=255;
/// Longest name of a signature's header in characters.
pub(crate) const HEADER_MAX: usize = 64;
/// Longest time for which a delivery is tried.
pub(crate) const LIFETIME_MAX: Duration = Duration::weeks(1);
/// The header that carries the signature unless the subscription names another.
pub(crate) const SIGNATURE_HEADER: &str = "X-Signicat-Signature";

/// What a client wants of a subscription. `null` counts as not given.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wishes {
    url: Option<String>,
    event_types: Option<Vec<String>>,
    secret: Option<SecretString>,
    signature_header: Option<String>,
    lifetime_seconds: Option<i64>,
    enabled: Option<bool>,
}

/// A subscription as it is answered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    id: SubscriptionId,
    url: String,
    event_types: Vec<String>,
    signature_header: String,
    lifetime_seconds: i64,
    enabled: bool,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// Only when the service has just made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<Subscription> for Answer {
    fn from(subscription: Subscription) -> Self {
        Self {
            id: subscription.id,
            url: subscription.url,
            event_types: subscription.event_types,
            signature_header: subscription.signature_header,
            lifetime_seconds: subscription.lifetime.whole_seconds(),
            enabled: subscription.enabled,
            created_at: subscription.created_at,
            secret: None,
        }
    }
}

/// `POST /subscriptions`. Without a secret in the request the answer shows a new one, this once.
pub(super) async fn create(
    State(app): State<App>,
    JsonBody(wishes): JsonBody<Wishes>,
) -> Result<(StatusCode, Json<Answer>), ApiError> {
    let now = app.clock.now();
    let mut subscription = Subscription {
        id: random::subscription_id(app.random.as_ref(), now)?,
        url: String::new(),
        event_types: Vec::new(),
        signature_header: SIGNATURE_HEADER.to_owned(),
        lifetime: app.config.event_lifetime,
        enabled: true,
        created_at: now,
    };
    let required = [("url", wishes.url.is_none()), ("eventTypes", wishes.event_types.is_none())];
    let mut findings: Vec<InvalidParam> = required
        .into_iter()
        .filter(|(_, absent)| *absent)
        .map(|(name, _)| InvalidParam::new(name, "is required"))
        .collect();
    let secret = apply(wishes, &mut subscription, &mut findings);
    if !findings.is_empty() {
        return Err(ApiError::InvalidParams(findings));
    }
    let made = match secret {
        Some(_) => None,
        None => Some(random::hex_text::<32>(app.random.as_ref())?),
    };
    let mut tx = app.store.write().await?;
    if subscriptions::count(&mut tx).await? >= SUBSCRIPTIONS_MAX {
        return Err(ApiError::Conflict("there are 20 subscriptions, which is the most; delete one first"));
    }
    let secret = secret.unwrap_or_else(|| made.clone().unwrap_or_default().into());
    subscriptions::insert(&mut tx, &subscription, &secret).await?;
    tx.commit().await?;
    tracing::info!(subscription.id = %subscription.id, "subscription {} is made", subscription.id);
    Ok((StatusCode::CREATED, Json(Answer { secret: made, ..subscription.into() })))
}

/// `GET /subscriptions`: all, oldest first.
pub(super) async fn list(State(app): State<App>) -> Result<Json<Vec<Answer>>, ApiError> {
    let mut db = app.store.read().await?;
    Ok(Json(subscriptions::list(&mut db).await?.into_iter().map(Answer::from).collect()))
}

/// `GET /subscriptions/{subscriptionId}`.
pub(super) async fn read(State(app): State<App>, PathId(id): PathId<SubscriptionId>) -> Result<Json<Answer>, ApiError> {
    let mut db = app.store.read().await?;
    Ok(Json(find(&mut db, id).await?.into()))
}

/// `PATCH /subscriptions/{subscriptionId}`: changes what is given. What is on its way goes to the new address,
/// signed with the new secret.
pub(super) async fn change(
    State(app): State<App>,
    PathId(id): PathId<SubscriptionId>,
    JsonBody(wishes): JsonBody<Wishes>,
) -> Result<Json<Answer>, ApiError> {
    let mut tx = app.store.write().await?;
    let mut subscription = find(&mut tx, id).await?;
    let mut findings = Vec::new();
    let secret = apply(wishes, &mut subscription, &mut findings);
    if !findings.is_empty() {
        return Err(ApiError::InvalidParams(findings));
    }
    subscriptions::update(&mut tx, &subscription, secret.as_ref()).await?;
    tx.commit().await?;
    Ok(Json(subscription.into()))
}

/// `DELETE /subscriptions/{subscriptionId}`: with all that is on its way to it, and its dead letters.
pub(super) async fn delete(State(app): State<App>, PathId(id): PathId<SubscriptionId>) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.write().await?;
    let deleted = subscriptions::delete(&mut tx, id).await?;
    tx.commit().await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::NotFound) }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trial {
    event_name: Option<EventName>,
}

/// The answer to [`test`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Started {
    event_id: String,
}

/// `POST /subscriptions/{subscriptionId}/test {"eventName": "…"}`: sends an event that is tagged `mock`, about
/// a session that there is not, whatever the subscription wants.
pub(super) async fn test(
    State(app): State<App>,
    PathId(id): PathId<SubscriptionId>,
    JsonBody(trial): JsonBody<Trial>,
) -> Result<(StatusCode, Json<Started>), ApiError> {
    let name = trial.event_name.unwrap_or(EventName::SessionCompleted);
    if !name.is_known() {
        let known: Vec<&str> = EventName::KNOWN.iter().map(EventName::as_str).collect();
        return Err(ApiError::param("eventName", format!("must be one of {}", known.join(", "))));
    }
    let now = app.clock.now();
    let session = random::session_id(app.random.as_ref(), now)?;
    let mut tx = app.store.write().await?;
    let subscription = enabled(&mut tx, id).await?;
    let event_id = events::record_trial(&mut tx, &name, session, &subscription, now).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(Started { event_id })))
}

/// The subscription, or 404.
pub(super) async fn find(db: &mut SqliteConnection, id: SubscriptionId) -> Result<Subscription, ApiError> {
    subscriptions::find(db, id).await?.ok_or(ApiError::NotFound)
}

/// The subscription if anything can be sent to it, or 404 or 409.
pub(super) async fn enabled(db: &mut SqliteConnection, id: SubscriptionId) -> Result<Subscription, ApiError> {
    match find(db, id).await? {
        subscription if subscription.enabled => Ok(subscription),
        _ => Err(ApiError::Conflict("the subscription is switched off; set its enabled to true first")),
    }
}

/// Puts what is wished for into the subscription. Answers the secret, if one is given.
fn apply(wishes: Wishes, subscription: &mut Subscription, findings: &mut Vec<InvalidParam>) -> Option<SecretString> {
    let mut check = |name: &str, finding: Option<&str>| {
        findings.extend(finding.map(|reason| InvalidParam::new(name, reason)));
    };
    if let Some(url) = wishes.url {
        match address(&url) {
            Ok(url) => subscription.url = url.into(),
            Err(reason) => check("url", Some(reason)),
        }
    }
    if let Some(header) = wishes.signature_header {
        check("signatureHeader", header_finding(&header));
        subscription.signature_header = header;
    }
    if let Some(seconds) = wishes.lifetime_seconds {
        let reason = (!(1..=LIFETIME_MAX.whole_seconds()).contains(&seconds)).then_some("must be 1 to 604800 seconds");
        check("lifetimeSeconds", reason);
        subscription.lifetime = Duration::seconds(seconds);
    }
    if let Some(secret) = &wishes.secret {
        check("secret", secret_finding(secret));
    }
    if let Some(types) = wishes.event_types {
        if types.is_empty() {
            findings.push(InvalidParam::new("eventTypes", "must name at least one event type"));
        }
        for (i, event_type) in types.iter().enumerate() {
            if !is_event_type(event_type) {
                findings.push(InvalidParam::new(format!("eventTypes[{i}]"), known_types()));
            } else if types.iter().take(i).any(|earlier| earlier == event_type) {
                findings.push(InvalidParam::new(format!("eventTypes[{i}]"), "is already in the list"));
            }
        }
        subscription.event_types = types;
    }
    subscription.enabled = wishes.enabled.unwrap_or(subscription.enabled);
    wishes.secret
}

/// The address, if events can be posted to it. Loopback and private addresses are what a sandbox is for.
fn address(url: &str) -> Result<Url, &'static str> {
    let address = Url::parse(url).map_err(|_| "must be an http or https address")?;
    if !matches!(address.scheme(), "http" | "https") {
        Err("must be an http or https address")
    } else if !address.username().is_empty() || address.password().is_some() {
        Err("must not hold a user name or password; the signature says who sends")
    } else if address.fragment().is_some() {
        Err("must not have a fragment, which is never sent")
    } else if address.as_str().len() > URL_MAX {
        Err("must be at most 2048 characters")
    } else {
        Ok(address)
    }
}

fn header_finding(name: &str) -> Option<&'static str> {
    let own = name.get(..2).is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-"));
    let good = own && name.len() <= HEADER_MAX && HeaderName::try_from(name).is_ok();
    (!good).then_some("must be the name of a header that begins with X-, of at most 64 characters")
}

fn secret_finding(secret: &SecretString) -> Option<&'static str> {
    let secret = secret.expose_secret();
    let good = SECRET_LENGTH.contains(&secret.chars().count()) && !secret.chars().any(char::is_control);
    (!good).then_some("must be 16 to 255 characters, none of them a control character")
}

fn is_event_type(text: &str) -> bool {
    let name = text.strip_prefix(SERVICE).and_then(|rest| rest.strip_prefix(':'));
    text == ALL || name.is_some_and(|name| EventName::from(name).is_known())
}

fn known_types() -> String {
    let known: Vec<String> = EventName::KNOWN.iter().map(|name| format!("{SERVICE}:{name}")).collect();
    format!("must be one of {ALL}, {}", known.join(", "))
}
