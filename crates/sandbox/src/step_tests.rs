use std::collections::BTreeSet;

use contract::{LifecycleState, SigningSessionId};
use proptest::prelude::*;
use time::{Duration, OffsetDateTime, macros::datetime};
use uuid::Uuid;

use super::*;

const NOW: OffsetDateTime = datetime!(2026-11-24 12:00 UTC);
const DUE: OffsetDateTime = datetime!(2026-12-24 12:00 UTC);

fn id(n: u128) -> SigningSessionId {
    SigningSessionId::new(Uuid::from_u128(n))
}

fn session(state: LifecycleState, waits_for: &[u128]) -> SessionState {
    let waits_for = waits_for.iter().copied().map(id).collect();
    SessionState { state, ..SessionState::new(waits_for, DUE, None, NOW) }
}

#[test]
fn each_input_in_each_state() {
    use LifecycleState::{Blocked, Ready, Rejected, Signed};
    let sign = || Input::Sign(Progress::COMPLETE);
    let reject = || Input::Reject(Some("no".into()));
    let told = || Input::PredecessorSigned(id(1));
    let table: &[(SessionState, Input, Result<LifecycleState, Refused>)] = &[
        (session(Ready, &[]), Input::Visit, Ok(Ready)),
        (session(Ready, &[]), sign(), Ok(Signed)),
        (session(Ready, &[]), Input::Sign(Progress::default()), Err(Refused::Unfinished)),
        (session(Ready, &[]), reject(), Ok(Rejected)),
        (session(Ready, &[]), told(), Ok(Ready)),
        (session(Blocked, &[1]), Input::Visit, Err(Refused::Blocked)),
        (session(Blocked, &[1]), sign(), Err(Refused::Blocked)),
        (session(Blocked, &[1]), reject(), Err(Refused::Blocked)),
        (session(Blocked, &[1]), told(), Ok(Ready)),
        (session(Blocked, &[1, 2]), told(), Ok(Blocked)),
        (session(Blocked, &[2]), told(), Ok(Blocked)),
        (session(Signed, &[]), Input::Visit, Err(Refused::AlreadySigned)),
        (session(Signed, &[]), sign(), Err(Refused::AlreadySigned)),
        (session(Signed, &[]), reject(), Err(Refused::AlreadySigned)),
        (session(Signed, &[]), told(), Ok(Signed)),
        (session(Rejected, &[]), Input::Visit, Err(Refused::AlreadyRejected)),
        (session(Rejected, &[]), sign(), Err(Refused::AlreadyRejected)),
        (session(Rejected, &[]), reject(), Err(Refused::AlreadyRejected)),
        (session(Rejected, &[]), told(), Ok(Rejected)),
    ];
    for (before, input, expected) in table {
        let after = step(before.clone(), input.clone(), NOW).map(|(after, _)| after.state);
        assert_eq!(after, *expected, "{:?} {input:?}", before.state);
    }
}

#[test]
fn signing_stores_signatures_before_it_tells_others() {
    let (_, effects) = step(session(LifecycleState::Ready, &[]), Input::Sign(Progress::COMPLETE), NOW).unwrap();
    assert_eq!(effects, [Effect::StoreSignatures, Effect::TellSuccessors, Effect::MakePackagesDue]);
    let (_, effects) = step(session(LifecycleState::Ready, &[]), Input::Reject(None), NOW).unwrap();
    assert_eq!(effects, [Effect::MakePackagesDue]);
}

#[test]
fn no_step_of_the_way_can_be_left_out() {
    let all = Progress::COMPLETE;
    let short = [
        Progress { let_in: false, ..all },
        Progress { viewed: false, ..all },
        Progress { consented: false, ..all },
        Progress { authenticated: false, ..all },
    ];
    for progress in short {
        let refused = step(session(LifecycleState::Ready, &[]), Input::Sign(progress), NOW);
        assert_eq!(refused, Err(Refused::Unfinished), "{progress:?}");
    }
}

#[test]
fn a_reason_has_a_limit() {
    let reason = |length| Input::Reject(Some("å".repeat(length)));
    assert!(step(session(LifecycleState::Ready, &[]), reason(2048), NOW).is_ok());
    assert_eq!(step(session(LifecycleState::Ready, &[]), reason(2049), NOW), Err(Refused::ReasonTooLong));
}

#[test]
fn the_link_dies_with_its_ttl_and_with_the_due_date_at_the_latest() {
    let state = |ttl| SessionState::new(BTreeSet::new(), DUE, ttl, NOW);
    assert_eq!(state(None).link_expires, DUE);
    assert_eq!(state(Some(5)).link_expires, NOW + Duration::minutes(5));
    assert_eq!(state(Some(525_600)).link_expires, DUE);

    let last = NOW + Duration::minutes(5) - Duration::nanoseconds(1);
    assert!(step(state(Some(5)), Input::Visit, last).is_ok());
    let after = last + Duration::nanoseconds(1);
    assert_eq!(step(state(Some(5)), Input::Visit, after), Err(Refused::LinkExpired));
    assert!(!state(Some(5)).is_final(after), "a dead link does not end the session");
    assert_eq!(step(state(Some(5)), Input::Visit, DUE), Err(Refused::Overdue));
    assert!(state(None).is_final(DUE));
}

fn any_input() -> impl Strategy<Value = Input> {
    prop_oneof![
        Just(Input::Visit),
        any::<(bool, bool, bool, bool)>().prop_map(|(let_in, viewed, consented, authenticated)| {
            Input::Sign(Progress { let_in, viewed, consented, authenticated })
        }),
        proptest::option::of("[a-z]{0,4}").prop_map(Input::Reject),
        (0..4_u128).prop_map(|n| Input::PredecessorSigned(id(n))),
    ]
}

proptest! {
    #[test]
    fn holds_whatever_happens(
        waits in proptest::collection::btree_set(0..4_u128, 0..4),
        ttl in proptest::option::of(5_u32..100_000),
        inputs in proptest::collection::vec((any_input(), 0..3_000_000_i64), 0..12),
    ) {
        let mut now = NOW;
        let waits: BTreeSet<_> = waits.into_iter().map(id).collect();
        let mut state = SessionState::new(waits, DUE, ttl, now);
        for (input, seconds) in inputs {
            now += Duration::seconds(seconds);
            let before = state.clone();
            let Ok((after, effects)) = step(state.clone(), input.clone(), now) else { continue };

            // BLOCKED is exactly having somebody to wait for; final states have nobody.
            prop_assert_eq!(after.state == LifecycleState::Blocked, !after.waits_for.is_empty());
            // Final is final.
            if contract::final_state(&before.state) {
                prop_assert_eq!(&after.state, &before.state);
                prop_assert!(effects.is_empty());
            }
            // Signatures come with becoming SIGNED, and only then.
            let became_signed = before.state != LifecycleState::Signed && after.state == LifecycleState::Signed;
            prop_assert_eq!(effects.contains(&Effect::StoreSignatures), became_signed);
            if became_signed {
                prop_assert_eq!(input, Input::Sign(Progress::COMPLETE));
                prop_assert!(now < after.due && now < after.link_expires);
            }
            // The terms never move.
            prop_assert_eq!((after.due, after.link_expires), (before.due, before.link_expires));
            prop_assert!(after.link_expires <= after.due);
            state = after;
        }
    }
}
