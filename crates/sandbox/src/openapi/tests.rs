//! The document says what the code does.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::document;
use crate::control::OPERATIONS;

fn the_document() -> Value {
    document(&"http://localhost:3001/".parse().unwrap())
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.strip_prefix('#').unwrap()).unwrap(),
        None => value,
    }
}

#[test]
fn every_operation_is_in_it_under_the_name_that_faults_use() {
    let document = the_document();
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters") {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            found.insert((id, method.to_uppercase(), path.clone()));
        }
    }
    for (name, method, path) in OPERATIONS {
        assert!(found.contains(&((*name).to_owned(), method.to_string(), (*path).to_owned())), "{name}");
    }

    // The routers themselves, as they are written.
    let routers = [("/sign", include_str!("../api/mod.rs")), ("/events-management", include_str!("../events/mod.rs"))];
    let routes: BTreeSet<String> = routers
        .into_iter()
        .flat_map(|(prefix, router)| {
            let routes = router.split(".route(").skip(1);
            routes.map(move |route| format!("{prefix}{}", route.split('"').nth(1).unwrap()))
        })
        .chain([crate::oauth::PATH.to_owned()])
        .collect();
    assert_eq!(found.into_iter().map(|(_, _, path)| path).collect::<BTreeSet<_>>(), routes);
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    let document = the_document();
    let mut used = BTreeSet::new();
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            assert!(!resolve(&document, value).is_null());
            used.insert(reference.rsplit('/').next().unwrap());
        }
        match value {
            Value::Object(fields) => open.extend(fields.values()),
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    for family in ["schemas", "responses"] {
        for name in document["components"][family].as_object().unwrap().keys() {
            assert!(used.contains(name.as_str()), "{name} is used nowhere");
        }
    }
}

/// The contract's own samples have the documented fields.
#[test]
fn schemas_have_the_fields_of_the_contract() {
    macro_rules! sample {
        ($name:literal) => {
            include_str!(concat!("../../../contract/tests/fixtures/", $name, ".json"))
        };
    }
    let document = the_document();
    let mut missing = BTreeSet::new();
    let mut seen: Map<String, Value> = Map::new();
    for (schema, sample) in [
        ("Document", sample!("document")),
        ("DocumentPatch", sample!("document-patch")),
        ("NewDocumentCollection", sample!("new-collection")),
        ("DocumentCollection", sample!("collection")),
        ("SigningSession", sample!("session")),
        ("SigningSessionPage", sample!("sessions-page")),
        ("Problem", sample!("problem-internal")),
    ] {
        let sample: Value = serde_json::from_str(sample).unwrap();
        compare(&document, schema, &sample, &mut seen, &mut missing);
    }
    assert_eq!(missing, BTreeSet::new(), "fields of samples that no schema has");
    // What the samples leave out.
    let unseen: Vec<String> = seen
        .iter()
        .flat_map(|(schema, seen)| {
            let fields = properties(&document, &document["components"]["schemas"][schema]);
            let unseen: Vec<_> = fields.into_iter().filter(|(name, _)| seen.get(name).is_none()).collect();
            unseen.into_iter().map(move |(name, _)| format!("{schema}.{name}"))
        })
        .collect();
    let not_in_samples = [
        "Lifecycle.rejectReason",
        "PreAuthentication.identityProviders",
        "SigningSession.signatureUrl",
        "SigningSetup.requestedAttributes",
        "SigningSetup.vendor",
    ];
    assert_eq!(unseen, not_in_samples);
}

fn properties(document: &Value, schema: &Value) -> Vec<(String, Value)> {
    let schema = resolve(document, schema);
    let own = schema["properties"].as_object().into_iter().flatten().map(|(name, field)| (name.clone(), field.clone()));
    let parts = ["allOf", "anyOf"].into_iter().filter_map(|word| schema[word].as_array()).flatten();
    own.chain(parts.flat_map(|part| properties(document, part))).collect()
}

/// Notes which fields of `sample` the schema lacks, and which of the schema's the sample has.
fn compare(
    document: &Value,
    name: &str,
    sample: &Value,
    seen: &mut Map<String, Value>,
    missing: &mut BTreeSet<String>,
) {
    let fields = properties(document, &document["components"]["schemas"][name]);
    for (field, value) in sample.as_object().unwrap() {
        let Some((_, schema)) = fields.iter().find(|(known, _)| known == field) else {
            missing.insert(format!("{name}.{field}"));
            continue;
        };
        let seen_here = seen.entry(name).or_insert_with(|| Value::Object(Map::new()));
        seen_here[field] = Value::Bool(true);
        let items = schema.get("items").unwrap_or(schema);
        let target = [&items["$ref"], &items["anyOf"][0]["$ref"]].into_iter().find_map(Value::as_str);
        let Some(target) = target.and_then(|reference| reference.rsplit('/').next()) else { continue };
        let values = value.as_array().map_or_else(|| vec![value], |values| values.iter().collect());
        for value in values {
            compare(document, target, value, seen, missing);
        }
    }
}
