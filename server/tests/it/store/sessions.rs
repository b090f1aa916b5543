//! Sessions, and what belongs to them.

use app::model::{DraftDocument, ListFilter, ResultKind, Standing};
use contract::{DocumentCollectionId, DocumentId, MimeType, SigningSessionId};
use server::{
    rights::Reach,
    sessions::Step,
    store::{
        Connection, StoreError,
        sessions::{SessionRecord, leftovers::Leftover, results::ResultRecord},
    },
};
use uuid::Uuid;

use super::{Fresh, collection, digest, id, make_team, moment, plan, upload};

pub async fn draft(rows: &mut Connection, session: u128, position: u32, number: u128) {
    let draft = DraftDocument {
        filename: format!("{number}.pdf"),
        mime_type: "application/pdf".to_owned(),
        size: 1 << 40,
        sha256: digest(7),
    };
    rows.insert_document(collection(session), position, upload(number), &draft).await.unwrap();
}

async fn save(rows: &mut Connection, session: &SessionRecord) -> Result<(), StoreError> {
    rows.save_session(session, moment(500)).await
}

pub async fn saving_tells_of_another_standing(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    let mut session = plan(&mut *write, 1, 1, 1, "Lease").await;
    assert_eq!(write.last_event().await.unwrap(), 1);
    session.step = Step::Uploading;
    save(&mut *write, &session).await.unwrap();
    assert_eq!(write.last_event().await.unwrap(), 1, "it still stands as sending");
    session.step = Step::Failed;
    session.failure = Some("The signing service refused it.".to_owned());
    save(&mut *write, &session).await.unwrap();
    let told = write.events_after(Reach::PORTAL, 1, 10).await.unwrap();
    assert_eq!(told.iter().map(|event| event.standing).collect::<Vec<_>>(), [Standing::NotSent]);
    let stored = write.session(Reach::PORTAL, id(1)).await.unwrap().unwrap();
    assert_eq!((stored.step, &stored.failure, stored.updated), (session.step, &session.failure, moment(500)));
    let steps = write.sessions_in_steps([Step::Failed, Step::Planned]).await.unwrap();
    assert_eq!(steps, [stored]);
    assert!(write.sessions_in_steps([Step::Sending; 2]).await.unwrap().is_empty());
}

pub async fn lists_are_paged_newest_first(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    let size = u128::from(ListFilter::PAGE_SIZE);
    for number in 1..=size + 2 {
        plan(&mut *write, number, 1, 1, "Lease").await;
    }
    let page = |page| ListFilter { page, ..ListFilter::default() };
    let first = write.list_sessions(Reach::PORTAL, &page(1), moment(0)).await.unwrap();
    assert_eq!((first.sessions.len(), first.total, first.page), (50, 52, 1));
    assert_eq!(first.sessions[0].id, id(size + 2));
    // A page that is not there any more is the last one.
    let last = write.list_sessions(Reach::PORTAL, &page(9), moment(0)).await.unwrap();
    assert_eq!(last.page, 2);
    assert_eq!(last.sessions.iter().map(|session| session.id).collect::<Vec<_>>(), [id(2), id(1)]);
}

pub async fn lists_are_narrowed(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    for (number, title) in [(1, "Lease 100%"), (2, "Ölçüm_1"), (3, "Minutes"), (4, "Called off")] {
        let mut session = plan(&mut *write, number, 1, 1, title).await;
        if number == 4 {
            session.step = Step::Abandoned;
            save(&mut *write, &session).await.unwrap();
        }
    }
    let cases: [(&str, &[u128]); 8] = [
        ("lease", &[1]),
        // Nothing in it is a pattern.
        ("0%", &[1]),
        ("%e%", &[]),
        ("m_1", &[2]),
        ("ÖLÇ", &[2]),
        ("ágnes", &[3, 2, 1]),
        ("  ", &[3, 2, 1]),
        ("called", &[]),
    ];
    for (text, expected) in cases {
        let filter = ListFilter { text: Some(text.to_owned()), ..ListFilter::default() };
        let found = write.list_sessions(Reach::PORTAL, &filter, moment(0)).await.unwrap();
        let ids: Vec<_> = found.sessions.iter().map(|session| session.id).collect();
        assert_eq!(ids, expected.iter().copied().map(id).collect::<Vec<_>>(), "{text}");
    }
}

pub async fn documents_stay_in_order(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    let session = plan(&mut *write, 1, 1, 1, "Lease").await;
    for (position, number) in [(2, 1), (0, 3), (1, 2)] {
        draft(&mut *write, 1, position, number).await;
    }
    let mut documents = write.documents_of(&session).await.unwrap();
    let order = documents.iter().map(|document| document.upload);
    assert_eq!(order.collect::<Vec<_>>(), [upload(3), upload(2), upload(1)]);
    assert_eq!((documents[0].size, documents[0].browser_hash), (1 << 40, digest(7)));
    documents[0].document = Some(DocumentId::new(Uuid::from_u128(1)));
    documents[0].server_hash = Some(digest(7));
    write.save_document(&documents[0]).await.unwrap();
    let stored = write.document(Reach::PORTAL, upload(3)).await.unwrap().unwrap();
    assert_eq!((stored.document, stored.server_hash, stored.api_hash), (documents[0].document, Some(digest(7)), None));
    // Two of one session are never the same at the API.
    documents[1].document = documents[0].document;
    let again = write.save_document(&documents[1]).await;
    assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");
}

pub async fn ids_of_the_api_are_taken_once(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    let upstream = Uuid::from_u128(1);
    let mut one = plan(&mut *write, 1, 1, 1, "Lease").await;
    let mut other = plan(&mut *write, 2, 1, 1, "Lease").await;
    one.step = Step::Sent;
    one.upstream = Some(SigningSessionId::new(upstream));
    save(&mut *write, &one).await.unwrap();
    assert!(write.any_open_session().await.unwrap());
    assert_eq!(write.open_sessions().await.unwrap().len(), 1);
    let found = write.session_by_upstream(SigningSessionId::new(upstream)).await.unwrap();
    assert_eq!(found.map(|session| session.id), Some(id(1)));
    other.upstream = one.upstream;
    let again = save(&mut *write, &other).await;
    assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");
}

pub async fn results_keep_what_is_known(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    let session = plan(&mut *write, 1, 1, 1, "Lease").await;
    let other = plan(&mut *write, 2, 1, 1, "Lease").await;
    let result = |number, kind| ResultRecord {
        document: DocumentId::new(Uuid::from_u128(number)),
        kind,
        original: None,
        mime_type: None,
        api_hash: None,
    };
    let (second, first) = (result(1, ResultKind::Package), result(2, ResultKind::Xades));
    write.put_result(session.id, &first).await.unwrap();
    write.put_result(session.id, &second).await.unwrap();
    assert_eq!(write.unasked_results().await.unwrap().len(), 2);
    let asked = ResultRecord { mime_type: Some(MimeType::from("text/xml".to_owned())), ..first.clone() };
    write.put_result(session.id, &asked).await.unwrap();
    // What is known is not forgotten, and another session takes nothing over.
    write.put_result(session.id, &first).await.unwrap();
    write.put_result(other.id, &ResultRecord { api_hash: Some(digest(3)), ..first }).await.unwrap();
    assert_eq!(write.results_of(&session).await.unwrap(), [asked, second.clone()]);
    assert!(write.results_of(&other).await.unwrap().is_empty());
    assert_eq!(write.unasked_results().await.unwrap(), [(session.id, second)]);
}

pub async fn leftovers_go_in_the_order_of_references(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    for number in [1, 2] {
        plan(&mut *write, number, 1, 1, "Lease").await;
    }
    let document = Leftover::from(DocumentId::new(Uuid::from_u128(1)));
    let documents = Leftover::from(DocumentCollectionId::new(Uuid::from_u128(2)));
    let session = Leftover::from(SigningSessionId::new(Uuid::from_u128(3)));
    let foreign = Leftover::from(DocumentId::new(Uuid::from_u128(4)));
    for (second, leftover) in [(0, document), (1, documents), (2, session), (3, document)] {
        write.add_leftover(collection(1), leftover, moment(second)).await.unwrap();
    }
    write.add_leftover(collection(2), foreign, moment(9)).await.unwrap();
    assert_eq!(write.leftovers(Some(collection(1))).await.unwrap(), [session, documents, document]);
    assert_eq!(write.leftovers(None).await.unwrap(), [session, documents, document, foreign]);
    assert_eq!(write.forget_leftover(foreign).await.unwrap(), Some(collection(2)));
    assert_eq!(write.forget_leftover(foreign).await.unwrap(), None);
    assert!(write.leftovers(Some(collection(2))).await.unwrap().is_empty());
}

pub async fn silence_begins_once(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    assert_eq!(write.stale_since().await.unwrap(), None);
    for second in [1, 2] {
        write.api_is_silent(moment(second)).await.unwrap();
        assert_eq!(write.stale_since().await.unwrap(), Some(moment(1)));
    }
    write.api_answers().await.unwrap();
    assert_eq!(write.stale_since().await.unwrap(), None);
}
