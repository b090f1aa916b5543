//! Sessions as lists and pages show them.

use contract::{DocumentId, Language, Sha256Digest};
use serde::{Deserialize, Serialize};

use super::{Moment, SessionId, Standing, Urgency};

/// What the list is narrowed to. Lives in the address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListFilter {
    /// Only sessions that stand so.
    #[serde(default)]
    pub standing: Option<Standing>,
    /// Only sessions whose title or signer contains this.
    #[serde(default)]
    pub text: Option<String>,
    /// Page, from 1.
    #[serde(default = "ListFilter::first")]
    pub page: u32,
}

impl Default for ListFilter {
    fn default() -> Self {
        Self { standing: None, text: None, page: Self::first() }
    }
}

impl ListFilter {
    /// Sessions on one page.
    pub const PAGE_SIZE: u32 = 50;

    const fn first() -> u32 {
        1
    }
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    /// The session.
    pub id: SessionId,
    /// How it stands.
    pub standing: Standing,
    /// How soon somebody should look.
    pub urgency: Urgency,
    /// Its title.
    pub title: String,
    /// Who is to sign, as staff wrote it. Never sent to the signing API.
    pub signer: String,
    /// When it must be signed.
    pub due: Moment,
    /// When somebody pressed Send.
    pub created: Moment,
}

/// How the portal learns what happens at the signing service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hearing {
    /// Whether the service tells of events.
    pub is_told: bool,
    /// When the last event came, if one did.
    pub last_event: Option<Moment>,
    /// How often the service is asked in any case, in seconds.
    pub asks_each: u64,
    /// Since when the service has not answered, if it does not.
    pub stale_since: Option<Moment>,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionList {
    /// The lines, newest first.
    pub rows: Vec<SessionRow>,
    /// Lines on all pages.
    pub total: u64,
    /// The filter that was used, with the page that was found.
    pub filter: ListFilter,
    /// The last live event that this page already shows.
    pub as_of: u64,
    /// The server's clock.
    pub now: Moment,
    /// How the portal learns what happens.
    pub hearing: Hearing,
}

/// What comparing a document's three hashes says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HashVerdict {
    /// Browser, server and API computed the same.
    Same,
    /// They differ. Such a document is never sent.
    Different,
    /// One of them is not there yet.
    Incomplete,
}

/// A document of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentView {
    /// The API's id of it, once uploaded.
    pub document: Option<DocumentId>,
    /// Its file name.
    pub filename: String,
    /// Its media type.
    pub mime_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 computed in the browser before anything was sent.
    pub browser_hash: Sha256Digest,
    /// SHA-256 computed by this server while the bytes went through.
    pub server_hash: Option<Sha256Digest>,
    /// SHA-256 as the signing API reports it.
    pub api_hash: Option<Sha256Digest>,
}

impl DocumentView {
    /// Compares the three hashes.
    #[must_use]
    pub fn verdict(&self) -> HashVerdict {
        let others = [self.server_hash, self.api_hash];
        if others.iter().flatten().any(|hash| *hash != self.browser_hash) {
            HashVerdict::Different
        } else if others.iter().all(Option::is_some) {
            HashVerdict::Same
        } else {
            HashVerdict::Incomplete
        }
    }
}

/// What a result file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResultKind {
    /// A signature in XML, for one document.
    Xades,
    /// A signed PDF.
    Pades,
    /// A sealed container of documents and signatures.
    Package,
    /// Of a kind that this version does not know.
    Other,
}

/// A file that signing made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultView {
    /// The API's id of it.
    pub document: DocumentId,
    /// What it is.
    pub kind: ResultKind,
    /// Name it is saved under.
    pub filename: String,
    /// Which original it belongs to, by file name.
    pub original: Option<String>,
    /// SHA-256 as the signing API reports it, once asked.
    pub api_hash: Option<Sha256Digest>,
}

/// What is known of the sealed package of a session, when it is not among the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackageNews {
    /// There is nothing to say: it is there, or there will be none.
    Nothing,
    /// The signing service is making it.
    Awaited,
    /// It did not come in time.
    Missing,
}

/// A session's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionDetail {
    /// What the list shows of it.
    pub row: SessionRow,
    /// What the signer consents to.
    pub sign_text: Option<String>,
    /// Language of the signer's pages.
    pub language: Language,
    /// What its standing means and what happens next.
    pub explanation: String,
    /// Whether the reader may see the signing link.
    pub may_see_link: bool,
    /// Whether the reader may download documents and results.
    pub may_open_files: bool,
    /// When the signing link dies, if it is known.
    pub link_expires: Option<Moment>,
    /// Why the signer rejected, if a reason was given.
    pub reject_reason: Option<String>,
    /// Why it was not sent, if it was not.
    pub failure: Option<String>,
    /// The documents, in order.
    pub documents: Vec<DocumentView>,
    /// Files to download.
    pub results: Vec<ResultView>,
    /// Whether a sealed package is still to come.
    pub package: PackageNews,
    /// The last live event that this page already shows.
    pub as_of: u64,
    /// The server's clock.
    pub now: Moment,
    /// How the portal learns what happens.
    pub hearing: Hearing,
}

/// A signer's link, answered only when a person asks to copy or see it.
/// Whoever has it can act as the signer: never stored, never put into a page.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningLink {
    /// The address.
    pub url: String,
    /// When it dies, if it is known.
    pub expires: Option<Moment>,
}

impl std::fmt::Debug for SigningLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningLink").finish_non_exhaustive()
    }
}
