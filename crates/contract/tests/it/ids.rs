//! Ids, digests and rules.

use contract::{
    DocumentHash, DocumentId, HashAlgorithm, LifecycleState, Sha256Digest, SigningSessionId, can_be_acted_on,
    can_never_proceed, final_state, overdue,
};
use proptest::prelude::*;
use time::{Duration, macros::datetime};
use uuid::Uuid;

#[test]
fn what_is_no_uuid_is_no_id() {
    for odd in
        ["", "..", "%2e%2e", "f05d0dce-a7af-432b-b6b8-e455ab7c085", "x/../y", "f05d0dce-a7af-432b-b6b8-e455ab7c0852?x"]
    {
        let error = odd.parse::<SigningSessionId>().unwrap_err();
        assert_eq!(error.to_string(), "must be a UUID", "{odd}");
    }
}

#[test]
fn a_hash_of_another_kind_is_no_sha256() {
    let good = DocumentHash::from(Sha256Digest::new([7; 32]));
    assert_eq!(good.sha256(), Some(Sha256Digest::new([7; 32])));
    assert_eq!(DocumentHash { hash: "string".to_owned(), ..good.clone() }.sha256(), None);
    assert_eq!(DocumentHash { hash_algorithm: HashAlgorithm::from("SHA512"), ..good }.sha256(), None);
}

#[test]
fn states_allow_what_the_rules_say() {
    let due = datetime!(2026-11-24 12:00 UTC);
    let before = due - Duration::nanoseconds(1);
    let future = LifecycleState::from("ARCHIVING");
    for (state, is_final, acts, is_overdue, blocks_for_ever) in [
        (LifecycleState::Blocked, false, false, true, false),
        (LifecycleState::Ready, false, true, true, false),
        (LifecycleState::Signed, true, false, false, false),
        (LifecycleState::Rejected, true, false, false, true),
        (future, false, false, true, false),
    ] {
        assert_eq!(final_state(&state), is_final, "{state}");
        assert_eq!(can_be_acted_on(&state, due, before), acts, "{state}");
        assert!(!can_be_acted_on(&state, due, due), "{state}");
        assert!(!overdue(&state, due, before), "{state}");
        assert_eq!(overdue(&state, due, due), is_overdue, "{state}");
        assert_eq!(can_never_proceed(&state), blocks_for_ever, "{state}");
    }
}

proptest! {
    #[test]
    fn ids_are_read_as_they_are_written(bits in any::<u128>()) {
        let id = DocumentId::new(Uuid::from_u128(bits));
        prop_assert_eq!(id.to_string().parse::<DocumentId>().unwrap(), id);
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(serde_json::from_str::<DocumentId>(&json).unwrap(), id);
    }

    #[test]
    fn digests_are_read_as_they_are_written(bytes in any::<[u8; 32]>()) {
        let digest = Sha256Digest::new(bytes);
        prop_assert_eq!(digest.to_string().parse::<Sha256Digest>().unwrap(), digest);
        prop_assert_eq!(digest.base64().len(), 44);
        prop_assert_eq!(digest.hex().len(), 64);
    }

    #[test]
    fn no_text_breaks_the_readers(text in ".*") {
        let _ = (text.parse::<DocumentId>(), text.parse::<Sha256Digest>());
    }
}
