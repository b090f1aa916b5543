//! A session in the signing API's words.

use contract::{
    DocumentAction, DocumentCollectionId, Extra, MimeType, NewSigningSession, PackageType, SessionDocument,
    SigningFlow, SigningSetup, Ui,
};

use super::moment;
use crate::store::sessions::{SessionRecord, documents::DocumentRecord};

/// Most bytes of documents that are asked to be sealed into one file. The API's limit is
/// not public; the sandbox's is 250 MiB.
const PACKAGE_MAX: u64 = 200 * 1024 * 1024;

/// Whether the API can seal documents and signatures into one file. It cannot with texts.
fn can_be_packaged(documents: &[DocumentRecord]) -> bool {
    documents.iter().all(|document| document.mime_type == MimeType::Pdf)
        && documents.iter().map(|document| document.size).sum::<u64>() <= PACKAGE_MAX
}

/// What is asked of the API. Who is to sign stays here: staff's own words for a
/// person are no business of the API's.
pub(super) fn terms(
    session: &SessionRecord,
    collection: DocumentCollectionId,
    documents: &[DocumentRecord],
) -> NewSigningSession {
    let document = |document: &DocumentRecord| {
        Some(SessionDocument {
            document_collection_id: collection,
            document_id: document.document?,
            action: DocumentAction::Sign,
            extra: Extra::new(),
        })
    };
    let package_to = if can_be_packaged(documents) { vec![PackageType::PadesContainer] } else { Vec::new() };
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
        documents: documents.iter().filter_map(document).collect(),
        external_reference: Some(session.id.to_string()),
        signing_setup: vec![setup],
        package_to,
        ui: Some(Ui { language: Some(session.language.clone()), ..Ui::default() }),
        ..NewSigningSession::default()
    }
}
