//! Documents: what is uploaded, and what signing makes of it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{DocumentId, Extra, InvalidParam, Sha256Digest, limits, open_enum::open_enum};

open_enum! {
    /// Type of a document. Parameters such as `; charset=utf-8` are no part of it.
    MimeType {
        /// A PDF.
        Pdf = "application/pdf",
        /// Plain text, UTF-8.
        Text = "text/plain",
        /// Markdown (the subset that Swedish BankID shows), UTF-8.
        Markdown = "text/markdown",
        /// A signature in XML: a result, never an upload.
        Xml = "application/xml",
    }
}

impl MimeType {
    /// The types that may be uploaded.
    pub const UPLOADABLE: &[Self] = &[Self::Pdf, Self::Text, Self::Markdown];

    /// Reads a `Content-Type` header: case folded, parameters dropped.
    #[must_use]
    pub fn from_content_type(value: &str) -> Self {
        let essence = value.split_once(';').map_or(value, |(essence, _)| essence);
        Self::from(essence.trim().to_ascii_lowercase())
    }

    /// Whether documents of this type can be uploaded for signing.
    #[must_use]
    pub fn is_uploadable(&self) -> bool {
        Self::UPLOADABLE.contains(self)
    }
}

open_enum! {
    /// How a document was hashed.
    HashAlgorithm {
        /// SHA-256; the only one the API uses.
        Sha256 = "SHA256",
    }
}

/// The hash that the service computed over the stored bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentHash {
    /// The digest in standard Base64. Kept as text: the service may send another algorithm's.
    pub hash: String,
    /// What the digest was made with.
    pub hash_algorithm: HashAlgorithm,
}

impl DocumentHash {
    /// The digest, when it is a well-formed SHA-256 one.
    #[must_use]
    pub fn sha256(&self) -> Option<Sha256Digest> {
        (self.hash_algorithm == HashAlgorithm::Sha256).then(|| self.hash.parse().ok()).flatten()
    }
}

impl From<Sha256Digest> for DocumentHash {
    fn from(digest: Sha256Digest) -> Self {
        Self { hash: digest.base64(), hash_algorithm: HashAlgorithm::Sha256 }
    }
}

/// A document's metadata. The answer to an upload is the same object without the
/// three texts, which an upload never sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// The document's id.
    pub document_id: DocumentId,
    /// Its type, from the upload's `Content-Type`.
    pub mime_type: MimeType,
    /// When it was stored. May carry nanoseconds.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// The service's own hash of it.
    pub document_hash: DocumentHash,
    /// Name to store it under. At most 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// Text about it. At most 1000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Title to show. At most 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A change of a document's metadata; what is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentPatch {
    /// New file name, at most 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// New description, at most 1000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// New title, at most 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl DocumentPatch {
    /// All that the API would refuse about this change.
    #[must_use]
    pub fn validate(&self) -> Vec<InvalidParam> {
        [
            ("filename", &self.filename, limits::FILENAME_MAX),
            ("description", &self.description, limits::DESCRIPTION_MAX),
            ("title", &self.title, limits::TITLE_MAX),
        ]
        .into_iter()
        .filter_map(|(name, text, max)| too_long(name, text.as_deref()?, max))
        .collect()
    }
}

/// A finding when `text` has more than `max` characters.
pub(crate) fn too_long(name: &str, text: &str, max: usize) -> Option<InvalidParam> {
    let length = text.chars().count();
    (length > max).then(|| InvalidParam::new(name, format!("must be at most {max} characters, is {length}")))
}
