//! Time stamps (RFC 3161): the authority's word that something existed at a moment.
//!
//! A signature that carries one says when it was made by a clock that is not the
//! signer's (here it is, of course: the sandbox plays both parts).

use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use x509_cert::{
    Certificate,
    der::{
        self, DateTime, Encode,
        asn1::{GeneralizedTime, Int, ObjectIdentifier, OctetString},
    },
};

use super::{
    authority::Identity,
    cms::{self, Content},
};

/// Under the enterprise number for examples (RFC 5612): the policy promises nothing.
pub(super) const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1");
pub(super) const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// What is to be stamped.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Query {
    /// DER of the `MessageImprint`: a hash and its algorithm.
    pub(super) imprint: Vec<u8>,
    /// A number that the token repeats, so that whoever asked knows it for new.
    pub(super) nonce: Option<Int>,
    /// Whether the token holds the certificates that vouch for it.
    pub(super) certificates: bool,
}

impl Query {
    /// Asks about bytes, by their SHA-256.
    fn over(bytes: &[u8]) -> der::Result<Self> {
        let hash = OctetString::new(Sha256::digest(bytes).as_slice())?;
        let imprint = cms::sequence(&[&cms::algorithm(SHA256).to_der()?, &hash.to_der()?])?;
        Ok(Self { imprint, nonce: None, certificates: true })
    }
}

/// A token over bytes. The same bytes at the same second get the same token.
pub(super) fn over(tsa: &Identity, root: &Certificate, bytes: &[u8], now: OffsetDateTime) -> der::Result<Vec<u8>> {
    token(tsa, root, &Query::over(bytes)?, now)
}

/// The token that a query asks for: CMS with a `TSTInfo` inside. The same query at the same second gets the same token.
pub(super) fn token(tsa: &Identity, root: &Certificate, query: &Query, now: OffsetDateTime) -> der::Result<Vec<u8>> {
    let seconds = u64::try_from(now.unix_timestamp()).map_err(|_| der::ErrorKind::DateTime)?;
    let time = GeneralizedTime::from_date_time(DateTime::from_unix_duration(core::time::Duration::from_secs(seconds))?);
    let nonce = query.nonce.as_ref().map(Int::to_der).transpose()?.unwrap_or_default();
    // Unique since it depends on all that differs between tokens; positive and of full length.
    let mut serial = Sha256::digest([&query.imprint, &nonce, &seconds.to_be_bytes()[..]].concat());
    serial[0] = (serial[0] & 0x3f) | 0x40;

    let one = 1_u8.to_der()?;
    let info = cms::sequence(&[
        &one,
        &POLICY.to_der()?,
        &query.imprint,
        &Int::new(&serial[..16])?.to_der()?,
        &time.to_der()?,
        // Accurate to one second, to which the time is cut.
        &cms::sequence(&[&one])?,
        &nonce,
    ])?;
    cms::sign(tsa, root, Content::TimeStamp { info: &info, certificates: query.certificates }, None)
}
