//! Queries for time stamps and the replies to them (RFC 3161 §2.4).

use x509_cert::{
    der::{
        self, Any, Encode, Reader, SliceReader, Tag, TagNumber,
        asn1::{BitString, Int, ObjectIdentifier, OctetString},
    },
    spki::AlgorithmIdentifierOwned,
};

use super::{
    cms,
    time_stamp::{POLICY, Query, SHA256},
};

/// The hashes that are stamped, with their lengths in bytes.
const HASHES: [(ObjectIdentifier, usize); 3] = [
    (SHA256, 32),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2"), 48),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3"), 64),
];

/// `PKIStatus`: there is a token.
const GRANTED: u8 = 0;
/// `PKIStatus`: there is none.
const REJECTION: u8 = 2;

/// Why a query gets no token. The messages are for whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("the body is no TimeStampReq in DER (RFC 3161)")]
    Malformed,
    #[error("the query must have version 1")]
    Version,
    #[error("the hash must be SHA-256, SHA-384 or SHA-512")]
    Algorithm,
    #[error("the hash has not the length that its algorithm gives it")]
    HashLength,
    #[error("the one policy here is {POLICY}; ask for it, or for none")]
    Policy,
    #[error("no extensions are understood here")]
    Extension,
    #[error("the certificate for time stamps is not valid now; start the service anew, which renews it")]
    OutOfService,
}

impl Refusal {
    /// The bit that stands for it in `PKIFailureInfo`.
    const fn bit(self) -> u8 {
        match self {
            Self::Algorithm => 0,
            Self::Version => 2,
            Self::Malformed | Self::HashLength => 5,
            Self::OutOfService => 14,
            Self::Policy => 15,
            Self::Extension => 16,
        }
    }
}

/// A `TimeStampReq` as it is written.
struct Written {
    version: Int,
    imprint: Vec<u8>,
    algorithm: AlgorithmIdentifierOwned,
    hash: OctetString,
    policy: Option<ObjectIdentifier>,
    nonce: Option<Int>,
    certificates: Option<bool>,
    extensions: Option<Any>,
}

impl Written {
    fn read(der: &[u8]) -> der::Result<Self> {
        let mut reader = SliceReader::new(der)?;
        let query = reader.sequence(|query| {
            let version = query.decode()?;
            let imprint = query.tlv_bytes()?.to_vec();
            let (algorithm, hash) = SliceReader::new(&imprint)?
                .sequence(|imprint| Ok::<_, der::Error>((imprint.decode()?, imprint.decode()?)))?;
            let (policy, nonce, certificates) = (query.decode()?, query.decode()?, query.decode()?);
            let extensions = if query.is_finished() { None } else { Some(query.decode()?) };
            Ok::<_, der::Error>(Self { version, imprint, algorithm, hash, policy, nonce, certificates, extensions })
        })?;
        reader.finish()?;
        Ok(query)
    }
}

/// Reads a query.
pub(super) fn read(der: &[u8]) -> Result<Query, Refusal> {
    const EXTENSIONS: Tag = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };
    let query = Written::read(der).map_err(|_| Refusal::Malformed)?;
    if query.version.as_bytes() != [1] {
        return Err(Refusal::Version);
    }
    let known = HASHES.iter().find(|(oid, _)| *oid == query.algorithm.oid);
    let (_, length) = known.ok_or(Refusal::Algorithm)?;
    if query.algorithm.parameters.is_some_and(|parameters| !parameters.is_null()) {
        return Err(Refusal::Algorithm);
    }
    if query.hash.as_bytes().len() != *length {
        return Err(Refusal::HashLength);
    }
    if query.policy.is_some_and(|policy| policy != POLICY) {
        return Err(Refusal::Policy);
    }
    match query.extensions {
        Some(extensions) if der::Tagged::tag(&extensions) == EXTENSIONS => return Err(Refusal::Extension),
        Some(_) => return Err(Refusal::Malformed),
        None => {}
    }
    Ok(Query { imprint: query.imprint, nonce: query.nonce, certificates: query.certificates.unwrap_or_default() })
}

/// A reply with a token.
pub(super) fn granted(token: &[u8]) -> der::Result<Vec<u8>> {
    cms::sequence(&[&cms::sequence(&[&GRANTED.to_der()?])?, token])
}

/// A reply without one.
pub(super) fn rejected(refusal: Refusal) -> der::Result<Vec<u8>> {
    let bit = usize::from(refusal.bit());
    let mut bits = vec![0; bit / 8 + 1];
    bits[bit / 8] = 0x80 >> (bit % 8);
    // DER ends named bits at the last one that is set.
    let unused = 7 - refusal.bit() % 8;
    let texts = cms::sequence(&[&refusal.to_string().to_der()?])?;
    let failure = BitString::new(unused, bits)?.to_der()?;
    cms::sequence(&[&cms::sequence(&[&REJECTION.to_der()?, &texts, &failure])?])
}
