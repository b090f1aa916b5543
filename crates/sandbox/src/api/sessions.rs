//! Signing sessions.

use axum::{
    Json,
    extract::{RawQuery, State},
};
use contract::{ListQuery, NewSigningSession, Page, SigningSession, SigningSessionId};
use http::StatusCode;

use super::terms;
use crate::{
    extract::{JsonArray, PathId},
    pages,
    problem::ApiError,
    random,
    service::App,
    step::SessionState,
    store::{
        list,
        sessions::{self, StoredSession},
    },
};

/// `POST /signing-sessions`: takes an array, makes all of its sessions or none.
pub(super) async fn create(
    State(app): State<App>,
    JsonArray(requests): JsonArray<NewSigningSession>,
) -> Result<(StatusCode, Json<Vec<SigningSession>>), ApiError> {
    if requests.is_empty() {
        return Err(ApiError::BadRequest("the array must hold at least one session".into()));
    }
    let now = app.clock.now();
    let mut findings = Vec::new();
    let mut created = Vec::new();
    let mut flows = terms::Flows::new();
    let mut tx = app.store.write().await?;
    for (i, request) in requests.into_iter().enumerate() {
        let mut own = request.validate(now);
        let waits_for = terms::check(&mut tx, &request, &mut flows, now, &mut own).await?;
        findings.extend(own.into_iter().map(|finding| finding.under(&format!("[{i}]."))));
        if findings.is_empty() {
            let (terms, due) = terms::settle(request, now);
            created.push(StoredSession {
                id: random::session_id(app.random.as_ref(), now)?,
                link: random::secret_uuid(app.random.as_ref())?,
                created_at: now,
                standing: SessionState::new(waits_for, due, terms.signature_url_ttl, now),
                terms,
                signatures: Vec::new(),
                packages: Vec::new(),
            });
        }
    }
    if !findings.is_empty() {
        return Err(ApiError::InvalidParams(findings));
    }
    for session in &created {
        sessions::insert(&mut tx, session).await?;
    }
    tx.commit().await?;
    for session in &created {
        let (id, state) = (session.id, &session.standing.state);
        tracing::info!(session.id = %id, session.state = %state, "session {id} is made");
    }
    Ok((StatusCode::CREATED, Json(created.into_iter().map(|session| wire(&app, session, now)).collect())))
}

/// `GET /signing-sessions/{sessionId}`.
pub(super) async fn read(
    State(app): State<App>,
    PathId(id): PathId<SigningSessionId>,
) -> Result<Json<SigningSession>, ApiError> {
    let now = app.clock.now();
    let mut db = app.store.read().await?;
    let session = sessions::find(&mut db, id, now).await?.ok_or(ApiError::NotFound)?;
    Ok(Json(wire(&app, session, now)))
}

/// `DELETE /signing-sessions/{sessionId}`: allowed in every state.
pub(super) async fn delete(
    State(app): State<App>,
    PathId(id): PathId<SigningSessionId>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.write().await?;
    let deleted = sessions::delete(&mut tx, id, app.clock.now()).await?;
    tx.commit().await?;
    app.packaging.wake();
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::NotFound) }
}

/// `GET /signing-sessions`.
pub(super) async fn list(
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<SigningSession>>, ApiError> {
    let query = query.unwrap_or_default();
    let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let query = ListQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())))
        .map_err(ApiError::InvalidParams)?;
    let now = app.clock.now();
    let mut db = app.store.read().await?;
    let (page, total) = list::page(&mut db, &query, now).await?;
    let data: Vec<SigningSession> = page.into_iter().map(|session| wire(&app, session, now)).collect();
    let count = data.len().try_into().unwrap_or(query.limit);
    Ok(Json(Page { limit: query.limit, offset: query.offset, count, total, data }))
}

fn wire(app: &App, session: StoredSession, now: time::OffsetDateTime) -> SigningSession {
    let signature_url = pages::signature_url(&app.config.public_url, session.link);
    session.wire(signature_url, now)
}
