//! Documents that several people sign together, in stages: what somebody wants sent.
//!
//! Names are the contract's. All that has a sensible default can be left out, so
//! that a plain request is small: a title, a due date, documents and a signer.

use std::collections::BTreeMap;

use contract::{Language, PackageType, SigningFlow, Vendor};
use serde::{Deserialize, Serialize};

use super::DraftDocument;
use crate::model::{CollectionId, Moment, SessionId, UploadId};

/// Documents that somebody wants signed. One collection at the signing API, and a
/// session there for each signer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewCollection {
    /// Title shown to the signers; 1 to 255 characters.
    pub title: String,
    /// When all must have signed; in the future, at most 45 days ahead.
    pub due: Moment,
    /// 1 to 100 documents.
    pub documents: Vec<DraftDocument>,
    /// At least one signer.
    pub signers: Vec<NewSigner>,
    /// What holds for all of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub settings: CollectionSettings,
}

/// What holds for a collection as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct CollectionSettings {
    /// Formats that the signing service packages the whole collection to, once all have signed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub package_to: Vec<PackageType>,
    /// What goes to the signing service's archive. It has to be switched on for the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive: Option<Archive>,
}

/// What the signing service archives, and for how long.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Archive {
    /// The signatures.
    pub signatures: bool,
    /// The packages.
    pub packages: bool,
    /// How long, as an ISO 8601 duration such as `P1Y`.
    pub retention: String,
}

/// What a signer does with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Part {
    /// Signs it.
    Sign,
    /// Reads it.
    View,
    /// Is not shown it.
    None,
}

/// One signer: one session at the signing API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSigner {
    /// Who it is, for the desk's own use; 1 to 255 characters. The API never sees it.
    pub label: String,
    /// When their turn is, from 1. Those of one stage sign in any order, once all of
    /// the stage before have signed.
    pub stage: u32,
    /// What they do with each document, in the documents' order. Empty: they sign all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Language of their pages.
    pub language: Language,
    /// What they consent to; at most 2048 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_text: Option<String>,
    /// Life of their link in minutes, 5 to 525600. Until the due date when absent.
    #[serde(rename = "signatureUrlTTL", skip_serializing_if = "Option::is_none")]
    pub signature_url_ttl: Option<u32>,
    /// How they identify and sign.
    #[serde(skip_serializing_if = "is_default")]
    pub signing: SigningMethod,
    /// Who they must turn out to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<ExpectedPerson>,
    /// Whether they identify before they see the documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_authentication: Option<IdentifyFirst>,
    /// How their pages look.
    #[serde(skip_serializing_if = "is_default")]
    pub interface: Interface,
    /// Where their browser goes afterwards. A page of the signing service when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirects: Option<Redirects>,
    /// Formats to package their result to. Absent: what suits the documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_to: Option<Vec<PackageType>>,
    /// The desk's own reference or remark; at most 1024 characters. The API never sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Default for NewSigner {
    fn default() -> Self {
        Self {
            label: String::new(),
            stage: 1,
            parts: Vec::new(),
            language: Language::En,
            sign_text: None,
            signature_url_ttl: None,
            signing: SigningMethod::default(),
            person: None,
            pre_authentication: None,
            interface: Interface::default(),
            redirects: None,
            package_to: None,
            note: None,
        }
    }
}

impl NewSigner {
    /// What they do with the document at this position.
    #[must_use]
    pub fn part(&self, document: usize) -> Part {
        if self.parts.is_empty() { Part::Sign } else { self.parts.get(document).copied().unwrap_or(Part::None) }
    }
}

/// How a signer identifies and signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct SigningMethod {
    /// The flow.
    pub flow: SigningFlow,
    /// The method, in a PKI flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<Vendor>,
    /// Identity providers on offer, by name. All that the account has when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identity_providers: Vec<String>,
    /// Settings of the method or provider.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub additional_parameters: BTreeMap<String, String>,
    /// What the provider has to tell of the signer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requested_attributes: Vec<String>,
}

impl Default for SigningMethod {
    fn default() -> Self {
        Self {
            flow: SigningFlow::AuthenticationBased,
            vendor: None,
            identity_providers: Vec::new(),
            additional_parameters: BTreeMap::new(),
            requested_attributes: Vec::new(),
        }
    }
}

/// What a national number is for. It is personal data, and is not asked for otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberPurpose {
    /// The service checks that whoever signs has this number.
    Validate,
    /// The service fills it in for the signer.
    Prefill,
}

/// Who a signer must turn out to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpectedPerson {
    /// What the number is for.
    pub purpose: NumberPurpose,
    /// The number. The plan goes without it; it comes with Send, see
    /// [`NewCollection::withhold_numbers`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<NationalNumber>,
}

/// A national identification number: passed on to the signing API, never stored, never logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NationalNumber(String);

impl NationalNumber {
    /// A number as somebody typed it, without the spaces around it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The number itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for NationalNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NationalNumber(…)")
    }
}

/// That a signer identifies before they see the documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct IdentifyFirst {
    /// Identity providers on offer for it. Those for signing when empty.
    pub identity_providers: Vec<String>,
}

/// How a signer's pages look.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Interface {
    /// Without the page that welcomes the signer.
    pub hide_welcome_screen: bool,
    /// Texts with as little around them as possible.
    pub minimal_text_mode: bool,
}

/// Where a signer's browser goes. The first three are needed together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Redirects {
    /// After signing.
    pub success: String,
    /// After the signer put it off.
    pub cancel: String,
    /// After a failure.
    pub error: String,
    /// After a rejection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reject: Option<String>,
}

impl NewCollection {
    /// Takes the national numbers out, by the signers' positions: the plan, which
    /// is stored, goes without them, and they come with [`SendOrder`].
    #[must_use]
    pub fn withhold_numbers(&mut self) -> Vec<Option<NationalNumber>> {
        self.signers.iter_mut().map(|signer| signer.person.as_mut().and_then(|person| person.number.take())).collect()
    }
}

/// The stored plan of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionPlan {
    /// The collection.
    pub collection: CollectionId,
    /// The session of each signer, in the order in which they were named.
    pub sessions: Vec<SessionId>,
    /// Where each document goes, in the order in which they were named.
    pub uploads: Vec<UploadId>,
}

/// The order to send a planned collection now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendOrder {
    /// National numbers, by the signers' positions; for those alone whose number is expected.
    #[serde(default)]
    pub numbers: Vec<Option<NationalNumber>>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
