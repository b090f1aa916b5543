//! What the signing API says: wire types, ids, limits and rules.
//!
//! Pure data and predicates, without IO and without a clock, so that the
//! browser, the portal and the embedded signing service judge by the same code.
//! Linking it into the browser is harmless; *sending* everything in it is not
//! (see [`SigningSession::signature_url`]).
//!
//! Two habits hold throughout:
//! - what is read may be newer than this code: unknown fields are kept in
//!   `extra`, unknown enum values in a variant `Other`, and both are written
//!   back as they came;
//! - what is asked for is checked by `validate`, which never stops at the first
//!   finding and names each by its path, as the API's `invalidParams` do.

mod collection;
mod digest;
mod document;
mod event;
mod ids;
mod list;
mod open_enum;
mod period;
mod problem;
mod rules;
mod session;

pub mod limits;

pub use collection::{
    CollectionOutput, DocumentCollection, DocumentReference, NewDocumentCollection, Package, PackageType,
};
pub use digest::{ParseDigestError, Sha256Digest};
pub use document::{Document, DocumentHash, DocumentPatch, HashAlgorithm, MimeType};
pub use event::{Event, EventName};
pub use ids::{
    ArchiveDocumentId, DocumentCollectionId, DocumentId, PackageId, ParseIdError, SigningSessionId, SubscriptionId,
};
pub use list::{ListQuery, Page, Sort, SortField};
pub use period::period_end;
pub use problem::{InvalidParam, Problem, ProblemCode};
pub use rules::{can_be_acted_on, can_never_proceed, final_state, overdue};
pub use session::{
    ArchiveSettings, DocumentAction, IdentityProvider, Language, Lifecycle, LifecycleState, NewSigningSession,
    PreAuthentication, RedirectSettings, SessionDocument, SessionOutput, Signature, SignatureType, Signer,
    SignerValidation, SigningFlow, SigningSession, SigningSetup, Ui, Vendor,
};

/// Fields that the API sent and this code has no name for.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// Reads `null` like an absent field. Vendor clients send both.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de> + Default,
{
    Ok(<Option<T> as serde::Deserialize>::deserialize(deserializer)?.unwrap_or_default())
}
