//! CMS signatures (RFC 5652), as PAdES and time stamps want them: one signer, and
//! signed attributes that are exactly the content's type, its digest and the
//! signer's certificate. No signing time: PAdES forbids it.

use cms::{
    cert::{CertificateChoices, IssuerAndSerialNumber},
    content_info::{CmsVersion, ContentInfo},
    signed_data::{EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo},
};
use p256::ecdsa::{DerSignature, VerifyingKey, signature::Signer, signature::Verifier};
use sha2::{Digest, Sha256};
use x509_cert::{
    Certificate,
    attr::Attribute,
    der::{
        self, Any, Decode, Encode, Tag,
        asn1::{ObjectIdentifier, OctetString, SetOfVec},
    },
    spki::AlgorithmIdentifierOwned,
};

use super::{CheckError, authority::Identity, certificate};

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const TIME_STAMP_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const SIGNATURE_TIME_STAMP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

/// What is signed.
pub(super) enum Content<'a> {
    /// Bytes that are kept elsewhere: their SHA-256.
    Detached([u8; 32]),
    /// The information of a time stamp (`TSTInfo`), which goes into the signature.
    TimeStamp {
        /// Its DER.
        info: &'a [u8],
        /// Whether the certificates go into the signature too.
        certificates: bool,
    },
}

/// Makes a time stamp over a signature value.
pub(super) type Stamp<'a> = &'a dyn Fn(&[u8]) -> der::Result<Vec<u8>>;

/// Signs; with a time stamp over the signature value, if there is somebody to make one.
pub(super) fn sign(
    signer: &Identity,
    root: &Certificate,
    content: Content<'_>,
    time_stamp: Option<Stamp<'_>>,
) -> der::Result<Vec<u8>> {
    let (version, content_type, digest, content, with_certificates) = match content {
        Content::Detached(digest) => (CmsVersion::V1, DATA, digest, None, true),
        Content::TimeStamp { info, certificates } => {
            let content = Any::new(Tag::OctetString, info)?;
            (CmsVersion::V3, TIME_STAMP_INFO, Sha256::digest(info).into(), Some(content), certificates)
        }
    };
    let signed_attributes = SetOfVec::try_from(vec![
        attribute(CONTENT_TYPE, Any::encode_from(&content_type)?)?,
        attribute(MESSAGE_DIGEST, Any::new(Tag::OctetString, digest)?)?,
        attribute(SIGNING_CERTIFICATE_V2, signing_certificate(&signer.certificate)?)?,
    ])?;
    let signature: DerSignature = signer.key.sign(&signed_attributes.to_der()?);
    let unsigned_attributes = match time_stamp {
        Some(stamp) => {
            let token = Any::from_der(&stamp(signature.as_bytes())?)?;
            Some(SetOfVec::try_from(vec![attribute(SIGNATURE_TIME_STAMP, token)?])?)
        }
        None => None,
    };

    let tbs = signer.certificate.tbs_certificate();
    let info = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: tbs.issuer().clone(),
            serial_number: tbs.serial_number().clone(),
        }),
        digest_alg: algorithm(SHA256),
        signed_attrs: Some(signed_attributes),
        signature_algorithm: algorithm(ECDSA_WITH_SHA256),
        signature: OctetString::new(signature.as_bytes())?,
        unsigned_attrs: unsigned_attributes,
    };
    let certificates = if with_certificates {
        let both = [&signer.certificate, root].map(|certificate| CertificateChoices::Certificate(certificate.clone()));
        Some(Vec::from(both).try_into()?)
    } else {
        None
    };
    let signed = SignedData {
        version,
        digest_algorithms: SetOfVec::try_from(vec![algorithm(SHA256)])?,
        encap_content_info: EncapsulatedContentInfo { econtent_type: content_type, econtent: content },
        certificates,
        crls: None,
        signer_infos: vec![info].try_into()?,
    };
    ContentInfo { content_type: SIGNED_DATA, content: Any::encode_from(&signed)? }.to_der()
}

/// Checks that a detached signature is the key's, over content with this digest.
pub(super) fn verify(cms: &[u8], digest: &[u8; 32], key: &VerifyingKey) -> Result<(), CheckError> {
    const NOT_OURS: CheckError = CheckError::Malformed("not a signature with signed attributes");
    let info = ContentInfo::from_der(cms).map_err(|_| CheckError::Malformed("not CMS"))?;
    let signed: SignedData = info.content.decode_as().map_err(|_| NOT_OURS)?;
    let [signer] = signed.signer_infos.0.as_slice() else { return Err(NOT_OURS) };
    let attributes = signer.signed_attrs.as_ref().ok_or(NOT_OURS)?;
    let value = DerSignature::from_bytes(signer.signature.as_bytes()).map_err(|_| CheckError::Signature)?;
    let message = attributes.to_der().map_err(|_| NOT_OURS)?;
    key.verify(&message, &value).map_err(|_| CheckError::Signature)?;
    let claimed = attributes.iter().find(|attribute| attribute.oid == MESSAGE_DIGEST);
    let claimed = claimed.and_then(|attribute| attribute.values.as_slice().first()).ok_or(NOT_OURS)?;
    let matches = claimed.value() == digest;
    matches.then_some(()).ok_or_else(|| CheckError::Digest { uri: "the sealed bytes".to_owned() })
}

/// The signer's certificate as an attribute (RFC 5035 `SigningCertificateV2`).
fn signing_certificate(signer: &Certificate) -> der::Result<Any> {
    let hash = OctetString::new(Sha256::digest(signer.to_der()?).as_slice())?.to_der()?;
    let id = sequence(&[&hash, &certificate::issuer_serial(signer)?])?;
    Any::from_der(&sequence(&[&sequence(&[&id])?])?)
}

fn attribute(oid: ObjectIdentifier, value: Any) -> der::Result<Attribute> {
    Ok(Attribute { oid, values: SetOfVec::try_from(vec![value])? })
}

pub(super) fn algorithm(oid: ObjectIdentifier) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid, parameters: None }
}

/// DER of a sequence of these parts, themselves in DER.
pub(super) fn sequence(parts: &[&[u8]]) -> der::Result<Vec<u8>> {
    Any::new(Tag::Sequence, parts.concat())?.to_der()
}
