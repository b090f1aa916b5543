//! Copying the pages of one PDF into another, with all that they need and nothing that acts.
//!
//! Everything that the pages lead to is copied under new numbers. What is left
//! out, such as the old page tree, becomes null wherever it is referred to.

use std::{
    collections::{HashMap, HashSet},
    mem,
};

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat};

use super::{destinations::Destinations, forms, layers::Layers, outlines};
use crate::pdf::{self, Pdf};

/// Attributes that a page has from the groups that it is in.
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];
/// What a page does not keep: ties to the rest of its document, private data, attachments and triggers.
const PAGE_LOSES: [&[u8]; 9] =
    [b"Parent", b"StructParents", b"Thumb", b"PieceInfo", b"B", b"AA", b"AF", b"Metadata", b"Tabs"];

/// What came of copying one document.
pub(super) struct Copied {
    /// Its pages, in order.
    pub(super) pages: Vec<ObjectId>,
    /// Its bookmarks, under one new one.
    pub(super) bookmark: ObjectId,
    /// Its form, if it has one that goes on.
    pub(super) form: Option<forms::Form>,
}

/// A copy under way.
pub(super) struct Copier<'a> {
    pub(super) source: Document,
    target: &'a mut Document,
    destinations: Destinations,
    numbers: HashMap<ObjectId, ObjectId>,
    left_out: HashSet<ObjectId>,
    waiting: Vec<ObjectId>,
}

/// Copies all pages into `target`; the caller hangs them into its page tree.
pub(super) fn copy(pdf: Pdf, target: &mut Document, layers: &mut Layers) -> Copied {
    let Pdf { doc: mut source, pages } = pdf;
    let catalog = source.catalog().cloned().unwrap_or_default();
    inherit(&mut source, &catalog, &pages);
    let mut left_out = everything_above_pages(&source, &pages);
    forms::freeze_annotations(&mut source, &pages, &mut left_out);
    let form = forms::prune(&mut source, &catalog, &mut left_out);

    let numbers = pages.iter().map(|page| (*page, target.new_object_id())).collect();
    let destinations = Destinations::read(&source, &catalog);
    let waiting = pages.clone();
    let mut copier = Copier { source, target, destinations, numbers, left_out, waiting };
    let bookmark = outlines::copy(&mut copier, &catalog);
    layers.join(&mut copier, &catalog);
    let form = form.map(|form| form.copied(&mut copier));
    copier.finish();
    let pages = pages.iter().filter_map(|page| copier.numbers.get(page).copied()).collect();
    Copied { pages, bookmark, form }
}

/// Gives every page what it has from the groups above it.
fn inherit(source: &mut Document, catalog: &Dictionary, pages: &[ObjectId]) {
    let pages: HashSet<&ObjectId> = pages.iter().collect();
    let mut open: Vec<(ObjectId, Dictionary)> = catalog
        .get(b"Pages")
        .and_then(Object::as_reference)
        .map(|root| (root, Dictionary::new()))
        .into_iter()
        .collect();
    while let Some((id, mut attributes)) = open.pop() {
        let Ok(node) = source.get_dictionary(id).cloned() else { continue };
        for key in INHERITED {
            if let Ok(value) = node.get(key) {
                attributes.set(key, value.clone());
            }
        }
        if !pages.contains(&id) {
            let kids = pdf::value(source, &node, b"Kids").and_then(|kids| kids.as_array().ok()).into_iter().flatten();
            open.extend(kids.filter_map(|kid| kid.as_reference().ok()).map(|kid| (kid, attributes.clone())));
            continue;
        }
        let mut page = node;
        for (key, value) in attributes {
            page.set(key, value);
        }
        for key in PAGE_LOSES {
            page.remove(key);
        }
        page.set("Type", "Page");
        source.objects.insert(id, page.into());
    }
}

/// The catalog, the page tree, and pages that are in no tree.
fn everything_above_pages(source: &Document, pages: &[ObjectId]) -> HashSet<ObjectId> {
    let pages: HashSet<&ObjectId> = pages.iter().collect();
    let is_above = |object: &Object| {
        object.as_dict().is_ok_and(|dictionary| {
            [&b"Page"[..], b"Pages", b"Catalog"].into_iter().any(|kind| dictionary.has_type(kind))
        })
    };
    let above = source.objects.iter().filter(|(id, object)| !pages.contains(id) && is_above(object));
    let root = source.trailer.get(b"Root").and_then(Object::as_reference);
    above.map(|(id, _)| *id).chain(root).collect()
}

impl Copier<'_> {
    /// The copy of a reference: the object it names is copied as well.
    pub(super) fn reference(&mut self, id: ObjectId) -> Object {
        if self.left_out.contains(&id) || !self.source.objects.contains_key(&id) {
            return Object::Null;
        }
        let number = *self.numbers.entry(id).or_insert_with(|| {
            self.waiting.push(id);
            self.target.new_object_id()
        });
        number.into()
    }

    /// Lets references to `id` name an object of the target.
    pub(super) fn replace(&mut self, id: ObjectId, by: ObjectId) {
        self.numbers.insert(id, by);
    }

    /// Adds an object to the target.
    pub(super) fn add(&mut self, object: Dictionary) -> ObjectId {
        self.target.add_object(object)
    }

    /// A dictionary of the target.
    pub(super) fn added(&mut self, id: ObjectId) -> Option<&mut Dictionary> {
        self.target.objects.get_mut(&id).and_then(|object| object.as_dict_mut().ok())
    }

    /// Copies what is referred to, until nothing is left.
    pub(super) fn finish(&mut self) {
        while let Some(id) = self.waiting.pop() {
            let Some(number) = self.numbers.get(&id).copied() else { continue };
            let object = match self.source.objects.get_mut(&id) {
                // Contents are moved: they are most of the file, and nobody asks for them again.
                Some(Object::Stream(stream)) => {
                    let (dictionary, content) = (stream.dict.clone(), mem::take(&mut stream.content));
                    self.stream(&dictionary, content)
                }
                Some(object) => {
                    let object = object.clone();
                    self.object(&object)
                }
                None => Object::Null,
            };
            self.target.objects.insert(number, object);
        }
    }

    /// The copy of an object.
    pub(super) fn object(&mut self, object: &Object) -> Object {
        match object {
            Object::Reference(id) => self.reference(*id),
            Object::Array(items) => Object::Array(items.iter().map(|item| self.object(item)).collect()),
            Object::Dictionary(dictionary) => self.dictionary(dictionary).into(),
            other => other.clone(),
        }
    }

    /// The copy of a dictionary: destinations made explicit, whatever acts removed.
    pub(super) fn dictionary(&mut self, dictionary: &Dictionary) -> Dictionary {
        let moves = dictionary.get(b"S").and_then(Object::as_name).is_ok_and(|kind| kind == b"GoTo");
        let is_link = dictionary.has(b"Subtype") || dictionary.has(b"Title");
        let mut copy = Dictionary::new();
        for (key, value) in dictionary {
            let value = match (key.as_slice(), value) {
                (key, value) if pdf::is_active(&self.source, key, value) => continue,
                (b"StructParent" | b"StructParents", Object::Integer(_)) => continue,
                // A bookmark's tie to the tags, which are not copied.
                (b"SE", Object::Reference(_)) if dictionary.has(b"Title") => continue,
                (b"D", value) if moves => match self.destinations.explicit(&self.source, value) {
                    Some(destination) => self.object(&destination),
                    None => continue,
                },
                (b"Dest", value) if is_link => match self.destinations.explicit(&self.source, value) {
                    Some(destination) => self.object(&destination),
                    None => continue,
                },
                (_, value) => self.object(value),
            };
            copy.set(key.clone(), value);
        }
        copy
    }

    fn stream(&mut self, dictionary: &Dictionary, content: Vec<u8>) -> Object {
        let mut dict = self.dictionary(dictionary);
        // Contents in other files, private data and attachments stay where they are.
        for key in [&b"F"[..], b"FFilter", b"FDecodeParms", b"PieceInfo", b"AF"] {
            dict.remove(key);
        }
        dict.set("Length", i64::try_from(content.len()).unwrap_or(i64::MAX));
        Stream { dict, content, allows_compression: false, start_position: None }.into()
    }
}

/// A string of bytes that need not be text.
pub(super) fn bytes(bytes: impl Into<Vec<u8>>) -> Object {
    Object::String(bytes.into(), StringFormat::Hexadecimal)
}
