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
const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// A token over bytes: CMS with a `TSTInfo` inside. The same bytes at the same second get the same token.
pub(super) fn token(tsa: &Identity, root: &Certificate, stamped: &[u8], now: OffsetDateTime) -> der::Result<Vec<u8>> {
    let imprint = Sha256::digest(stamped);
    let seconds = u64::try_from(now.unix_timestamp()).map_err(|_| der::ErrorKind::DateTime)?;
    let time = GeneralizedTime::from_date_time(DateTime::from_unix_duration(core::time::Duration::from_secs(seconds))?);
    // Unique since it depends on all that differs between tokens; positive and of full length.
    let mut serial = Sha256::digest([imprint.as_slice(), &seconds.to_be_bytes()].concat());
    serial[0] = (serial[0] & 0x3f) | 0x40;

    let message =
        cms::sequence(&[&cms::algorithm(SHA256).to_der()?, &OctetString::new(imprint.as_slice())?.to_der()?])?;
    let one = 1_u8.to_der()?;
    let info = cms::sequence(&[
        &one,
        &POLICY.to_der()?,
        &message,
        &Int::new(&serial[..16])?.to_der()?,
        &time.to_der()?,
        // Accurate to one second, to which the time is cut.
        &cms::sequence(&[&one])?,
    ])?;
    cms::sign(tsa, root, Content::TimeStamp(&info), None)
}
