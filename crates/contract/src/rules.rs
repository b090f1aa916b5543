//! What is allowed, and what follows, in which state.

use time::OffsetDateTime;

use crate::LifecycleState;

/// Whether the state can change no more (contract: SIGNED and REJECTED are final).
/// A state that this code does not know is not taken for final.
#[must_use]
pub fn final_state(state: &LifecycleState) -> bool {
    matches!(state, LifecycleState::Signed | LifecycleState::Rejected)
}

/// Whether a signer can sign, reject or put off at `now`: the session is READY and not overdue.
#[must_use]
pub fn can_be_acted_on(state: &LifecycleState, due: OffsetDateTime, now: OffsetDateTime) -> bool {
    *state == LifecycleState::Ready && !overdue(state, due, now)
}

/// Whether the due date passed without a signature or a rejection. The API has no
/// state for this: READY and BLOCKED stay what they are, so each side derives it.
#[must_use]
pub fn overdue(state: &LifecycleState, due: OffsetDateTime, now: OffsetDateTime) -> bool {
    !final_state(state) && now >= due
}

/// Whether a session that waits for `predecessor` waits for ever: the
/// predecessor was rejected, and only a signature unblocks.
#[must_use]
pub fn can_never_proceed(predecessor: &LifecycleState) -> bool {
    *predecessor == LifecycleState::Rejected
}
