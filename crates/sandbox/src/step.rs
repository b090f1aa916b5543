//! What a session does next. Pure: no clock, no store, no randomness.
//!
//! ```text
//!            every predecessor signed            sign
//!  BLOCKED ────────────────────────────▶ READY ───────▶ SIGNED
//!                                          │  reject
//!                                          └──────────▶ REJECTED
//! ```
//!
//! A rejected or deleted predecessor leaves its successors BLOCKED: only a signature
//! unblocks. The API has no state for a passed due date, so READY and BLOCKED stay
//! what they are and everything but a predecessor's signature is refused.

use std::collections::BTreeSet;

use contract::{LifecycleState, SigningSessionId, limits};
use time::{Duration, OffsetDateTime};

/// Where a session stands, with all that its next step depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionState {
    /// The API's state.
    pub state: LifecycleState,
    /// Predecessors that are not signed yet; empty unless BLOCKED.
    pub waits_for: BTreeSet<SigningSessionId>,
    /// The deadline.
    pub due: OffsetDateTime,
    /// When the signer's link dies; never after the deadline.
    pub link_expires: OffsetDateTime,
    /// Why the signer rejected, if a reason was given.
    pub reject_reason: Option<String>,
}

/// What happens to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The signer opens the link, or acts on a page short of the end.
    Visit,
    /// The signer signs. `progress` is what the signer's browser went through.
    Sign(Progress),
    /// The signer rejects, perhaps with a reason of at most 2048 characters.
    Reject(Option<String>),
    /// A session that this one waits for was signed.
    PredecessorSigned(SigningSessionId),
}

/// How far a signer's browser came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// The signer authenticated before the documents were shown, or the session does not ask for it.
    pub let_in: bool,
    /// Every document was shown and the signer has read it.
    pub viewed: bool,
    /// The signer consented to the text.
    pub consented: bool,
    /// The test identity provider vouched for the signer, for this signature.
    pub authenticated: bool,
}

impl Progress {
    /// All that signing needs.
    pub const COMPLETE: Self = Self { let_in: true, viewed: true, consented: true, authenticated: true };
}

/// What the step asks of the world around it. Done in the same transaction as the new state, or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Store a sealed signature for each document to sign.
    StoreSignatures,
    /// Tell every session that waits for this one.
    TellSuccessors,
    /// Make the packages due that waited for this session's end.
    MakePackagesDue,
}

/// Why a step is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Other sessions must be signed first.
    #[error("other sessions must be signed first")]
    Blocked,
    /// The session is signed; final.
    #[error("the session is already signed")]
    AlreadySigned,
    /// The session is rejected; final.
    #[error("the session is already rejected")]
    AlreadyRejected,
    /// The due date passed.
    #[error("the due date has passed")]
    Overdue,
    /// The link's life is over while the session is still open.
    #[error("the signing link has expired")]
    LinkExpired,
    /// Signing was asked for before viewing, consent and authentication were all done.
    #[error("the signer has not read every document, consented and authenticated yet")]
    Unfinished,
    /// The reason is longer than 2048 characters.
    #[error("the reason must be at most 2048 characters")]
    ReasonTooLong,
}

impl SessionState {
    /// A new session: READY, or BLOCKED when it has anyone to wait for.
    ///
    /// The link lives for `ttl_minutes`, and until the due date when there is none.
    #[must_use]
    pub fn new(
        waits_for: BTreeSet<SigningSessionId>,
        due: OffsetDateTime,
        ttl_minutes: Option<u32>,
        now: OffsetDateTime,
    ) -> Self {
        let state = if waits_for.is_empty() { LifecycleState::Ready } else { LifecycleState::Blocked };
        let ttl_ends = ttl_minutes.and_then(|minutes| now.checked_add(Duration::minutes(minutes.into())));
        let link_expires = ttl_ends.map_or(due, |ends| ends.min(due));
        Self { state, waits_for, due, link_expires, reject_reason: None }
    }

    /// Whether the state can change no more: it is final, or the due date passed.
    #[must_use]
    pub fn is_final(&self, now: OffsetDateTime) -> bool {
        contract::final_state(&self.state) || contract::overdue(&self.state, self.due, now)
    }

    /// Whether the signer can act at `now`, and why not.
    fn refuse_signer(&self, now: OffsetDateTime) -> Result<(), Refused> {
        match self.state {
            LifecycleState::Signed => Err(Refused::AlreadySigned),
            LifecycleState::Rejected => Err(Refused::AlreadyRejected),
            _ if contract::overdue(&self.state, self.due, now) => Err(Refused::Overdue),
            _ if now >= self.link_expires => Err(Refused::LinkExpired),
            LifecycleState::Ready => Ok(()),
            _ => Err(Refused::Blocked),
        }
    }
}

/// Takes one step.
///
/// # Errors
/// The input is not allowed in this state at `now`; nothing changes.
pub fn step(
    mut session: SessionState,
    input: Input,
    now: OffsetDateTime,
) -> Result<(SessionState, Vec<Effect>), Refused> {
    match input {
        Input::Visit => {
            session.refuse_signer(now)?;
            Ok((session, Vec::new()))
        }
        Input::Sign(progress) => {
            session.refuse_signer(now)?;
            if progress != Progress::COMPLETE {
                return Err(Refused::Unfinished);
            }
            session.state = LifecycleState::Signed;
            Ok((session, vec![Effect::StoreSignatures, Effect::TellSuccessors, Effect::MakePackagesDue]))
        }
        Input::Reject(reason) => {
            session.refuse_signer(now)?;
            if reason.as_ref().is_some_and(|reason| reason.chars().count() > limits::REJECT_REASON_MAX) {
                return Err(Refused::ReasonTooLong);
            }
            session.state = LifecycleState::Rejected;
            session.reject_reason = reason;
            Ok((session, vec![Effect::MakePackagesDue]))
        }
        Input::PredecessorSigned(predecessor) => {
            session.waits_for.remove(&predecessor);
            if session.state == LifecycleState::Blocked && session.waits_for.is_empty() {
                session.state = LifecycleState::Ready;
            }
            Ok((session, Vec::new()))
        }
    }
}

#[cfg(test)]
#[path = "step_tests.rs"]
mod tests;
