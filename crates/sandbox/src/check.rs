//! What an upload must look like, judged while it streams by.

use contract::MimeType;

/// How far into the file `%PDF-` must start.
const PDF_HEAD: usize = 1024;
/// How near the file's end `%%EOF` must be.
const PDF_TAIL: usize = 2048;

/// Why an upload is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadUpload {
    /// There are no bytes.
    #[error("the document is empty")]
    Empty,
    /// The bytes of a form stand around the PDF, as clients are known to send it.
    #[error("the PDF is wrapped in a multipart form; send its bytes alone")]
    Wrapped,
    /// `%PDF-` is not near the beginning.
    #[error("the document is not a PDF")]
    NotAPdf,
    /// `%%EOF` is not near the end.
    #[error("the PDF is damaged: its end is missing")]
    Damaged,
    /// The text is not UTF-8, or holds NUL characters.
    #[error("the text must be UTF-8 without NUL characters")]
    NotText,
}

/// Looks at a document chunk by chunk, in constant memory.
pub(crate) struct Check {
    kind: Kind,
    empty: bool,
}

enum Kind {
    Pdf { head: Vec<u8>, tail: Vec<u8> },
    Text { partial: Vec<u8>, bad: bool },
}

impl Check {
    /// A check for documents of this type; every type that is not PDF is taken for text.
    pub(crate) fn new(mime_type: &MimeType) -> Self {
        let kind = match mime_type {
            MimeType::Pdf => Kind::Pdf { head: Vec::new(), tail: Vec::new() },
            _ => Kind::Text { partial: Vec::new(), bad: false },
        };
        Self { kind, empty: true }
    }

    /// Looks at the next chunk.
    pub(crate) fn see(&mut self, chunk: &[u8]) {
        self.empty &= chunk.is_empty();
        match &mut self.kind {
            Kind::Pdf { head, tail } => {
                let wanted = (PDF_HEAD + b"%PDF-".len()).saturating_sub(head.len());
                head.extend(chunk.iter().take(wanted));
                let (_, end) = chunk.split_at(chunk.len().saturating_sub(PDF_TAIL));
                let kept = PDF_TAIL - end.len();
                tail.drain(..tail.len().saturating_sub(kept));
                tail.extend(end);
            }
            Kind::Text { partial, bad } => {
                *bad = *bad || chunk.contains(&0);
                partial.extend(chunk);
                match std::str::from_utf8(partial) {
                    Ok(_) => partial.clear(),
                    // A character that the chunk's end cut in two waits for the rest.
                    Err(error) if error.error_len().is_none() => drop(partial.drain(..error.valid_up_to())),
                    Err(_) => {
                        *bad = true;
                        partial.clear();
                    }
                }
            }
        }
    }

    /// The verdict.
    pub(crate) fn finish(self) -> Result<(), BadUpload> {
        if self.empty {
            return Err(BadUpload::Empty);
        }
        match self.kind {
            Kind::Pdf { head, .. } if head.starts_with(b"--") && contains(&head, b"\r\nContent-Disposition:") => {
                Err(BadUpload::Wrapped)
            }
            Kind::Pdf { head, .. } if !contains(&head, b"%PDF-") => Err(BadUpload::NotAPdf),
            Kind::Pdf { tail, .. } if !contains(&tail, b"%%EOF") => Err(BadUpload::Damaged),
            Kind::Text { partial, bad } if bad || !partial.is_empty() => Err(BadUpload::NotText),
            _ => Ok(()),
        }
    }
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(mime_type: &MimeType, bytes: &[u8], chunk: usize) -> Result<(), BadUpload> {
        let mut check = Check::new(mime_type);
        bytes.chunks(chunk).for_each(|chunk| check.see(chunk));
        check.finish()
    }

    #[test]
    fn judges_alike_however_the_bytes_are_cut() {
        let long = [b"%PDF-1.7\n".as_slice(), &[b'x'; 5000], b"\n%%EOF\n"].concat();
        let junk = [[b' '; 1019].as_slice(), b"%PDF-1.7 %%EOF"].concat();
        let late = [[b' '; 1025].as_slice(), b"%PDF-1.7 %%EOF"].concat();
        let trailing = [b"%PDF-1.7 %%EOF".as_slice(), &[b' '; 3000]].concat();
        let cases: &[(MimeType, &[u8], Result<(), BadUpload>)] = &[
            (MimeType::Pdf, b"", Err(BadUpload::Empty)),
            (MimeType::Text, b"", Err(BadUpload::Empty)),
            (MimeType::Pdf, b"<html>", Err(BadUpload::NotAPdf)),
            (
                MimeType::Pdf,
                b"--x\r\nContent-Disposition: form-data\r\n\r\n%PDF-1.7 %%EOF\r\n--x--",
                Err(BadUpload::Wrapped),
            ),
            (MimeType::Pdf, b"--x %PDF-1.7 %%EOF", Ok(())),
            (MimeType::Pdf, b"%PDF-1.7 cut off", Err(BadUpload::Damaged)),
            (MimeType::Pdf, b"%PDF-1.7 %%EOF", Ok(())),
            (MimeType::Pdf, &long, Ok(())),
            (MimeType::Pdf, &junk, Ok(())),
            (MimeType::Pdf, &late, Err(BadUpload::NotAPdf)),
            (MimeType::Pdf, &trailing, Err(BadUpload::Damaged)),
            (MimeType::Text, "På norsk, 日本語 🖋".as_bytes(), Ok(())),
            (MimeType::Markdown, b"a\0b", Err(BadUpload::NotText)),
            (MimeType::Text, &[b'a', 0xff, b'b'], Err(BadUpload::NotText)),
            (MimeType::Text, &"å".as_bytes()[..1], Err(BadUpload::NotText)),
        ];
        for (mime_type, bytes, expected) in cases {
            for chunk in [1, 2, 3, 7, 1024, 100_000] {
                let start = &bytes[..bytes.len().min(40)];
                assert_eq!(verdict(mime_type, bytes, chunk), *expected, "{mime_type} {start:?} by {chunk}");
            }
        }
    }
}
