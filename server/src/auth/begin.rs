//! The begin of a sign-in, by whatever it is that somebody showed who they are.

use app::model::{Action, Staff};
use http::HeaderMap;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{LoginId, LoginToken, browser, cookie};
use crate::{
    audit::{Act, By},
    error::ApiError,
    state::Portal,
    store::{Write, logins::NewLogin},
};

/// Signs a person in, in the browser that sent these headers; what was before in it
/// ends (ASVS 7.2.4). `how` says by what, in words of ours. Part of `change`.
///
/// # Errors
/// The database or the source of randomness failed.
pub(crate) async fn begin(
    portal: &Portal,
    change: &mut Write,
    by: By,
    headers: &HeaderMap,
    staff: &Staff,
    how: &str,
) -> Result<LoginToken, ApiError> {
    let token = LoginToken::new(portal.random.as_ref())?;
    if let Some(previous) = cookie::read(headers) {
        change.end_login(previous.id()).await?;
    }
    change.insert_login(&new_login(token.id(), staff.id, headers, &by, portal.clock.now())).await?;
    let by = by.signed_in(staff.id, token.id());
    portal.record(change, staff.team, &by, Act::done(Action::SignIn).saying(how)).await?;
    Ok(token)
}

/// A sign-in in the browser that sent these headers.
pub(super) fn new_login(id: LoginId, staff: Uuid, headers: &HeaderMap, by: &By, now: OffsetDateTime) -> NewLogin {
    let address = by.address().map(|address| address.to_string()).unwrap_or_default();
    NewLogin { id, staff, browser: browser::name(headers), address, now }
}
