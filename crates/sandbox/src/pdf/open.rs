//! The rules by which a PDF is opened.

use lopdf::{DecompressError, Dictionary, Document, Error, LoadOptions, Object, ObjectId};

use super::{PdfRefusal, tree};

/// How far into the file `%PDF-` may start.
const HEAD: usize = 1024;
/// Most bytes that one part of the file's structure may unpack to. Page contents are never unpacked.
const UNPACKED_MAX: usize = 64 * 1024 * 1024;

/// A PDF that was opened without repairs, with all its pages.
pub(crate) struct Pdf {
    /// Its objects.
    pub(crate) doc: Document,
    /// Its pages in order: ids of dictionaries, each there once.
    pub(crate) pages: Vec<ObjectId>,
}

impl Pdf {
    /// Opens a PDF, or says why it cannot be signed. May panic where the reader has a fault.
    pub(crate) fn open(bytes: &[u8]) -> Result<Self, PdfRefusal> {
        if !has_mark(bytes) {
            return Err(PdfRefusal::NotAPdf);
        }
        let options = LoadOptions { max_decompressed_size: Some(UNPACKED_MAX), ..LoadOptions::default() };
        let doc = Document::load_mem_with_options(bytes, options).map_err(refusal)?;
        if doc.is_encrypted() || doc.was_encrypted() {
            return Err(PdfRefusal::PasswordProtected);
        }
        if doc.xref_recovery.is_some() {
            return Err(PdfRefusal::Damaged("parts of it are not where its table says"));
        }
        let catalog = doc.catalog().map_err(|_| PdfRefusal::Damaged("it has no catalog"))?;
        if value(&doc, catalog, b"NeedsRendering").is_some_and(|value| matches!(value, Object::Boolean(true))) {
            return Err(PdfRefusal::DynamicXfa);
        }
        let pages = tree::pages(&doc, catalog)?;
        Ok(Self { doc, pages })
    }
}

/// Whether `%PDF-` is where readers look for it.
fn has_mark(bytes: &[u8]) -> bool {
    const MARK: &[u8] = b"%PDF-";
    bytes.windows(MARK.len()).take(HEAD).any(|window| window == MARK)
}

/// The value under `key`, wherever it is kept. None if there is none; null is none.
pub(crate) fn value<'a>(doc: &'a Document, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
    dictionary.get_deref(key, doc).ok().filter(|value| !value.is_null())
}

fn refusal(error: Error) -> PdfRefusal {
    match error {
        Error::Decryption(_) | Error::InvalidPassword | Error::UnsupportedSecurityHandler(_) => {
            PdfRefusal::PasswordProtected
        }
        Error::Decompress(DecompressError::MemoryLimitExceeded { .. }) => {
            PdfRefusal::Damaged("a part of its structure unpacks to more than 64 MiB")
        }
        _ => PdfRefusal::Damaged("it cannot be read"),
    }
}
