//! The evidence: what the second reference covers.

use time::{OffsetDateTime, UtcOffset};

use super::{
    EvidenceInput, SignerIdentity,
    xml::{Canonical, EVIDENCE},
};

/// Writes the evidence as one element that stands for itself.
pub(super) fn write(input: &EvidenceInput<'_>, id: &str) -> String {
    Canonical::element_alone(EVIDENCE, "Evidence", &[("Id", id)], |xml| {
        xml.text(EVIDENCE, "Notice", "Made by a sandbox with a test certificate: without legal effect.");
        xml.text(EVIDENCE, "SigningSession", &input.session.to_string());
        document(xml, input);
        if let Some(identity) = &input.pre_authenticated {
            person(xml, "PreAuthenticated", identity);
        }
        person(xml, "Signer", &input.signer);
        consent(xml, input);
        events(xml, input);
    })
}

fn document(xml: &mut Canonical, input: &EvidenceInput<'_>) {
    let document = &input.document;
    xml.element(EVIDENCE, "Document", &[], |xml| {
        xml.text(EVIDENCE, "Id", &document.id.to_string());
        xml.text(EVIDENCE, "FileName", document.filename);
        xml.text(EVIDENCE, "MimeType", document.mime_type.as_str());
        xml.text(EVIDENCE, "Size", &document.size.to_string());
        xml.text(EVIDENCE, "Sha256", &document.digest.base64());
    });
}

fn person(xml: &mut Canonical, role: &'static str, signer: &SignerIdentity<'_>) {
    xml.element(EVIDENCE, role, &[], |xml| {
        xml.text(EVIDENCE, "Name", signer.name);
        xml.text(EVIDENCE, "Subject", signer.subject);
        if let Some(national_id) = signer.national_id {
            xml.text(EVIDENCE, "NationalId", national_id);
        }
        xml.text(EVIDENCE, "IdentityProvider", signer.provider);
        xml.text(EVIDENCE, "AssuranceLevel", signer.assurance_level);
        xml.text(EVIDENCE, "AuthenticatedAt", &utc(signer.authenticated_at));
        xml.text(EVIDENCE, "TransactionId", signer.transaction_id);
        xml.text(EVIDENCE, "Token", signer.token);
    });
}

fn consent(xml: &mut Canonical, input: &EvidenceInput<'_>) {
    let Some(consent) = &input.consent else { return };
    xml.element(EVIDENCE, "Consent", &[], |xml| {
        xml.text(EVIDENCE, "Text", consent.text);
        xml.text(EVIDENCE, "Language", consent.language);
        xml.text(EVIDENCE, "GivenAt", &utc(consent.given_at));
    });
}

fn events(xml: &mut Canonical, input: &EvidenceInput<'_>) {
    xml.element(EVIDENCE, "Events", &[], |xml| {
        for event in input.events {
            xml.element(EVIDENCE, "Event", &[], |xml| {
                xml.text(EVIDENCE, "Kind", event.kind);
                if let Some(document) = event.document {
                    xml.text(EVIDENCE, "DocumentId", &document.to_string());
                }
                xml.text(EVIDENCE, "At", &utc(event.at));
                if let Some(ip) = event.ip {
                    xml.text(EVIDENCE, "IpAddress", ip);
                }
                if let Some(user_agent) = event.user_agent {
                    xml.text(EVIDENCE, "UserAgent", user_agent);
                }
            });
        }
    });
}

/// A moment as `xsd:dateTime` in UTC, to the millisecond.
pub(super) fn utc(moment: OffsetDateTime) -> String {
    let moment = moment.to_offset(UtcOffset::UTC);
    let (hour, minute, second, millisecond) = moment.time().as_hms_milli();
    let fraction = if millisecond == 0 { String::new() } else { format!(".{millisecond:03}") };
    format!("{}T{hour:02}:{minute:02}:{second:02}{fraction}Z", moment.date())
}
