//! Bookmarks: those of a document go under one with the document's name.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::copy::Copier;

/// Copies a document's bookmarks under a new, closed bookmark, which the caller titles.
pub(super) fn copy(copier: &mut Copier<'_>, catalog: &Dictionary) -> ObjectId {
    let parent = copier.add(Dictionary::new());
    let Some((root, tops)) = read(&copier.source, catalog) else { return parent };
    // The top bookmarks' parent is the new one.
    copier.replace(root, parent);
    let ends = [("First", tops.first()), ("Last", tops.last())];
    for (key, end) in ends {
        let Some(end) = end.map(|end| copier.reference(*end)) else { continue };
        if let Some(bookmark) = copier.added(parent) {
            bookmark.set(key, end);
        }
    }
    if let Some(bookmark) = copier.added(parent) {
        bookmark.set("Count", -i64::try_from(tops.len()).unwrap_or(i64::MAX));
    }
    parent
}

/// The root of the bookmarks, and those at the top. None if there are none, or if they go round in circles.
fn read(source: &Document, catalog: &Dictionary) -> Option<(ObjectId, Vec<ObjectId>)> {
    let root = catalog.get(b"Outlines").and_then(Object::as_reference).ok()?;
    let mut seen = HashSet::from([root]);
    let tops = siblings(source, source.get_dictionary(root).ok()?, &mut seen)?;
    let mut open = tops.clone();
    while let Some(id) = open.pop() {
        let bookmark = source.get_dictionary(id).ok()?;
        if bookmark.has(b"First") {
            open.extend(siblings(source, bookmark, &mut seen)?);
        }
    }
    (!tops.is_empty()).then_some((root, tops))
}

fn siblings(source: &Document, parent: &Dictionary, seen: &mut HashSet<ObjectId>) -> Option<Vec<ObjectId>> {
    let mut found = Vec::new();
    let mut next = parent.get(b"First").and_then(Object::as_reference).ok();
    while let Some(id) = next {
        let bookmark = source.get_dictionary(id).ok()?;
        if !seen.insert(id) {
            return None;
        }
        found.push(id);
        next = bookmark.get(b"Next").and_then(Object::as_reference).ok();
    }
    Some(found)
}

/// Ties bookmarks that follow each other together, under `parent`.
pub(super) fn chain(target: &mut Document, parent: ObjectId, bookmarks: &[ObjectId]) {
    for (at, id) in bookmarks.iter().enumerate() {
        let previous = at.checked_sub(1).and_then(|at| bookmarks.get(at));
        let neighbours = [("Prev", previous), ("Next", bookmarks.get(at + 1)), ("Parent", Some(&parent))];
        let Ok(bookmark) = target.get_dictionary_mut(*id) else { continue };
        for (key, neighbour) in neighbours {
            if let Some(neighbour) = neighbour {
                bookmark.set(key, *neighbour);
            }
        }
    }
}
