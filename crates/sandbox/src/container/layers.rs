//! Layers that can be hidden: without their settings, what was hidden would appear.

use lopdf::{Dictionary, Object};

use super::copy::Copier;
use crate::pdf;

/// The layers of all documents.
#[derive(Default)]
pub(super) struct Layers {
    groups: Vec<Object>,
    off: Vec<Object>,
    /// Lists of the default configuration that can be joined.
    lists: Dictionary,
}

/// Lists that can follow each other. (`ON` says nothing where everything is on that is not `OFF`.)
const JOINED: [&[u8]; 4] = [b"Order", b"RBGroups", b"Locked", b"AS"];

impl Layers {
    /// Adds those of the document that is being copied.
    pub(super) fn join(&mut self, copier: &mut Copier<'_>, catalog: &Dictionary) {
        let source = &copier.source;
        let Some(Object::Dictionary(properties)) = pdf::value(source, catalog, b"OCProperties") else { return };
        let empty = Dictionary::new();
        let settings = match pdf::value(source, properties, b"D") {
            Some(Object::Dictionary(settings)) => settings,
            _ => &empty,
        };
        let list = |dictionary, key| match pdf::value(source, dictionary, key) {
            Some(Object::Array(items)) => items.clone(),
            _ => Vec::new(),
        };
        let (groups, on) = (list(properties, b"OCGs"), list(settings, b"ON"));
        let starts_off =
            matches!(pdf::value(source, settings, b"BaseState"), Some(Object::Name(state)) if state == b"OFF");
        let off = match starts_off {
            true => groups.iter().filter(|group| !on.contains(group)).cloned().collect(),
            false => list(settings, b"OFF"),
        };
        let lists = JOINED.map(|key| (key, list(settings, key)));

        let mut copied = |items: Vec<Object>| items.iter().map(|item| copier.object(item)).collect::<Vec<_>>();
        self.groups.extend(copied(groups));
        self.off.extend(copied(off));
        for (key, items) in lists {
            let items = copied(items);
            match self.lists.get_mut(key).and_then(Object::as_array_mut) {
                Ok(joined) => joined.extend(items),
                Err(_) if items.is_empty() => {}
                Err(_) => self.lists.set(key, items),
            }
        }
    }

    /// The catalog's entry. None if no document has layers.
    pub(super) fn properties(self) -> Option<Dictionary> {
        if self.groups.is_empty() {
            return None;
        }
        let mut settings = self.lists;
        settings.set("OFF", self.off);
        let mut properties = Dictionary::new();
        properties.set("OCGs", self.groups);
        properties.set("D", settings);
        Some(properties)
    }
}
