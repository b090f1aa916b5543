//! The body of an upload, checked while it flows: in constant memory, and never
//! whole at the signing API unless it is what was announced.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use contract::{MimeType, Sha256Digest};
use futures_util::{Stream, StreamExt, stream};
use sha2::{Digest, Sha256};
use upstream::{BodyAborted, UploadBody};

use super::content::Content;

/// Longest silence between two pieces from the browser.
const IDLE: Duration = Duration::from_secs(15);

/// What the plan says of a document.
#[derive(Debug, Clone)]
pub(super) struct Announced {
    pub(super) mime_type: MimeType,
    pub(super) size: u64,
    pub(super) sha256: Sha256Digest,
}

/// Why the body was cut off, in more words than the client of the signing API needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The browser went away or fell silent.
    Disconnected,
    /// There are more bytes than announced.
    TooLong,
    /// There are fewer bytes than announced.
    TooShort,
    /// The bytes hash to something else than announced.
    Digest,
    /// The bytes are not of the announced type.
    Content,
}

impl From<Refusal> for BodyAborted {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Disconnected => Self::Disconnected,
            Refusal::TooLong => Self::TooLarge,
            Refusal::TooShort => Self::LengthMismatch,
            Refusal::Digest | Refusal::Content => Self::DigestMismatch,
        }
    }
}

/// Tells, once the body was cut off, why.
#[derive(Debug, Clone, Default)]
pub(super) struct Verdict(Arc<Mutex<Option<Refusal>>>);

impl Verdict {
    /// Why the body was cut off, if it was.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse(&self, refusal: Refusal) -> BodyAborted {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
        refusal.into()
    }
}

struct Checking<S> {
    body: S,
    announced: Announced,
    verdict: Verdict,
    content: Content,
    hash: Sha256,
    seen: u64,
    /// The last piece, held back until the next one comes or the end proves right.
    held: Bytes,
}

/// Passes `body` on while checking it. The last piece is held back until length,
/// content and hash are known to be right, so that a wrong document is cut off
/// rather than completed.
pub(super) fn checked<S, E>(body: S, announced: Announced) -> (UploadBody, Verdict)
where
    S: Stream<Item = Result<Bytes, E>> + Send + Unpin + 'static,
    E: Send + 'static,
{
    let verdict = Verdict::default();
    let checking = Checking {
        body,
        content: Content::of(&announced.mime_type),
        announced,
        verdict: verdict.clone(),
        hash: Sha256::new(),
        seen: 0,
        held: Bytes::new(),
    };
    let stream = stream::unfold(Some(checking), |checking| async move {
        let mut checking = checking?;
        match checking.next().await {
            Ok(Next::Piece(piece)) => Some((Ok(piece), Some(checking))),
            Ok(Next::Last(piece)) => Some((Ok(piece), None)),
            Err(refusal) => Some((Err(checking.verdict.refuse(refusal)), None)),
        }
    });
    (Box::pin(stream), verdict)
}

enum Next {
    Piece(Bytes),
    Last(Bytes),
}

impl<S, E> Checking<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    async fn next(&mut self) -> Result<Next, Refusal> {
        loop {
            let piece = match tokio::time::timeout(IDLE, self.body.next()).await {
                Err(_) | Ok(Some(Err(_))) => return Err(Refusal::Disconnected),
                Ok(None) => return self.end(),
                Ok(Some(Ok(piece))) => piece,
            };
            if piece.is_empty() {
                continue;
            }
            self.seen = self.seen.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            if self.seen > self.announced.size {
                return Err(Refusal::TooLong);
            }
            let undecided = self.content.is_undecided();
            if !self.content.fits(&piece) {
                return Err(Refusal::Content);
            }
            self.hash.update(&piece);
            if undecided {
                // At most a kilobyte and one piece, until the type is known.
                self.held = [&*self.held, &*piece].concat().into();
                continue;
            }
            let before = std::mem::replace(&mut self.held, piece);
            if !before.is_empty() {
                return Ok(Next::Piece(before));
            }
        }
    }

    fn end(&mut self) -> Result<Next, Refusal> {
        if self.seen < self.announced.size {
            return Err(Refusal::TooShort);
        }
        if !self.content.ends_well() {
            return Err(Refusal::Content);
        }
        if Sha256Digest::new(self.hash.finalize_reset().into()) != self.announced.sha256 {
            return Err(Refusal::Digest);
        }
        Ok(Next::Last(std::mem::take(&mut self.held)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"All that is signed is read before.";

    fn announced(bytes: &[u8]) -> Announced {
        Announced {
            mime_type: MimeType::Text,
            size: u64::try_from(bytes.len()).unwrap(),
            sha256: Sha256Digest::new(Sha256::digest(bytes).into()),
        }
    }

    /// What was passed on, and why it stopped.
    async fn run(bytes: &[u8], size: usize, announced: Announced) -> (Vec<u8>, Option<Refusal>) {
        let pieces: Vec<Result<Bytes, ()>> =
            bytes.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        let (mut body, verdict) = checked(stream::iter(pieces), announced);
        let mut passed = Vec::new();
        while let Some(Ok(piece)) = body.next().await {
            passed.extend_from_slice(&piece);
        }
        (passed, verdict.refusal())
    }

    #[tokio::test]
    async fn passes_on_what_was_announced() {
        for size in [1, 7, 1000] {
            assert_eq!(run(TEXT, size, announced(TEXT)).await, (TEXT.to_vec(), None));
        }
        let pdf = [b"%PDF-1.7 ".as_slice(), &[b'x'; 5000]].concat();
        let announced = Announced { mime_type: MimeType::Pdf, ..announced(&pdf) };
        for size in [1, 4, 1024, 10_000] {
            assert_eq!(run(&pdf, size, announced.clone()).await, (pdf.clone(), None));
        }
    }

    #[tokio::test]
    async fn up_03_never_completes_a_document_with_a_byte_changed() {
        for i in 0..TEXT.len() {
            let mut changed = TEXT.to_vec();
            changed[i] ^= 1;
            for size in [1, 7, 1000] {
                let (passed, refusal) = run(&changed, size, announced(TEXT)).await;
                assert_eq!(refusal, Some(Refusal::Digest));
                assert!(passed.len() < TEXT.len());
            }
        }
    }

    #[tokio::test]
    async fn up_02_counts_the_bytes() {
        let longer = [TEXT, b"!"].concat();
        let (shorter, _) = TEXT.split_at(TEXT.len() - 1);
        for size in [1, 7, 1000] {
            assert_eq!(run(&longer, size, announced(TEXT)).await.1, Some(Refusal::TooLong));
            assert_eq!(run(shorter, size, announced(TEXT)).await.1, Some(Refusal::TooShort));
            assert_eq!(run(b"", size, announced(TEXT)).await.1, Some(Refusal::TooShort));
        }
    }

    #[tokio::test]
    async fn up_04_passes_no_byte_of_a_false_pdf_on() {
        let html = [b"<html>".as_slice(), &[b' '; 5000]].concat();
        for size in [1, 1000, 10_000] {
            let announced = Announced { mime_type: MimeType::Pdf, ..announced(&html) };
            assert_eq!(run(&html, size, announced).await, (Vec::new(), Some(Refusal::Content)));
        }
    }

    #[tokio::test]
    async fn stops_when_the_sender_goes_away() {
        let (head, _) = TEXT.split_at(5);
        let pieces = [Ok(Bytes::copy_from_slice(head)), Err(())];
        let (mut body, verdict) = checked(stream::iter(pieces), announced(TEXT));
        assert!(matches!(body.next().await, Some(Err(BodyAborted::Disconnected))));
        assert!(body.next().await.is_none());
        assert_eq!(verdict.refusal(), Some(Refusal::Disconnected));
    }

    #[tokio::test(start_paused = true)]
    async fn stops_when_the_sender_falls_silent() {
        let (mut body, verdict) = checked(stream::pending::<Result<Bytes, ()>>(), announced(TEXT));
        assert!(matches!(body.next().await, Some(Err(BodyAborted::Disconnected))));
        assert_eq!(verdict.refusal(), Some(Refusal::Disconnected));
    }
}
