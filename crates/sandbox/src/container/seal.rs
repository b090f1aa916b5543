//! The seal: one certifying signature over the whole file (PAdES-B-T, ETSI EN 319 142-1).

use std::ops::Range;

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary, text_string};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::{ContainerError, copy, date};
use crate::evidence::{Authority, EvidenceError};

/// Room for the signature. With its time stamp it takes about 3.5 KB.
const SEAL_MAX: usize = 16 * 1024;
/// Stands for each number of the byte range until the file is written. Files are shorter.
const UNKNOWN: i64 = 9_999_999_999;
/// The annotation flags "print" and "locked".
const PRINTED_LOCKED: i64 = 4 | 128;
/// The form flags "has signatures" and "append only".
const SIGNED_APPEND_ONLY: i64 = 1 | 2;
/// Certification that allows no change at all.
const NO_CHANGES: i64 = 1;

/// Adds the seal's field, with room for the seal. Call it last: the room is searched from the end of the file.
pub(super) fn add_field(
    file: &mut Document,
    catalog: &mut Dictionary,
    mut form: Dictionary,
    page: Option<ObjectId>,
    now: OffsetDateTime,
) {
    let permissions = dictionary! { "Type" => "TransformParams", "P" => NO_CHANGES, "V" => "1.2" };
    let certifies = dictionary! { "Type" => "SigRef", "TransformMethod" => "DocMDP", "TransformParams" => permissions };
    let seal = file.add_object(dictionary! {
        "Type" => "Sig",
        "Filter" => "Adobe.PPKLite",
        "SubFilter" => "ETSI.CAdES.detached",
        "M" => date(now),
        "Name" => text_string("Countersign Sandbox TEST Seal"),
        "Reason" => text_string("Seals the signed documents and their signatures; test only, without legal effect"),
        "Reference" => vec![certifies.into()],
        "ByteRange" => vec![0.into(), UNKNOWN.into(), UNKNOWN.into(), UNKNOWN.into()],
        "Contents" => copy::bytes(vec![0; SEAL_MAX]),
    });
    let mut field = dictionary! {
        "Type" => "Annot",
        "Subtype" => "Widget",
        "FT" => "Sig",
        "T" => text_string("Seal"),
        "Rect" => vec![0.into(), 0.into(), 0.into(), 0.into()],
        "F" => PRINTED_LOCKED,
        "V" => seal,
    };
    if let Some(page) = page {
        field.set("P", page);
    }
    let field = file.add_object(field);
    if let Some(page) = page.and_then(|page| file.get_dictionary_mut(page).ok()) {
        // The first page is an evidence page, which has no annotations of its own.
        page.set("Annots", vec![field.into()]);
    }
    if let Ok(fields) = form.get_mut(b"Fields").and_then(Object::as_array_mut) {
        fields.push(field.into());
    }
    form.set("SigFlags", SIGNED_APPEND_ONLY);
    catalog.set("AcroForm", form);
    catalog.set("Perms", dictionary! { "DocMDP" => seal });
    let etsi = dictionary! { "BaseVersion" => "1.7", "ExtensionLevel" => 2 };
    catalog.set("Extensions", dictionary! { "ESIC" => etsi });
}

/// Seals the written file in place.
pub(super) fn seal(authority: &Authority, mut bytes: Vec<u8>, now: OffsetDateTime) -> Result<Vec<u8>, ContainerError> {
    let (range, contents) = places(&bytes).ok_or(ContainerError::NoRoom)?;
    let (before, after) = (contents.start, bytes.len() - contents.end);
    let numbers = format!("/ByteRange[0 {before} {} {after}", contents.end);
    let padded = format!("{numbers:<width$}]", width = range.len() - 1);
    put(&mut bytes, &range, padded.as_bytes());

    let digest = digest(&bytes, &contents);
    let seal = authority.seal(digest, now)?;
    if seal.len() > SEAL_MAX {
        return Err(ContainerError::NoRoom);
    }
    authority.check_seal(&seal, &digest).map_err(EvidenceError::from)?;
    let hex = contents.start + 1..contents.start + 1 + 2 * seal.len();
    put(&mut bytes, &hex, hex::encode_upper(&seal).as_bytes());
    Ok(bytes)
}

/// Where the byte range is written, and where the seal goes, angle brackets included.
fn places(bytes: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    let placeholder = format!("/ByteRange[0 {UNKNOWN} {UNKNOWN} {UNKNOWN}]");
    let from_end = |text: &[u8]| bytes.windows(text.len()).rposition(|window| window == text);
    let range = from_end(placeholder.as_bytes())?;
    let room = [b"/Contents<".as_slice(), &[b'0'; 2 * SEAL_MAX], b">"].concat();
    let contents = from_end(&room)?;
    Some((range..range + placeholder.len(), contents + "/Contents".len()..contents + room.len()))
}

/// Writes over a part that is exactly as long, or leaves it if it is not.
fn put(bytes: &mut [u8], at: &Range<usize>, text: &[u8]) {
    if let Some(place) = bytes.get_mut(at.clone()).filter(|place| place.len() == text.len()) {
        place.copy_from_slice(text);
    }
}

/// SHA-256 of all but the seal.
fn digest(bytes: &[u8], seal: &Range<usize>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(bytes.get(..seal.start).unwrap_or_default());
    hasher.update(bytes.get(seal.end..).unwrap_or_default());
    hasher.finalize().into()
}
