//! Second factors of people who have a password here: codes of an app, and recovery
//! codes for when the app is lost (ASVS 6.5.1, 6.5.5, 6.5.6).

use std::path::Path;

use app::{
    form::{FactorOffer, RecoveryCodes},
    model::{Action, Moment, Staff},
};
use data_encoding::BASE32_NOPAD;
use fast_qr::{ECL, QRBuilder, QRCode};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{names, totp};
use crate::{
    audit::{self, Act, By, Subject},
    error::ApiError,
    state::Portal,
    store::{OpenError, Store, StoreError, Write},
};

/// Recovery codes that a person gets.
const CODES: usize = 10;
/// Length of a recovery code, in bytes: 120 bits, so that a plain hash is enough (ASVS 6.5.2).
const CODE_BYTES: usize = 15;

/// What was taken as the second factor, in words of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// A code of the app.
    Code,
    /// A recovery code, which nobody can use again.
    RecoveryCode,
}

/// Takes a code or a recovery code of a person whose factor counts, so that it is
/// not taken again; `None` if it is wrong, too old or was used before. Part of
/// `change`, which must be committed.
///
/// # Errors
/// The database failed, or the factor was sealed with another key.
pub(super) async fn take(
    portal: &Portal,
    change: &mut Write,
    by: &By,
    staff: &Staff,
    typed: &SecretString,
) -> Result<Option<Taken>, ApiError> {
    if let Some(step) = right_step(portal, change, staff, typed).await? {
        change.use_step(staff.id, step).await?;
        return Ok(Some(Taken::Code));
    }
    let Some(hash) = recovery_hash(typed.expose_secret()) else { return Ok(None) };
    if !change.use_recovery_code(staff.id, hash).await? {
        return Ok(None);
    }
    let left = change.recovery_codes(staff.id).await?;
    portal.record(change, staff.team, by, Act::done(Action::RecoveryCodeUsed).saying(format!("{left} left"))).await?;
    Ok(Some(Taken::RecoveryCode))
}

/// The step of a code of the person's factor, confirmed or not.
async fn right_step(
    portal: &Portal,
    change: &mut Write,
    staff: &Staff,
    typed: &SecretString,
) -> Result<Option<i64>, ApiError> {
    let Some(factor) = change.factor(staff.id).await? else { return Ok(None) };
    let secret = portal.auth.vault.unseal(staff.id.as_bytes(), &factor.secret).ok_or_else(|| {
        ApiError::internal("a second factor was sealed with another key; put the key back that belongs to the database")
    })?;
    // Some apps show the digits in groups.
    let digits: String = typed.expose_secret().chars().filter(|c| !c.is_whitespace()).collect();
    Ok(totp::check(&secret, &digits, portal.clock.now(), factor.last_step))
}

/// Offers a person a new factor, which counts once a code of it was right. Part of `change`.
///
/// # Errors
/// The database or the source of randomness failed.
pub(crate) async fn offer(portal: &Portal, change: &mut Write, staff: &Staff) -> Result<FactorOffer, ApiError> {
    let secret: [u8; totp::SECRET_BYTES] = portal.random.bytes()?;
    let sealed = portal.auth.vault.seal(portal.random.as_ref(), staff.id.as_bytes(), &secret)?;
    change.offer_factor(staff.id, &sealed).await?;
    shown(portal, change, staff, &secret).await
}

/// The offer that was made to a person before, to be shown again.
///
/// # Errors
/// The database failed.
pub(crate) async fn offered(
    portal: &Portal,
    change: &mut Write,
    staff: &Staff,
) -> Result<Option<FactorOffer>, ApiError> {
    let factor = change.factor(staff.id).await?.filter(|factor| !factor.is_confirmed);
    let secret = factor.and_then(|factor| portal.auth.vault.unseal(staff.id.as_bytes(), &factor.secret));
    match secret {
        Some(secret) => Ok(Some(shown(portal, change, staff, &secret).await?)),
        None => Ok(None),
    }
}

async fn shown(portal: &Portal, change: &mut Write, staff: &Staff, secret: &[u8]) -> Result<FactorOffer, ApiError> {
    let username = change.username(staff.id).await?.unwrap_or_default();
    let host = portal.config.public_url.host_str().unwrap_or_default();
    let address = totp::address(secret, &format!("{username}@{host}"));
    let code = QRBuilder::new(address).ecl(ECL::M).build().map_err(|_| ApiError::internal("no QR code can be made"))?;
    Ok(FactorOffer { secret: totp::text(secret), qr_size: code.size, qr_path: path(&code) })
}

/// The dark squares as the path of an SVG: one rectangle for each run of a row.
fn path(code: &QRCode) -> String {
    let mut path = String::new();
    for y in 0..code.size {
        let mut x = 0;
        for run in code[y].chunk_by(|a, b| a.value() == b.value()) {
            if run.first().is_some_and(|module| module.value()) {
                let length = run.len();
                path.push_str(&format!("M{x} {y}h{length}v1h-{length}z"));
            }
            x += run.len();
        }
    }
    path
}

/// Makes the offered factor count if the code is right, and gives recovery codes.
/// Part of `change`.
///
/// # Errors
/// The database or the source of randomness failed.
pub(crate) async fn confirm(
    portal: &Portal,
    change: &mut Write,
    staff: &Staff,
    typed: &SecretString,
) -> Result<Option<RecoveryCodes>, ApiError> {
    let Some(step) = right_step(portal, change, staff, typed).await? else { return Ok(None) };
    change.use_step(staff.id, step).await?;
    change.confirm_factor(staff.id, portal.clock.now()).await?;
    new_codes(portal, change, staff).await.map(Some)
}

/// Gives recovery codes in place of those before. They are shown now and never again.
/// Part of `change`.
///
/// # Errors
/// The database or the source of randomness failed.
pub(crate) async fn new_codes(portal: &Portal, change: &mut Write, staff: &Staff) -> Result<RecoveryCodes, ApiError> {
    let mut codes = Vec::with_capacity(CODES);
    let mut hashes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let code = BASE32_NOPAD.encode(&portal.random.bytes::<CODE_BYTES>()?).to_lowercase();
        hashes.push(Sha256::digest(&code).into());
        codes.push(totp::grouped(&code).replace(' ', "-"));
    }
    change.put_recovery_codes(staff.id, &hashes).await?;
    Ok(RecoveryCodes(codes))
}

/// Why factors could not be forgotten.
#[derive(Debug, thiserror::Error)]
pub enum ForgetError {
    /// The database cannot be opened.
    #[error("the portal's database cannot be opened")]
    Open(#[from] OpenError),
    /// The database failed.
    #[error("the portal's database cannot be written")]
    Store(#[from] StoreError),
    /// There is no such account, or it is disabled: look at the spelling.
    #[error("nobody has the user name {0:?}, or the account is disabled")]
    Unknown(String),
}

/// Removes the second factor of the account with this user name, or of all: what an
/// operator does when nobody can sign in any more. Answers how many there were.
///
/// # Errors
/// As [`ForgetError`] says; nothing is removed then.
pub async fn forget(database: &Path, now: Moment, username: Option<&str>) -> Result<usize, ForgetError> {
    let store = Store::open(database).await?;
    let mut change = store.write().await?;
    let mut accounts = change.with_factor().await?;
    if let Some(username) = username {
        let known = names::user(username).unwrap_or_default();
        let account = change.credentials(&known).await?;
        let id = account.ok_or_else(|| ForgetError::Unknown(username.to_owned()))?.staff.id;
        accounts.retain(|(account, _)| *account == id);
    }
    for (account, team) in &accounts {
        change.remove_factor(*account).await?;
        let act = Act::done(Action::FactorRemoved).to(Subject::account(*account)).saying("by an operator");
        audit::record(&mut change, now, Some(*team), &By::PORTAL, act).await?;
    }
    change.commit().await?;
    store.close().await;
    Ok(accounts.len())
}

/// The hash of what may be a recovery code, however it was typed.
fn recovery_hash(typed: &str) -> Option<[u8; 32]> {
    let code: String = typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let length = CODE_BYTES * 8 / 5;
    (code.len() == length).then(|| Sha256::digest(&code).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sl_18_recovery_codes_are_understood_however_they_are_typed() {
        let code = "abcd-efgh-ijkl-mnop-qrst-uvwx";
        let hash = recovery_hash(code).unwrap();
        for typed in ["ABCD EFGH IJKL MNOP QRST UVWX", " abcdefghijklmnopqrstuvwx\n"] {
            assert_eq!(recovery_hash(typed), Some(hash));
        }
        for wrong in ["", "123456", "abcd-efgh-ijkl-mnop-qrst-uvw", "abcd-efgh-ijkl-mnop-qrst-uvwxy"] {
            assert_eq!(recovery_hash(wrong), None);
        }
    }

    #[test]
    fn a_qr_code_is_drawn_with_its_finder_patterns() {
        let code = QRBuilder::new("otpauth://totp/x").ecl(ECL::M).build().unwrap();
        let path = path(&code);
        assert!(path.starts_with("M0 0h7v1h-7z"), "{path}");
        assert!(path.contains(&format!("M{} 0h7v1h-7z", code.size - 7)), "{path}");
    }
}
