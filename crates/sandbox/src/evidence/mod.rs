//! What a signature leaves behind: one XAdES document per signed document and signer.
//!
//! The sandbox seals, with a test certificate of its own, the document's digest
//! together with the evidence of how it was signed: who the signer is, how they
//! were authenticated, what they consented to, and what they did when. Anyone
//! who has the document, the result and the authority's root certificate can
//! check it with standard tools:
//!
//! ```text
//! xmlsec1 --verify --trusted-pem root.pem result.xml
//! ```
//!
//! The form is XAdES-B-T (ETSI EN 319 132-1) with three references, the
//! document, the evidence and the signed properties, and a time stamp (RFC 3161). A PDF is *detached*: the
//! reference is its file name, and the digest in it is exactly the API's
//! `documentHash`. A text is *enveloped* in Base64, since a text has no package
//! that would carry it.
//!
//! Reading order: [`sign_document`] in `xades` tells the whole story; `statement`
//! writes the evidence, `xml` is the writer, `verify` the check that every result
//! passes before it is handed out, `facts` reads back what one says, `authority` the keys
//! and certificates, `cms` and `time_stamp` what those sign beside XML,
//! `time_stamp_protocol` how others ask for time stamps.

mod authority;
mod certificate;
mod cms;
mod facts;
mod file_name;
mod statement;
#[cfg(test)]
pub(crate) mod tests;
mod time_stamp;
mod time_stamp_protocol;
mod verify;
mod xades;
mod xml;

use std::{io, path::PathBuf};

use contract::{DocumentId, MimeType, Sha256Digest, SigningSessionId};
use time::OffsetDateTime;

pub use self::{authority::Authority, facts::SignatureFacts, verify::CheckError, xades::sign_document};

/// Longest text, in bytes, that can be enveloped. In Base64 it stays under the
/// 10,000,000 characters that libxml2, and so most verifiers, take for one text.
pub const ENVELOPED_TEXT_MAX: usize = 7_400_000;

/// The document that is signed.
#[derive(Debug, Clone, Copy)]
pub struct SignedDocument<'a> {
    /// Its id in the API.
    pub id: DocumentId,
    /// Its name. See [`SignedDocument::portable_name`] for the name that a verifier looks for.
    pub filename: &'a str,
    /// Its type.
    pub mime_type: &'a MimeType,
    /// SHA-256 of its bytes: the API's `documentHash`.
    pub digest: Sha256Digest,
    /// Its length in bytes.
    pub size: u64,
    /// The bytes of a text document, which the result will hold. `None` leaves
    /// the document outside. At most [`ENVELOPED_TEXT_MAX`] bytes.
    pub text: Option<&'a [u8]>,
}

/// Who signed, as the identity provider says.
#[derive(Debug, Clone, Copy)]
pub struct SignerIdentity<'a> {
    /// Full name.
    pub name: &'a str,
    /// The identity provider's id of the person.
    pub subject: &'a str,
    /// National identity number, when it may be recorded.
    pub national_id: Option<&'a str>,
    /// Which identity provider vouches, by its name in the API (`idpName`).
    pub provider: &'a str,
    /// Level of assurance that the provider states.
    pub assurance_level: &'a str,
    /// When the person was authenticated.
    pub authenticated_at: OffsetDateTime,
    /// The provider's id of that authentication.
    pub transaction_id: &'a str,
    /// The provider's signed token, as received.
    pub token: &'a str,
}

/// What the signer agreed to.
#[derive(Debug, Clone, Copy)]
pub struct Consent<'a> {
    /// The text, exactly as shown.
    pub text: &'a str,
    /// Language of the page that showed it, as a BCP 47 tag.
    pub language: &'a str,
    /// When the signer agreed.
    pub given_at: OffsetDateTime,
}

/// Something that happened on the way to the signature.
#[derive(Debug, Clone, Copy)]
pub struct EvidenceEvent<'a> {
    /// What happened, such as `viewed`, `consented`, `authenticated`, `signed`.
    pub kind: &'a str,
    /// The document that it happened to, when it happened to one.
    pub document: Option<DocumentId>,
    /// When.
    pub at: OffsetDateTime,
    /// Network address it came from.
    pub ip: Option<&'a str>,
    /// The browser's own description of itself.
    pub user_agent: Option<&'a str>,
}

/// All that one result tells.
#[derive(Debug, Clone, Copy)]
pub struct EvidenceInput<'a> {
    /// The session in which it was signed.
    pub session: SigningSessionId,
    /// What was signed.
    pub document: SignedDocument<'a>,
    /// Who signed it.
    pub signer: SignerIdentity<'a>,
    /// Who was let in to see the documents, when that took an authentication of its own.
    pub pre_authenticated: Option<SignerIdentity<'a>>,
    /// What the signer agreed to, when the session has a `signText`.
    pub consent: Option<Consent<'a>>,
    /// What happened, oldest first.
    pub events: &'a [EvidenceEvent<'a>],
}

/// Why there is no authority, or no result.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The authority's file cannot be read or written: check the directory and its permissions.
    #[error("the test authority's file {} cannot be {action}", path.display())]
    Storage {
        /// What was tried: `read` or `written`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The authority's file is not what was written. It is never replaced
    /// silently, as the results of the lost authority would no longer verify.
    #[error(
        "the test authority's file {} is damaged: {reason}. Restore it from a backup, or remove it to start \
         with a new authority; results sealed until then verify with the old root certificate only",
        path.display()
    )]
    DamagedAuthority {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// There is no randomness to make keys from. Nothing was written; try again.
    #[error("there is no usable randomness to make keys from")]
    Randomness(#[source] Option<getrandom::Error>),
    /// A certificate cannot be made.
    #[error("a certificate of the test authority cannot be made")]
    Certificate(#[from] x509_cert::builder::Error),
    /// The seal certificate is not valid now: load the authority again, which renews it.
    #[error("the seal certificate is not valid at {at}; the authority must be loaded again")]
    SealNotValid {
        /// The moment at which it should have sealed.
        at: OffsetDateTime,
    },
    /// The text to envelop has not the digest or the size that is claimed for it: the stored bytes are not to be trusted.
    #[error("the bytes of document {0} do not have its digest and size")]
    DocumentMismatch(DocumentId),
    /// The text is too long for verifiers to read: refuse such uploads.
    #[error("a text of {size} bytes is too long to be signed; at most {ENVELOPED_TEXT_MAX} bytes are possible")]
    TextTooLong {
        /// Its length in bytes.
        size: usize,
    },
    /// The result failed its own check, and must not be handed out. This is a fault of this module.
    #[error("the finished signature does not verify")]
    SelfCheck(#[from] CheckError),
}
