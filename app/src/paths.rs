//! Every address of the portal. No other module spells one out.

use contract::DocumentId;

use crate::model::{CollectionId, ListFilter, SessionId, Standing, UploadId};

/// The list of sessions, which is also the first page.
pub const SESSIONS: &str = "/";
/// The form for a new session.
pub const NEW_SESSION: &str = "/sessions/new";
/// Route of a session's page.
pub const SESSION_ROUTE: &str = "/sessions/{id}";
/// First-run set-up.
pub const SETUP: &str = "/setup";
/// Sign-in.
pub const SIGN_IN: &str = "/sign-in";
/// The second page of signing in, for who has a second factor.
pub const SIGN_IN_CODE: &str = "/sign-in/code";
/// One's own account.
pub const ACCOUNT: &str = "/account";
/// One's own second factor; POST only.
pub const FACTOR: &str = "/account/second-factor";
/// Where somebody who is signed in shows again who they are.
pub const CONFIRM: &str = "/confirm";
/// Sign-out; POST only.
pub const SIGN_OUT: &str = "/sign-out";
/// Goes to an OpenID provider to sign in there; POST.
pub const PROVIDER_SIGN_IN: &str = "/sign-in/provider";
/// Route of where providers send people back to.
pub const PROVIDER_CALLBACK_ROUTE: &str = "/sign-in/{provider}/callback";
/// Where providers tell of people who signed out there; POST.
pub const LOGOUT_NOTICES: &str = "/sign-out/notices";
/// The OpenID providers, as an admin sees them.
pub const PROVIDERS: &str = "/providers";
/// The live stream.
pub const LIVE: &str = "/live";
/// Where browsers report what broke a page's policy; POST.
pub const CSP_REPORTS: &str = "/csp-reports";
/// Where the signing service tells what happened; POST.
pub const WEBHOOK: &str = "/webhooks/signing";
/// Plans of new sessions; POST.
pub const PLANS: &str = "/api/sessions";
/// Plans of new collections; POST.
pub const COLLECTIONS: &str = "/api/collections";
/// Server function: a page of the list.
pub const API_LIST: &str = "/api/list-sessions";
/// Server function: one session.
pub const API_DETAIL: &str = "/api/session-detail";

/// The people at the desk, and what is done about them.
pub const PEOPLE: &str = "/people";
/// Keys by which programs ask, and what is done about them.
pub const API_KEYS: &str = "/api-keys";
/// For programs: what their key is good for; GET.
pub const EMBED_KEY: &str = "/embed/key";
/// How the system does.
pub const STATUS: &str = "/status";
/// For programs: tokens of widgets; POST.
pub const EMBED_TOKENS: &str = "/embed/tokens";
/// Route of one token, to take it back; DELETE.
pub const EMBED_TOKEN_ROUTE: &str = "/embed/tokens/{jti}";
/// Route of a widget's frame.
pub const EMBED_FRAME_ROUTE: &str = "/embed/v1/frame/{widget}";
/// What a widget shows; with a token.
pub const EMBED_STATE: &str = "/embed/v1/state";
/// The same as it changes; with a token.
pub const EMBED_LIVE: &str = "/embed/v1/live";
/// A frame with made-up sessions.
pub const EMBED_SAMPLE: &str = "/embed/v1/sample";
/// Begin of the addresses of widgets' images.
pub const EMBED_IMAGES: &str = "/w/";
/// Route of a widget's badge as an image.
pub const EMBED_BADGE_ROUTE: &str = "/w/{widget}/badge.svg";
/// The module that puts widgets into pages.
pub const EMBED_MODULE: &str = "/embed/v1.js";
/// The same in its present version, which never changes.
pub const EMBED_MODULE_PINNED: &str = "/embed/v1.0.0.js";
/// The widgets, and what is done about them.
pub const WIDGETS: &str = "/widgets";
/// Where an invitation's link leads.
pub const INVITATION: &str = "/invitation";
/// The audit trail.
pub const AUDIT: &str = "/audit";
/// The audit trail as a file for spreadsheets.
pub const AUDIT_CSV: &str = "/audit/csv";
/// The audit trail as a file for programs.
pub const AUDIT_JSON: &str = "/audit/json-lines";

/// A widget among the others, with what pages need to show it.
#[cfg(feature = "ssr")]
#[must_use]
pub fn widget(public_id: &str) -> String {
    format!("{WIDGETS}?widget={public_id}")
}

/// A widget's badge as an image; a token is to follow.
#[cfg(feature = "ssr")]
#[must_use]
pub fn embed_badge(public_id: &str) -> String {
    format!("{EMBED_IMAGES}{public_id}/badge.svg")
}

/// The audit trail, narrowed, at one of its addresses.
#[cfg(feature = "ssr")]
#[must_use]
pub fn audit(address: &str, filter: &crate::model::AuditFilter) -> String {
    let page = (filter.page > 1).then(|| ("page", filter.page.to_string()));
    let query: Vec<String> =
        filter.query().into_iter().chain(page).map(|(name, value)| format!("{name}={}", encode(&value))).collect();
    if query.is_empty() { address.to_owned() } else { format!("{address}?{}", query.join("&")) }
}

/// A session's page.
#[must_use]
pub fn session(id: SessionId) -> String {
    format!("/sessions/{id}")
}

/// The list, narrowed.
#[must_use]
pub fn sessions(filter: &ListFilter) -> String {
    let mut query = Vec::new();
    if let Some(standing) = filter.standing {
        query.push(format!("standing={}", standing.slug()));
    }
    if let Some(text) = filter.text.as_deref().filter(|text| !text.is_empty()) {
        query.push(format!("text={}", encode(text)));
    }
    if filter.page > 1 {
        query.push(format!("page={}", filter.page));
    }
    if query.is_empty() { SESSIONS.to_owned() } else { format!("{SESSIONS}?{}", query.join("&")) }
}

/// The list, narrowed to one standing.
#[must_use]
pub fn sessions_standing(standing: Standing) -> String {
    sessions(&ListFilter { standing: Some(standing), ..ListFilter::default() })
}

/// The live stream from after the event `since`.
#[must_use]
pub fn live(since: u64) -> String {
    format!("{LIVE}?since={since}")
}

/// A plan, to abandon it; DELETE.
#[must_use]
pub fn plan(id: SessionId) -> String {
    format!("{PLANS}/{id}")
}

/// A plan of a collection, to abandon it; DELETE.
#[must_use]
pub fn collection_plan(id: CollectionId) -> String {
    format!("{COLLECTIONS}/{id}")
}

/// Creates the planned collection; POST.
#[must_use]
pub fn send_collection(id: CollectionId) -> String {
    format!("{COLLECTIONS}/{id}/send")
}

/// Creates the planned session; POST.
#[must_use]
pub fn send(id: SessionId) -> String {
    format!("{PLANS}/{id}/send")
}

/// Asks for the signer's link; POST, since asking is recorded.
#[must_use]
pub fn link(id: SessionId) -> String {
    format!("{PLANS}/{id}/link")
}

/// Data of one session's page; GET.
#[must_use]
pub fn detail(id: SessionId) -> String {
    format!("{API_DETAIL}?id={id}")
}

/// Takes a document's bytes; PUT.
#[must_use]
pub fn upload(id: UploadId) -> String {
    format!("/uploads/{id}")
}

/// A document or result of a session, to save.
#[must_use]
pub fn download(session: SessionId, document: DocumentId) -> String {
    format!("/sessions/{session}/files/{document}")
}

/// Where a provider sends people back to.
#[must_use]
pub fn provider_callback(provider: &str) -> String {
    format!("/sign-in/{provider}/callback")
}

/// Sign-in, coming back to `target` afterwards.
#[must_use]
pub fn sign_in_then(target: &str) -> String {
    if target == SESSIONS { SIGN_IN.to_owned() } else { format!("{SIGN_IN}?return_to={}", encode(target)) }
}

/// The second page of signing in, coming back to `target` afterwards.
#[must_use]
pub fn sign_in_code_then(target: &str) -> String {
    format!("{SIGN_IN_CODE}?return_to={}", encode(target))
}

/// Showing again who one is, going on to `target` afterwards.
#[must_use]
pub fn confirm_then(target: &str) -> String {
    format!("{CONFIRM}?return_to={}", encode(target))
}

/// Percent-encodes all but RFC 3986's unreserved characters.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => {
                out.push('%');
                for nibble in [byte >> 4, byte & 15] {
                    out.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase());
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_live_in_the_address() {
        assert_eq!(sessions(&ListFilter::default()), "/");
        let filter = ListFilter { standing: Some(Standing::Ready), text: Some("Ås & co".into()), page: 2 };
        assert_eq!(sessions(&filter), "/?standing=ready&text=%C3%85s%20%26%20co&page=2");
    }

    #[test]
    fn sign_in_remembers_where_to_go() {
        assert_eq!(sign_in_then("/"), "/sign-in");
        assert_eq!(sign_in_then("/?page=2"), "/sign-in?return_to=%2F%3Fpage%3D2");
    }
}
