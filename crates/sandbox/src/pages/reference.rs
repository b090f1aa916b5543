//! `/docs`: the OpenAPI document for people to read.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::{layout::Page, text::EN};
use crate::{openapi, service::App};

/// `GET /docs`.
pub(super) async fn show(State(app): State<App>) -> Response {
    let document = openapi::document(&app.config.public_url);
    let title = text(&document["info"], "title");
    let main = html! {
        h1 { (title) }
        (prose(text(&document["info"], "description")))
        p { "For programs: " a href="openapi.json" { "openapi.json" } " (OpenAPI " (text(&document, "openapi")) ")" }
        nav.card aria-label="Operations" {
            ul {
                @for (path, method, operation) in operations(&document) {
                    li {
                        a href={ "#" (text(operation, "operationId")) } { (text(operation, "summary")) }
                        " " span.kind { (method) " " (path) }
                    }
                }
                li { a href="#schemas" { "Schemas" } }
            }
        }
        @for tag in array(&document["tags"]) {
            h2 { (text(tag, "name")) }
            p { (text(tag, "description")) }
            @for (path, method, operation) in operations(&document) {
                @if operation["tags"][0] == tag["name"] { (article(&document, path, &method, operation)) }
            }
        }
        h2 id="schemas" { "Schemas" }
        @for (name, schema) in object(&document["components"]["schemas"]) {
            section.card id=(name) {
                h3 { (name) }
                (prose(text(schema, "description")))
                (fields(schema))
            }
        }
    };
    Page { base: "sign-session/", ..Page::new(&EN, title, main) }.into_response()
}

/// Every operation with its path and its method in capitals.
fn operations(document: &Value) -> impl Iterator<Item = (&str, String, &Value)> {
    object(&document["paths"]).flat_map(|(path, item)| {
        let methods = ["post", "get", "patch", "delete"].into_iter();
        methods.filter_map(move |method| Some((path, method.to_uppercase(), item.get(method)?)))
    })
}

fn article(document: &Value, path: &str, method: &str, operation: &Value) -> Markup {
    let parameters = array(&document["paths"][path]["parameters"]).iter().chain(array(&operation["parameters"]));
    let body = &operation["requestBody"];
    html! {
        article.card id=(text(operation, "operationId")) {
            h3 { (text(operation, "summary")) }
            p { code { (method) " " (path) } }
            (prose(text(operation, "description")))
            dl {
                @for parameter in parameters {
                    dt { code { (text(parameter, "name")) } " in the " (text(parameter, "in")) }
                    dd { (kind(&parameter["schema"])) (sentence(parameter)) }
                }
                @for (content_type, content) in object(&body["content"]) {
                    dt { "Body as " code { (content_type) } }
                    dd { (kind(&content["schema"])) (sentence(body)) }
                }
                @for (status, response) in object(&operation["responses"]) {
                    dt { "Answer " code { (status) } }
                    dd { (answer(document, response)) }
                }
            }
            @if let Some(example) = body.pointer("/content/application~1json/example") {
                details {
                    summary { "Example" }
                    pre { (serde_json::to_string_pretty(example).unwrap_or_default()) }
                }
            }
        }
    }
}

fn answer(document: &Value, response: &Value) -> Markup {
    let name = text(response, "$ref").rsplit('/').next().unwrap_or_default();
    let response = document["components"]["responses"].get(name).unwrap_or(response);
    let types: Vec<(&str, &Value)> = object(&response["content"]).collect();
    html! {
        (inline(text(response, "description")))
        @for (i, (content_type, content)) in types.iter().enumerate() {
            @if i == 0 { " As " } @else { ", " }
            code { (content_type) }
            @if content["schema"]["format"] != "binary" { ": " (kind(&content["schema"])) }
        }
    }
}

fn fields(schema: &Value) -> Markup {
    html! {
        @for part in array(&schema["allOf"]) {
            @if part["$ref"].is_string() { p { "All of " (kind(part)) ", and:" } } @else { (fields(part)) }
        }
        @if schema["properties"].is_object() {
            dl {
                @for (name, field) in object(&schema["properties"]) {
                    dt {
                        code { (name) }
                        @if array(&schema["required"]).iter().any(|required| required == name) { " (always)" }
                    }
                    dd { (kind(field)) (sentence(field)) }
                }
            }
        }
    }
}

/// A schema in a few words; another one by its name.
fn kind(schema: &Value) -> Markup {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return html! { a href={ "#" (name) } { (name) } };
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let limits = [
        ("minimum", "from"),
        ("maximum", "to"),
        ("minItems", "at least"),
        ("maxItems", "at most"),
        ("maxLength", "characters at most"),
        ("const", ""),
        ("pattern", "like"),
        ("default", "default"),
    ];
    html! {
        @for (i, alternative) in array(&schema["anyOf"]).iter().enumerate() {
            @if i > 0 { " or " }
            (kind(alternative))
        }
        @if schema["anyOf"].is_null() { (types.join(" or ")) }
        @if let Some(format) = schema["format"].as_str() { " (" (format) ")" }
        @if schema["items"].is_object() { " of " (kind(&schema["items"])) }
        @for (i, value) in array(&schema["enum"]).iter().enumerate() {
            @if i > 0 { ", " } @else { " " }
            code { (value.as_str().map_or_else(|| value.to_string(), str::to_owned)) }
        }
        @for (word, phrase) in limits {
            @if let Some(value) = schema.get(word) {
                ", " (phrase) " " code { (value.as_str().map_or_else(|| value.to_string(), str::to_owned)) }
            }
        }
    }
}

fn sentence(value: &Value) -> Markup {
    html! { @if !text(value, "description").is_empty() { ". " (inline(text(value, "description"))) } }
}

/// Paragraphs.
fn prose(text: &str) -> Markup {
    html! { @for paragraph in text.split("\n\n").filter(|text| !text.is_empty()) { p { (inline(paragraph)) } } }
}

/// A text in which backticks set code apart, the only mark that the document uses.
fn inline(text: &str) -> Markup {
    html! {
        @for (i, part) in text.split('`').enumerate() {
            @if i % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn object(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}
