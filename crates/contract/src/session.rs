//! Signing sessions: one signer's task on one or more documents.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::{
    ArchiveDocumentId, DocumentCollectionId, DocumentId, Extra, InvalidParam, Package, PackageType, SigningSessionId,
    collection::{count, package_to, unknown},
    document::too_long,
    limits, null_as_default,
    open_enum::open_enum,
};

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

/// What is to be archived.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveSettings {
    /// Archive the signatures.
    #[serde(default, deserialize_with = "null_as_default")]
    pub send_signature_results_to_archive: bool,
    /// Archive the packages.
    #[serde(default, deserialize_with = "null_as_default")]
    pub send_packaging_result_to_archive: bool,
    /// How long, as an ISO 8601 duration (`P1Y`); required when anything is archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_period: Option<String>,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Whether the signer authenticates before seeing the documents.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreAuthentication {
    /// `true` asks for it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub enabled: bool,
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

impl NewSigningSession {
    /// All that the API would refuse about this request at `now`, whatever is stored.
    #[must_use]
    pub fn validate(&self, now: OffsetDateTime) -> Vec<InvalidParam> {
        let mut findings = Vec::new();
        if self.title.trim().is_empty() {
            findings.push(InvalidParam::new("title", "is required"));
        }
        findings.extend(too_long("title", &self.title, limits::TITLE_MAX));
        if let Some(text) = &self.sign_text {
            findings.extend(too_long("signText", text, limits::SIGN_TEXT_MAX));
        }
        if let Some(text) = &self.external_reference {
            findings.extend(too_long("externalReference", text, limits::EXTERNAL_REFERENCE_MAX));
        }
        if let Some(minutes) = self.signature_url_ttl
            && minutes != 0
            && !(limits::SIGNATURE_URL_TTL_MIN..=limits::SIGNATURE_URL_TTL_MAX).contains(&minutes)
        {
            let (min, max) = (limits::SIGNATURE_URL_TTL_MIN, limits::SIGNATURE_URL_TTL_MAX);
            findings
                .push(InvalidParam::new("signatureUrlTTL", format!("must be {min} to {max} minutes, is {minutes}")));
        }
        self.validate_due_date(now, &mut findings);
        self.validate_documents(&mut findings);
        self.validate_setup(&mut findings);
        count("subsequentTo", self.subsequent_to.len(), 0, limits::SUBSEQUENT_TO_MAX, &mut findings);
        package_to(&self.package_to, &mut findings);
        self.validate_options(&mut findings);
        findings
    }

    fn validate_due_date(&self, now: OffsetDateTime, findings: &mut Vec<InvalidParam>) {
        let Some(due) = self.due_date else { return };
        if due <= now {
            findings.push(InvalidParam::new("dueDate", "must be in the future"));
        } else if due - now > Duration::days(limits::DUE_DATE_MAX_DAYS) {
            let days = limits::DUE_DATE_MAX_DAYS;
            findings.push(InvalidParam::new("dueDate", format!("must be at most {days} days ahead")));
        }
    }

    fn validate_documents(&self, findings: &mut Vec<InvalidParam>) {
        count("documents", self.documents.len(), 1, limits::SESSION_DOCUMENTS_MAX, findings);
        for (i, document) in self.documents.iter().enumerate() {
            if !document.action.is_known() {
                findings.push(unknown(format!("documents[{i}].action"), document.action.as_str(), "SIGN or VIEW"));
            }
            if self.documents.iter().take(i).any(|earlier| earlier.document_id == document.document_id) {
                findings.push(InvalidParam::new(format!("documents[{i}].documentId"), "is already in this session"));
            }
        }
        if !self.documents.is_empty() && self.documents.iter().all(|d| d.action == DocumentAction::View) {
            findings.push(InvalidParam::new("documents", "must have at least one document to SIGN"));
        }
    }

    fn validate_setup(&self, findings: &mut Vec<InvalidParam>) {
        count("signingSetup", self.signing_setup.len(), limits::SIGNING_SETUPS, limits::SIGNING_SETUPS, findings);
        for (i, setup) in self.signing_setup.iter().enumerate() {
            let known = "AUTHENTICATION_BASED or PKISIGNING";
            if !setup.signing_flow.is_known() {
                findings.push(unknown(format!("signingSetup[{i}].signingFlow"), setup.signing_flow.as_str(), known));
            }
            if setup.vendor.is_some() && setup.signing_flow == SigningFlow::AuthenticationBased {
                let reason = "belongs to PKISIGNING only; leave it out";
                findings.push(InvalidParam::new(format!("signingSetup[{i}].vendor"), reason));
            }
            for (j, provider) in setup.identity_providers.iter().enumerate() {
                if provider.idp_name.trim().is_empty() {
                    let name = format!("signingSetup[{i}].identityProviders[{j}].idpName");
                    findings.push(InvalidParam::new(name, "is required"));
                }
            }
        }
    }

    fn validate_options(&self, findings: &mut Vec<InvalidParam>) {
        if let Some(language) = self.ui.as_ref().and_then(|ui| ui.language.as_ref())
            && !language.is_known()
        {
            findings.push(unknown("ui.language", language.as_str(), "one of da, de, en, fi, nb, nn, sv"));
        }
        if let Some(signer) = &self.signer {
            for (i, validation) in signer.validations.iter().enumerate() {
                let name = format!("signer.validations[{i}]");
                if !validation.is_known() {
                    findings.push(unknown(name, validation.as_str(), "NATIONAL_IDENTIFICATION_NUMBER"));
                } else if signer.national_identification_number.as_deref().is_none_or(|nin| nin.trim().is_empty()) {
                    findings.push(InvalidParam::new(name, "needs signer.nationalIdentificationNumber"));
                }
            }
        }
        if let Some(archive) = &self.archive {
            let asked = archive.send_signature_results_to_archive || archive.send_packaging_result_to_archive;
            match archive.retention_period.as_deref() {
                None if asked => findings.push(InvalidParam::new("archive.retentionPeriod", "is required to archive")),
                Some(period) if !is_iso_duration(period) => {
                    findings
                        .push(InvalidParam::new("archive.retentionPeriod", "must be an ISO 8601 duration such as P1Y"));
                }
                _ => {}
            }
        }
        if let Some(redirects) = &self.redirect_settings {
            redirects.validate(findings);
        }
    }
}

impl RedirectSettings {
    fn validate(&self, findings: &mut Vec<InvalidParam>) {
        // The three go together or not at all; an empty object is a known habit of clients.
        let three = [("success", &self.success), ("cancel", &self.cancel), ("error", &self.error)];
        let any = self.reject.is_some() || three.iter().any(|(_, url)| url.is_some());
        for (name, url) in three.into_iter().chain([("reject", &self.reject)]) {
            let path = format!("redirectSettings.{name}");
            match url {
                Some(url) if !is_web_address(url) => {
                    findings.push(InvalidParam::new(path, "must be an http or https address"));
                }
                None if any && name != "reject" => {
                    findings.push(InvalidParam::new(path, "is required when any redirect is given"));
                }
                _ => {}
            }
        }
    }
}

/// `http://` or `https://` followed by a host, without white space or control characters.
fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['))
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// `P` with at least one number-and-unit, in the order of ISO 8601 (fractions are not taken).
fn is_iso_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else { return false };
    let (date, time) = rest.split_once('T').map_or((rest, None), |(date, time)| (date, Some(time)));
    let part = |text: &str, units: &str| {
        let mut units = units.chars();
        let mut digits = 0;
        text.chars().all(|c| {
            if c.is_ascii_digit() {
                digits += 1;
                return true;
            }
            std::mem::take(&mut digits) > 0 && units.any(|unit| unit == c)
        }) && digits == 0
    };
    !(date.is_empty() && time.is_none()) && part(date, "YMWD") && time.is_none_or(|t| !t.is_empty() && part(t, "HMS"))
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
