//! The test authority: a root and a seal, with their keys, kept in one file.

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

use super::{EvidenceError, certificate};
use crate::private_files;

/// Holds, in this order, the root's key and certificate and the seal's. One
/// file, so that a crash cannot leave a key beside another key's certificate.
const FILE: &str = "authority.pem";
/// A seal certificate with less life than this is replaced.
const RENEWED_BEFORE: Duration = Duration::days(90);
/// Tries at a private key. Random bytes miss the curve's range once in 2³² times.
const KEY_TRIES: usize = 8;

/// Fills a slice with random bytes.
pub(super) type Random<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<(), getrandom::Error>;

/// The sandbox's own certificate authority, for tests alone.
///
/// Its root vouches for one seal certificate, whose key signs every result.
#[derive(Debug)]
pub struct Authority {
    root_pem: String,
    seal_key: SigningKey,
    seal_certificate: Certificate,
    identity: SealIdentity,
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
    /// seal certificate in its last 90 days is renewed, with a new key; a root
    /// that would end before its seal is renewed with the same key, so that
    /// older results still verify with the newer root.
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
            Ok(pem) => {
                let bundle = Bundle::from_pem(&pem).map_err(|reason| damaged(&path, reason))?;
                if bundle.is_fresh(now) { bundle } else { bundle.renewed(now, random)?.stored(dir, &path)? }
            }
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

    pub(super) fn seal_identity(&self) -> &SealIdentity {
        &self.identity
    }

    pub(super) fn seal_is_valid_at(&self, moment: OffsetDateTime) -> bool {
        certificate::covers(&self.seal_certificate, moment, moment)
    }

    pub(super) fn seal_verifying_key(&self) -> &VerifyingKey {
        self.seal_key.verifying_key()
    }

    /// Signs with the seal's key: ECDSA with SHA-256, deterministic (RFC 6979).
    pub(super) fn sign(&self, message: &[u8]) -> Signature {
        self.seal_key.sign(message)
    }

    fn new(bundle: Bundle) -> Result<Self, EvidenceError> {
        let root = bundle.root.to_der().map_err(certificate::asn1)?;
        let seal = bundle.seal.to_der().map_err(certificate::asn1)?;
        Ok(Self {
            root_pem: bundle.root.to_pem(LineEnding::LF).map_err(certificate::asn1)?,
            identity: SealIdentity {
                certificate: BASE64_STANDARD.encode(&seal),
                root: BASE64_STANDARD.encode(&root),
                digest: BASE64_STANDARD.encode(Sha256::digest(&seal)),
                issuer_serial: BASE64_STANDARD.encode(certificate::issuer_serial(&bundle.seal)?),
            },
            seal_key: bundle.seal_key,
            seal_certificate: bundle.seal,
        })
    }
}

/// What the file holds.
struct Bundle {
    root_key: SigningKey,
    root: Certificate,
    seal_key: SigningKey,
    seal: Certificate,
}

impl Bundle {
    fn new(now: OffsetDateTime, random: Random<'_>) -> Result<Self, EvidenceError> {
        let root_key = new_key(random)?;
        let root = certificate::root(&root_key, now, random)?;
        Self::with_new_seal(root_key, root, now, random)
    }

    fn renewed(self, now: OffsetDateTime, random: Random<'_>) -> Result<Self, EvidenceError> {
        let outlives_seal = certificate::covers(&self.root, now, now + certificate::SEAL_LIFE);
        let root = if outlives_seal { self.root } else { certificate::root(&self.root_key, now, random)? };
        Self::with_new_seal(self.root_key, root, now, random)
    }

    fn with_new_seal(
        root_key: SigningKey,
        root: Certificate,
        now: OffsetDateTime,
        random: Random<'_>,
    ) -> Result<Self, EvidenceError> {
        let seal_key = new_key(random)?;
        let seal = certificate::seal(&seal_key, &root_key, now, random)?;
        Ok(Self { root_key, root, seal_key, seal })
    }

    fn is_fresh(&self, now: OffsetDateTime) -> bool {
        certificate::covers(&self.seal, now, now + RENEWED_BEFORE) && certificate::covers(&self.root, now, now)
    }

    fn from_pem(pem: &str) -> Result<Self, &'static str> {
        let starts: Vec<usize> = pem.match_indices("-----BEGIN ").map(|(start, _)| start).collect();
        let [first, second, third, fourth] = starts[..] else {
            return Err("it does not hold two keys and two certificates");
        };
        let key = |pem: &str| SigningKey::from_pkcs8_pem(pem).map_err(|_| "a private key cannot be read");
        let certificate = |pem: &str| Certificate::from_pem(pem).map_err(|_| "a certificate cannot be read");
        let bundle = Self {
            root_key: key(&pem[first..second])?,
            root: certificate(&pem[second..third])?,
            seal_key: key(&pem[third..fourth])?,
            seal: certificate(&pem[fourth..])?,
        };
        bundle.check()?;
        Ok(bundle)
    }

    /// Keys and certificates belong together, and the root vouches for the seal.
    fn check(&self) -> Result<(), &'static str> {
        for (key, certificate) in [(&self.root_key, &self.root), (&self.seal_key, &self.seal)] {
            let key = SubjectPublicKeyInfo::from_key(key.verifying_key());
            if key.ok().as_ref() != Some(certificate.tbs_certificate().subject_public_key_info()) {
                return Err("a certificate belongs to another key");
            }
        }
        let signed = self.seal.tbs_certificate().to_der().ok();
        let signature = DerSignature::from_bytes(self.seal.signature().raw_bytes()).ok();
        let vouched = signed
            .zip(signature)
            .is_some_and(|(signed, signature)| self.root_key.verifying_key().verify(&signed, &signature).is_ok());
        vouched.then_some(()).ok_or("the root does not vouch for the seal certificate")
    }

    fn to_pem(&self) -> Result<Zeroizing<String>, EvidenceError> {
        let key = |key: &SigningKey| {
            key.to_pkcs8_pem(LineEnding::LF)
                .map_err(|error| EvidenceError::Certificate(spki::Error::from(error).into()))
        };
        let certificate = |certificate: &Certificate| certificate.to_pem(LineEnding::LF).map_err(certificate::asn1);
        Ok(Zeroizing::new(
            [
                key(&self.root_key)?.as_str(),
                &certificate(&self.root)?,
                key(&self.seal_key)?.as_str(),
                &certificate(&self.seal)?,
            ]
            .concat(),
        ))
    }

    /// Writes the file, whole or not at all, and gives the bundle back.
    fn stored(self, dir: &Path, path: &Path) -> Result<Self, EvidenceError> {
        let pem = self.to_pem()?;
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
