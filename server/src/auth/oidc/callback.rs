//! `GET /sign-in/{provider}/callback`: a browser comes back from a provider.

use std::sync::Arc;

use app::form::Onward;
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use http::{HeaderMap, StatusCode};
use openidconnect::{AuthorizationCode, PkceCodeVerifier, TokenResponse};
use serde::Deserialize;
use time::OffsetDateTime;

use super::{
    account::{self, Entry},
    begin::{self, TRIP, refuse},
    claims::{self, SKEW, Said, TokenError},
    http::Cause,
    provider::Provider,
};
use crate::{
    audit::{Act, By},
    auth::{LoginToken, cookie},
    clock::moment,
    error::{ApiError, chain},
    state::Portal,
    store::providers::Trip,
};

/// What a provider answers with. It may say more, which is not needed.
#[derive(Deserialize)]
pub(super) struct Answer {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// Why somebody who came from a provider does not get in.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    /// Nobody set out like this, or it was long ago, or they are back already.
    #[error("This sign-in was not begun in this browser, took more than ten minutes, or was used before. Begin again.")]
    Unknown,
    /// The provider did not sign them in.
    #[error("{0} did not sign you in. Begin again, or choose another way in.")]
    NotSignedIn(String),
    /// The provider's answer is not to be believed. The cause is logged.
    #[error(
        "What {name} answered does not hold, so you are not signed in. Begin again; if it stays so, tell an admin."
    )]
    Unbelieved {
        name: String,
        #[source]
        cause: Cause,
    },
    /// The provider does not answer the portal.
    #[error("{name} cannot be reached. Begin again in a moment; if it stays so, tell an admin.")]
    Unreachable {
        name: String,
        #[source]
        cause: Cause,
    },
    /// They confirmed as somebody else, or not just now.
    #[error("You did not confirm that it is you. Sign in at {0} with your password, as the person you are here.")]
    NotConfirmed(String),
    /// What is known of them gives them no rights.
    #[error(transparent)]
    Outside(#[from] account::Outside),
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Unknown | Self::NotSignedIn(_) | Self::Unbelieved { .. } => StatusCode::BAD_REQUEST,
            Self::NotConfirmed(_) | Self::Outside(_) => StatusCode::FORBIDDEN,
            Self::Unreachable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// A word of ours for the audit trail.
    fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NotSignedIn(_) => "not signed in there",
            Self::Unbelieved { .. } => "answer does not hold",
            Self::Unreachable { .. } => "unreachable",
            Self::NotConfirmed(_) => "not confirmed",
            Self::Outside(_) => "no role",
        }
    }
}

/// Either somebody is kept out, or the portal fails.
enum Stop {
    Refused(Refusal),
    Failed(ApiError),
}

impl<E: Into<Refusal>> From<E> for Stop {
    fn from(refusal: E) -> Self {
        Self::Refused(refusal.into())
    }
}

fn failed(error: impl Into<ApiError>) -> Stop {
    Stop::Failed(error.into())
}

pub(super) async fn callback(
    State(portal): State<Arc<Portal>>,
    Path(provider): Path<String>,
    by: By,
    jar: CookieJar,
    headers: HeaderMap,
    answer: Result<Query<Answer>, QueryRejection>,
) -> Result<Response, ApiError> {
    let now = portal.clock.now();
    let trip = match answer {
        Ok(Query(answer)) => take(&portal, &provider, &jar, &answer, now).await?.map(|trip| (trip, answer)),
        Err(_) => None,
    };
    // Nothing is recorded of those who never set out: anybody can ask for this address.
    let Some((provider, trip, answer)) =
        trip.and_then(|(trip, answer)| Some((portal.providers.find(&provider)?, trip, answer)))
    else {
        let refusal = Refusal::Unknown;
        return Ok(refuse(&portal, refusal.status(), &refusal.to_string()).await);
    };
    match arrive(&portal, provider, &trip, answer, &headers, &by, now).await {
        Ok(login) => {
            let page = begin::onward(&portal, Onward::to(&trip.return_to, "Go on".to_owned())).await;
            Ok((jar.add(cookie::signed_in(&login)), page).into_response())
        }
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Refused(refusal)) => {
            tracing::info!(provider = %provider.config.id, error = %chain(&refusal), "a sign-in at a provider was refused");
            let act = Act::refused(app::model::Action::SignIn);
            let act = act.saying(format!("at {}: {}", provider.config.id, refusal.word()));
            let mut write = portal.store.write().await?;
            portal.record_at_large(&mut write, &by, act).await?;
            write.commit().await?;
            Ok(refuse(&portal, refusal.status(), &refusal.to_string()).await)
        }
    }
}

/// The trip that ends here, which no other request can end again.
async fn take(
    portal: &Portal,
    provider: &str,
    jar: &CookieJar,
    answer: &Answer,
    now: OffsetDateTime,
) -> Result<Option<Trip>, ApiError> {
    let (Some(browser), Some(state)) = (begin::browser(jar), answer.state.as_deref().and_then(LoginToken::parse))
    else {
        return Ok(None);
    };
    let mut write = portal.store.write().await?;
    let trip = write.end_trip(state.id(), browser.id()).await?;
    write.commit().await?;
    // An answer for one provider at another's address is a mix-up (RFC 9700, 4.4).
    Ok(trip.filter(|trip| trip.provider == provider && moment(now - TRIP) < trip.begun))
}

/// Finds out who came back, and signs them in.
async fn arrive(
    portal: &Portal,
    provider: &Provider,
    trip: &Trip,
    answer: Answer,
    headers: &HeaderMap,
    by: &By,
    now: OffsetDateTime,
) -> Result<LoginToken, Stop> {
    let name = || provider.config.name.clone();
    let unbelieved = |cause: Cause| Refusal::Unbelieved { name: name(), cause };
    let unreachable = |cause: Cause| Refusal::Unreachable { name: name(), cause };
    let known = provider.known(now).await.map_err(|error| unreachable(error.into()))?;
    let names_issuer = known.metadata.additional_metadata().authorization_response_iss_parameter_supported;
    if answer.iss.as_ref().map_or(names_issuer, |issuer| issuer != provider.issuer().as_str()) {
        return Err(unbelieved("the answer has another issuer, or none".into()).into());
    }
    let code = match answer {
        Answer { error: None, code: Some(code), .. } => code,
        _ => return Err(Refusal::NotSignedIn(name()).into()),
    };
    let client = begin::client(portal, provider, &known).map_err(|error| failed(ApiError::internal(error)))?;
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|error| failed(ApiError::internal(error)))?
        .set_pkce_verifier(PkceCodeVerifier::new(trip.verifier.clone()))
        .request_async(&provider.http)
        .await
        .map_err(|error| match error {
            // Without its text, which may quote what was sent.
            openidconnect::RequestTokenError::Parse(..) => unbelieved("the tokens cannot be read".into()),
            openidconnect::RequestTokenError::ServerResponse(_) => unbelieved("the code was refused".into()),
            openidconnect::RequestTokenError::Request(cause) => unreachable(cause.into()),
            openidconnect::RequestTokenError::Other(_) => unbelieved("there are no tokens".into()),
        })?;
    let token = tokens.id_token().ok_or_else(|| unbelieved("there is no ID token".into()))?;
    let said = claims::check(provider, &known, token, &trip.nonce, now)
        .await
        .map_err(|error: TokenError| unbelieved(error.into()))?;
    if trip.again && !is_fresh(&said, trip) {
        return Err(Refusal::NotConfirmed(name()).into());
    }
    match account::enter(portal, provider, trip, &said, headers, by, now).await.map_err(failed)? {
        Entry::In(login) => Ok(login),
        Entry::Outside(outside) => Err(outside.into()),
        Entry::SomebodyElse => Err(Refusal::NotConfirmed(name()).into()),
    }
}

/// Whether somebody who was asked to sign in once more did so since then.
fn is_fresh(said: &Said, trip: &Trip) -> bool {
    said.auth_time.is_some_and(|at| moment(at + SKEW) >= trip.begun)
}
