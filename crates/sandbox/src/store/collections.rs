//! Rows of document collections.

use contract::{
    CollectionOutput, DocumentCollection, DocumentCollectionId, DocumentId, Extra, PackageType, SigningFlow,
};
use sqlx::SqliteConnection;
use time::OffsetDateTime;

use super::{
    StoreError, id, nanos,
    packages::{self, Subject},
};

/// Adds a collection. Its documents must be there.
pub(crate) async fn insert(
    db: &mut SqliteConnection,
    collection: &DocumentCollection,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO collection (id, package_to, created_at) VALUES (?, ?, ?)")
        .bind(collection.id.to_string())
        .bind(serde_json::to_string(&collection.package_to)?)
        .bind(nanos(now))
        .execute(&mut *db)
        .await?;
    for (position, reference) in (0_i64..).zip(&collection.documents) {
        sqlx::query("INSERT INTO collection_document (collection_id, document_id, position) VALUES (?, ?, ?)")
            .bind(collection.id.to_string())
            .bind(reference.document_id.to_string())
            .bind(position)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// The collection, if it is there.
pub(crate) async fn find(
    db: &mut SqliteConnection,
    collection: DocumentCollectionId,
) -> Result<Option<DocumentCollection>, StoreError> {
    let package_to: Option<(String,)> =
        sqlx::query_as("SELECT package_to FROM collection WHERE id = ? AND deleted_at IS NULL")
            .bind(collection.to_string())
            .fetch_optional(&mut *db)
            .await?;
    let Some((package_to,)) = package_to else { return Ok(None) };
    let documents: Vec<(String,)> =
        sqlx::query_as("SELECT document_id FROM collection_document WHERE collection_id = ? ORDER BY position")
            .bind(collection.to_string())
            .fetch_all(&mut *db)
            .await?;
    let package_to: Vec<PackageType> = serde_json::from_str(&package_to)?;
    let documents = documents
        .iter()
        .map(|(document,)| Ok(id::<DocumentId>(document)?.into()))
        .collect::<Result<_, StoreError>>()?;
    let packages = packages::of_collection(db, collection).await?;
    let output = (!packages.is_empty()).then(|| CollectionOutput { packages, extra: Extra::new() });
    Ok(Some(DocumentCollection { id: collection, documents, package_to, output, extra: Extra::new() }))
}

/// The signing flow of the sessions on the collection, if it has any.
pub(crate) async fn flow(
    db: &mut SqliteConnection,
    collection: DocumentCollectionId,
) -> Result<Option<SigningFlow>, StoreError> {
    let flow: Option<(String,)> = sqlx::query_as(
        "SELECT flow FROM session JOIN session_document ON session_id = session.id
         WHERE collection_id = ? AND deleted_at IS NULL LIMIT 1",
    )
    .bind(collection.to_string())
    .fetch_optional(db)
    .await?;
    Ok(flow.map(|(flow,)| flow.into()))
}

/// Deletes the collection, and with it the package that is yet to be made; its documents and sessions stay, and so
/// does a package that is made. Answers whether it was there.
pub(crate) async fn delete(
    db: &mut SqliteConnection,
    collection: DocumentCollectionId,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE collection SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL")
        .bind(nanos(now))
        .bind(collection.to_string())
        .execute(&mut *db)
        .await?;
    packages::forget(db, Subject::Collection(collection)).await?;
    Ok(done.rows_affected() > 0)
}
