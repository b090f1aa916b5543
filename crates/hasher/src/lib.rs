//! SHA-256 in the browser's wasm, and a look at what is hashed.
//!
//! It runs in a Web Worker (`worker.js`, beside this crate's manifest), which reads
//! the file and feeds it here piece by piece, so that memory stays constant and the
//! page stays free. `sha2` takes its vector path because the whole wasm side is built
//! with `simd128`.

mod lexer;
mod pdf;
mod text;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::wasm_bindgen;

use self::{lexer::Lexer, pdf::Pdf, text::Text};

/// The SHA-256 of bytes that arrive in pieces.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Hasher(Sha256);

#[wasm_bindgen]
impl Hasher {
    /// A hasher that has seen nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece, of any length.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// Ends the hasher and gives the digest in standard base64 with padding, as the
    /// signing API and `Content-Digest` (RFC 9530) write it.
    pub fn digest(self) -> String {
        STANDARD.encode(self.0.finalize())
    }
}

/// What is found out about a file by looking through it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finding {
    NotAPdf,
    /// It has no end, no table of objects, or stops within a part.
    Damaged,
    Encrypted,
    NoPages,
    /// Its pages are made by a form program while it is shown.
    Dynamic,
    /// It carries signatures.
    Signed,
    /// It has fields to fill in.
    Form,
    NotUtf8,
    Controls,
}

impl Finding {
    /// As the page knows it.
    const fn word(self) -> &'static str {
        match self {
            Self::NotAPdf => "not-a-pdf",
            Self::Damaged => "damaged",
            Self::Encrypted => "encrypted",
            Self::NoPages => "no-pages",
            Self::Dynamic => "dynamic",
            Self::Signed => "signed",
            Self::Form => "form",
            Self::NotUtf8 => "not-utf-8",
            Self::Controls => "controls",
        }
    }
}

/// Looks through a file that arrives in pieces.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Inspection(Kind);

#[derive(Debug)]
enum Kind {
    Pdf(Box<Pdf>, Lexer),
    Text(Text),
}

#[wasm_bindgen]
impl Inspection {
    /// For a file of this media type: a PDF, or else a text.
    #[wasm_bindgen(constructor)]
    pub fn new(mime_type: &str) -> Self {
        Self(match mime_type {
            "application/pdf" => Kind::Pdf(Box::default(), Pdf::part()),
            _ => Kind::Text(Text::default()),
        })
    }

    /// Takes the next piece, of any length.
    pub fn update(&mut self, piece: &[u8]) {
        match &mut self.0 {
            Kind::Pdf(pdf, _) => pdf.take(piece),
            Kind::Text(text) => text.take(piece),
        }
    }

    /// After the last piece: parts of the file that are packed (zlib) and worth a look
    /// too, each as its first byte and the one behind its last.
    pub fn packed(&mut self) -> Vec<f64> {
        match &mut self.0 {
            Kind::Pdf(pdf, _) => {
                pdf.end();
                pdf.packed().iter().flat_map(|&(from, to)| [from, to]).map(place).collect()
            }
            Kind::Text(_) => Vec::new(),
        }
    }

    /// Starts with the next of these parts.
    pub fn next_part(&mut self) {
        if let Kind::Pdf(_, lexer) = &mut self.0 {
            *lexer = Pdf::part();
        }
    }

    /// Takes the next piece of what the part unpacks to.
    pub fn update_part(&mut self, piece: &[u8]) {
        if let Kind::Pdf(pdf, lexer) = &mut self.0 {
            pdf.take_unpacked(lexer, piece);
        }
    }

    /// What was found: words with spaces between.
    pub fn findings(&self) -> String {
        let findings = match &self.0 {
            Kind::Pdf(pdf, _) => pdf.findings(),
            Kind::Text(text) => text.findings(),
        };
        findings.into_iter().map(Finding::word).collect::<Vec<_>>().join(" ")
    }
}

/// A place in a file as JavaScript counts: exact, since no file that is looked at has more than 2^32 bytes.
fn place(at: u64) -> f64 {
    u32::try_from(at).unwrap_or(u32::MAX).into()
}

#[cfg(test)]
mod tests {
    use super::Hasher;

    #[test]
    fn pieces_do_not_change_the_digest() {
        // FIPS 180-4's two-block example.
        let message = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        let digest = "JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE=";
        for length in [1, 7, 55, 56] {
            let mut hasher = Hasher::new();
            for piece in message.chunks(length) {
                hasher.update(piece);
            }
            assert_eq!(hasher.digest(), digest, "in pieces of {length}");
        }
    }

    #[test]
    fn nothing_has_a_digest_too() {
        let digest = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(Hasher::new().digest(), digest);
    }
}
