//! The API's own sample objects are read whole and written back as they came.

use contract::{
    Document, DocumentCollection, DocumentPatch, Event, EventName, LifecycleState, NewDocumentCollection,
    NewSigningSession, PackageType, Page, Problem, ProblemCode, SignatureType, SigningSession,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use time::macros::datetime;

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../fixtures/", $name, ".json"))
    };
}
pub(crate) use sample;

/// Reads a sample as a `T` that knows all of its fields, and compares what is written.
fn kept<T: DeserializeOwned + Serialize>(sample: &str) -> T {
    let value: T = serde_json::from_str(sample).unwrap();
    let before: Value = serde_json::from_str(sample).unwrap();
    assert_eq!(serde_json::to_value(&value).unwrap(), before);
    value
}

#[test]
fn documents() {
    let uploaded: Document = kept(sample!("uploaded-document"));
    assert_eq!((uploaded.created_at, uploaded.filename), (datetime!(2023-04-12 10:30 UTC), None));
    assert_eq!(uploaded.document_hash.sha256(), None, "the sample's hash is a placeholder");

    let document: Document = kept(sample!("document"));
    assert_eq!(document.title.as_deref(), Some("Invoice #001"));
    assert!(document.extra.is_empty());

    let patch: DocumentPatch = kept(sample!("document-patch"));
    assert_eq!(patch.filename.as_deref(), Some("invoice_001.pdf"));
    assert_eq!(patch.validate(), []);
}

#[test]
fn collections() {
    let new: NewDocumentCollection = kept(sample!("new-collection"));
    assert_eq!(new.validate(), []);
    let collection: DocumentCollection = kept(sample!("collection"));
    assert_eq!(collection.documents, new.documents);
    assert!(collection.extra.is_empty());
    let packages = collection.output.unwrap().packages;
    assert_eq!(packages[0].package_type, PackageType::PadesContainer);
    assert!(packages[0].result_archive_id.is_some());
}

#[test]
fn sessions() {
    let new: Vec<NewSigningSession> = kept(sample!("new-sessions"));
    assert_eq!(new[0].validate(datetime!(2025-03-01 00:00 UTC)), []);

    let created: Vec<SigningSession> = kept(sample!("sessions-created"));
    let page: Page<SigningSession> = kept(sample!("sessions-page"));
    let session: SigningSession = kept(sample!("session"));
    assert_eq!([&session], [&created[0]]);
    assert_eq!([&session], [&page.data[0]]);
    assert_eq!((page.limit, page.offset, page.count, page.total), (100, 0, 100, 1000));

    assert_eq!(session.terms, new[0], "the answer repeats what was asked for, and no field is unknown");
    assert_eq!(session.lifecycle.state, LifecycleState::Blocked);
    assert_eq!(session.signature_url_expires_at, Some(datetime!(2026-01-15 14:05 UTC)));
    let output = session.output.unwrap();
    assert_eq!(output.signatures[0].signature_type, SignatureType::Xades);
    assert_eq!(output.packages.len(), 1);
}

#[test]
fn problems() {
    let problem: Problem = kept(sample!("problem-internal"));
    assert_eq!(problem.code, ProblemCode::InternalServerError);
    assert_eq!(problem.trace_id.as_deref(), Some("ffb75ca1385ecb0a362ff9cd029d23de"));
    assert_eq!(problem.invalid_params[0].name, "version");
    let problem: Problem = kept(sample!("problem-bad-request"));
    assert_eq!((problem.status, problem.code), (400, ProblemCode::BadRequest));
}

#[test]
fn events() {
    let event: Event = kept(sample!("event"));
    assert_eq!(event.event_name, EventName::from("order.completed"), "another product's");
    assert!(event.is_mock() && !event.event_name.is_known() && event.extra.is_empty());
    assert_eq!(event.session_id(), None);
    let mut ours = event;
    for (id, expected) in [("7", false), ("0197e4b8-0000-7000-8000-000000000000", true)] {
        ours.event_data.insert("id".to_owned(), id.into());
        assert_eq!(ours.session_id().is_some(), expected, "{id}");
    }
}
