//! What is worth telling about a PDF that can be signed.

use lopdf::{Dictionary, Document, Object};

use super::{
    PdfFacts,
    open::{Pdf, value},
};

/// Actions that only move the reader, or open an address that they can see.
const HARMLESS: [&[u8]; 3] = [b"GoTo", b"URI", b"Named"];

/// Looks at every object, also at those that no page leads to: scripts hide there.
pub(crate) fn facts(pdf: &Pdf) -> PdfFacts {
    let doc = &pdf.doc;
    let mut facts = PdfFacts { pages: pdf.pages.len(), signed: false, has_active_content: false, has_xfa: false };
    let mut open: Vec<&Object> = doc.objects.values().collect();
    while let Some(object) = open.pop() {
        let dictionary = match object {
            Object::Array(items) => {
                open.extend(items);
                continue;
            }
            Object::Dictionary(dictionary) => dictionary,
            Object::Stream(stream) => &stream.dict,
            _ => continue,
        };
        facts.signed |= dictionary.has(b"ByteRange") && dictionary.has(b"Contents");
        facts.has_active_content |= dictionary.has(b"JavaScript")
            || dictionary.has_type(b"Action") && is_active_action(doc, dictionary)
            || dictionary.iter().any(|(key, value)| is_active(doc, key, value));
        facts.has_xfa |= dictionary.has(b"XFA");
        open.extend(dictionary.iter().map(|(_, value)| value));
    }
    facts
}

/// Whether an entry of some dictionary makes a viewer do more than move the reader or open an address.
pub(crate) fn is_active(doc: &Document, key: &[u8], value: &Object) -> bool {
    let is_active_action = |action: &Object| match doc.dereference(action) {
        Ok((_, Object::Dictionary(action))) => is_active_action(doc, action),
        _ => false,
    };
    match (key, doc.dereference(value)) {
        (b"A" | b"OpenAction" | b"Next", Ok((_, Object::Array(actions)))) => actions.iter().any(is_active_action),
        (b"A" | b"OpenAction" | b"Next", _) => is_active_action(value),
        // Actions that nobody asks for. (In a resource dictionary, `AA` may be any resource's name.)
        (b"AA", Ok((_, Object::Dictionary(triggers)))) => {
            triggers.iter().any(|(_, action)| action_kind(doc, action).is_some())
        }
        _ => false,
    }
}

/// `A` is also the key of a structure element's attributes, which have no kind.
fn is_active_action(doc: &Document, action: &Dictionary) -> bool {
    value(doc, action, b"S").and_then(|kind| kind.as_name().ok()).is_some_and(|kind| !HARMLESS.contains(&kind))
}

fn action_kind<'a>(doc: &'a Document, action: &'a Object) -> Option<&'a Object> {
    let (_, action) = doc.dereference(action).ok()?;
    value(doc, action.as_dict().ok()?, b"S")
}
