//! How a session stands: the one place where it is derived.

use app::model::{Moment, Standing};
use contract::LifecycleState;

use super::Step;

/// All that a session's standing depends on, besides the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// How far the portal got with sending it.
    pub step: Step,
    /// The state that the API last reported.
    pub api_state: Option<LifecycleState>,
    /// When it must be signed.
    pub due: Moment,
    /// Whether the API said that it has no such session (any more).
    pub gone: bool,
}

/// How a session stands at `now`.
#[must_use]
pub fn standing(facts: &Facts, now: Moment) -> Standing {
    match facts.step {
        Step::Planned | Step::Uploading | Step::Sending => Standing::Sending,
        Step::Unknown => Standing::BeingConfirmed,
        Step::Failed | Step::Abandoned => Standing::NotSent,
        Step::Sent => sent(facts, now),
    }
}

fn sent(facts: &Facts, now: Moment) -> Standing {
    // A result outlives the API's memory of it: signed stays signed.
    match &facts.api_state {
        Some(LifecycleState::Signed) => Standing::Signed,
        Some(LifecycleState::Rejected) => Standing::Rejected,
        _ if facts.gone => Standing::Gone,
        _ if now >= facts.due => Standing::Overdue,
        Some(LifecycleState::Ready) => Standing::Ready,
        Some(LifecycleState::Blocked) => Standing::Blocked,
        Some(LifecycleState::Other(_)) | None => Standing::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_table() {
        use LifecycleState::{Blocked, Ready, Rejected, Signed};
        let other = LifecycleState::from("PAUSED");
        // Step, the API's state, gone; before the due date; at and after it.
        let table = [
            (Step::Planned, None, false, Standing::Sending, Standing::Sending),
            (Step::Uploading, None, false, Standing::Sending, Standing::Sending),
            (Step::Sending, None, false, Standing::Sending, Standing::Sending),
            (Step::Unknown, None, false, Standing::BeingConfirmed, Standing::BeingConfirmed),
            (Step::Failed, None, false, Standing::NotSent, Standing::NotSent),
            (Step::Abandoned, None, false, Standing::NotSent, Standing::NotSent),
            (Step::Sent, Some(Ready), false, Standing::Ready, Standing::Overdue),
            (Step::Sent, Some(Blocked), false, Standing::Blocked, Standing::Overdue),
            (Step::Sent, Some(other.clone()), false, Standing::Unknown, Standing::Overdue),
            (Step::Sent, None, false, Standing::Unknown, Standing::Overdue),
            (Step::Sent, Some(Signed), false, Standing::Signed, Standing::Signed),
            (Step::Sent, Some(Rejected), false, Standing::Rejected, Standing::Rejected),
            (Step::Sent, Some(Ready), true, Standing::Gone, Standing::Gone),
            (Step::Sent, Some(other), true, Standing::Gone, Standing::Gone),
            (Step::Sent, Some(Signed), true, Standing::Signed, Standing::Signed),
            (Step::Sent, Some(Rejected), true, Standing::Rejected, Standing::Rejected),
        ];
        let due = Moment(1_000);
        for (step, api_state, gone, before, after) in table {
            let facts = Facts { step, api_state, due, gone };
            assert_eq!(standing(&facts, Moment(999)), before, "{facts:?}");
            assert_eq!(standing(&facts, Moment(1_000)), after, "{facts:?}");
            assert_eq!(standing(&facts, Moment(1_001)), after, "{facts:?}");
        }
    }
}
