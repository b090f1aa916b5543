//! What is worth telling about a PDF that can be signed.

use lopdf::{Dictionary, Document, Object};

use super::{
    PdfFacts,
    open::{Pdf, value},
};

/// Actions that only move the reader, or open an address that they can see.
const HARMLESS: [&[u8]; 3] = [b"GoTo", b"URI", b"Named"];

/// Whether an action may stay in pages that are copied.
fn is_harmless_action(action: &Dictionary) -> bool {
    action.get(b"S").and_then(Object::as_name).is_ok_and(|kind| HARMLESS.contains(&kind))
}

/// Looks at every object, also at those that no page leads to: scripts hide there.
pub(super) fn facts(pdf: &Pdf) -> PdfFacts {
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
        facts.has_active_content |= is_active(doc, dictionary);
        facts.has_xfa |= dictionary.has(b"XFA");
        open.extend(dictionary.iter().map(|(_, value)| value));
    }
    facts
}

fn is_active(doc: &Document, dictionary: &Dictionary) -> bool {
    // `A` is also the key of a structure element's attributes, which have no `S`.
    let acts = |key| match value(doc, dictionary, key) {
        Some(Object::Dictionary(action)) => action.has(b"S") && !is_harmless_action(action),
        _ => false,
    };
    dictionary.has(b"AA")
        || dictionary.has(b"JavaScript")
        || dictionary.has_type(b"Action") && !is_harmless_action(dictionary)
        || [b"A".as_slice(), b"OpenAction", b"Next"].into_iter().any(acts)
}
