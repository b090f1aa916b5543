//! What can be said about a file before anything leaves the browser. The server and
//! the signing API check again; this is to say it at once and beside the file.

use contract::{MimeType, Sha256Digest, limits};

use crate::ui::size;

/// How far into a PDF its signature may start.
pub(super) const HEAD: i32 = 1024;
const PDF: &[u8] = b"%PDF-";

/// Why a file is no document to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No bytes.
    Empty,
    /// This many bytes.
    TooLarge(u64),
    /// Neither a PDF nor text.
    UnknownType,
    /// Called a PDF and is none.
    NotAPdf,
    /// The browser could not read it to the end.
    Unreadable,
}

impl Refusal {
    /// What is wrong and what would be right.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Empty => "This file is empty. Choose one with content.".to_owned(),
            Self::TooLarge(bytes) => [
                "This file has ",
                &size(*bytes),
                "; the signing service takes at most ",
                &size(limits::DOCUMENT_BYTES_MAX),
                ".",
            ]
            .concat(),
            Self::UnknownType => "Only PDF, text (.txt) and Markdown (.md) files can be signed.".to_owned(),
            Self::NotAPdf => "This file is not a PDF, whatever its name says. Choose another.".to_owned(),
            Self::Unreadable => "This file cannot be read. Remove it and choose it again.".to_owned(),
        }
    }
}

/// Judges a file by name, declared type and size.
pub(super) fn judge(name: &str, declared: &str, bytes: u64) -> Result<MimeType, Refusal> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let mime_type = match extension.as_deref() {
        Some("pdf") => MimeType::Pdf,
        Some("txt") => MimeType::Text,
        Some("md" | "markdown") => MimeType::Markdown,
        _ => MimeType::from_content_type(declared),
    };
    match bytes {
        0 => Err(Refusal::Empty),
        _ if bytes > limits::DOCUMENT_BYTES_MAX => Err(Refusal::TooLarge(bytes)),
        _ if !MimeType::UPLOADABLE.contains(&mime_type) => Err(Refusal::UnknownType),
        _ => Ok(mime_type),
    }
}

/// Judges a file by its first [`HEAD`] bytes.
pub(super) fn judge_head(mime_type: &MimeType, head: &[u8]) -> Result<(), Refusal> {
    let is_pdf = head.windows(PDF.len()).any(|window| window == PDF);
    if *mime_type == MimeType::Pdf && !is_pdf { Err(Refusal::NotAPdf) } else { Ok(()) }
}

/// A file that is fine by itself.
pub(super) struct Candidate<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Its type.
    pub(super) mime_type: &'a MimeType,
    /// Its hash, once known.
    pub(super) digest: Option<Sha256Digest>,
}

/// Why a file cannot go together with those before it.
pub(super) fn conflict(file: &Candidate<'_>, before: &[Candidate<'_>]) -> Option<String> {
    let first = before.first()?;
    if file.mime_type != first.mime_type {
        return Some(
            "All documents of a session must be of one type. Send this one in a session of its own.".to_owned(),
        );
    }
    let digest = file.digest?;
    let twin = before.iter().find(|other| other.digest == Some(digest))?;
    let name = if twin.name == file.name { "a file above" } else { twin.name };
    Some(["This file has the same content as ", name, ". Remove one of them."].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_before_reading() {
        for (name, declared, bytes, verdict) in [
            ("a.pdf", "application/pdf", 9, Ok(MimeType::Pdf)),
            ("A.PDF", "", 9, Ok(MimeType::Pdf)),
            ("terms.txt", "text/plain", 9, Ok(MimeType::Text)),
            ("terms.md", "", 9, Ok(MimeType::Markdown)),
            ("terms", "text/plain; charset=utf-8", 9, Ok(MimeType::Text)),
            ("a.pdf", "application/pdf", 0, Err(Refusal::Empty)),
            ("a.pdf", "application/pdf", limits::DOCUMENT_BYTES_MAX, Ok(MimeType::Pdf)),
            (
                "a.pdf",
                "application/pdf",
                limits::DOCUMENT_BYTES_MAX + 1,
                Err(Refusal::TooLarge(limits::DOCUMENT_BYTES_MAX + 1)),
            ),
            ("a.docx", "application/msword", 9, Err(Refusal::UnknownType)),
            ("result.xml", "application/xml", 9, Err(Refusal::UnknownType)),
            ("", "", 9, Err(Refusal::UnknownType)),
        ] {
            assert_eq!(judge(name, declared, bytes), verdict, "{name}");
        }
    }

    #[test]
    fn looks_into_pdfs_only() {
        for (mime_type, head, verdict) in [
            (MimeType::Pdf, &b"%PDF-1.7\n"[..], Ok(())),
            (MimeType::Pdf, b"\xef\xbb\xbf  %PDF-1.4", Ok(())),
            (MimeType::Pdf, b"GIF89a", Err(Refusal::NotAPdf)),
            (MimeType::Pdf, b"", Err(Refusal::NotAPdf)),
            (MimeType::Text, b"GIF89a", Ok(())),
        ] {
            assert_eq!(judge_head(&mime_type, head), verdict);
        }
    }

    #[test]
    fn files_must_go_together() {
        let file = |name, mime_type, digest: Option<u8>| Candidate {
            name,
            mime_type,
            digest: digest.map(|byte| Sha256Digest::new([byte; 32])),
        };
        let before = [file("a.pdf", &MimeType::Pdf, Some(1)), file("b.pdf", &MimeType::Pdf, None)];
        assert_eq!(conflict(&before[0], &[]), None);
        assert_eq!(conflict(&file("c.pdf", &MimeType::Pdf, Some(2)), &before), None);
        assert_eq!(conflict(&file("c.pdf", &MimeType::Pdf, None), &before), None);
        let of = |name, mime_type, digest| conflict(&file(name, mime_type, digest), &before).unwrap();
        assert!(of("c.txt", &MimeType::Text, Some(2)).contains("one type"));
        assert!(of("c.pdf", &MimeType::Pdf, Some(1)).contains("same content as a.pdf"));
        assert!(of("a.pdf", &MimeType::Pdf, Some(1)).contains("same content as a file above"));
    }
}
