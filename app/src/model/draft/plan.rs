//! From a wanted collection to the requests that make it.
//!
//! The order of stages can be told to the API only by the ids of sessions that are
//! there already, so the requests are made stage by stage.

use contract::{
    ArchiveSettings, DocumentAction, DocumentCollectionId, DocumentId, Extra, IdentityProvider, MimeType,
    NewSigningSession, PackageType, PreAuthentication, RedirectSettings, SessionDocument, Signer, SignerValidation,
    SigningFlow, SigningSessionId, SigningSetup, Ui,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{NationalNumber, NewCollection, NewSigner, NumberPurpose, Part};

/// Most bytes of documents that are asked to be sealed into one file. The API's limit is
/// not public; the sandbox's is 250 MiB.
pub const PACKAGE_BYTES_MAX: u64 = 200 * 1024 * 1024;

/// What is known of a session's surroundings when it is asked for.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    /// The API's collection.
    pub collection: DocumentCollectionId,
    /// The API's documents, in the plan's order.
    pub documents: &'a [DocumentId],
    /// Our reference for the session.
    pub reference: String,
    /// The API's sessions of the stage before.
    pub after: Vec<SigningSessionId>,
    /// The signer's national number, if it is expected.
    pub number: Option<&'a NationalNumber>,
}

impl NewCollection {
    /// Positions of the signers by stage, the first stage first. Stages without a signer are left out.
    #[must_use]
    pub fn stages(&self) -> Vec<Vec<usize>> {
        let mut numbers: Vec<u32> = self.signers.iter().map(|signer| signer.stage).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let of = |stage| (0..).zip(&self.signers).filter(move |(_, signer)| signer.stage == stage);
        numbers.into_iter().map(|stage| of(stage).map(|(position, _)| position).collect()).collect()
    }

    /// Formats that this signer's result is packaged to.
    #[must_use]
    pub fn packaging_of(&self, signer: &NewSigner) -> Vec<PackageType> {
        if let Some(chosen) = &signer.package_to {
            return chosen.clone();
        }
        let shown =
            || (0..).zip(&self.documents).filter(|(i, _)| signer.part(*i) != Part::None).map(|(_, document)| document);
        let suits = signer.signing.flow == SigningFlow::AuthenticationBased
            && self.settings.package_to.is_empty()
            && shown().all(|document| document.mime_type == MimeType::Pdf.as_str())
            && shown().map(|document| document.size).sum::<u64>() <= PACKAGE_BYTES_MAX;
        if suits { vec![PackageType::PadesContainer] } else { Vec::new() }
    }

    /// The session of a signer in the API's words. Label and note stay here: staff's
    /// own words for a person are no business of the API's.
    #[must_use]
    pub fn request(&self, signer: &NewSigner, place: Place<'_>) -> NewSigningSession {
        let document = |(i, document_id): (usize, &DocumentId)| {
            let action = match signer.part(i) {
                Part::Sign => DocumentAction::Sign,
                Part::View => DocumentAction::View,
                Part::None => return None,
            };
            Some(SessionDocument {
                document_collection_id: place.collection,
                document_id: *document_id,
                action,
                extra: Extra::new(),
            })
        };
        NewSigningSession {
            signature_url_ttl: signer.signature_url_ttl,
            title: self.title.clone(),
            sign_text: signer.sign_text.clone(),
            due_date: self.due.to_time(),
            documents: (0..).zip(place.documents).filter_map(document).collect(),
            external_reference: Some(place.reference),
            signing_setup: vec![setup(signer)],
            subsequent_to: place.after,
            package_to: self.packaging_of(signer),
            signer: signer.person.as_ref().map(|person| Signer {
                national_identification_number: place.number.map(|number| number.reveal().to_owned()),
                validations: match person.purpose {
                    NumberPurpose::Validate => vec![SignerValidation::NationalIdentificationNumber],
                    NumberPurpose::Prefill => Vec::new(),
                },
                extra: Extra::new(),
            }),
            archive: self.settings.archive.as_ref().map(|archive| ArchiveSettings {
                send_signature_results_to_archive: archive.signatures,
                send_packaging_result_to_archive: archive.packages,
                retention_period: Some(archive.retention.clone()).filter(|period| !period.is_empty()),
                extra: Extra::new(),
            }),
            pre_authentication: signer.pre_authentication.as_ref().map(|first| PreAuthentication {
                enabled: true,
                identity_providers: providers(&first.identity_providers),
                extra: Extra::new(),
            }),
            ui: Some(Ui {
                language: Some(signer.language.clone()),
                hide_welcome_screen: signer.interface.hide_welcome_screen.then_some(true),
                minimal_text_mode: signer.interface.minimal_text_mode.then_some(true),
                extra: Extra::new(),
            }),
            redirect_settings: signer.redirects.as_ref().map(|to| {
                let given = |url: &String| Some(url.clone()).filter(|url| !url.is_empty());
                RedirectSettings {
                    success: given(&to.success),
                    cancel: given(&to.cancel),
                    error: given(&to.error),
                    reject: to.reject.as_ref().and_then(given),
                    extra: Extra::new(),
                }
            }),
            extra: Extra::new(),
        }
    }

    /// The requests for sessions, by stage, with ids made up for what is not there yet:
    /// see [`placeholder`]. Without national numbers.
    #[must_use]
    pub fn plan(&self) -> Vec<Vec<NewSigningSession>> {
        let documents: Vec<DocumentId> =
            (0..self.documents.len()).map(|i| DocumentId::new(placeholder(Kind::Document, i))).collect();
        let mut after: Vec<SigningSessionId> = Vec::new();
        let mut stages = Vec::new();
        for stage in self.stages() {
            let request = |position: &usize| {
                let place = Place {
                    collection: DocumentCollectionId::new(placeholder(Kind::Collection, 0)),
                    documents: &documents,
                    reference: placeholder(Kind::Reference, *position).to_string(),
                    after: after.clone(),
                    number: None,
                };
                self.signers.get(*position).map(|signer| self.request(signer, place))
            };
            stages.push(stage.iter().filter_map(request).collect());
            after = stage.into_iter().map(|i| SigningSessionId::new(placeholder(Kind::Session, i))).collect();
        }
        stages
    }

    /// What will be sent, to look at: the collection, then the sessions by stage. Ids
    /// that are not there yet are written as what they stand for, numbers as dots.
    #[must_use]
    pub fn preview(&self) -> Value {
        let sent = |position: usize| self.signers.get(position).and_then(|signer| signer.person.as_ref()).is_some();
        let order = self.stages();
        let mut stages: Vec<Value> = Vec::new();
        for (requests, positions) in self.plan().iter().zip(&order) {
            let requests = requests.iter().zip(positions).map(|(request, position)| {
                let mut request = serde_json::to_value(request).unwrap_or_default();
                if sent(*position)
                    && let Some(signer) = request.get_mut("signer")
                {
                    signer["nationalIdentificationNumber"] = "•••".into();
                }
                self.named(request)
            });
            stages.push(requests.collect());
        }
        let documents = (0..self.documents.len())
            .map(|i| self.named(json!({ "documentId": placeholder(Kind::Document, i).to_string() })));
        let mut collection = json!({ "documents": documents.collect::<Vec<_>>() });
        if !self.settings.package_to.is_empty() {
            collection["packageTo"] = json!(self.settings.package_to);
        }
        json!({ "collection": collection, "stages": stages })
    }

    /// Writes what placeholders stand for in their place.
    fn named(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.name_of(&text).unwrap_or(text)),
            Value::Array(items) => items.into_iter().map(|item| self.named(item)).collect(),
            Value::Object(members) => members.into_iter().map(|(name, value)| (name, self.named(value))).collect(),
            other => other,
        }
    }

    fn name_of(&self, text: &str) -> Option<String> {
        // Shaped like a request's own texts, ids are told apart by their length first.
        let id = (text.len() == 36).then(|| Uuid::try_parse(text).ok())??;
        let is = |kind, i| placeholder(kind, i) == id;
        if is(Kind::Collection, 0) {
            return Some("‹the collection›".to_owned());
        }
        if let Some((_, document)) = (0..).zip(&self.documents).find(|(i, _)| is(Kind::Document, *i)) {
            return Some(format!("‹{}›", document.filename));
        }
        (0..self.signers.len()).find_map(|i| match () {
            () if is(Kind::Session, i) => Some(format!("‹session of signer {}›", i + 1)),
            () if is(Kind::Reference, i) => Some(format!("‹our id for signer {}›", i + 1)),
            () => None,
        })
    }
}

/// What a made-up id stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The collection.
    Collection,
    /// The document at a position.
    Document,
    /// The session of the signer at a position.
    Session,
    /// Our reference for that session.
    Reference,
}

/// The made-up id of something that is not there yet. UUIDs of version 8, which the API does not make.
#[must_use]
pub fn placeholder(kind: Kind, position: usize) -> Uuid {
    let kind = match kind {
        Kind::Collection => 1,
        Kind::Document => 2,
        Kind::Session => 3,
        Kind::Reference => 4,
    };
    let position = u32::try_from(position).unwrap_or(u32::MAX).to_be_bytes();
    let mut bytes = [0; 16];
    bytes[0] = kind;
    bytes[12..].copy_from_slice(&position);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn setup(signer: &NewSigner) -> SigningSetup {
    let method = &signer.signing;
    SigningSetup {
        identity_providers: providers(&method.identity_providers),
        signing_flow: method.flow.clone(),
        vendor: method.vendor.clone(),
        additional_parameters: method.additional_parameters.clone(),
        requested_attributes: method.requested_attributes.clone(),
        extra: Extra::new(),
    }
}

fn providers(names: &[String]) -> Vec<IdentityProvider> {
    names.iter().map(|name| IdentityProvider { idp_name: name.clone(), extra: Extra::new() }).collect()
}
