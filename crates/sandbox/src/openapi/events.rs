//! The management of event subscriptions: its operations and their shapes.

use contract::EventName;
use serde_json::{Value, json};

use super::{
    paths::{Paths, json_answer, json_request, link, no_content, path_id, responses},
    schemas::{Schemas, id, moment, schema},
};
use crate::{
    events::{HEADER_MAX, LIFETIME_MAX, SECRET_LENGTH, SIGNATURE_HEADER, SUBSCRIPTIONS_MAX, URL_MAX},
    store::events::{ALL, SERVICE},
};

const TAG: &str = "Events";
const EXAMPLE: &str = "0197e4b8-5310-7d0c-a1ce-9a5b7e2f6d41";

pub(super) fn paths() -> Paths {
    let base = "/events-management/subscriptions";
    let parameters = path_id("subscriptionId", EXAMPLE);
    let subscription = || json_answer("The subscription.", schema("Subscription"));
    let letters = |description: &str| json_answer(description, schema("Letters"));
    let mut made = json_answer("It is made.", schema("Subscription"));
    made["links"] = json!({
        "read": link("get_subscription", "subscriptionId", "/id"),
        "change": link("patch_subscription", "subscriptionId", "/id"),
        "try": link("test_subscription", "subscriptionId", "/id"),
        "pending": link("list_pending", "subscriptionId", "/id"),
        "dead": link("list_dead_letters", "subscriptionId", "/id"),
        "again": link("send_again", "subscriptionId", "/id"),
        "delete": link("delete_subscription", "subscriptionId", "/id"),
    });
    let example = json!({ "url": "http://127.0.0.1:8080/events", "eventTypes": [ALL] });
    vec![
        (
            base.to_owned(),
            json!({
                "get": {
                    "operationId": "list_subscriptions",
                    "tags": [TAG],
                    "summary": "List subscriptions",
                    "description": "All of them, the oldest first.",
                    "responses": responses("200", json_answer("The subscriptions.",
                        json!({ "type": "array", "items": schema("Subscription") })), &[]),
                },
                "post": {
                    "operationId": "create_subscription",
                    "tags": [TAG],
                    "summary": "Subscribe to events",
                    "description": format!("There are at most {SUBSCRIPTIONS_MAX} subscriptions. \
                                            Without a secret in the request the answer shows a new one, this once."),
                    "requestBody": json_request(json!({
                        "allOf": [schema("SubscriptionPatch"), {
                            "required": ["url", "eventTypes"],
                            "properties": { "url": { "type": "string" }, "eventTypes": { "type": "array" } },
                        }],
                    }), example),
                    "responses": responses("201", made, &["400", "409", "413", "415"]),
                },
            }),
        ),
        (
            format!("{base}/{{subscriptionId}}"),
            json!({
                "parameters": parameters,
                "get": {
                    "operationId": "get_subscription",
                    "tags": [TAG],
                    "summary": "Read a subscription",
                    "responses": responses("200", subscription(), &["400", "404"]),
                },
                "patch": {
                    "operationId": "patch_subscription",
                    "tags": [TAG],
                    "summary": "Change a subscription",
                    "description": "What is on its way goes to the new address, signed with the new secret.",
                    "requestBody": json_request(schema("SubscriptionPatch"), json!({ "enabled": false })),
                    "responses": responses("200", subscription(), &["400", "404", "413", "415"]),
                },
                "delete": {
                    "operationId": "delete_subscription",
                    "tags": [TAG],
                    "summary": "Delete a subscription",
                    "description": "With all that is on its way to it, and its dead letters.",
                    "responses": responses("204", no_content(), &["400", "404"]),
                },
            }),
        ),
        (
            format!("{base}/{{subscriptionId}}/test"),
            json!({
                "parameters": parameters,
                "post": {
                    "operationId": "test_subscription",
                    "tags": [TAG],
                    "summary": "Send an event for a trial",
                    "description": "It is tagged `mock` and about no session, and is sent whatever was subscribed to.",
                    "requestBody": json_request(schema("Trial"), json!({ "eventName": "package.completed" })),
                    "responses": responses("202", json_answer("It is on its way.", schema("TrialStarted")),
                        &["400", "404", "409", "413", "415"]),
                },
            }),
        ),
        (
            format!("{base}/{{subscriptionId}}/pending"),
            json!({
                "parameters": parameters,
                "get": {
                    "operationId": "list_pending",
                    "tags": [TAG],
                    "summary": "List events that are still tried",
                    "responses": responses("200", letters("The oldest 100"), &["400", "404"]),
                },
            }),
        ),
        (
            format!("{base}/{{subscriptionId}}/dead-letters"),
            json!({
                "parameters": parameters,
                "get": {
                    "operationId": "list_dead_letters",
                    "tags": [TAG],
                    "summary": "List events that are tried no longer",
                    "responses": responses("200", letters("The oldest 100"), &["400", "404"]),
                },
            }),
        ),
        (
            format!("{base}/{{subscriptionId}}/dead-letters/send-again"),
            json!({
                "parameters": parameters,
                "post": {
                    "operationId": "send_again",
                    "tags": [TAG],
                    "summary": "Send dead letters again",
                    "description": "One of them, or all. Their time starts anew.",
                    "requestBody": json_request(schema("Choice"), json!({})),
                    "responses": responses("202", json_answer("They are on their way.", schema("Sent")),
                        &["400", "404", "409", "413", "415"]),
                },
            }),
        ),
    ]
}

/// The schemas by their names.
pub(super) fn schemas() -> Schemas {
    let names: Vec<String> = EventName::KNOWN.iter().map(|name| format!("{SERVICE}:{name}")).collect();
    let types: Vec<&str> = std::iter::once(ALL).chain(names.iter().map(String::as_str)).collect();
    let event_types = |nullable: Value| {
        json!({
            "type": nullable,
            "items": { "type": "string", "enum": types },
            "minItems": 1,
            "uniqueItems": true,
            "description": "Which events",
        })
    };
    [
        (
            "SubscriptionPatch",
            json!({
                "type": "object",
                "description": "What is left out stays as it is, or as it is at first.",
                "properties": {
                    "url": {
                        "type": ["string", "null"],
                        "pattern": "^https?://",
                        "maxLength": URL_MAX,
                        "description": "Where to; without user name, password and fragment",
                    },
                    "eventTypes": event_types(json!(["array", "null"])),
                    "secret": {
                        "type": ["string", "null"],
                        "minLength": SECRET_LENGTH.start(),
                        "maxLength": SECRET_LENGTH.end(),
                        "description": "The key of the signature (HMAC with SHA-256); no control characters",
                    },
                    "signatureHeader": {
                        "type": ["string", "null"],
                        "pattern": "^[Xx]-[A-Za-z0-9!#$%&'*+.^_`|~-]*$",
                        "maxLength": HEADER_MAX,
                        "description": format!("The header with the signature; {SIGNATURE_HEADER} at first"),
                    },
                    "lifetimeSeconds": {
                        "type": ["integer", "null"],
                        "minimum": 1,
                        "maximum": LIFETIME_MAX.whole_seconds(),
                        "description": "For how long an event is tried",
                    },
                    "enabled": { "type": ["boolean", "null"], "description": "Whether anything is sent" },
                },
            }),
        ),
        (
            "Subscription",
            json!({
                "type": "object",
                "required": [
                    "id", "url", "eventTypes", "signatureHeader", "lifetimeSeconds", "enabled", "createdAt",
                ],
                "properties": {
                    "id": id("The subscription."),
                    "url": { "type": "string", "description": "Where to" },
                    "eventTypes": event_types(json!("array")),
                    "signatureHeader": { "type": "string", "description": "The header with the signature" },
                    "lifetimeSeconds": { "type": "integer", "description": "For how long an event is tried" },
                    "enabled": { "type": "boolean", "description": "Whether anything is sent" },
                    "createdAt": moment("When it was made"),
                    "secret": { "type": "string", "description": "Only when the service has just made it" },
                },
            }),
        ),
        (
            "Trial",
            json!({
                "type": "object",
                "properties": {
                    "eventName": {
                        "anyOf": [{ "type": "string", "enum": EventName::KNOWN }, { "type": "null" }],
                        "description": format!("{} when absent", EventName::SessionCompleted),
                    },
                },
            }),
        ),
        (
            "TrialStarted",
            json!({
                "type": "object",
                "required": ["eventId"],
                "properties": { "eventId": { "type": "string", "description": "The event" } },
            }),
        ),
        (
            "Letters",
            json!({
                "type": "object",
                "required": ["total", "data"],
                "properties": {
                    "total": { "type": "integer", "minimum": 0, "description": "How many there are" },
                    "data": { "type": "array", "items": schema("Letter"), "description": "The oldest of them" },
                },
            }),
        ),
        (
            "Letter",
            json!({
                "type": "object",
                "required": ["eventId", "eventName", "sessionId", "timestamp", "expiresAt", "attempts", "lastFailure"],
                "properties": {
                    "eventId": { "type": "string", "description": "The event" },
                    "eventName": { "type": "string", "enum": EventName::KNOWN, "description": "What happened" },
                    "sessionId": id("To which session"),
                    "timestamp": moment("When it happened"),
                    "expiresAt": moment("It is tried until then"),
                    "attempts": { "type": "integer", "minimum": 0, "description": "Failed attempts so far" },
                    "lastFailure": { "type": ["string", "null"], "description": "Why the last one failed" },
                },
            }),
        ),
        (
            "Choice",
            json!({
                "type": "object",
                "properties": {
                    "eventId": { "type": ["string", "null"], "description": "The event; all of them when absent" },
                },
            }),
        ),
        (
            "Sent",
            json!({
                "type": "object",
                "required": ["count"],
                "properties": { "count": { "type": "integer", "minimum": 0, "description": "How many" } },
            }),
        ),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
    .into()
}
