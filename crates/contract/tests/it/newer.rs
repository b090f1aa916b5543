//! What is newer, older or looser than this code is read all the same.

use contract::{
    DocumentAction, Language, LifecycleState, MimeType, NewSigningSession, PackageType, Problem, ProblemCode,
    SigningFlow, SigningSession, Vendor,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use time::macros::datetime;

use crate::samples::sample;

fn session() -> Value {
    serde_json::from_str(sample!("session")).unwrap()
}

/// Adds an unknown field to every object, at every depth.
fn with_unknown_fields(value: &mut Value) {
    match value {
        Value::Object(map) => {
            // A map of texts is no object with fields of its own.
            map.iter_mut()
                .filter(|(name, _)| *name != "additionalParameters")
                .for_each(|(_, v)| with_unknown_fields(v));
            map.insert("newer".to_owned(), json!({ "than": ["this", 1, 2.5, null, u64::MAX] }));
        }
        Value::Array(items) => items.iter_mut().for_each(with_unknown_fields),
        _ => {}
    }
}

#[test]
fn unknown_fields_survive_at_every_depth() {
    let mut newer = session();
    with_unknown_fields(&mut newer);
    let session: SigningSession = serde_json::from_value(newer.clone()).unwrap();
    assert_eq!(session.terms.extra["newer"]["than"][0], "this");
    assert_eq!(serde_json::to_value(&session).unwrap(), newer);
}

#[test]
fn unknown_values_of_enums_survive() {
    let mut newer = session();
    newer["lifecycle"]["state"] = json!("EXPIRED");
    newer["documents"][0]["action"] = json!("INITIAL");
    newer["signingSetup"][0]["signingFlow"] = json!("WALLET");
    newer["signingSetup"][0]["vendor"] = json!("SMARTID");
    newer["packageTo"] = json!(["ASIC_E"]);
    newer["output"]["packages"][0]["packageType"] = json!("ASIC_E");
    newer["output"]["signatures"][0]["signatureType"] = json!("JADES");
    newer["signer"]["validations"] = json!(["DATE_OF_BIRTH"]);
    newer["ui"]["language"] = json!("is");
    let session: SigningSession = serde_json::from_value(newer.clone()).unwrap();
    assert_eq!(session.lifecycle.state, LifecycleState::Other("EXPIRED".to_owned()));
    assert_eq!(serde_json::to_value(&session).unwrap(), newer);
}

#[test]
fn nulls_and_empty_objects_count_as_absent() {
    let bare = json!({
        "title": "x",
        "signText": null,
        "dueDate": null,
        "documents": null,
        "externalReference": null,
        "signingSetup": null,
        "subsequentTo": null,
        "packageTo": null,
        "signer": {},
        "archive": { "sendSignatureResultsToArchive": null, "retentionPeriod": null },
        "preAuthentication": { "enabled": null },
        "ui": { "language": null },
        "redirectSettings": null,
    });
    let read: NewSigningSession = serde_json::from_value(bare).unwrap();
    assert!(read.documents.is_empty() && read.subsequent_to.is_empty() && read.package_to.is_empty());
    assert_eq!((read.due_date, &read.external_reference, &read.redirect_settings), (None, &None, &None));
    assert!(read.extra.is_empty(), "{:?}", read.extra);
}

#[test]
fn the_smallest_session_is_read() {
    let least = json!({ "id": "f05d0dce-a7af-432b-b6b8-e455ab7c0852", "lifecycle": { "state": "READY" } });
    let session: SigningSession = serde_json::from_value(least).unwrap();
    assert!(!session.lifecycle.state_is_final);
    assert_eq!((session.output, session.signature_url), (None, None));
}

#[test]
fn a_rejection_is_read_by_any_of_its_likely_names() {
    for (name, expected) in [("rejectReason", "no"), ("rejectionReason", "no"), ("reason", "no")] {
        let mut rejected = session();
        rejected["lifecycle"] = json!({ "state": "REJECTED", "stateIsFinal": true, name: "no" });
        let read: SigningSession = serde_json::from_value(rejected.clone()).unwrap();
        assert_eq!(read.lifecycle.reject_reason(), Some(expected), "{name}");
        assert_eq!(serde_json::to_value(&read).unwrap(), rejected);
    }
    let both = json!({ "state": "REJECTED", "rejectReason": "first", "reason": { "text": "second" } });
    let read: contract::Lifecycle = serde_json::from_value(both).unwrap();
    assert_eq!(read.reject_reason(), Some("first"));
}

#[test]
fn a_signing_link_and_a_national_number_are_never_printed() {
    let mut secret = session();
    secret["signatureUrl"] = json!("https://sign.example/?sessionId=marker");
    secret["signer"]["nationalIdentificationNumber"] = json!("marker");
    let read: SigningSession = serde_json::from_value(secret).unwrap();
    assert!(!format!("{read:?} {:?} {:?}", read.terms.signer, read.terms).contains("marker"));
}

#[test]
fn loose_problems_are_read() {
    let nothing: Problem = serde_json::from_value(json!({})).unwrap();
    assert_eq!((nothing.status, nothing.code), (0, ProblemCode::Other(String::new())));
    let loose = json!({
        "status": null, "title": null, "code": null, "detail": null, "traceId": null,
        "invalidParams": [{ "name": "x" }, { "reason": "y" }, { "name": null, "reason": "z", "in": "body" }],
        "type": "https://docs.example/errors",
    });
    let problem: Problem = serde_json::from_value(loose).unwrap();
    assert_eq!(problem.invalid_params.len(), 3);
    assert_eq!(problem.extra["type"], "https://docs.example/errors");
}

#[test]
fn the_texts_of_a_problem_are_not_printed() {
    let problem: Problem = serde_json::from_value(json!({
        "status": 400, "code": "bad_request", "traceId": "t1", "title": "marker", "detail": "marker",
        "invalidParams": [{ "name": "dueDate", "reason": "marker" }], "newer": "marker",
    }))
    .unwrap();
    let printed = format!("{problem:?}");
    assert!(!printed.contains("marker"), "{printed}");
    for told in ["400", "BadRequest", "t1", "dueDate"] {
        assert!(printed.contains(told), "{printed}");
    }
}

#[test]
fn nanoseconds_and_offsets_of_time_stamps_survive() {
    let mut document: Value = serde_json::from_str(sample!("document")).unwrap();
    document["createdAt"] = json!("2025-07-07T10:31:26.355228387Z");
    let read: contract::Document = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(read.created_at, datetime!(2025-07-07 10:31:26.355228387 UTC));
    assert_eq!(serde_json::to_value(&read).unwrap(), document);

    let new: NewSigningSession = serde_json::from_value(json!({ "dueDate": "2025-04-01T19:32:28+02:00" })).unwrap();
    assert_eq!(new.due_date, Some(datetime!(2025-04-01 17:32:28 UTC)));
}

#[test]
fn content_types_are_read_without_case_and_parameters() {
    for (header, expected) in [
        ("application/pdf", MimeType::Pdf),
        ("Application/PDF", MimeType::Pdf),
        (" text/plain ;charset=utf-8", MimeType::Text),
        ("text/markdown; variant=CommonMark; charset=utf-8", MimeType::Markdown),
        ("image/png", MimeType::Other("image/png".to_owned())),
        ("", MimeType::Other(String::new())),
    ] {
        assert_eq!(MimeType::from_content_type(header), expected, "{header:?}");
    }
    assert!(MimeType::Markdown.is_uploadable() && !MimeType::Xml.is_uploadable());
    assert!(!MimeType::from_content_type("image/png").is_uploadable());
}

/// All known values, and whether each is what its text is read as.
macro_rules! known {
    ($($name:ident),+) => {
        $(for value in $name::KNOWN {
            assert_eq!(&$name::from(value.as_str()), value);
            assert_eq!(serde_json::to_value(value).unwrap(), value.as_str());
            assert!(value.is_known());
        })+
    };
}

#[test]
fn known_values_have_one_spelling() {
    known!(DocumentAction, Language, LifecycleState, MimeType, PackageType, ProblemCode, SigningFlow, Vendor);
    assert!(!LifecycleState::from("ready").is_known(), "case matters");
}

proptest! {
    #[test]
    fn any_text_in_an_enum_survives(text in ".*") {
        let value: LifecycleState = serde_json::from_value(json!(text)).unwrap();
        prop_assert_eq!(serde_json::to_value(&value).unwrap(), json!(text));
    }

    #[test]
    fn no_text_breaks_a_problem(text in ".*", status in any::<u16>()) {
        let sent = json!({ "status": status, "title": text, "code": text, "detail": text });
        let problem: Problem = serde_json::from_value(sent.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&problem).unwrap(), sent);
    }
}
