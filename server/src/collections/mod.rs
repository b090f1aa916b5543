//! Sending documents to several signers, in stages.
//!
//! Sending is a saga of small steps, each of which can be repeated, and none of
//! which loses what the signing API was given:
//!
//! 1. the plan is stored ([`plan`]): the collection, its documents, and a session
//!    for each signer, whose id becomes its external reference at the API;
//! 2. each document streams through to the API once, hashed on its way
//!    (`sessions::uploads`);
//! 3. the documents are put into a collection at the API ([`send`]);
//! 4. the sessions are asked for stage by stage ([`stages`]), since those of a stage
//!    name the ids of the stage before. What is about to be asked is committed first,
//!    and no request is ever repeated.
//!
//! It is all or nothing: until all sessions are there, none counts as sent, and
//! nobody gets a link. When an answer is lost, the step becomes `unknown`, and
//! [`reconcile`] finds each session by its external reference, then goes on with
//! the stages that are left, or makes sure that there is nothing. What must go from
//! the API is first written down as a leftover, then deleted ([`cleanup`]), so that
//! neither a crash nor an outage leaves half a collection behind. The one exception:
//! an upload or a collection whose creation the portal did not live to hear of. The
//! API deletes such documents itself after 30 minutes, and a collection without a
//! session shows nobody anything.

mod abandon;
mod check;
pub mod cleanup;
mod plan;
pub mod reconcile;
mod refusal;
mod send;
mod single;
mod stages;

use app::{
    model::{
        DraftDocument, NewCollection, Permission,
        draft::{NationalNumber, check::number_findings},
    },
    paths,
};
use axum::{extract::DefaultBodyLimit, handler::Handler};

use crate::{
    error::ApiError,
    rights::{Access, Routes},
    store::{
        Connection, StoreError,
        collections::CollectionRecord,
        sessions::{SessionRecord, documents::DocumentRecord},
    },
};

/// Longest plan, in bytes: 200 signers with long consent texts and a part for each of 100 documents.
const PLAN_BYTES_MAX: usize = 2 * 1024 * 1024;

/// What can be done with collections.
pub fn routes(routes: Routes) -> Routes {
    let collection = &format!("{}/{{id}}", paths::COLLECTIONS);
    let session = &format!("{}/{{id}}", paths::PLANS);
    let send = Access::May(Permission::Send);
    routes
        .post(paths::COLLECTIONS, send, plan::plan.layer(DefaultBodyLimit::max(PLAN_BYTES_MAX)))
        .delete(collection, send, abandon::abandon)
        .post(&format!("{collection}/send"), send, send::send)
        .post(paths::PLANS, send, single::plan.layer(DefaultBodyLimit::max(PLAN_BYTES_MAX)))
        .delete(session, send, single::abandon)
        .post(&format!("{session}/send"), send, single::send)
}

/// A collection with all that belongs to it.
struct Whole {
    collection: CollectionRecord,
    sessions: Vec<SessionRecord>,
    documents: Vec<DocumentRecord>,
}

impl Whole {
    async fn of(rows: &mut Connection, collection: CollectionRecord) -> Result<Self, StoreError> {
        let sessions = rows.sessions_in(collection.id).await?;
        let documents = rows.documents_in(collection.id).await?;
        Ok(Self { collection, sessions, documents })
    }

    /// What was wanted, as far as it is kept: without national numbers.
    fn wanted(&self) -> NewCollection {
        let draft = |document: &DocumentRecord| DraftDocument {
            filename: document.filename.clone(),
            mime_type: document.mime_type.to_string(),
            size: document.size,
            sha256: document.browser_hash,
        };
        NewCollection {
            title: self.collection.title.clone(),
            due: self.collection.due,
            documents: self.documents.iter().map(draft).collect(),
            signers: self.sessions.iter().map(|session| session.planned.clone()).collect(),
            settings: self.collection.settings.clone(),
        }
    }
}

/// National numbers that came with a request, by the signers' positions.
#[derive(Debug, Clone, Default)]
struct Numbers(Vec<Option<NationalNumber>>);

impl Numbers {
    fn of(&self, position: usize) -> Option<&NationalNumber> {
        self.0.get(position)?.as_ref()
    }

    /// Refuses numbers that are missing, or are none.
    fn check(&self, wanted: &NewCollection) -> Result<(), ApiError> {
        let findings = number_findings(wanted, |position| self.of(position));
        if findings.is_empty() { Ok(()) } else { Err(app::error::PortalError::invalid(findings).into()) }
    }
}
