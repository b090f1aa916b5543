//! Signing sessions: one signer's task on one or more documents.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    ArchiveDocumentId, DocumentCollectionId, DocumentId, Extra, Package, PackageType, SigningSessionId,
    null_as_default, open_enum::open_enum,
};

mod archive;
mod validate;

pub use archive::ArchiveSettings;

open_enum! {
    /// Where a session stands.
    LifecycleState {
        /// Waits for the sessions it is subsequent to.
        Blocked = "BLOCKED",
        /// The signer can act.
        Ready = "READY",
        /// Signed; final.
        Signed = "SIGNED",
        /// Rejected by the signer; final.
        Rejected = "REJECTED",
    }
}

open_enum! {
    /// What the signer does with a document.
    DocumentAction {
        /// Signs it.
        Sign = "SIGN",
        /// Only reads it.
        View = "VIEW",
    }
}

open_enum! {
    /// How the signature comes about.
    SigningFlow {
        /// The signer authenticates and the service seals the evidence.
        AuthenticationBased = "AUTHENTICATION_BASED",
        /// The signer signs with a certificate of a vendor's.
        PkiSigning = "PKISIGNING",
    }
}

open_enum! {
    /// Signing method of a PKI flow.
    Vendor {
        /// Swedish BankID.
        Sbid = "SBID",
        /// Norwegian BankID.
        Nbid = "NBID",
        /// Buypass.
        Buypass = "BUYPASS",
        /// Auðkenni.
        Audkenni = "AUDKENNI",
        /// SK Mobile-ID.
        SkMobileId = "SK_MOBILEID",
        /// A smart card.
        Smartcard = "SMARTCARD",
        /// Estonian ID card.
        EstEid = "ESTEID",
    }
}

open_enum! {
    /// A check that the service makes on the signer.
    SignerValidation {
        /// The authenticated person has the given national identification number.
        NationalIdentificationNumber = "NATIONAL_IDENTIFICATION_NUMBER",
    }
}

open_enum! {
    /// Kind of a signature result.
    SignatureType {
        /// XML Advanced Electronic Signature.
        Xades = "XADES",
        /// PDF Advanced Electronic Signature.
        Pades = "PADES",
    }
}

open_enum! {
    /// Language of the signer's pages. `no` is not one: it is `nb` or `nn`.
    Language {
        /// Danish.
        Da = "da",
        /// German.
        De = "de",
        /// English.
        En = "en",
        /// Finnish.
        Fi = "fi",
        /// Norwegian Bokmål.
        Nb = "nb",
        /// Norwegian Nynorsk.
        Nn = "nn",
        /// Swedish.
        Sv = "sv",
    }
}

/// A document in a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionDocument {
    /// The collection that the document is in.
    pub document_collection_id: DocumentCollectionId,
    /// The document.
    pub document_id: DocumentId,
    /// What the signer does with it.
    pub action: DocumentAction,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An identity provider that the signer may choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentityProvider {
    /// Its name, for example `nbid` or `ftn`; an open set.
    pub idp_name: String,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How the signer identifies and signs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SigningSetup {
    /// Providers on offer; empty means all that the account has.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub identity_providers: Vec<IdentityProvider>,
    /// The flow; required.
    pub signing_flow: SigningFlow,
    /// Signing method, for PKI flows only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<Vendor>,
    /// Settings of the method or provider.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "null_as_default")]
    pub additional_parameters: BTreeMap<String, String>,
    /// What the provider has to tell of the signer, for example `name` or `nin`; an open set. What it tells anyway
    /// when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub requested_attributes: Vec<String>,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The intended signer.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signer {
    /// National identification number. Personal data: never logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub national_identification_number: Option<String>,
    /// Checks on the authenticated person.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub validations: Vec<SignerValidation>,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("validations", &self.validations).finish_non_exhaustive()
    }
}

/// Whether the signer authenticates before seeing the documents.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreAuthentication {
    /// `true` asks for it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub enabled: bool,
    /// Providers on offer for it; empty means those on offer for signing.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub identity_providers: Vec<IdentityProvider>,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How the signer's pages look.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ui {
    /// Their language; English when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Skip the welcome page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hide_welcome_screen: Option<bool>,
    /// Show text documents with as little around them as possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimal_text_mode: Option<bool>,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Where the signer's browser goes afterwards.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RedirectSettings {
    /// After signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success: Option<String>,
    /// After the signer put it off; the session stays open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel: Option<String>,
    /// After a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// After a rejection. The key is a guess: the public text does not name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reject: Option<String>,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A request for a new session. The API takes an array of them, always.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewSigningSession {
    /// Life of the signing link in minutes, 5 to 525600. Zero counts as absent: a vendor client sends it so.
    #[serde(rename = "signatureUrlTTL", default, skip_serializing_if = "Option::is_none")]
    pub signature_url_ttl: Option<u32>,
    /// Title shown to the signer; required, at most 255 characters.
    #[serde(default, deserialize_with = "null_as_default")]
    pub title: String,
    /// Text that the signer consents to; at most 2048 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_text: Option<String>,
    /// Deadline; in the future, at most 45 days ahead. 30 days when absent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub due_date: Option<OffsetDateTime>,
    /// 1 to 50 documents.
    #[serde(default, deserialize_with = "null_as_default")]
    pub documents: Vec<SessionDocument>,
    /// The caller's own id for it; at most 1024 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_reference: Option<String>,
    /// Exactly one set-up.
    #[serde(default, deserialize_with = "null_as_default")]
    pub signing_setup: Vec<SigningSetup>,
    /// Sessions that must be signed first; at most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub subsequent_to: Vec<SigningSessionId>,
    /// Formats to package this session's result to; at most 5.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub package_to: Vec<PackageType>,
    /// The intended signer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<Signer>,
    /// What is archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<ArchiveSettings>,
    /// Authentication before the documents are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre_authentication: Option<PreAuthentication>,
    /// Look of the signer's pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui: Option<Ui>,
    /// Where the signer's browser goes afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_settings: Option<RedirectSettings>,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Where a session stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lifecycle {
    /// The state.
    pub state: LifecycleState,
    /// Whether it can change any more.
    #[serde(default, deserialize_with = "null_as_default")]
    pub state_is_final: bool,
    /// Why the signer rejected, under the name that we give it. The public text
    /// names no field; [`reject_reason`](Self::reject_reason) knows the other likely ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reject_reason: Option<String>,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Lifecycle {
    /// Why the signer rejected, under whichever likely name it came.
    #[must_use]
    pub fn reject_reason(&self) -> Option<&str> {
        let other = || ["rejectionReason", "reason"].iter().find_map(|name| self.extra.get(*name)?.as_str());
        self.reject_reason.as_deref().or_else(other)
    }
}

/// One signature on one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signature {
    /// The collection of the original.
    pub document_collection_id: DocumentCollectionId,
    /// The signature file, as a document to download.
    pub result_document_id: DocumentId,
    /// What was signed.
    pub original_document_id: DocumentId,
    /// The file's place in the archive, when it was archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_archive_id: Option<ArchiveDocumentId>,
    /// The file's kind.
    pub signature_type: SignatureType,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Results of a session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SessionOutput {
    /// One per document and signer.
    #[serde(default, deserialize_with = "null_as_default")]
    pub signatures: Vec<Signature>,
    /// Packages of this session; they come some time after the signatures.
    #[serde(default, deserialize_with = "null_as_default")]
    pub packages: Vec<Package>,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A session as the API answers it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SigningSession {
    /// The session's id.
    pub id: SigningSessionId,
    /// The signer's link. A bearer secret: whoever has it can act as the signer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature_url: Option<String>,
    /// When the link dies.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub signature_url_expires_at: Option<OffsetDateTime>,
    /// Where it stands.
    pub lifecycle: Lifecycle,
    /// What signing made so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<SessionOutput>,
    /// What was asked for, and fields that this code does not know.
    #[serde(flatten)]
    pub terms: NewSigningSession,
}

impl std::fmt::Debug for SigningSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither the link nor the texts: a debug print ends up in logs.
        f.debug_struct("SigningSession")
            .field("id", &self.id)
            .field("state", &self.lifecycle.state)
            .finish_non_exhaustive()
    }
}
