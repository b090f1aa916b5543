//! The test authority: a root, a seal and time stamps, with their keys, kept in one file.

use std::{fs, io, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use p256::{
    ecdsa::{DerSignature, Signature, SigningKey, VerifyingKey, signature::Signer, signature::Verifier},
    elliptic_curve::zeroize::Zeroizing,
    pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding},
};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use x509_cert::{
    Certificate,
    der::{DecodePem, Encode, EncodePem},
    spki::{self, SubjectPublicKeyInfo},
};

use super::{
    EvidenceError,
    certificate::{self, Issued},
    cms::{self, Content},
    time_stamp,
    time_stamp_protocol::{self, Refusal},
    verify,
};
use crate::private_files;

/// Holds, in this order, key and certificate of the root, of the seal and of the
/// time stamps. One file, so that a crash cannot leave a key beside another key's certificate.
const FILE: &str = "authority.pem";
/// Issued certificates with less life than this are replaced.
const RENEWED_BEFORE: Duration = Duration::days(90);
/// Tries at a private key. Random bytes miss the curve's range once in 2³² times.
const KEY_TRIES: usize = 8;

/// Fills a slice with random bytes.
pub(super) type Random<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<(), getrandom::Error>;

/// The sandbox's own certificate authority, for tests alone.
///
/// Its root vouches for one certificate whose key seals every result, and for one
/// whose key says when.
#[derive(Debug)]
pub struct Authority {
    root_pem: String,
    root: Identity,
    seal: Identity,
    time_stamps: Identity,
    seal_identity: SealIdentity,
}

/// A key and its certificate.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) key: SigningKey,
    pub(super) certificate: Certificate,
}

/// What a verifier would have to ask the authority for, in DER.
pub(crate) struct ValidationData {
    /// The certificates of the seal, of the time stamps and of the root.
    pub(crate) certificates: Vec<Vec<u8>>,
    /// The root's list of revoked certificates.
    pub(crate) revocation_list: Vec<u8>,
}

/// What every signature says about the seal's certificate, in Base64.
#[derive(Debug)]
pub(super) struct SealIdentity {
    /// The seal certificate.
    pub(super) certificate: String,
    /// The certificate that vouches for it.
    pub(super) root: String,
    /// SHA-256 of the seal certificate.
    pub(super) digest: String,
    /// Its issuer and serial number: DER of `IssuerSerial`.
    pub(super) issuer_serial: String,
}

impl Authority {
    /// Reads the authority from `dir`, or makes one there.
    ///
    /// The file is readable by its owner alone and is replaced as a whole. A
    /// seal certificate in its last 90 days is renewed, with a new key, and so is
    /// the one for time stamps; a root that would end before them is renewed with
    /// the same key, so that older results still verify with the newer root.
    ///
    /// # Errors
    /// [`EvidenceError::Storage`], [`EvidenceError::DamagedAuthority`],
    /// [`EvidenceError::Randomness`] and [`EvidenceError::Certificate`].
    pub fn load_or_create(
        dir: &Path,
        now: OffsetDateTime,
        random: &mut dyn FnMut(&mut [u8]) -> Result<(), getrandom::Error>,
    ) -> Result<Self, EvidenceError> {
        let path = dir.join(FILE);
        let bundle = match fs::read_to_string(&path).map(Zeroizing::new) {
            Ok(pem) => match Stored::from_pem(&pem).map_err(|reason| damaged(&path, reason))? {
                Stored { root, issued: Some([seal, time_stamps]) } => {
                    let bundle = Bundle { root, seal, time_stamps };
                    if bundle.is_fresh(now) {
                        bundle
                    } else {
                        Bundle::renewed(bundle.root, now, random)?.stored(dir, &path)?
                    }
                }
                Stored { root, issued: None } => Bundle::renewed(root, now, random)?.stored(dir, &path)?,
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Bundle::new(now, random)?.stored(dir, &path)?,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(damaged(&path, "it is no text")),
            Err(source) => return Err(EvidenceError::Storage { action: "read", path, source }),
        };
        Self::new(bundle)
    }

    /// The root certificate as PEM: what a verifier must trust. Public.
    #[must_use]
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// A detached CMS signature of the seal over content with this SHA-256, with a time stamp.
    ///
    /// # Errors
    /// [`EvidenceError::SealNotValid`] and [`EvidenceError::Certificate`].
    pub(crate) fn seal(&self, digest: [u8; 32], now: OffsetDateTime) -> Result<Vec<u8>, EvidenceError> {
        if !self.seal_is_valid_at(now) {
            return Err(EvidenceError::SealNotValid { at: now });
        }
        let stamp = |value: &[u8]| time_stamp::over(&self.time_stamps, &self.root.certificate, value, now);
        cms::sign(&self.seal, &self.root.certificate, Content::Detached(digest), Some(&stamp))
            .map_err(certificate::asn1)
    }

    /// What proves, long after, that the certificates were good at `now`.
    pub(crate) fn validation_data(&self, now: OffsetDateTime) -> Result<ValidationData, EvidenceError> {
        let mut certificates = Vec::new();
        for identity in [&self.seal, &self.time_stamps, &self.root] {
            certificates.push(identity.certificate.to_der().map_err(certificate::asn1)?);
        }
        let revocation_list = certificate::revocation_list(&self.root.certificate, &self.root.key, now)?;
        Ok(ValidationData { certificates, revocation_list })
    }

    /// Checks a signature that [`Authority::seal`] made.
    pub(crate) fn check_seal(&self, signature: &[u8], digest: &[u8; 32]) -> Result<(), verify::CheckError> {
        cms::verify(signature, digest, self.seal_verifying_key())
    }

    /// A time stamp (RFC 3161) over bytes.
    pub(super) fn time_stamp(&self, stamped: &[u8], now: OffsetDateTime) -> Result<Vec<u8>, EvidenceError> {
        time_stamp::over(&self.time_stamps, &self.root.certificate, stamped, now).map_err(certificate::asn1)
    }

    /// The reply (`TimeStampResp`) to a query (`TimeStampReq`) of RFC 3161, both in DER. A query that cannot be
    /// granted gets a reply that says why.
    ///
    /// # Errors
    /// [`EvidenceError::Certificate`].
    pub(crate) fn reply_to_time_stamp_query(
        &self,
        query: &[u8],
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, EvidenceError> {
        let query = if certificate::covers(&self.time_stamps.certificate, now, now) {
            time_stamp_protocol::read(query)
        } else {
            Err(Refusal::OutOfService)
        };
        match query {
            Ok(query) => time_stamp::token(&self.time_stamps, &self.root.certificate, &query, now)
                .and_then(|token| time_stamp_protocol::granted(&token)),
            Err(refusal) => time_stamp_protocol::rejected(refusal),
        }
        .map_err(certificate::asn1)
    }

    pub(super) fn seal_identity(&self) -> &SealIdentity {
        &self.seal_identity
    }

    pub(super) fn seal_is_valid_at(&self, moment: OffsetDateTime) -> bool {
        certificate::covers(&self.seal.certificate, moment, moment)
    }

    pub(super) fn seal_verifying_key(&self) -> &VerifyingKey {
        self.seal.key.verifying_key()
    }

    /// Signs with the seal's key: ECDSA with SHA-256, deterministic (RFC 6979).
    pub(super) fn sign(&self, message: &[u8]) -> Signature {
        self.seal.key.sign(message)
    }

    fn new(Bundle { root, seal, time_stamps }: Bundle) -> Result<Self, EvidenceError> {
        let root_der = root.certificate.to_der().map_err(certificate::asn1)?;
        let seal_der = seal.certificate.to_der().map_err(certificate::asn1)?;
        let issuer_serial = certificate::issuer_serial(&seal.certificate).map_err(certificate::asn1)?;
        Ok(Self {
            root_pem: root.certificate.to_pem(LineEnding::LF).map_err(certificate::asn1)?,
            seal_identity: SealIdentity {
                certificate: BASE64_STANDARD.encode(&seal_der),
                root: BASE64_STANDARD.encode(&root_der),
                digest: BASE64_STANDARD.encode(Sha256::digest(&seal_der)),
                issuer_serial: BASE64_STANDARD.encode(issuer_serial),
            },
            root,
            seal,
            time_stamps,
        })
    }
}

/// What the file holds.
struct Stored {
    root: Identity,
    /// The seal and the time stamps. A file from before there were time stamps has none that go on.
    issued: Option<[Identity; 2]>,
}

impl Stored {
    fn from_pem(pem: &str) -> Result<Self, &'static str> {
        let mut starts: Vec<usize> = pem.match_indices("-----BEGIN ").map(|(start, _)| start).collect();
        starts.push(pem.len());
        let identity =
            |at: usize| Identity::from_pem(&pem[starts[at]..starts[at + 1]], &pem[starts[at + 1]..starts[at + 2]]);
        let vouched = |root: &Identity, at: usize| {
            let issued = identity(at)?;
            root.vouches_for(&issued).then_some(issued).ok_or("the root does not vouch for a certificate")
        };
        let root = match starts.len() - 1 {
            4 | 6 => identity(0)?,
            _ => return Err("it does not hold three keys and three certificates"),
        };
        let seal = vouched(&root, 2)?;
        let issued = if starts.len() - 1 == 6 { Some([seal, vouched(&root, 4)?]) } else { None };
        Ok(Self { root, issued })
    }
}

impl Identity {
    fn from_pem(key: &str, certificate: &str) -> Result<Self, &'static str> {
        let key = SigningKey::from_pkcs8_pem(key).map_err(|_| "a private key cannot be read")?;
        let certificate = Certificate::from_pem(certificate).map_err(|_| "a certificate cannot be read")?;
        let public = SubjectPublicKeyInfo::from_key(key.verifying_key());
        if public.ok().as_ref() != Some(certificate.tbs_certificate().subject_public_key_info()) {
            return Err("a certificate belongs to another key");
        }
        Ok(Self { key, certificate })
    }

    fn vouches_for(&self, issued: &Self) -> bool {
        let signed = issued.certificate.tbs_certificate().to_der().ok();
        let signature = DerSignature::from_bytes(issued.certificate.signature().raw_bytes()).ok();
        signed
            .zip(signature)
            .is_some_and(|(signed, signature)| self.key.verifying_key().verify(&signed, &signature).is_ok())
    }

    /// The key, followed by its certificate.
    fn to_pem(&self) -> Result<Zeroizing<String>, EvidenceError> {
        let key = self.key.to_pkcs8_pem(LineEnding::LF);
        let key = key.map_err(|error| EvidenceError::Certificate(spki::Error::from(error).into()))?;
        let certificate = self.certificate.to_pem(LineEnding::LF).map_err(certificate::asn1)?;
        Ok(Zeroizing::new([key.as_str(), &certificate].concat()))
    }
}

/// All keys with their certificates.
struct Bundle {
    root: Identity,
    seal: Identity,
    time_stamps: Identity,
}

impl Bundle {
    fn new(now: OffsetDateTime, random: Random<'_>) -> Result<Self, EvidenceError> {
        let key = new_key(random)?;
        let certificate = certificate::root(&key, now, random)?;
        Self::issued_by(Identity { key, certificate }, now, random)
    }

    fn renewed(mut root: Identity, now: OffsetDateTime, random: Random<'_>) -> Result<Self, EvidenceError> {
        if !certificate::covers(&root.certificate, now, now + certificate::ISSUED_LIFE) {
            root.certificate = certificate::root(&root.key, now, random)?;
        }
        Self::issued_by(root, now, random)
    }

    fn issued_by(root: Identity, now: OffsetDateTime, random: Random<'_>) -> Result<Self, EvidenceError> {
        let mut issue = |issued| {
            let key = new_key(random)?;
            let certificate = certificate::issued(issued, &key, &root.key, now, random)?;
            Ok::<_, EvidenceError>(Identity { key, certificate })
        };
        let (seal, time_stamps) = (issue(Issued::Seal)?, issue(Issued::TimeStamps)?);
        Ok(Self { root, seal, time_stamps })
    }

    fn is_fresh(&self, now: OffsetDateTime) -> bool {
        let lasts = |identity: &Identity| certificate::covers(&identity.certificate, now, now + RENEWED_BEFORE);
        lasts(&self.seal) && lasts(&self.time_stamps) && certificate::covers(&self.root.certificate, now, now)
    }

    /// Writes the file, whole or not at all, and gives the bundle back.
    fn stored(self, dir: &Path, path: &Path) -> Result<Self, EvidenceError> {
        let parts = [self.root.to_pem()?, self.seal.to_pem()?, self.time_stamps.to_pem()?];
        let pem = Zeroizing::new(parts.each_ref().map(|part| part.as_str()).concat());
        private_files::create_dir(dir)
            .and_then(|()| private_files::write_new(path, pem.as_bytes()))
            .map_err(|source| EvidenceError::Storage { action: "written", path: path.to_owned(), source })?;
        Ok(self)
    }
}

fn new_key(random: Random<'_>) -> Result<SigningKey, EvidenceError> {
    let mut bytes = Zeroizing::new([0; 32]);
    for _ in 0..KEY_TRIES {
        random(bytes.as_mut_slice()).map_err(|error| EvidenceError::Randomness(Some(error)))?;
        if let Ok(key) = SigningKey::from_slice(bytes.as_slice()) {
            return Ok(key);
        }
    }
    Err(EvidenceError::Randomness(None))
}

fn damaged(path: &Path, reason: &'static str) -> EvidenceError {
    EvidenceError::DamagedAuthority { path: path.to_owned(), reason }
}
