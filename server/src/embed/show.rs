//! What a widget shows: states, due dates, counts, and titles where asked for.

use std::sync::Arc;

use app::model::{EmbedField, ListFilter, Moment, SessionId, Standing, WidgetKind};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{token::Resource, viewer::Viewer};
use crate::{
    error::ApiError,
    state::Portal,
    store::{Connection, sessions::SessionRecord},
};

/// Most lines of a widget.
const LINES_MAX: u32 = 20;

/// What a widget shows. There is no room for more: WG-04.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Shown {
    /// Version of this form.
    v: u8,
    kind: WidgetKind,
    /// Rises with each change of what is shown.
    rev: u64,
    /// When it was read.
    at: Moment,
    /// Since when the signing service has not answered, if it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    stale_since: Option<Moment>,
    items: Vec<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
}

/// How one session stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Item {
    id: SessionId,
    state: Coarse,
    /// The state in the portal's own words; there may be new ones.
    derived: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Counts {
    signed: usize,
    total: u64,
}

/// The few states that programs can count on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Coarse {
    /// Somebody is still to act.
    Open,
    /// Signed.
    Signed,
    /// The signer refused.
    Rejected,
    /// The due date passed.
    Overdue,
    /// It came to another end.
    Ended,
    /// Nobody knows.
    Unknown,
}

impl Coarse {
    pub(super) const ALL: [Self; 6] =
        [Self::Open, Self::Signed, Self::Rejected, Self::Overdue, Self::Ended, Self::Unknown];

    pub(super) const fn of(standing: Standing) -> Self {
        match standing {
            signed if signed.is_signed() => Self::Signed,
            Standing::Rejected => Self::Rejected,
            Standing::Overdue => Self::Overdue,
            Standing::Unknown => Self::Unknown,
            other if other.is_final() => Self::Ended,
            _ => Self::Open,
        }
    }

    pub(super) const fn slug(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Signed => "signed",
            Self::Rejected => "rejected",
            Self::Overdue => "overdue",
            Self::Ended => "ended",
            Self::Unknown => "unknown",
        }
    }
}

impl Shown {
    /// Reads what this viewer may see, as it is now.
    ///
    /// # Errors
    /// The database is out of reach.
    pub(super) async fn to(portal: &Portal, viewer: &Viewer) -> Result<Self, ApiError> {
        let now = portal.moment();
        let mut read = portal.store.read().await?;
        let (sessions, rev, total) = find(&mut *read, viewer, now).await?;
        let may = |field| viewer.claims.fields.contains(&field);
        let items: Vec<Item> = sessions
            .iter()
            .map(|session| {
                let standing = session.standing(now);
                Item {
                    id: session.id,
                    state: Coarse::of(standing),
                    derived: standing.slug(),
                    due: may(EmbedField::Due).then_some(session.due),
                    title: may(EmbedField::Title).then(|| session.title.clone()),
                }
            })
            .collect();
        let signed = items.iter().filter(|item| item.state == Coarse::Signed).count();
        Ok(Self {
            v: 1,
            kind: viewer.widget.kind,
            rev,
            at: now,
            stale_since: read.stale_since().await?,
            // A progress that names nobody's session still says how many there are.
            counts: (may(EmbedField::Counts) || viewer.widget.kind == WidgetKind::Progress)
                .then_some(Counts { signed, total }),
            items,
        })
    }

    /// Names what is shown, whenever it was read.
    pub(super) fn tag(&self) -> String {
        let timeless = Self { at: Moment(0), ..self.clone() };
        let mut tag = hex::encode(Sha256::digest(serde_json::to_vec(&timeless).unwrap_or_default()));
        tag.truncate(32);
        format!("\"{tag}\"")
    }

    /// How a badge's one session stands.
    pub(super) fn one(&self) -> Coarse {
        self.items.first().map_or(Coarse::Unknown, |item| item.state)
    }
}

/// The sessions that are shown, the number of their last event, and how many there are in all.
async fn find(read: &mut Connection, viewer: &Viewer, now: Moment) -> Result<(Vec<SessionRecord>, u64, u64), ApiError> {
    let team = viewer.widget.team;
    if viewer.claims.resources.contains(&Resource::View) && viewer.widget.kind == WidgetKind::List {
        let filter = ListFilter { standing: viewer.widget.standing, ..ListFilter::default() };
        let mut found = read.list_sessions(viewer.reach, &filter, now).await?;
        found.sessions.truncate(usize::try_from(LINES_MAX).unwrap_or(usize::MAX));
        return Ok((found.sessions, read.last_event_in(team).await?, found.total));
    }
    let mut ids = Vec::new();
    let mut rev = 0;
    for resource in &viewer.claims.resources {
        match resource {
            Resource::View => {
                ids.extend(read.next_due(team, now, LINES_MAX).await?);
                rev = read.last_event_in(team).await?;
            }
            Resource::Session(id) if viewer.widget.kind == WidgetKind::Progress => {
                ids.extend(read.sessions_beside(team, *id).await?);
            }
            Resource::Session(id) => ids.push(*id),
        }
    }
    let mut found = Vec::new();
    for id in ids {
        if let Some(session) = read.session(viewer.reach, id).await? {
            rev = rev.max(read.last_event_of(team, id).await?);
            found.push(session);
        }
    }
    if viewer.widget.kind == WidgetKind::Due {
        found.retain(|session| Coarse::of(session.standing(now)) == Coarse::Open);
        found.sort_by_key(|session| session.due);
    }
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    Ok((found, rev, total))
}

/// `GET /embed/v1/state`: for those whose stream does not come through.
pub(super) async fn state(
    State(portal): State<Arc<Portal>>,
    viewer: Viewer,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let shown = Shown::to(&portal, &viewer).await?;
    let tag = shown.tag();
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { Json(shown).into_response() };
    response.headers_mut().insert(header::ETAG, HeaderValue::try_from(tag).map_err(ApiError::internal)?);
    Ok(response)
}
