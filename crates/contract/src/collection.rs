//! Document collections, and the packages made of them.

use serde::{Deserialize, Serialize};

use crate::{
    ArchiveDocumentId, DocumentCollectionId, DocumentId, Extra, InvalidParam, PackageId, limits, null_as_default,
    open_enum::open_enum,
};

open_enum! {
    /// Format of a package.
    PackageType {
        /// A sealed PDF that holds originals and signatures.
        PadesContainer = "PADES_CONTAINER",
    }
}

/// A document in a collection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentReference {
    /// The document.
    pub document_id: DocumentId,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl From<DocumentId> for DocumentReference {
    fn from(document_id: DocumentId) -> Self {
        Self { document_id, extra: Extra::new() }
    }
}

/// A request for a new collection.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewDocumentCollection {
    /// 1 to 100 documents.
    #[serde(default, deserialize_with = "null_as_default")]
    pub documents: Vec<DocumentReference>,
    /// Formats to package to once all sessions on the collection are signed; at most 5.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub package_to: Vec<PackageType>,
}

impl NewDocumentCollection {
    /// All that the API would refuse about this request, whatever is stored.
    #[must_use]
    pub fn validate(&self) -> Vec<InvalidParam> {
        let mut findings = Vec::new();
        count("documents", self.documents.len(), 1, limits::COLLECTION_DOCUMENTS_MAX, &mut findings);
        for (i, reference) in self.documents.iter().enumerate() {
            if self.documents.iter().take(i).any(|earlier| earlier.document_id == reference.document_id) {
                findings.push(InvalidParam::new(format!("documents[{i}].documentId"), "is already in this collection"));
            }
        }
        package_to(&self.package_to, &mut findings);
        findings
    }
}

/// A logical grouping of documents that are signed together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentCollection {
    /// The collection's id.
    pub id: DocumentCollectionId,
    /// Its documents, in order.
    pub documents: Vec<DocumentReference>,
    /// Formats it is packaged to.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub package_to: Vec<PackageType>,
    /// What packaging made; absent until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<CollectionOutput>,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Results of a collection.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CollectionOutput {
    /// The packages made so far.
    #[serde(default, deserialize_with = "null_as_default")]
    pub packages: Vec<Package>,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A package: a collection's or a session's results in one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    /// The package's id.
    pub package_id: PackageId,
    /// The file, as a document to download.
    pub result_document_id: DocumentId,
    /// The file's place in the archive, when it was archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_archive_id: Option<ArchiveDocumentId>,
    /// The file's format.
    pub package_type: PackageType,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A finding when there are fewer than `min` or more than `max` items.
pub(crate) fn count(name: &str, len: usize, min: usize, max: usize, findings: &mut Vec<InvalidParam>) {
    if len < min || len > max {
        let wanted = match (min, max) {
            (0, max) => format!("at most {max}"),
            (min, max) if min == max => format!("exactly {min}"),
            (min, max) => format!("{min} to {max}"),
        };
        findings.push(InvalidParam::new(name, format!("must have {wanted} items, has {len}")));
    }
}

/// The rules of `packageTo`, which collections and sessions share.
pub(crate) fn package_to(types: &[PackageType], findings: &mut Vec<InvalidParam>) {
    count("packageTo", types.len(), 0, limits::PACKAGE_TO_MAX, findings);
    for (i, package_type) in types.iter().enumerate().filter(|(_, t)| !t.is_known()) {
        findings.push(unknown(format!("packageTo[{i}]"), package_type.as_str(), "PADES_CONTAINER"));
    }
}

/// A finding about a value outside an enum.
pub(crate) fn unknown(name: impl Into<String>, value: &str, known: &str) -> InvalidParam {
    InvalidParam::new(name, format!("must be {known}, is {value:?}"))
}
