//! The signature itself: XAdES-B-T with three references.

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::{
    Authority, EvidenceError, EvidenceInput, SignedDocument,
    authority::SealIdentity,
    statement, verify,
    xml::{Canonical, DS, XADES},
};

/// Exclusive XML Canonicalization 1.0, without comments.
pub(super) const EXCLUSIVE_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// The transform that decodes Base64.
pub(super) const BASE64: &str = "http://www.w3.org/2000/09/xmldsig#base64";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const ECDSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
const SIGNED_PROPERTIES: &str = "http://uri.etsi.org/01903#SignedProperties";
const PROOF_OF_APPROVAL: &str = "http://uri.etsi.org/01903/v1.2.2#ProofOfApproval";

/// Ids inside a result.
pub(super) mod id {
    pub(super) const SIGNATURE: &str = "signature";
    pub(super) const SIGNATURE_VALUE: &str = "signature-value";
    pub(super) const DOCUMENT: &str = "document";
    pub(in crate::evidence) const EVIDENCE: &str = "evidence";
    pub(in crate::evidence) const PROPERTIES: &str = "signed-properties";
    pub(super) const DOCUMENT_REFERENCE: &str = "reference-document";
    pub(super) const EVIDENCE_REFERENCE: &str = "reference-evidence";
    pub(super) const TIME_STAMP: &str = "signature-time-stamp";
}

/// Seals one document and the evidence of how one signer signed it.
///
/// Returns the XML of the signature, which has passed its own check. `now` is
/// the signing time. It takes well under a millisecond; a text of megabytes
/// takes longer and belongs on a blocking thread.
///
/// # Errors
/// [`EvidenceError::SealNotValid`], [`EvidenceError::DocumentMismatch`] and
/// [`EvidenceError::TextTooLong`]; [`EvidenceError::SelfCheck`] when this
/// module is at fault.
pub fn sign_document(
    authority: &Authority,
    input: &EvidenceInput<'_>,
    now: OffsetDateTime,
) -> Result<String, EvidenceError> {
    if !authority.seal_is_valid_at(now) {
        return Err(EvidenceError::SealNotValid { at: now });
    }
    check_text(&input.document)?;

    let evidence = statement::write(input, id::EVIDENCE);
    let properties = signed_properties(input, authority.seal_identity(), now);
    let signed_info = signed_info(&input.document, &evidence, &properties);
    let value = BASE64_STANDARD.encode(authority.sign(signed_info.as_bytes()).to_bytes());
    let value =
        Canonical::element_alone(DS, "SignatureValue", &[("Id", id::SIGNATURE_VALUE)], |xml| xml.content(&value));
    let time_stamp = BASE64_STANDARD.encode(authority.time_stamp(value.as_bytes(), now)?);

    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.push_str(&Canonical::element_alone(DS, "Signature", &[("Id", id::SIGNATURE)], |xml| {
        xml.embed(&signed_info);
        xml.embed(&value);
        key_info(xml, authority.seal_identity());
        if let Some(text) = input.document.text {
            let attributes = [("Encoding", BASE64), ("Id", id::DOCUMENT)];
            xml.element(DS, "Object", &attributes, |xml| xml.content(&BASE64_STANDARD.encode(text)));
        }
        xml.element(DS, "Object", &[], |xml| xml.embed(&evidence));
        xml.element(DS, "Object", &[], |xml| qualifying_properties(xml, &properties, &time_stamp));
    }));

    verify::check(&xml, &input.document.digest, authority.seal_verifying_key())?;
    Ok(xml)
}

/// An enveloped text is what its digest and size say, and can be read by others.
fn check_text(document: &SignedDocument<'_>) -> Result<(), EvidenceError> {
    let Some(text) = document.text else { return Ok(()) };
    if text.len() > super::ENVELOPED_TEXT_MAX {
        return Err(EvidenceError::TextTooLong { size: text.len() });
    }
    let digest: [u8; 32] = Sha256::digest(text).into();
    let matches = digest == *document.digest.bytes() && u64::try_from(text.len()) == Ok(document.size);
    matches.then_some(()).ok_or(EvidenceError::DocumentMismatch(document.id))
}

/// What the signature value is computed over.
fn signed_info(document: &SignedDocument<'_>, evidence: &str, properties: &str) -> String {
    let digest = |element: &str| BASE64_STANDARD.encode(Sha256::digest(element));
    let document_digest = document.digest.base64();
    Canonical::element_alone(DS, "SignedInfo", &[], |xml| {
        xml.empty(DS, "CanonicalizationMethod", &[("Algorithm", EXCLUSIVE_C14N)]);
        xml.empty(DS, "SignatureMethod", &[("Algorithm", ECDSA_SHA256)]);
        match document.text {
            Some(_) => {
                let attributes = [("Id", id::DOCUMENT_REFERENCE), ("URI", &fragment(id::DOCUMENT))];
                reference(xml, &attributes, Some(BASE64), &document_digest);
            }
            None => {
                let attributes = [("Id", id::DOCUMENT_REFERENCE), ("URI", &document.reference())];
                reference(xml, &attributes, None, &document_digest);
            }
        }
        let attributes = [("Id", id::EVIDENCE_REFERENCE), ("URI", &fragment(id::EVIDENCE))];
        reference(xml, &attributes, Some(EXCLUSIVE_C14N), &digest(evidence));
        let attributes = [("Type", SIGNED_PROPERTIES), ("URI", &fragment(id::PROPERTIES))];
        reference(xml, &attributes, Some(EXCLUSIVE_C14N), &digest(properties));
    })
}

fn reference(xml: &mut Canonical, attributes: &[(&'static str, &str)], transform: Option<&str>, digest: &str) {
    xml.element(DS, "Reference", attributes, |xml| {
        if let Some(transform) = transform {
            xml.element(DS, "Transforms", &[], |xml| xml.empty(DS, "Transform", &[("Algorithm", transform)]));
        }
        xml.empty(DS, "DigestMethod", &[("Algorithm", SHA256)]);
        xml.text(DS, "DigestValue", digest);
    });
}

/// What XAdES has signed beside the document: when, by which certificate, what kind of data, and why.
fn signed_properties(input: &EvidenceInput<'_>, seal: &SealIdentity, now: OffsetDateTime) -> String {
    Canonical::element_alone(XADES, "SignedProperties", &[("Id", id::PROPERTIES)], |xml| {
        xml.element(XADES, "SignedSignatureProperties", &[], |xml| {
            xml.text(XADES, "SigningTime", &statement::utc(now.truncate_to_second()));
            xml.element(XADES, "SigningCertificateV2", &[], |xml| {
                xml.element(XADES, "Cert", &[], |xml| {
                    xml.element(XADES, "CertDigest", &[], |xml| {
                        xml.empty(DS, "DigestMethod", &[("Algorithm", SHA256)]);
                        xml.text(DS, "DigestValue", &seal.digest);
                    });
                    xml.text(XADES, "IssuerSerialV2", &seal.issuer_serial);
                });
            });
        });
        xml.element(XADES, "SignedDataObjectProperties", &[], |xml| {
            data_object_format(xml, id::DOCUMENT_REFERENCE, input.document.mime_type.as_str());
            data_object_format(xml, id::EVIDENCE_REFERENCE, contract::MimeType::Xml.as_str());
            xml.element(XADES, "CommitmentTypeIndication", &[], |xml| {
                xml.element(XADES, "CommitmentTypeId", &[], |xml| xml.text(XADES, "Identifier", PROOF_OF_APPROVAL));
                xml.text(XADES, "ObjectReference", &fragment(id::DOCUMENT_REFERENCE));
            });
        });
    })
}

fn data_object_format(xml: &mut Canonical, reference: &str, mime_type: &str) {
    xml.element(XADES, "DataObjectFormat", &[("ObjectReference", &fragment(reference))], |xml| {
        xml.text(XADES, "MimeType", mime_type);
    });
}

/// The seal certificate and the root that vouches for it.
fn key_info(xml: &mut Canonical, seal: &SealIdentity) {
    xml.element(DS, "KeyInfo", &[], |xml| {
        xml.element(DS, "X509Data", &[], |xml| {
            xml.text(DS, "X509Certificate", &seal.certificate);
            xml.text(DS, "X509Certificate", &seal.root);
        });
    });
}

/// The signed properties in their wrapper, and the time stamp over the canonical
/// `SignatureValue`, which is not signed since it came later.
fn qualifying_properties(xml: &mut Canonical, signed: &str, time_stamp: &str) {
    let target = fragment(id::SIGNATURE);
    xml.element(XADES, "QualifyingProperties", &[("Target", &target)], |xml| {
        xml.embed(signed);
        xml.element(XADES, "UnsignedProperties", &[], |xml| {
            xml.element(XADES, "UnsignedSignatureProperties", &[], |xml| {
                xml.element(XADES, "SignatureTimeStamp", &[("Id", id::TIME_STAMP)], |xml| {
                    xml.empty(DS, "CanonicalizationMethod", &[("Algorithm", EXCLUSIVE_C14N)]);
                    xml.text(XADES, "EncapsulatedTimeStamp", time_stamp);
                });
            });
        });
    });
}

fn fragment(id: &str) -> String {
    format!("#{id}")
}
