//! An entry as it is stored, hashed and exported.

use app::model::{Action, Moment, ObjectKind, Outcome};
use serde::Serialize;
use uuid::Uuid;

use super::{Act, By, by::Who};

/// An entry. Its JSON, in this order and without white space, is what is hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// The team's id, or the nil id for the portal as a whole.
    pub chain: Uuid,
    /// Number in the chain, from 1.
    pub seq: u64,
    /// When, in milliseconds since 1970-01-01T00:00:00Z.
    pub at: Moment,
    /// Who says who it was: `local` for accounts of this portal, `key` for
    /// its API keys, `portal` for itself.
    pub issuer: Option<String>,
    /// The account's or key's id.
    pub subject: Option<Uuid>,
    /// Begin of the sign-in's hash, in hex.
    pub login: Option<String>,
    /// The peer's address.
    pub ip: Option<String>,
    /// What was done.
    pub action: Action,
    /// What came of it.
    pub outcome: Outcome,
    /// Kind of the thing it was done to.
    pub object_kind: Option<ObjectKind>,
    /// Id of the thing it was done to.
    pub object: Option<Uuid>,
    /// What else there is to say.
    pub detail: Option<String>,
    /// Finds the request in the log.
    pub trace: Option<String>,
}

impl Record {
    pub(super) fn new(chain: Uuid, seq: u64, at: Moment, by: &By, act: Act) -> Self {
        let (issuer, subject) = match by.who {
            Who::Nobody => (None, None),
            Who::Portal => (Some("portal"), None),
            Who::Local(id) => (Some("local"), Some(id)),
            Who::Program(id) => (Some("key"), Some(id)),
        };
        Self {
            chain,
            seq,
            at,
            issuer: issuer.map(str::to_owned),
            subject,
            login: by.login.map(|login| login.handle()),
            ip: by.ip.map(|ip| ip.to_string()),
            action: act.action,
            outcome: act.outcome,
            object_kind: act.object.map(|object| object.kind),
            object: act.object.map(|object| object.id),
            detail: act.detail,
            trace: by.trace.clone(),
        }
    }

    /// The bytes that are hashed.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        // Writing plain values to memory does not fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}
