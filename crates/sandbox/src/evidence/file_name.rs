//! The name under which a verifier must find a detached document.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::SignedDocument;

/// Longest name in bytes. File systems take 255; the rest is for a suffix such as `.signature-1.xml`.
const LONGEST: usize = 220;
/// Longest extension, dot included, that a shortened name keeps.
const LONGEST_EXTENSION: usize = 16;

/// All but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl SignedDocument<'_> {
    /// The document's name as a single file in one folder: what the reference in
    /// the result means, and so what the document must be called beside it.
    ///
    /// It is the file name itself, unless that could not be a file: path
    /// separators and control characters become `_`, names without meaning are
    /// replaced, and long ones shortened (at most 220 bytes, extension kept).
    #[must_use]
    pub fn portable_name(&self) -> String {
        let clean = |char: char| match char {
            '/' | '\\' | '\u{FFFE}' | '\u{FFFF}' => '_',
            _ if char.is_control() => '_',
            _ => char,
        };
        let name: String = self.filename.chars().map(clean).collect();
        match name.as_str() {
            // Tools read `-` as standard input, and the dots as directories.
            "" | "." | ".." | "-" => format!("document-{}", self.id),
            _ if name.len() > LONGEST => shortened(&name),
            _ => name,
        }
    }

    /// The portable name as a relative reference (RFC 3986).
    pub(super) fn reference(&self) -> String {
        utf8_percent_encode(&self.portable_name(), RESERVED).to_string()
    }
}

fn shortened(name: &str) -> String {
    let extension = match name.rfind('.') {
        Some(dot) if name.len() - dot <= LONGEST_EXTENSION => &name[dot..],
        _ => "",
    };
    let stem = &name[..name.floor_char_boundary(LONGEST - extension.len())];
    format!("{stem}{extension}")
}
