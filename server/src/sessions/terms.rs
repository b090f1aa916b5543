//! A session in the signing API's words.

use contract::{
    DocumentAction, DocumentCollectionId, DocumentId, Extra, NewSigningSession, SessionDocument, SigningFlow,
    SigningSetup, Ui,
};

use super::moment;
use crate::store::sessions::SessionRecord;

/// What is asked of the API. Who is to sign stays here: staff's own words for a
/// person are no business of the API's.
pub(super) fn terms(
    session: &SessionRecord,
    collection: DocumentCollectionId,
    documents: &[DocumentId],
) -> NewSigningSession {
    let document = |id: &DocumentId| SessionDocument {
        document_collection_id: collection,
        document_id: *id,
        action: DocumentAction::Sign,
        extra: Extra::new(),
    };
    let setup = SigningSetup {
        // None named: all that the account has.
        identity_providers: Vec::new(),
        signing_flow: SigningFlow::AuthenticationBased,
        vendor: None,
        additional_parameters: std::collections::BTreeMap::new(),
        requested_attributes: Vec::new(),
        extra: Extra::new(),
    };
    NewSigningSession {
        title: session.title.clone(),
        sign_text: session.sign_text.clone(),
        due_date: moment::to_time(session.due),
        documents: documents.iter().map(document).collect(),
        external_reference: Some(session.id.to_string()),
        signing_setup: vec![setup],
        ui: Some(Ui { language: Some(session.language.clone()), ..Ui::default() }),
        ..NewSigningSession::default()
    }
}
