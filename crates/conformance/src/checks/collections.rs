//! Document collections.

use contract::limits;
use serde_json::{Value, json};

use super::has_fields;
use crate::{
    Finding,
    service::{NOBODY, Service, equal},
};

const PATH: &str = "/document-collections";

fn path(collection: &Value) -> String {
    format!("{PATH}/{}", collection["id"].as_str().unwrap_or_default())
}

fn reference(document: &Value) -> Value {
    json!({ "documentId": document["documentId"] })
}

pub(super) async fn creation(service: &Service) -> Result<(), Finding> {
    let (first, second) = (service.upload().await?, service.upload().await?);
    let collection = service.collect(&[&second, &first]).await?;
    equal("id is there", collection["id"].is_string(), true)?;
    has_fields("documents", &collection["documents"], &json!([reference(&second), reference(&first)]))
}

pub(super) async fn reading(service: &Service) -> Result<(), Finding> {
    let collection = service.collect(&[&service.upload().await?]).await?;
    has_fields("collection", &service.get(&path(&collection)).await?.expect(200)?.json(), &collection)
}

pub(super) async fn sizes(service: &Service) -> Result<(), Finding> {
    service.post(PATH, &json!({ "documents": [] })).await?.problem(400)?;
    service.post(PATH, &json!({})).await?.problem(400)?;
    let mut documents = Vec::new();
    for _ in 0..limits::COLLECTION_DOCUMENTS_MAX {
        documents.push(reference(&service.upload().await?));
    }
    service.post(PATH, &json!({ "documents": documents })).await?.expect(201)?;
    documents.push(reference(&service.upload().await?));
    service.post(PATH, &json!({ "documents": documents })).await?.problem(400).map(drop)
}

pub(super) async fn package_to(service: &Service) -> Result<(), Finding> {
    let documents = json!([reference(&service.upload().await?)]);
    let request = json!({ "documents": documents, "packageTo": ["PADES_CONTAINER"] });
    let collection = service.post(PATH, &request).await?.expect(201)?.json();
    has_fields("collection", &collection, &request)?;
    let request = json!({ "documents": documents, "packageTo": ["ZIP_CONTAINER"] });
    service.post(PATH, &request).await?.problem(400).map(drop)
}

pub(super) async fn deletion(service: &Service) -> Result<(), Finding> {
    let collection = service.collect(&[&service.upload().await?]).await?;
    service.delete(&path(&collection)).await?.expect(204)?;
    service.get(&path(&collection)).await?.problem(404).map(drop)
}

pub(super) async fn unknown_document(service: &Service) -> Result<(), Finding> {
    let request = json!({ "documents": [{ "documentId": NOBODY }] });
    equal("invalidParams", service.post(PATH, &request).await?.invalid_params()?, ["documents[0].documentId"])
}
