//! Sessions, documents and results, and what is left to delete at the API.
//!
//! A session changes in one way: it is read in a write transaction, changed as a
//! value, and saved ([`Sessions::save_session`]), which also records the event when its standing changed.
//!
//! It is found only within a [`Reach`], and what belongs to it only by its record.
//! The portal's own rounds over all sessions say so by their names.

pub mod documents;
pub mod health;
pub mod leftovers;
mod list;
pub mod results;

use app::model::{
    CollectionId, Facts, Judgement, Moment, NewSigner, Packaging, SessionId, Standing, TeamId, draft::Part, judge,
};
use async_trait::async_trait;
use contract::{Language, LifecycleState, SigningSessionId};
use uuid::Uuid;

use super::StoreError;
use crate::{rights::Reach, sessions::Step};

pub use list::{Found, Lists};

/// A session that is to be sent, on its way into its first row.
#[derive(Debug)]
pub struct NewSessionRow<'a> {
    /// Its id, which is also its external reference at the API.
    pub id: SessionId,
    /// The collection that it belongs to.
    pub collection: CollectionId,
    /// Who sends it.
    pub owner: Uuid,
    /// The owner's team, whose it stays.
    pub team: TeamId,
    /// The signer's place in the plan, from 0.
    pub position: u32,
    /// Title shown to the signer.
    pub title: &'a str,
    /// When it must be signed.
    pub due: Moment,
    /// The signer, without their national number.
    pub signer: &'a NewSigner,
}

/// A session's row.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionRecord {
    /// Its id, which is also its external reference at the API.
    pub id: SessionId,
    /// Who sent it.
    pub owner: Uuid,
    /// Whose it is.
    pub team: TeamId,
    /// The collection that it belongs to.
    pub collection: CollectionId,
    /// The signer's place in the plan, from 0.
    pub position: u32,
    /// The signer as planned, without their national number.
    pub planned: NewSigner,
    /// The session that took this one's place when its link was renewed.
    pub renewed_as: Option<SessionId>,
    /// Title shown to the signer.
    pub title: String,
    /// Who is to sign, as staff wrote it.
    pub signer: String,
    /// When it must be signed.
    pub due: Moment,
    /// What the signer consents to.
    pub sign_text: Option<String>,
    /// Language of the signer's pages.
    pub language: Language,
    /// How far the portal got with sending it.
    pub step: Step,
    /// When the request that creates it at the API was about to go.
    pub send_started: Option<Moment>,
    /// Listings after the quiet time that did not show it.
    pub clean_scans: u32,
    /// The API's id of it.
    pub upstream: Option<SigningSessionId>,
    /// The state that the API last reported.
    pub api_state: Option<LifecycleState>,
    /// Whether the API said that this state is final.
    pub api_final: bool,
    /// Whether the API said that it has no such session (any more).
    pub gone: bool,
    /// How its sealed package stands.
    pub packaging: Packaging,
    /// When the signing link dies, if it is known.
    pub link_expires: Option<Moment>,
    /// Why the signer rejected, if a reason was given.
    pub reject_reason: Option<String>,
    /// Why it was not sent, if it was not.
    pub failure: Option<String>,
    /// When it was made.
    pub created: Moment,
    /// When anything about it last changed.
    pub updated: Moment,
    /// The standing of its last event.
    pub(super) announced: Standing,
}

impl SessionRecord {
    /// How it stands at `now`.
    #[must_use]
    pub fn standing(&self, now: Moment) -> Standing {
        self.judge(now).standing
    }

    /// How it stands at `now`, and what that asks of people.
    #[must_use]
    pub fn judge(&self, now: Moment) -> Judgement {
        let facts = Facts {
            sending: self.step.sending(),
            api_state: self.api_state.clone(),
            due: self.due,
            link_expires: self.link_expires,
            gone: self.gone,
            packaging: self.packaging,
            waits_for: 0,
            waits_in_vain: false,
        };
        judge(&facts, now)
    }

    /// What the signer does with a document of the collection.
    #[must_use]
    pub fn part(&self, document: &documents::DocumentRecord) -> Part {
        usize::try_from(document.position).map_or(Part::None, |position| self.planned.part(position))
    }

    /// Whether the API said that it is signed.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.api_state == Some(LifecycleState::Signed)
    }
}

/// Sessions.
#[async_trait]
pub trait Sessions: Send {
    /// Stores a session that is to be sent.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn insert_session(&mut self, new: &NewSessionRow<'_>, now: Moment) -> Result<(), StoreError>;

    /// Finds a session within reach.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn session(&mut self, reach: Reach, id: SessionId) -> Result<Option<SessionRecord>, StoreError>;

    /// Finds the session that the API knows by this id.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn session_by_upstream(&mut self, id: SigningSessionId) -> Result<Option<SessionRecord>, StoreError>;

    /// Sessions in one of two steps, oldest first.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn sessions_in_steps(&mut self, steps: [Step; 2]) -> Result<Vec<SessionRecord>, StoreError>;

    /// Whether there is any session that can still change, or a collection of which it
    /// is unknown whether the API has it.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn any_open_session(&mut self) -> Result<bool, StoreError>;

    /// Sessions that the API has and that can still change.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn open_sessions(&mut self) -> Result<Vec<SessionRecord>, StoreError>;

    /// Sessions whose due date passed, or whose link died, since their last event.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn overtaken_by_the_clock(&mut self, now: Moment) -> Result<Vec<SessionRecord>, StoreError>;

    /// Writes what can change about a session, and the event when its standing changed.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn save_session(&mut self, session: &SessionRecord, now: Moment) -> Result<(), StoreError>;
}
