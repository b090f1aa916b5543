//! What is done.

use app::model::{Action, Object, ObjectKind, Outcome, SessionId};
use contract::{DocumentCollectionId, DocumentId};
use uuid::Uuid;

use crate::store::sessions::leftovers::Leftover;

/// Something that is done, or refused, to something.
#[derive(Debug, Clone)]
pub struct Act {
    /// What.
    pub action: Action,
    /// What came of it.
    pub outcome: Outcome,
    /// To what.
    pub object: Option<Object>,
    /// What else there is to say: a word of ours, never of a person.
    pub detail: Option<String>,
}

impl Act {
    /// It is done.
    #[must_use]
    pub const fn done(action: Action) -> Self {
        Self { action, outcome: Outcome::Done, object: None, detail: None }
    }

    /// It is refused, or does not succeed.
    #[must_use]
    pub const fn refused(action: Action) -> Self {
        Self { action, outcome: Outcome::Refused, object: None, detail: None }
    }

    /// To this thing.
    #[must_use]
    pub fn to(self, object: impl Into<Subject>) -> Self {
        Self { object: Some(object.into().0), ..self }
    }

    /// With this to say.
    #[must_use]
    pub fn saying(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}

/// Whatever an act can be done to.
pub struct Subject(Object);

impl From<SessionId> for Subject {
    fn from(id: SessionId) -> Self {
        Self(Object { kind: ObjectKind::Session, id: id.0 })
    }
}

impl From<DocumentId> for Subject {
    fn from(id: DocumentId) -> Self {
        Self(Object { kind: ObjectKind::Document, id: id.uuid() })
    }
}

impl From<DocumentCollectionId> for Subject {
    fn from(id: DocumentCollectionId) -> Self {
        Self(Object { kind: ObjectKind::Collection, id: id.uuid() })
    }
}

impl From<app::model::TeamId> for Subject {
    fn from(id: app::model::TeamId) -> Self {
        Self(Object { kind: ObjectKind::Team, id: id.0 })
    }
}

impl From<Leftover> for Subject {
    fn from(leftover: Leftover) -> Self {
        let (id, kind) = match leftover {
            Leftover::Session(id) => (id.uuid(), ObjectKind::Session),
            Leftover::Collection(id) => (id.uuid(), ObjectKind::Collection),
            Leftover::Document(id) => (id.uuid(), ObjectKind::Document),
        };
        Self(Object { kind, id })
    }
}

impl Subject {
    /// An account.
    #[must_use]
    pub const fn account(id: Uuid) -> Self {
        Self(Object { kind: ObjectKind::Account, id })
    }

    /// A widget.
    #[must_use]
    pub const fn widget(id: Uuid) -> Self {
        Self(Object { kind: ObjectKind::Widget, id })
    }

    /// An API key.
    #[must_use]
    pub const fn key(id: Uuid) -> Self {
        Self(Object { kind: ObjectKind::Key, id })
    }
}
