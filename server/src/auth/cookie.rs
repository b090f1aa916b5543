//! The cookie of a sign-in.

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::HeaderMap;

use super::LoginToken;

/// Its name. The prefix makes browsers refuse it unless it comes over HTTP from this
/// very host, `Secure`, `HttpOnly` and with `Path=/`; older browsers see `__Host-`
/// and check all but `HttpOnly` (RFC 10017, ASVS 3.3).
pub const NAME: &str = "__Host-Http-session";

/// The token of a request's cookie.
pub(super) fn read(headers: &HeaderMap) -> Option<LoginToken> {
    LoginToken::parse(CookieJar::from_headers(headers).get(NAME)?.value())
}

/// The cookie that signs in. It ends with the browser's own session; the server
/// ends it earlier.
pub(crate) fn signed_in(token: &LoginToken) -> Cookie<'static> {
    bare(token.expose().to_owned())
}

/// The cookie that removes the one before.
pub(super) fn signed_out() -> Cookie<'static> {
    let mut cookie = bare(String::new());
    cookie.make_removal();
    cookie
}

fn bare(value: String) -> Cookie<'static> {
    Cookie::build((NAME, value)).path("/").secure(true).http_only(true).same_site(SameSite::Strict).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn sl_02_the_cookie_keeps_the_prefix_rules() {
        let token = LoginToken::new(&SystemRandom).unwrap();
        let cookie = signed_in(&token).to_string();
        assert_eq!(
            cookie,
            format!("__Host-Http-session={}; HttpOnly; SameSite=Strict; Secure; Path=/", token.expose())
        );
        assert!(signed_out().to_string().contains("Max-Age=0"));
    }
}
