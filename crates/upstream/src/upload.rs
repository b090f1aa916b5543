//! The body of an upload: watched, so that a stalled one ends, and kept honest,
//! so that a part never passes for the whole.

use std::{
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_util::Stream;
use reqwest::Response;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout},
};

use crate::{BodyAborted, Fault, Stage, UploadBody, UpstreamError, exchange::Failure};

/// What an upload is waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// The API to take what it was given.
    ForApi,
    /// The source to give more.
    ForSource,
    /// The answer; all was given.
    ForAnswer,
    /// Nothing: the source failed.
    Aborted(BodyAborted),
}

/// Follows an upload from outside.
pub(crate) struct Watch(watch::Receiver<Waiting>);

/// Wraps an upload's bytes for sending.
pub(crate) fn watched(source: UploadBody, announced: Option<u64>) -> (Watched, Watch) {
    let (waiting, watch) = watch::channel(Waiting::ForApi);
    (Watched { source, announced, taken: 0, held_back: None, waiting }, Watch(watch))
}

/// An upload's bytes. The latest piece is held back until the source says how it
/// goes on: a source that fails after its last piece still cuts the request off.
pub(crate) struct Watched {
    source: UploadBody,
    announced: Option<u64>,
    taken: u64,
    held_back: Option<Bytes>,
    waiting: watch::Sender<Waiting>,
}

impl Watched {
    fn take(&mut self, piece: Option<Result<Bytes, BodyAborted>>) -> Result<Option<Bytes>, BodyAborted> {
        let piece = piece.transpose()?;
        self.taken += piece.as_ref().map_or(0, |bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        match (self.announced, &piece) {
            (Some(announced), Some(_)) if self.taken > announced => Err(BodyAborted::LengthMismatch),
            (Some(announced), None) if self.taken < announced => Err(BodyAborted::LengthMismatch),
            _ => Ok(piece),
        }
    }
}

impl Stream for Watched {
    type Item = Result<Bytes, BodyAborted>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            this.waiting.send_replace(Waiting::ForSource);
            let piece = ready!(this.source.as_mut().poll_next(cx));
            let ready = match this.take(piece) {
                Ok(Some(piece)) if piece.is_empty() => continue,
                Ok(Some(piece)) => {
                    let Some(earlier) = this.held_back.replace(piece) else { continue };
                    this.waiting.send_replace(Waiting::ForApi);
                    Some(Ok(earlier))
                }
                Ok(None) => {
                    this.waiting.send_replace(Waiting::ForAnswer);
                    this.source = Box::pin(futures_util::stream::empty());
                    this.held_back.take().map(Ok)
                }
                Err(reason) => {
                    this.waiting.send_replace(Waiting::Aborted(reason));
                    Some(Err(reason))
                }
            };
            return Poll::Ready(ready);
        }
    }
}

impl Watch {
    /// Drives `sending` to the head of its answer.
    ///
    /// # Errors
    /// When the source aborts, when the API stops taking bytes for `idle`, when it
    /// does not answer within `head` after the last one, and at `deadline`.
    pub(crate) async fn guard(
        mut self,
        sending: impl Future<Output = Result<Response, reqwest::Error>>,
        idle: Duration,
        head: Duration,
        deadline: Instant,
    ) -> Result<Response, Failure> {
        let mut sending = pin!(sending);
        let failure = tokio::select! {
            biased;
            answer = &mut sending => match answer {
                Ok(response) => return Ok(response),
                Err(error) => Failure::from(error),
            },
            stage = self.stalled(idle, head) => Failure::Fault(Fault::Deadline(stage)),
            () = sleep_until(deadline) => Failure::Fault(Fault::Deadline(Stage::Total)),
        };
        let waiting = *self.0.borrow();
        Err(match (failure, waiting) {
            (_, Waiting::Aborted(reason)) => Failure::Error(UpstreamError::Aborted(reason)),
            // Without its end the request is no request.
            (Failure::Fault(fault), Waiting::ForApi | Waiting::ForSource) => Failure::NotSent(fault),
            (failure, _) => failure,
        })
    }

    /// Returns when the API has been silent for too long. Time that the source
    /// takes is not counted: it has deadlines of its own.
    async fn stalled(&mut self, idle: Duration, head: Duration) -> Stage {
        loop {
            let waiting = *self.0.borrow_and_update();
            let (patience, stage) = match waiting {
                Waiting::ForApi => (Some(idle), Stage::Upload),
                Waiting::ForAnswer => (Some(head), Stage::Head),
                Waiting::ForSource | Waiting::Aborted(_) => (None, Stage::Head),
            };
            let change = self.0.changed();
            let changed = match patience {
                Some(patience) => match timeout(patience, change).await {
                    Ok(changed) => changed,
                    Err(_) => return stage,
                },
                None => change.await,
            };
            if changed.is_err() {
                // The body is gone, be it sent or given up; what is left is the answer.
                tokio::time::sleep(head).await;
                return Stage::Head;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, StreamExt, stream};

    use super::*;

    type Piece = Result<&'static str, BodyAborted>;

    async fn passed_on(announced: Option<u64>, pieces: Vec<Piece>) -> Vec<Piece> {
        let source = stream::iter(pieces).map(|piece| piece.map(|text| Bytes::from_static(text.as_bytes())));
        let (body, _watch) = watched(Box::pin(source), announced);
        let pieces = body.map(|piece| piece.map(|bytes| if bytes == "ab" { "ab" } else { "c" }));
        let mut seen = Vec::new();
        let mut pieces = std::pin::pin!(pieces);
        while let Some(piece) = pieces.next().await {
            seen.push(piece);
            if piece.is_err() {
                break;
            }
        }
        seen
    }

    #[tokio::test]
    async fn passes_on_what_is_whole() {
        for announced in [None, Some(3)] {
            assert_eq!(passed_on(announced, vec![Ok("ab"), Ok(""), Ok("c")]).await, [Ok("ab"), Ok("c")]);
        }
        assert_eq!(passed_on(Some(0), vec![]).await, []);
    }

    #[tokio::test]
    async fn the_last_piece_waits_for_the_end() {
        let cut = Err(BodyAborted::DigestMismatch);
        assert_eq!(passed_on(Some(3), vec![Ok("ab"), Ok("c"), cut]).await, [Ok("ab"), cut]);
        assert_eq!(passed_on(None, vec![Ok("ab"), cut]).await, [cut]);
    }

    #[tokio::test]
    async fn the_announced_length_must_hold() {
        let cut = Err(BodyAborted::LengthMismatch);
        assert_eq!(passed_on(Some(2), vec![Ok("ab"), Ok("c")]).await, [cut]);
        assert_eq!(passed_on(Some(4), vec![Ok("ab"), Ok("c")]).await, [Ok("ab"), cut]);
    }

    #[tokio::test(start_paused = true)]
    async fn waits_for_the_source_but_not_for_the_api() {
        let (idle, head) = (Duration::from_secs(15), Duration::from_secs(20));
        let (mut body, mut watch) = watched(Box::pin(stream::pending()), None);
        let mut stalled = std::pin::pin!(watch.stalled(idle, head));
        assert!(body.next().now_or_never().is_none());
        assert!(timeout(Duration::from_secs(3600), &mut stalled).await.is_err(), "the source may take its time");

        let source = stream::iter([Ok(Bytes::from_static(b"ab")), Ok(Bytes::from_static(b"c"))]);
        let (mut body, mut watch) = watched(Box::pin(source), None);
        assert!(body.next().await.is_some());
        assert_eq!(watch.stalled(idle, head).await, Stage::Upload, "taken one piece, wants no more");
        assert!(body.next().await.is_some());
        assert_eq!(watch.stalled(idle, head).await, Stage::Head, "has all, does not answer");
    }
}
