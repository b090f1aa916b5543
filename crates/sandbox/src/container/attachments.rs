//! The files inside a package: the documents and their signatures, unchanged.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, Stream, dictionary, text_string};
use time::OffsetDateTime;

use super::{ContainerInput, date};

/// A file to attach.
pub(super) struct File<'a> {
    name: String,
    description: String,
    mime_type: &'static str,
    /// What it is to the pages: `Source` or `Supplement` (PDF/A-3 `AFRelationship`).
    relationship: &'static str,
    pub(super) bytes: &'a [u8],
}

/// The names, each made its own by a number where two are alike.
pub(super) fn unique_names<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut unique = Vec::new();
    for name in names {
        let (stem, extension) = match name.rfind('.') {
            Some(dot) if dot > 0 => name.split_at(dot),
            _ => (name, ""),
        };
        let numbered = (2_u32..).map(|number| format!("{stem} ({number}){extension}"));
        let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(name));
        let free = free.unwrap_or_default();
        taken.insert(free.clone());
        unique.push(free);
    }
    unique
}

/// The name of a document's n-th signature, counted from 1.
pub(super) fn signature_name(document: &str, n: usize) -> String {
    format!("{document}.signature-{n}.xml")
}

/// Every document, each followed by its signatures.
pub(super) fn all<'a>(input: &ContainerInput<'a>, names: &[String]) -> Vec<File<'a>> {
    let mut files = Vec::new();
    for (document, name) in input.documents.iter().zip(names) {
        files.push(File {
            name: name.clone(),
            description: "The document that was signed".to_owned(),
            mime_type: "application/pdf",
            relationship: "Source",
            bytes: document.bytes,
        });
        files.extend((1..).zip(document.signatures).map(|(n, signature)| File {
            name: signature_name(name, n),
            description: format!("Signature {n} of {name}"),
            mime_type: "application/xml",
            relationship: "Supplement",
            bytes: signature.xml,
        }));
    }
    files
}

/// Attaches the files.
pub(super) fn add(file: &mut Document, catalog: &mut Dictionary, files: &[File<'_>], now: OffsetDateTime) {
    let mut names = Vec::new();
    let mut associated = Vec::new();
    for attached in files {
        let size = i64::try_from(attached.bytes.len()).unwrap_or(i64::MAX);
        // As they are: deflating a PDF again takes long and saves nothing.
        let stream = Stream::new(
            dictionary! {
                "Type" => "EmbeddedFile",
                "Subtype" => attached.mime_type,
                "Params" => dictionary! { "Size" => size, "ModDate" => date(now) },
            },
            attached.bytes.to_vec(),
        );
        let content = file.add_object(stream.with_compression(false));
        let name = text_string(&attached.name);
        let specification = file.add_object(dictionary! {
            "Type" => "Filespec",
            "F" => name.clone(),
            "UF" => name.clone(),
            "Desc" => text_string(&attached.description),
            "AFRelationship" => attached.relationship,
            "EF" => dictionary! { "F" => content, "UF" => content },
        });
        names.push((name, specification));
        associated.push(Object::from(specification));
    }
    // Viewers search the names, so they must be in the order of their bytes.
    names.sort_by(|(one, _), (other, _)| one.as_str().ok().cmp(&other.as_str().ok()));
    let names: Vec<Object> = names.into_iter().flat_map(|(name, id)| [name, id.into()]).collect();
    catalog.set("Names", dictionary! { "EmbeddedFiles" => dictionary! { "Names" => names } });
    catalog.set("AF", associated);
}
