//! Making the certificates of the test authority.

use std::{str::FromStr, time::SystemTime};

use p256::ecdsa::{DerSignature, SigningKey};
use time::{Duration, OffsetDateTime};
use x509_cert::{
    Certificate, TbsCertificate,
    builder::{self, Builder, CertificateBuilder, CrlBuilder, profile::BuilderProfile},
    der::{self, Any, Encode, Tag, asn1::ObjectIdentifier},
    ext::{
        Extension, ToExtension,
        pkix::{
            AuthorityKeyIdentifier, BasicConstraints, CrlNumber, ExtendedKeyUsage, KeyUsage, KeyUsages,
            SubjectKeyIdentifier, name::GeneralName,
        },
    },
    name::Name,
    serial_number::SerialNumber,
    spki::{SubjectPublicKeyInfo, SubjectPublicKeyInfoRef},
    time::{Time, Validity},
};

use super::{EvidenceError, authority::Random};

/// Life of the root certificate: ten years.
const ROOT_LIFE: Duration = Duration::days(3653);
/// Life of the certificates that the root issues: 27 months.
pub(super) const ISSUED_LIFE: Duration = Duration::days(822);
/// How far certificates reach back, for verifiers whose clock is slow.
const BACKDATED: Duration = Duration::days(1);

/// `XX` is a country code that ISO 3166 leaves to users, so that nobody takes the sandbox for a registered organisation.
const ROOT_SUBJECT: &str = "CN=Countersign Sandbox TEST Root,O=Countersign Sandbox TEST,C=XX";
/// With an organizationIdentifier (2.5.4.97), as EN 319 412-3 asks of seal certificates.
const SEAL_SUBJECT: &str = "CN=Countersign Sandbox TEST Seal,2.5.4.97=NTRXX-000000000,O=Countersign Sandbox TEST,C=XX";
const TSA_SUBJECT: &str = "CN=Countersign Sandbox TEST Time Stamps,O=Countersign Sandbox TEST,C=XX";

/// The purpose of certificates for time stamps (RFC 3161 §2.3).
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

/// Makes the root certificate, signed by its own key. A root made again with
/// the same key takes the place of the older one: what that one vouched for still verifies.
pub(super) fn root(key: &SigningKey, now: OffsetDateTime, random: Random<'_>) -> Result<Certificate, EvidenceError> {
    let subject = Name::from_str(ROOT_SUBJECT).map_err(asn1)?;
    issue(Profile { issuer: subject.clone(), subject, role: Role::Root }, key, key, now, random)
}

/// Makes a certificate for `key`, signed by the root.
pub(super) fn issued(
    issued: Issued,
    key: &SigningKey,
    root_key: &SigningKey,
    now: OffsetDateTime,
    random: Random<'_>,
) -> Result<Certificate, EvidenceError> {
    let subject = match issued {
        Issued::Seal => SEAL_SUBJECT,
        Issued::TimeStamps => TSA_SUBJECT,
    };
    let issuer = Name::from_str(ROOT_SUBJECT).map_err(asn1)?;
    let subject = Name::from_str(subject).map_err(asn1)?;
    issue(Profile { issuer, subject, role: Role::Issued(issued) }, key, root_key, now, random)
}

/// How long a revocation list is good for.
const REVOCATION_LIST_LIFE: Duration = Duration::days(31);

/// DER of a list that says that none of the root's certificates was revoked by `now`.
pub(super) fn revocation_list(
    root: &Certificate,
    root_key: &SigningKey,
    now: OffsetDateTime,
) -> Result<Vec<u8>, EvidenceError> {
    // Lists are numbered in order of time.
    let number = u64::try_from(now.unix_timestamp()).unwrap_or_default();
    let number = CrlNumber::try_from(number).map_err(asn1)?;
    let list = CrlBuilder::<x509_cert::certificate::Rfc5280>::new_with_this_update(root, number, time(now)?)
        .map_err(asn1)?
        .with_next_update(Some(time(now + REVOCATION_LIST_LIFE)?));
    list.build::<_, DerSignature>(root_key)?.to_der().map_err(asn1)
}

fn time(moment: OffsetDateTime) -> Result<Time, EvidenceError> {
    Time::try_from(SystemTime::from(moment)).map_err(asn1)
}

/// Whether the certificate is valid at `from` and still at `until`.
pub(super) fn covers(certificate: &Certificate, from: OffsetDateTime, until: OffsetDateTime) -> bool {
    let validity = certificate.tbs_certificate().validity();
    let moment = |time: &Time| OffsetDateTime::from(time.to_system_time());
    moment(&validity.not_before) <= from && until <= moment(&validity.not_after)
}

/// DER of the certificate's `IssuerSerial` (RFC 5035), which names it inside a signature.
pub(super) fn issuer_serial(certificate: &Certificate) -> der::Result<Vec<u8>> {
    let tbs = certificate.tbs_certificate();
    let names = vec![GeneralName::DirectoryName(tbs.issuer().clone())];
    let mut body = names.to_der()?;
    tbs.serial_number().encode_to_vec(&mut body)?;
    Any::new(Tag::Sequence, body)?.to_der()
}

/// Wraps what went wrong in DER.
pub(super) fn asn1(error: der::Error) -> EvidenceError {
    EvidenceError::Certificate(error.into())
}

fn issue(
    profile: Profile,
    key: &SigningKey,
    issuer_key: &SigningKey,
    now: OffsetDateTime,
    random: Random<'_>,
) -> Result<Certificate, EvidenceError> {
    let life = match profile.role {
        Role::Root => ROOT_LIFE,
        Role::Issued(_) => ISSUED_LIFE,
    };
    let validity = Validity::new(time(now - BACKDATED)?, time(now + life)?);
    let public_key = SubjectPublicKeyInfo::from_key(key.verifying_key()).map_err(builder::Error::from)?;
    let builder = CertificateBuilder::new(profile, serial_number(random)?, validity, public_key)?;
    Ok(builder.build::<_, DerSignature>(issuer_key)?)
}

/// 128 random bits, but for the two highest: the number is positive and of full length.
fn serial_number(random: Random<'_>) -> Result<SerialNumber, EvidenceError> {
    let mut bytes = [0; 16];
    random(&mut bytes).map_err(|error| EvidenceError::Randomness(Some(error)))?;
    bytes[0] = (bytes[0] & 0x3f) | 0x40;
    SerialNumber::new(&bytes).map_err(asn1)
}

/// What the root vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Issued {
    /// The certificate that seals results.
    Seal,
    /// The certificate that says when.
    TimeStamps,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Root,
    Issued(Issued),
}

struct Profile {
    issuer: Name,
    subject: Name,
    role: Role,
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        key: SubjectPublicKeyInfoRef<'_>,
        issuer_key: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> builder::Result<Vec<Extension>> {
        let root = self.role == Role::Root;
        let usage = match self.role {
            Role::Root => KeyUsages::KeyCertSign | KeyUsages::CRLSign,
            Role::Issued(Issued::Seal) => KeyUsages::DigitalSignature | KeyUsages::NonRepudiation,
            Role::Issued(Issued::TimeStamps) => KeyUsages::DigitalSignature.into(),
        };
        let constraints = BasicConstraints { ca: root, path_len_constraint: root.then_some(0) };
        let subject = tbs.subject();
        let mut extensions = vec![
            constraints.to_extension(subject, &[])?,
            KeyUsage(usage).to_extension(subject, &[])?,
            SubjectKeyIdentifier::try_from(key)?.to_extension(subject, &[])?,
            AuthorityKeyIdentifier::try_from(issuer_key)?.to_extension(subject, &[])?,
        ];
        if self.role == Role::Issued(Issued::TimeStamps) {
            let purpose = ExtendedKeyUsage(vec![TIME_STAMPING]).to_extension(subject, &extensions)?;
            extensions.push(Extension { critical: true, ..purpose });
        }
        Ok(extensions)
    }
}
