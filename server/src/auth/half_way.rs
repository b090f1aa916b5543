//! Between the password and the code: a sealed cookie that says who has shown the
//! one and still has to show the other. It signs nobody in, is good for five
//! minutes, and for as long as the account keeps its password.

use app::model::Staff;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderMap;
use sha2::{Digest, Sha256};
use time::Duration;
use uuid::Uuid;

use crate::{clock::millis, random::RandomError, state::Portal};

/// Its name; the prefix is explained at [`super::cookie`].
const NAME: &str = "__Host-Http-half-way";
/// How long it is good for.
const VALID: Duration = Duration::minutes(5);
/// What the seal is bound to.
const PURPOSE: &[u8] = b"half way";

/// Who has shown the password.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HalfWay {
    /// The account.
    pub(super) staff: Uuid,
    /// Digest of the hash that the password was compared with.
    password: [u8; 32],
}

impl HalfWay {
    /// Whether this still is the account's password.
    pub(super) fn knows(&self, password_hash: &str) -> bool {
        self.password == digest(password_hash)
    }
}

fn digest(password_hash: &str) -> [u8; 32] {
    Sha256::digest(password_hash).into()
}

/// The cookie of somebody who has just shown the password with this hash.
pub(crate) fn cookie(portal: &Portal, staff: &Staff, password_hash: &str) -> Result<Cookie<'static>, RandomError> {
    let expires = millis(portal.clock.now() + VALID);
    let ticket = [staff.id.as_bytes().as_slice(), &digest(password_hash), &expires.to_be_bytes()].concat();
    let sealed = portal.auth.vault().seal(portal.random.as_ref(), PURPOSE, &ticket)?;
    Ok(bare(URL_SAFE_NO_PAD.encode(sealed)))
}

/// The cookie that removes it.
pub(super) fn none() -> Cookie<'static> {
    let mut cookie = bare(String::new());
    cookie.make_removal();
    cookie
}

fn bare(value: String) -> Cookie<'static> {
    Cookie::build((NAME, value)).path("/").secure(true).http_only(true).same_site(SameSite::Strict).build()
}

/// What a request's cookie says, if it is one of ours and not too old.
pub(super) fn read(portal: &Portal, headers: &HeaderMap) -> Option<HalfWay> {
    let jar = CookieJar::from_headers(headers);
    let sealed = URL_SAFE_NO_PAD.decode(jar.get(NAME)?.value()).ok()?;
    let ticket = portal.auth.vault().unseal(PURPOSE, &sealed)?;
    let (staff, rest) = ticket.split_first_chunk::<16>()?;
    let (password, rest) = rest.split_first_chunk::<32>()?;
    let expires = i64::from_be_bytes(*rest.first_chunk::<8>()?);
    let half_way = HalfWay { staff: Uuid::from_bytes(*staff), password: *password };
    (millis(portal.clock.now()) < expires).then_some(half_way)
}
