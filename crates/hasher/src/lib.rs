//! SHA-256 in the browser's wasm.
//!
//! It runs in a Web Worker (`worker.js`, beside this crate's manifest), which reads
//! the file and feeds it here piece by piece, so that memory stays constant and the
//! page stays free. `sha2` takes its vector path because the whole wasm side is built
//! with `simd128`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::wasm_bindgen;

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
