//! `GET /w/{widget}/badge.svg?t=…`: one state as an image, for pages without scripts.
//! The token stands in the page for everybody to read, so it is of its own kind and
//! tells the coarse state alone.

use std::sync::Arc;

use app::ui::escape_text;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, header};
use serde::Deserialize;

use super::{
    show::{Coarse, Shown},
    text::{Language, words},
    token::Use,
    viewer,
};
use crate::{error::ApiError, state::Portal};

/// For so many seconds many readers see the same image.
const KEPT: HeaderValue = HeaderValue::from_static("private, max-age=10");

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    t: String,
    #[serde(default)]
    lang: String,
}

pub(super) async fn badge(
    State(portal): State<Arc<Portal>>,
    Path(public_id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let viewer = viewer::find(&portal, Use::Badge, &asked.t, None).await?;
    // A broken image would say less than one that says that it does not know.
    let state = match viewer.filter(|viewer| viewer.widget.public_id == public_id) {
        Some(viewer) => {
            portal
                .embed
                .count(viewer.claims.jti, viewer.widget.id, "", portal.walls.now())
                .map_err(|retry_after| ApiError::SlowDown { retry_after })?;
            Shown::to(&portal, &viewer).await?.one()
        }
        None => Coarse::Unknown,
    };
    let mut response = draw(Language::of(&asked.lang), state).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    headers.insert(header::CACHE_CONTROL, KEPT);
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    Ok(response)
}

/// Colours that white text can be read on (WCAG 2.2, 1.4.3).
const fn colour(state: Coarse) -> &'static str {
    match state {
        Coarse::Open => "#1d5fa8",
        Coarse::Signed => "#1b6b3a",
        Coarse::Rejected => "#a32020",
        Coarse::Overdue => "#8a4b00",
        Coarse::Ended | Coarse::Unknown => "#555b63",
    }
}

fn draw(language: Language, state: Coarse) -> String {
    let words = words(language);
    let (left, right) = (words.title, words.coarse(state));
    // Letters are some 6.6 units wide at this size; `textLength` makes it exact.
    let width = |text: &str| text.chars().count() * 66 / 10;
    let (a, b) = (width(left), width(right));
    let (first, second) = (a + 16, b + 16);
    let whole = first + second;
    let (left, right) = (escape_text(left), escape_text(right));
    let (left_at, right_at, fill) = (8, first + 8, colour(state));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{whole}\" height=\"22\" role=\"img\" \
         aria-label=\"{left}: {right}\"><title>{left}: {right}</title>\
         <rect width=\"{whole}\" height=\"22\" rx=\"4\" fill=\"#2b3036\"/>\
         <path d=\"M{first} 0h{flat}a4 4 0 0 1 4 4v14a4 4 0 0 1-4 4h-{flat}z\" fill=\"{fill}\"/>\
         <g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">\
         <text x=\"{left_at}\" y=\"15\" textLength=\"{a}\">{left}</text>\
         <text x=\"{right_at}\" y=\"15\" textLength=\"{b}\">{right}</text></g></svg>\n",
        flat = second - 4,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_says_its_state_in_every_language() {
        for language in Language::ALL {
            for state in Coarse::ALL {
                let svg = draw(language, state);
                assert!(svg.contains(words(language).coarse(state)) && svg.contains("<title>"), "{svg}");
                assert!(!svg.contains("style") && !svg.contains("script"), "{svg}");
            }
        }
    }
}
