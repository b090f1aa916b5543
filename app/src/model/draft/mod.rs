//! Sending documents: what the browser asks, and what it is told.
//!
//! Nothing leaves the browser before Send. Then, in this order: the plan is
//! stored, each document is uploaded under the id that the plan gave it, and the
//! sessions are created, stage by stage. Each step can be repeated; abandoning the
//! plan removes whatever reached the signing API.

pub mod check;
mod collection;
mod plan;
#[cfg(test)]
mod tests;

use contract::{Language, Sha256Digest};
use serde::{Deserialize, Serialize};

use super::{Moment, SessionId, UploadId};

pub use collection::{
    Archive, CollectionPlan, CollectionSettings, ExpectedPerson, IdentifyFirst, Interface, NationalNumber,
    NewCollection, NewSigner, NumberPurpose, Part, Redirects, SendOrder, SigningMethod,
};
pub use plan::{Kind, PACKAGE_BYTES_MAX, Place, placeholder};

/// Names of the form's fields, as errors refer to them.
pub mod field {
    /// The title.
    pub const TITLE: &str = "title";
    /// Who is to sign.
    pub const SIGNER: &str = "signer";
    /// The due date.
    pub const DUE: &str = "due";
    /// The consent text.
    pub const SIGN_TEXT: &str = "signText";
    /// Language of the signer's pages.
    pub const LANGUAGE: &str = "language";
    /// The documents; one of them is `documents[0]`.
    pub const DOCUMENTS: &str = "documents";
    /// Those who are to sign; one of them is `signers[0]`, and what belongs to them
    /// is named as it is in [`NewSigner`](super::NewSigner), for example `signers[0].signText`.
    pub const SIGNERS: &str = "signers";
}

/// A document that is going to be uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DraftDocument {
    /// Its file name.
    pub filename: String,
    /// Its media type.
    #[serde(alias = "mime_type")]
    pub mime_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256, computed in the browser.
    pub sha256: Sha256Digest,
}

/// A session that somebody wants sent: a collection with a single signer, who signs
/// everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// Title shown to the signer; 1 to 255 characters.
    pub title: String,
    /// Who is to sign, for the desk's own use; 1 to 255 characters.
    pub signer: String,
    /// When it must be signed; in the future, at most 45 days ahead.
    pub due: Moment,
    /// What the signer consents to; at most 2048 characters.
    #[serde(default)]
    pub sign_text: Option<String>,
    /// Language of the signer's pages.
    pub language: Language,
    /// 1 to 50 documents of one type.
    pub documents: Vec<DraftDocument>,
}

impl From<NewSession> for NewCollection {
    fn from(new: NewSession) -> Self {
        let NewSession { title, signer, due, sign_text, language, documents } = new;
        let signer = NewSigner { label: signer, sign_text, language, ..NewSigner::default() };
        Self { title, due, documents, signers: vec![signer], settings: CollectionSettings::default() }
    }
}

/// The stored plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendPlan {
    /// The session.
    pub session: SessionId,
    /// Where each document goes, in the order they were named.
    pub uploads: Vec<UploadId>,
}

/// What happened to an uploaded document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadReceipt {
    /// SHA-256 as this server computed it.
    pub server_hash: Sha256Digest,
    /// SHA-256 as the signing API computed it.
    pub api_hash: Sha256Digest,
}

/// How sending ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SendOutcome {
    /// The signing API has the session.
    Sent,
    /// The API's answer was lost; the session's page tells more as soon as it is known.
    BeingConfirmed,
}
