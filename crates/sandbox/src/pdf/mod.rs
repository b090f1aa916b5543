//! What a PDF must be like to be signed: checked once, when it is uploaded.
//!
//! A signed document is later shown page by page in a package, so whatever could
//! not be shown is refused here, while somebody is there to mend it. The reader
//! (lopdf) is forgiving: it opens half a file and finds three pages in it. So
//! anything that it had to repair, and any page that it would skip, is a refusal.
//!
//! Reading order: [`check`], then `open` for the rules, `tree` for the walk over
//! the pages, `scan` for what a signer should be told about.

#[cfg(test)]
pub(crate) mod odd;
mod open;
#[cfg(test)]
pub(crate) mod samples;
mod scan;
#[cfg(test)]
mod tests;
mod tree;

use std::{panic, time::Duration};

use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

pub(crate) use self::{
    open::{Pdf, value},
    scan::{facts, is_active},
};

/// Most pages a PDF may have.
pub const PAGES_MAX: usize = 2000;

/// How long a check may take. Honest files of the largest size take some tens of milliseconds.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// Checks at a time, since each can take memory several times the size of its file.
static RUNNING: Semaphore = Semaphore::const_new(2);

/// What an upload's check found out about a PDF that can be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PdfFacts {
    /// How many pages it has: 1 to [`PAGES_MAX`].
    pub pages: usize,
    /// It carries signatures already. A package shows their picture and keeps them in the attached original.
    pub signed: bool,
    /// It has scripts or actions that do more than move the reader. A package's pages go without them.
    pub has_active_content: bool,
    /// It has an XFA form beside ordinary pages. A package shows the ordinary pages.
    pub has_xfa: bool,
}

/// Why a PDF cannot be signed. The messages are for the person who has the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PdfRefusal {
    /// `%PDF-` is not in the first 1024 bytes.
    #[error("the document is not a PDF")]
    NotAPdf,
    /// It could be read only with repairs, or not at all.
    #[error("the PDF is damaged: {0}; open it in a PDF program and save it anew")]
    Damaged(&'static str),
    /// It is encrypted, be it with an empty password.
    #[error("the PDF is password-protected; save it without a password")]
    PasswordProtected,
    /// Its pages are made by a form program while it is shown, so there is nothing fixed to sign.
    #[error("the PDF is a dynamic XFA form; print it to a PDF with fixed pages")]
    DynamicXfa,
    /// The page, counted from 1, is not there or not complete.
    #[error("the PDF is damaged: page {0} cannot be read")]
    UnreadablePage(usize),
    /// There is nothing to see.
    #[error("the PDF has no pages")]
    NoPages,
    /// It is too long to be shown in a package.
    #[error("the PDF has more than 2,000 pages")]
    TooManyPages,
}

/// Checks a PDF. Takes milliseconds for honest files; call it where blocking is allowed.
///
/// # Errors
/// The first rule that the file breaks; see [`PdfRefusal`].
pub fn check(bytes: &[u8]) -> Result<PdfFacts, PdfRefusal> {
    // Uploads are hostile until proven otherwise, and the reader is not ours.
    panic::catch_unwind(|| Pdf::open(bytes).map(|pdf| facts(&pdf)))
        .unwrap_or(Err(PdfRefusal::Damaged("it cannot be read")))
}

/// Checks a PDF on a thread of its own, for at most five seconds.
///
/// # Errors
/// As [`check`]; also [`PdfRefusal::Damaged`] for a file that takes too long.
pub async fn check_blocking(bytes: impl AsRef<[u8]> + Send + 'static) -> Result<PdfFacts, PdfRefusal> {
    const TOO_SLOW: PdfRefusal = PdfRefusal::Damaged("it takes too long to read");
    // Never closed; were it, checks would simply not be held back. A thread cannot be stopped, so the
    // permit stays with it when the time is over.
    let permit = RUNNING.acquire().await.ok();
    let checking = spawn_blocking(move || {
        let verdict = check(bytes.as_ref());
        drop(permit);
        verdict
    });
    match timeout(TIME_LIMIT, checking).await {
        Ok(verdict) => verdict.unwrap_or(Err(PdfRefusal::Damaged("it cannot be read"))),
        Err(_) => Err(TOO_SLOW),
    }
}
