//! Forms: each document's fields go under a field of their own, can be read but not
//! changed, and lose the signatures, which would be broken ones in the package.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};

use super::copy::Copier;
use crate::pdf;

/// How deep fields may lie within each other. Deeper ones are dropped; their pictures stay.
const DEPTH_MAX: usize = 32;
/// The field flag "read only".
const READ_ONLY: i64 = 1;
/// The annotation flags "read only" and "locked".
const UNTOUCHABLE: i64 = 64 | 128;
/// Annotations of which nothing but the picture is copied: they hold attachments, or play something.
const PICTURE_ONLY: [&[u8]; 6] = [b"FileAttachment", b"RichMedia", b"Screen", b"Movie", b"Sound", b"3D"];

/// A document's form, which goes on without its signatures.
pub(super) struct Form {
    /// The topmost fields.
    fields: Vec<Object>,
    /// What the fields have in common (`DA`, `Q`).
    common: Dictionary,
    /// Resources by kind and name (`DR`).
    pub(super) resources: Dictionary,
    /// Whether viewers are to draw the fields.
    pub(super) needs_appearances: bool,
}

impl Form {
    /// The form in the target, once its objects are all copied.
    pub(super) fn copied(mut self, copier: &mut Copier<'_>) -> Self {
        self.fields = self.fields.iter().map(|field| copier.object(field)).collect();
        self.common = copier.dictionary(&self.common);
        self.resources = copier.dictionary(&self.resources);
        self
    }

    /// Hangs the fields under one with this name and returns it.
    pub(super) fn hang(&self, target: &mut Document, name: &str) -> ObjectId {
        let mut parent = self.common.clone();
        parent.set("T", Object::string_literal(name));
        parent.set("Ff", READ_ONLY);
        parent.set("Kids", self.fields.clone());
        let id = target.add_object(parent);
        for field in self.fields.iter().filter_map(|field| field.as_reference().ok()) {
            if let Ok(field) = target.get_dictionary_mut(field) {
                field.set("Parent", id);
            }
        }
        id
    }

    /// Adds the resources that the joint form does not have yet.
    pub(super) fn join_resources(&self, joint: &mut Dictionary, target: &Document) {
        for (kind, resources) in &self.resources {
            let Ok((_, Object::Dictionary(resources))) = target.dereference(resources) else { continue };
            if !joint.has(kind) {
                joint.set(kind.clone(), Dictionary::new());
            }
            let Ok(joined) = joint.get_mut(kind).and_then(Object::as_dict_mut) else { continue };
            for (name, resource) in resources {
                if !joined.has(name) {
                    joined.set(name.clone(), resource.clone());
                }
            }
        }
    }
}

/// Takes the signature fields out of the form and makes all others read-only.
pub(super) fn prune(source: &mut Document, catalog: &Dictionary, left_out: &mut HashSet<ObjectId>) -> Option<Form> {
    let form = pdf::value(source, catalog, b"AcroForm")?.as_dict().ok()?.clone();
    let fields = pdf::value(source, &form, b"Fields")?.as_array().ok()?.clone();
    let resources = match pdf::value(source, &form, b"DR") {
        Some(Object::Dictionary(resources)) => resources.clone(),
        _ => Dictionary::new(),
    };
    let fields = prune_fields(source, fields, &mut HashSet::new(), left_out, DEPTH_MAX);
    let mut common = Dictionary::new();
    for key in ["DA", "Q"] {
        if let Some(value) = pdf::value(source, &form, key.as_bytes()) {
            common.set(key, value.clone());
        }
    }
    let needs_appearances = matches!(pdf::value(source, &form, b"NeedAppearances"), Some(Object::Boolean(true)));
    (!fields.is_empty()).then_some(Form { fields, common, resources, needs_appearances })
}

fn prune_fields(
    source: &mut Document,
    fields: Vec<Object>,
    seen: &mut HashSet<ObjectId>,
    left_out: &mut HashSet<ObjectId>,
    depth: usize,
) -> Vec<Object> {
    let mut kept = Vec::new();
    for field in fields {
        let Ok(id) = field.as_reference() else { continue };
        if depth == 0 || !seen.insert(id) || !source.get_object(id).is_ok_and(|field| field.as_dict().is_ok()) {
            continue;
        }
        if is_signature(source, id) {
            left_out.insert(id);
            continue;
        }
        let Ok(dictionary) = source.get_dictionary(id) else { continue };
        let own_flags = pdf::value(source, dictionary, b"Ff").and_then(|flags| flags.as_i64().ok());
        let kids = pdf::value(source, dictionary, b"Kids").and_then(|kids| kids.as_array().ok()).cloned();
        let kids = kids.map(|kids| prune_fields(source, kids, seen, left_out, depth - 1));
        if kids.as_ref().is_some_and(Vec::is_empty) {
            left_out.insert(id);
            continue;
        }
        if let Ok(dictionary) = source.get_dictionary_mut(id) {
            // Flags of its own hide inherited ones; a field without any has those of its new parent.
            if let Some(flags) = own_flags {
                dictionary.set("Ff", flags | READ_ONLY);
            }
            if let Some(kids) = kids {
                dictionary.set("Kids", kids);
            }
        }
        kept.push(field);
    }
    kept
}

/// Whether a field, or the part of one that is on a page, is a signature's.
fn is_signature(source: &Document, mut id: ObjectId) -> bool {
    for _ in 0..DEPTH_MAX {
        let Ok(field) = source.get_dictionary(id) else { return false };
        if let Some(kind) = pdf::value(source, field, b"FT") {
            return kind.as_name().is_ok_and(|kind| kind == b"Sig");
        }
        match field.get(b"Parent").and_then(Object::as_reference) {
            Ok(parent) => id = parent,
            Err(_) => return false,
        }
    }
    false
}

/// Turns signatures, attachments and media on pages into stamps with the same picture;
/// those without a picture go.
pub(super) fn freeze_annotations(source: &mut Document, pages: &[ObjectId], left_out: &mut HashSet<ObjectId>) {
    for page in pages {
        let Ok(dictionary) = source.get_dictionary(*page) else { continue };
        let Some(Object::Array(annotations)) = pdf::value(source, dictionary, b"Annots").cloned() else { continue };
        let mut kept = Vec::new();
        for annotation in annotations {
            match frozen(source, &annotation) {
                None => kept.push(annotation),
                Some(stamp) => {
                    left_out.extend(annotation.as_reference());
                    kept.extend(stamp.map(|stamp| Object::from(source.add_object(stamp))));
                }
            }
        }
        if let Ok(dictionary) = source.get_dictionary_mut(*page) {
            dictionary.set("Annots", kept);
        }
    }
}

/// What becomes of an annotation: None if it stays as it is, or perhaps a stamp.
fn frozen(source: &Document, annotation: &Object) -> Option<Option<Dictionary>> {
    let (id, object) = source.dereference(annotation).ok()?;
    let dictionary = object.as_dict().ok()?;
    let kind = pdf::value(source, dictionary, b"Subtype")?.as_name().ok()?;
    let is_signature = || match id {
        Some(id) => is_signature(source, id),
        None => dictionary.get(b"FT").and_then(Object::as_name).is_ok_and(|kind| kind == b"Sig"),
    };
    let only_its_picture = PICTURE_ONLY.contains(&kind) || kind == b"Widget" && is_signature();
    if !only_its_picture {
        return None;
    }
    let picture = || {
        let appearance = pdf::value(source, dictionary, b"AP")?.as_dict().ok()?;
        let normal = appearance.get(b"N").ok()?.clone();
        matches!(source.dereference(&normal), Ok((_, Object::Stream(_)))).then_some(normal)
    };
    let flags = pdf::value(source, dictionary, b"F").and_then(|flags| flags.as_i64().ok()).unwrap_or(0);
    Some(picture().map(|picture| {
        dictionary! {
            "Type" => "Annot",
            "Subtype" => "Stamp",
            "Rect" => dictionary.get(b"Rect").cloned().unwrap_or(Object::Null),
            "F" => flags | UNTOUCHABLE,
            "AP" => dictionary! { "N" => picture },
        }
    }))
}
