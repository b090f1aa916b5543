//! Whether bytes are what their type says, judged while they go by.

use contract::MimeType;

/// How far into a PDF its mark may start (what readers are known to accept).
const PDF_HEAD: usize = 1024;
const PDF_MARK: &[u8] = b"%PDF-";

/// Looks at a document piece by piece, in constant memory.
#[derive(Debug)]
pub(super) enum Content {
    /// A PDF; the bytes seen while its mark was not found yet.
    Pdf {
        /// The beginning, at most [`PDF_HEAD`] and a mark long.
        head: Vec<u8>,
        /// Whether the mark was found.
        marked: bool,
    },
    /// Text; the bytes of a character that the last piece cut in two.
    Text(Vec<u8>),
}

impl Content {
    /// A look at a document of this type. Every type that is not PDF is text.
    pub(super) fn of(mime_type: &MimeType) -> Self {
        match mime_type {
            MimeType::Pdf => Self::Pdf { head: Vec::new(), marked: false },
            _ => Self::Text(Vec::new()),
        }
    }

    /// Looks at the next piece; false when the document cannot be of its type.
    pub(super) fn fits(&mut self, piece: &[u8]) -> bool {
        match self {
            Self::Pdf { marked: true, .. } => true,
            Self::Pdf { head, marked } => {
                let wanted = (PDF_HEAD + PDF_MARK.len()).saturating_sub(head.len());
                head.extend(piece.iter().take(wanted));
                *marked = head.windows(PDF_MARK.len()).any(|window| window == PDF_MARK);
                *marked || head.len() < PDF_HEAD + PDF_MARK.len()
            }
            Self::Text(partial) => text_fits(partial, piece),
        }
    }

    /// Whether nothing can be said yet, so that no byte should be passed on.
    pub(super) fn is_undecided(&self) -> bool {
        matches!(self, Self::Pdf { marked: false, .. })
    }

    /// Whether the document, now at its end, is whole.
    pub(super) fn ends_well(&self) -> bool {
        match self {
            Self::Pdf { marked, .. } => *marked,
            Self::Text(partial) => partial.is_empty(),
        }
    }
}

/// UTF-8 without control characters other than those that lay text out.
fn text_fits(partial: &mut Vec<u8>, piece: &[u8]) -> bool {
    if piece.iter().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)) {
        return false;
    }
    // Without a cut character the piece is judged where it lies.
    let joined;
    let bytes = if partial.is_empty() {
        piece
    } else {
        joined = [partial.as_slice(), piece].concat();
        &joined
    };
    let rest = match std::str::from_utf8(bytes) {
        Ok(_) => &[][..],
        Err(error) if error.error_len().is_none() => bytes.split_at(error.valid_up_to()).1,
        Err(_) => return false,
    };
    *partial = rest.to_vec();
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(mime_type: &MimeType, bytes: &[u8], size: usize) -> bool {
        let mut content = Content::of(mime_type);
        bytes.chunks(size).all(|piece| content.fits(piece)) && content.ends_well()
    }

    #[test]
    fn judges_alike_however_the_bytes_are_cut() {
        let junk = [[b' '; 1024].as_slice(), b"%PDF-1.7"].concat();
        let late = [[b' '; 1025].as_slice(), b"%PDF-1.7"].concat();
        let utf16: Vec<u8> = "text".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let cases: &[(MimeType, &[u8], bool)] = &[
            (MimeType::Pdf, b"%PDF-1.7\nrest", true),
            (MimeType::Pdf, &junk, true),
            (MimeType::Pdf, &late, false),
            (MimeType::Pdf, b"PK\x03\x04", false),
            (MimeType::Pdf, b"", false),
            (MimeType::Text, "På norsk,\t日本語 🖋\r\n".as_bytes(), true),
            (MimeType::Text, b"a\0b", false),
            (MimeType::Text, b"a\x1b[31mb", false),
            (MimeType::Text, &[b'a', 0xff, b'b'], false),
            (MimeType::Text, &"å".as_bytes()[..1], false),
            (MimeType::Markdown, &utf16, false),
        ];
        for (mime_type, bytes, expected) in cases {
            for size in [1, 2, 3, 7, 1024, 100_000] {
                assert_eq!(accepts(mime_type, bytes, size), *expected, "{mime_type} by {size}: {bytes:?}");
            }
        }
    }

    #[test]
    fn holds_a_pdf_back_until_its_mark_is_seen() {
        let mut content = Content::of(&MimeType::Pdf);
        assert!(content.fits(b"%PD") && content.is_undecided());
        assert!(content.fits(b"F-1.7") && !content.is_undecided());
    }
}
