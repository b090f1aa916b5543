//! SHA-256 of a file in the browser, in constant memory.
//!
//! It runs in a Web Worker (`worker.js`, beside this crate's manifest): there the file
//! can be read piece by piece without promises, and the page stays free. `sha2` takes
//! its vector path because the whole wasm side is built with `simd128`.
#![cfg(target_arch = "wasm32")]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use js_sys::{Function, Uint8Array};
use sha2::{Digest, Sha256};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::{Blob, FileReaderSync};

/// How much of the file is held at a time, in bytes: large enough that the crossings
/// between JavaScript and wasm cost nothing, small enough for steady progress.
const PIECE: u32 = 1024 * 1024;

/// Hashes a file; gives the digest in standard base64 with padding, as the signing
/// API and `Content-Digest` (RFC 9530) write it.
///
/// `on_progress` is called after each piece with the number of bytes done so far.
/// There is no way to stop: the page ends the worker.
///
/// # Errors
/// What the browser threw: a `DOMException` named `NotReadableError` when the file
/// changed or went away after it was chosen, or whatever `on_progress` threw.
#[wasm_bindgen]
pub fn hash_file(file: &Blob, on_progress: &Function) -> Result<String, JsValue> {
    let reader = FileReaderSync::new()?;
    let size = file.size();
    let mut hasher = Sha256::new();
    let mut piece = Vec::new();
    let mut done = 0.0;
    // JavaScript counts bytes in f64, which is exact up to 8 PiB.
    while done < size {
        let end = size.min(done + f64::from(PIECE));
        let slice = file.slice_with_f64_and_f64(done, end)?;
        let bytes = Uint8Array::new(&reader.read_as_array_buffer(&slice)?.into());
        // Every piece but the last is of the same length, so this grows once.
        piece.resize(usize::try_from(bytes.length()).unwrap_or_default(), 0);
        bytes.copy_to(&mut piece);
        hasher.update(&piece);
        done = end;
        on_progress.call1(&JsValue::NULL, &done.into())?;
    }
    Ok(STANDARD.encode(hasher.finalize()))
}
