//! `GET /embed/v1/frame/{widget}`: the page in the frame. It is the same for
//! everybody: what it shows comes later, by a token.

use std::sync::Arc;

use app::{
    model::{EmbedField, Moment, Standing, WidgetKind, WidgetTheme},
    ui::escape_text,
};
use axum::{
    extract::{Path, Query, State},
    response::{Html, IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    show::Coarse,
    text::{Language, words},
    viewer,
};
use crate::{error::ApiError, state::Portal};

/// What the page around the frame may choose.
#[derive(Deserialize)]
pub(super) struct Choice {
    view: Option<WidgetKind>,
    theme: Option<WidgetTheme>,
    #[serde(default)]
    lang: String,
}

pub(super) async fn frame(
    State(portal): State<Arc<Portal>>,
    Path(public_id): Path<String>,
    Query(choice): Query<Choice>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let widget = viewer::widget(&portal, &public_id).await?;
    hint(&portal, &widget, &headers);
    let ancestors = widget.origins.join(" ");
    let page = Page {
        language: Language::of(&choice.lang),
        kind: choice.view.unwrap_or(widget.kind),
        theme: choice.theme.unwrap_or(widget.theme),
        origins: &ancestors,
        sample: None,
    };
    page.answer(&ancestors)
}

/// Says in the log that somebody frames a widget where it may not be framed: the
/// reader's browser shows nothing, and nobody would know why.
fn hint(portal: &Portal, widget: &app::model::Widget, headers: &HeaderMap) {
    let referer = headers.get(header::REFERER).and_then(|referer| referer.to_str().ok());
    let Some(origin) = referer.and_then(|referer| url::Url::parse(referer).ok()).map(|url| url.origin()) else {
        return;
    };
    let origin = origin.ascii_serialization();
    let is_ours = origin == portal.config.origin() || widget.origins.contains(&origin);
    if !is_ours && portal.embed.may_hint(widget.id, portal.walls.now()) {
        let shown: String = origin.chars().take(100).collect();
        tracing::warn!(widget = %widget.public_id, origin = %shown, "a page frames a widget that does not list its origin");
    }
}

/// What the studio's form says while it is filled in.
#[derive(Deserialize)]
pub(super) struct Sketch {
    kind: Option<WidgetKind>,
    theme: Option<WidgetTheme>,
    #[serde(default)]
    lang: String,
    due: Option<String>,
    counts: Option<String>,
    title: Option<String>,
}

/// `GET /embed/v1/sample`: a frame that shows made-up sessions, for the studio alone.
pub(super) async fn sample(
    State(portal): State<Arc<Portal>>,
    Query(sketch): Query<Sketch>,
) -> Result<Response, ApiError> {
    let kind = sketch.kind.unwrap_or(WidgetKind::Card);
    let fields = [
        (EmbedField::Due, sketch.due.is_some()),
        (EmbedField::Counts, sketch.counts.is_some()),
        (EmbedField::Title, sketch.title.is_some()),
    ];
    let fields: Vec<EmbedField> = fields.into_iter().filter(|(_, is_on)| *is_on).map(|(field, _)| field).collect();
    let page = Page {
        language: Language::of(&sketch.lang),
        kind,
        theme: sketch.theme.unwrap_or(WidgetTheme::Auto),
        origins: "",
        sample: Some(made_up(kind, &fields, portal.moment())),
    };
    page.answer("'self'")
}

fn made_up(kind: WidgetKind, fields: &[EmbedField], now: Moment) -> Value {
    const DAY: i64 = 86_400_000;
    let may = |field| fields.contains(&field);
    let sessions = [
        (Standing::Ready, 1, "Rental agreement"),
        (Standing::Signed, 3, "Board minutes"),
        (Standing::Blocked, 8, "Supplier contract"),
    ];
    let count = if matches!(kind, WidgetKind::Badge | WidgetKind::Card) { 1 } else { sessions.len() };
    let items: Vec<Value> = sessions
        .into_iter()
        .take(count)
        .map(|(standing, days, title)| {
            let mut item = json!({
                "id": "00000000-0000-0000-0000-000000000000",
                "state": Coarse::of(standing).slug(),
                "derived": standing.slug(),
            });
            if may(EmbedField::Due) {
                item["due"] = json!(now.0 + days * DAY);
            }
            if may(EmbedField::Title) {
                item["title"] = json!(title);
            }
            item
        })
        .collect();
    let mut shown = json!({ "v": 1, "kind": kind.slug(), "rev": 1, "at": now.0, "items": items });
    if may(EmbedField::Counts) || kind == WidgetKind::Progress {
        shown["counts"] = json!({ "signed": 1, "total": count });
    }
    shown
}

struct Page<'a> {
    language: Language,
    kind: WidgetKind,
    theme: WidgetTheme,
    /// The origins whose messages count, apart by spaces.
    origins: &'a str,
    sample: Option<Value>,
}

impl Page<'_> {
    /// `ancestors`: who may frame it.
    fn answer(&self, ancestors: &str) -> Result<Response, ApiError> {
        let mut response = Html(self.html()).into_response();
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
        );
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_SECURITY_POLICY, &*policy),
            (header::REFERRER_POLICY, "no-referrer"),
            // Pages that are isolated from other origins can frame it too.
            (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
            (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
        ] {
            headers.insert(name, HeaderValue::try_from(value).map_err(ApiError::internal)?);
        }
        Ok(response)
    }

    fn html(&self) -> String {
        let words = words(self.language);
        let lang = self.language.tag();
        let (kind, theme) = (self.kind.slug(), self.theme.slug());
        let sample = self.sample.as_ref().map(|sample| format!(" data-sample=\"{}\"", attribute(&sample.to_string())));
        let (sample, origins) = (sample.unwrap_or_default(), attribute(self.origins));
        let all = attribute(&words.json().to_string());
        let (title, loading) = (escape_text(words.title), escape_text(words.loading));
        format!(
            "<!DOCTYPE html>\n<html lang=\"{lang}\" data-theme=\"{theme}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"{scheme}\">\n<meta name=\"robots\" content=\"noindex\">\n\
             <title>{title}</title>\n<link rel=\"stylesheet\" href=\"/embed/frame.css\">\n\
             <script type=\"module\" src=\"/embed/frame.js\"></script>\n</head>\n\
             <body data-kind=\"{kind}\" data-origins=\"{origins}\" data-words=\"{all}\"{sample}>\n\
             <main aria-label=\"{label}\"><p class=\"quiet\">{loading}</p></main>\n\
             <p role=\"status\" class=\"said\"></p>\n</body>\n</html>\n",
            scheme = match self.theme {
                WidgetTheme::Auto => "light dark",
                WidgetTheme::Dark => "dark",
                WidgetTheme::Light | WidgetTheme::Contrast => "light",
            },
            label = attribute(words.title),
        )
    }
}

/// Text between double quotes.
fn attribute(text: &str) -> String {
    escape_text(text).replace('"', "&quot;")
}
