//! A small XML writer whose output is its own exclusive canonical form.
//!
//! What is signed is the canonical form (Exclusive XML Canonicalization 1.0) of
//! an element. Writing that form in the first place means that the bytes that
//! are hashed are the bytes that are handed out; `verify` then holds an
//! independent canonicaliser against it.
//!
//! Writing rules:
//! - Free text goes into element content only. (Attributes survive too, but
//!   parsers that skip attribute-value normalisation have been seen.)
//! - A namespace is declared where its prefix is first used, on each branch.
//! - No DTD, no default namespace, no comments, no empty-element tags.
//! - Characters that XML 1.0 forbids become U+FFFD.

use std::fmt::Write;

/// A namespace with the prefix that this module always writes it with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Namespace {
    pub(super) prefix: &'static str,
    pub(super) uri: &'static str,
}

/// XML Signature.
pub(super) const DS: Namespace = Namespace { prefix: "ds", uri: "http://www.w3.org/2000/09/xmldsig#" };
/// XAdES 1.3.2.
pub(super) const XADES: Namespace = Namespace { prefix: "xades", uri: "http://uri.etsi.org/01903/v1.3.2#" };
/// Our own evidence.
pub(super) const EVIDENCE: Namespace = Namespace { prefix: "cs", uri: "urn:countersign:evidence:1" };

/// Attributes of an element: names without prefix, in alphabetical order, as the canonical form wants them.
pub(super) type Attributes<'a> = &'a [(&'static str, &'a str)];

/// XML being written.
#[derive(Debug, Default)]
pub(super) struct Canonical {
    out: String,
    /// Namespaces that an open element has declared.
    declared: Vec<Namespace>,
}

impl Canonical {
    /// One element, to be signed: it declares all that it uses, whatever surrounds it.
    pub(super) fn element_alone(
        namespace: Namespace,
        name: &'static str,
        attributes: Attributes<'_>,
        content: impl FnOnce(&mut Self),
    ) -> String {
        let mut xml = Self::default();
        xml.element(namespace, name, attributes, content);
        xml.out
    }

    /// An element with whatever `content` writes into it.
    pub(super) fn element(
        &mut self,
        namespace: Namespace,
        name: &'static str,
        attributes: Attributes<'_>,
        content: impl FnOnce(&mut Self),
    ) {
        debug_assert!(attributes.is_sorted_by_key(|(name, _)| *name), "attributes of {name} are not in order");
        let Namespace { prefix, uri } = namespace;
        let declares = !self.declared.contains(&namespace);
        self.push(&["<", prefix, ":", name]);
        if declares {
            self.declared.push(namespace);
            self.push(&[" xmlns:", prefix, "=\"", uri, "\""]);
        }
        for (name, value) in attributes {
            self.push(&[" ", name, "=\""]);
            self.escape(value, Place::Attribute);
            self.push(&["\""]);
        }
        self.push(&[">"]);
        content(self);
        self.push(&["</", prefix, ":", name, ">"]);
        if declares {
            self.declared.pop();
        }
    }

    /// An element without content.
    pub(super) fn empty(&mut self, namespace: Namespace, name: &'static str, attributes: Attributes<'_>) {
        self.element(namespace, name, attributes, |_| {});
    }

    /// An element that holds text.
    pub(super) fn text(&mut self, namespace: Namespace, name: &'static str, text: &str) {
        self.element(namespace, name, &[], |xml| xml.content(text));
    }

    /// Text inside the open element.
    pub(super) fn content(&mut self, text: &str) {
        self.escape(text, Place::Content);
    }

    /// An element that this writer wrote before, unchanged.
    pub(super) fn embed(&mut self, element: &str) {
        self.out.push_str(element);
    }

    fn push(&mut self, parts: &[&str]) {
        self.out.extend(parts.iter().copied());
    }

    fn escape(&mut self, text: &str, place: Place) {
        for char in text.chars() {
            match (char, place) {
                ('&', _) => self.out.push_str("&amp;"),
                ('<', _) => self.out.push_str("&lt;"),
                ('>', Place::Content) => self.out.push_str("&gt;"),
                ('"', Place::Attribute) => self.out.push_str("&quot;"),
                ('\t' | '\n', Place::Content) => self.out.push(char),
                ('\t' | '\n' | '\r', _) => {
                    let _ = write!(self.out, "&#x{:X};", u32::from(char));
                }
                _ => self.out.push(printable(char)),
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Content,
    Attribute,
}

/// The character itself, or U+FFFD for one that cannot stand in XML 1.0 (§2.2 `Char`).
const fn printable(char: char) -> char {
    match char {
        '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\u{FFFE}' | '\u{FFFF}' => char::REPLACEMENT_CHARACTER,
        _ => char,
    }
}
