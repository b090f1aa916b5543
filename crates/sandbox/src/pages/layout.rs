//! How every page looks, and the headers it comes with.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use contract::RedirectSettings;
use http::{HeaderName, HeaderValue, StatusCode, header};
use maud::{DOCTYPE, Markup, html};
use sha2::{Digest, Sha256};
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};
use url::Url;

use super::text::{EN, Texts};

/// On every page, in every language, and in every title.
pub(super) const BANNER: &str = "Sandbox – no legal effect";

const STYLE: &str = include_str!("style.css");
/// Part of the stylesheet's address, so that it can be cached for ever.
static STYLE_VERSION: LazyLock<String> =
    LazyLock::new(|| hex::encode(Sha256::digest(STYLE)).chars().take(12).collect());

/// `GET /sign-session/style.css`.
pub(super) async fn stylesheet() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, STYLE).into_response()
}

/// A page on its way out.
pub(super) struct Page<'a> {
    pub(super) text: &'static Texts,
    pub(super) title: &'a str,
    pub(super) status: StatusCode,
    /// Where the page's forms may lead in the end; none but this service when absent.
    pub(super) redirects: Option<&'a RedirectSettings>,
    /// From this page to the folder of the signer's pages.
    pub(super) base: &'a str,
    pub(super) main: Markup,
}

impl<'a> Page<'a> {
    /// A page in the folder of the signer's pages, with status 200.
    pub(super) fn new(text: &'static Texts, title: &'a str, main: Markup) -> Self {
        Self { text, title, status: StatusCode::OK, redirects: None, base: "", main }
    }

    fn markup(&self) -> Markup {
        let Self { text, title, base, main, .. } = self;
        html! {
            (DOCTYPE)
            html lang=(text.tag) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noindex";
                    title { (title) " · " (BANNER) }
                    link rel="icon" href="data:,";
                    link rel="stylesheet" href={ (base) "style.css?v=" (*STYLE_VERSION) };
                }
                body {
                    header.banner {
                        p {
                            strong lang="en" { (BANNER) }
                            @if text.tag != EN.tag { " · " (text.banner) }
                        }
                    }
                    main { (main) }
                }
            }
        }
    }

    /// Nothing is loaded but the stylesheet and, inside pages, the documents. Browsers apply
    /// `form-action` to the redirect after a form too, so the caller's own addresses are in it.
    fn policy(&self) -> String {
        let mut policy = String::from(
            "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; object-src 'self'; \
             base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
        );
        if let Some(redirects) = self.redirects {
            let urls = [&redirects.success, &redirects.cancel, &redirects.error, &redirects.reject];
            for url in urls.into_iter().flatten().filter_map(|url| Url::parse(url).ok()) {
                policy.push(' ');
                policy.push_str(&url.origin().ascii_serialization());
            }
        }
        policy
    }
}

impl IntoResponse for Page<'_> {
    fn into_response(self) -> Response {
        let policy = HeaderValue::try_from(self.policy())
            .unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; form-action 'none'"));
        let mut response = (self.status, self.markup()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        // Nobody who opened this page, or is opened by it, gets a hand on it.
        let opener = HeaderName::from_static("cross-origin-opener-policy");
        headers.insert(opener, HeaderValue::from_static("same-origin"));
        response
    }
}

/// A moment for people, in UTC and the same in every language.
pub(super) fn moment(moment: OffsetDateTime) -> Markup {
    let utc = moment.to_offset(time::UtcOffset::UTC);
    let shown = utc.format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC")).unwrap_or_default();
    let machine = utc.replace_nanosecond(0).unwrap_or(utc).format(&Rfc3339).unwrap_or_default();
    html! { time datetime=(machine) { (shown) } }
}

/// A file's length for people: `12 kB`.
pub(super) fn file_size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{} MB", bytes.div_ceil(1_000_000)),
    }
}

/// A text with its line breaks; the stylesheet keeps them.
pub(super) fn plain_text(text: &str) -> Markup {
    html! { div.plain-text { (text) } }
}

/// What an ending is, at a glance. Nothing that the heading does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// All is well.
    Done,
    /// There is something to know.
    Note,
    /// It did not work.
    Trouble,
}

/// The picture of a mood.
pub(super) fn sign(mood: Mood) -> Markup {
    let (class, strokes) = match mood {
        Mood::Done => ("sign done", "M7 12.5l3.5 3.5L17 9"),
        Mood::Note => ("sign note", "M12 11v6M12 7v.5"),
        Mood::Trouble => ("sign trouble", "M12 7v6M12 16.5v.5"),
    };
    html! {
        svg class=(class) viewBox="0 0 24 24" width="56" height="56" aria-hidden="true" focusable="false" {
            circle cx="12" cy="12" r="11" {}
            path d=(strokes) {}
        }
    }
}
