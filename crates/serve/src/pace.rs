//! How slowly a body may come.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// How slowly a body may come. Only time in which the server waits for the client
/// counts; a handler that takes its time is not the client's fault.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Longest silence between two pieces.
    pub silence: Duration,
    /// For how long any pace will do.
    pub grace: Duration,
    /// Fewest bytes a second on average, after that.
    pub bytes_per_second: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self { silence: Duration::from_secs(15), grace: Duration::from_secs(30), bytes_per_second: 1024 }
    }
}

/// A body came too slowly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body came too slowly")]
pub struct TooSlow;

/// Whether the body of a request came too slowly, for whoever writes the answer:
/// what a handler made of the broken body does not tell.
#[derive(Debug, Clone, Default)]
pub struct SlowBody(Arc<AtomicBool>);

impl SlowBody {
    /// Whether it did, until now.
    #[must_use]
    pub fn happened(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Pace {
    pub(crate) fn keep<B: Body>(self, body: B, slow: SlowBody) -> Paced<B> {
        Paced {
            body: Box::pin(body),
            pace: self,
            slow,
            silence: Box::pin(tokio::time::sleep(self.silence)),
            waiting_since: None,
            waited: Duration::ZERO,
            bytes: 0,
        }
    }

    fn is_kept(self, waited: Duration, bytes: usize) -> bool {
        let due = u128::from(self.bytes_per_second) * waited.as_millis() / 1000;
        waited <= self.grace || u128::try_from(bytes).is_ok_and(|bytes| bytes >= due)
    }
}

/// A body that ends with an error when it comes too slowly.
pub(crate) struct Paced<B> {
    body: Pin<Box<B>>,
    pace: Pace,
    slow: SlowBody,
    silence: Pin<Box<Sleep>>,
    waiting_since: Option<Instant>,
    waited: Duration,
    bytes: usize,
}

impl<B> Body for Paced<B>
where
    B: Body<Data: Buf, Error: std::error::Error + Send + Sync + 'static>,
{
    type Data = B::Data;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, Self::Error>>> {
        let this = &mut *self;
        let frame = match this.body.as_mut().poll_frame(cx) {
            Poll::Ready(frame) => frame,
            Poll::Pending => {
                if this.waiting_since.is_none() {
                    let now = Instant::now();
                    this.waiting_since = Some(now);
                    this.silence.as_mut().reset(now + this.pace.silence);
                }
                return match this.silence.as_mut().poll(cx) {
                    Poll::Ready(()) => this.too_slow(),
                    Poll::Pending => Poll::Pending,
                };
            }
        };
        if let Some(since) = this.waiting_since.take() {
            this.waited += since.elapsed();
        }
        if let Some(Ok(frame)) = &frame {
            this.bytes += frame.data_ref().map_or(0, Buf::remaining);
            if !this.pace.is_kept(this.waited, this.bytes) && !this.body.is_end_stream() {
                return this.too_slow();
            }
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B: Body> Paced<B> {
    fn too_slow<T, E: From<TooSlow>>(&mut self) -> Poll<Option<Result<T, E>>> {
        self.slow.0.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(TooSlow.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_pace_will_do_at_first() {
        let pace = Pace { silence: Duration::from_secs(15), grace: Duration::from_secs(30), bytes_per_second: 1000 };
        let seconds = Duration::from_secs;
        assert!(pace.is_kept(seconds(30), 1));
        assert!(!pace.is_kept(seconds(31), 30_999));
        assert!(pace.is_kept(seconds(31), 31_000));
    }
}
