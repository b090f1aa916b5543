//! Places in a document that links and bookmarks call by name.

use std::collections::{HashMap, HashSet};

use lopdf::{Dictionary, Document, Object};

use crate::pdf;

/// A document's named places.
pub(super) struct Destinations(HashMap<Vec<u8>, Object>);

impl Destinations {
    /// Reads the names from the catalog: the old dictionary, and the tree that took its place.
    pub(super) fn read(source: &Document, catalog: &Dictionary) -> Self {
        let mut named = HashMap::new();
        let dictionary = |parent: &Dictionary, key: &[u8]| {
            pdf::value(source, parent, key).and_then(|value| value.as_dict().ok()).cloned()
        };
        for (name, place) in dictionary(catalog, b"Dests").unwrap_or_default() {
            named.insert(name, place);
        }
        let root = dictionary(catalog, b"Names").and_then(|names| dictionary(&names, b"Dests"));
        let (mut open, mut seen): (Vec<Dictionary>, _) = (root.into_iter().collect(), HashSet::new());
        while let Some(node) = open.pop() {
            let items =
                |key| pdf::value(source, &node, key).and_then(|items| items.as_array().ok()).into_iter().flatten();
            let kids = items(b"Kids").filter_map(|kid| kid.as_reference().ok()).filter(|kid| seen.insert(*kid));
            open.extend(kids.filter_map(|kid| source.get_dictionary(kid).ok().cloned()));
            let names: Vec<&Object> = items(b"Names").collect();
            for pair in names.chunks_exact(2) {
                if let Ok(name) = pair[0].as_str() {
                    named.insert(name.to_vec(), pair[1].clone());
                }
            }
        }
        Self(named)
    }

    /// The place as page and view. None if it is a name that nobody explains.
    pub(super) fn explicit(&self, source: &Document, place: &Object) -> Option<Object> {
        let place = match source.dereference(place).ok()?.1 {
            Object::Name(name) | Object::String(name, _) => source.dereference(self.0.get(name)?).ok()?.1,
            place => place,
        };
        match place {
            Object::Dictionary(dictionary) => pdf::value(source, dictionary, b"D").cloned(),
            Object::Array(_) => Some(place.clone()),
            _ => None,
        }
        .filter(|place| matches!(place, Object::Array(_)))
    }
}
