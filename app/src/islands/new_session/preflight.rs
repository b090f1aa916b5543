//! What can be said about a file before anything leaves the browser. The server and
//! the signing API check again; this is to say it at once and beside the file.

use contract::{MimeType, Sha256Digest, limits};

use crate::ui::size;

/// Why a file is no document to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No bytes.
    Empty,
    /// This many bytes.
    TooLarge(u64),
    /// Neither a PDF nor text.
    UnknownType,
    /// Called a PDF and is none.
    NotAPdf,
    /// A PDF that is cut off or cannot be found one's way in.
    Damaged,
    /// It takes a password to read, or to change.
    Encrypted,
    /// A PDF with nothing to see.
    NoPages,
    /// A form whose pages a form program makes.
    Dynamic,
    /// A text in another encoding.
    NotUtf8,
    /// A text with bytes that are no text.
    Controls,
    /// The browser could not read it to the end.
    Unreadable,
}

impl Refusal {
    /// What is wrong and what would be right.
    pub(super) fn message(self) -> String {
        let message = match self {
            Self::TooLarge(bytes) => {
                return [
                    "This file has ",
                    &size(bytes),
                    "; the signing service takes at most ",
                    &size(limits::DOCUMENT_BYTES_MAX),
                    ". Save it smaller, or split it.",
                ]
                .concat();
            }
            Self::Empty => "This file is empty. Choose one with content.",
            Self::UnknownType => {
                "Only PDF, text (.txt) and Markdown (.md) files can be signed. Save it as a PDF and choose that."
            }
            Self::NotAPdf => "This file is not a PDF, whatever its name says. Choose another.",
            Self::Damaged => "This PDF is damaged or incomplete. Open it in a PDF program and save it anew.",
            Self::Encrypted => "This PDF is encrypted. Save it without a password or restrictions.",
            Self::NoPages => "This PDF has no pages. Choose another.",
            Self::Dynamic => "This PDF is a dynamic form (XFA) without fixed pages. Print it to a PDF and choose that.",
            Self::NotUtf8 => "This text is not in UTF-8. Save it with that encoding.",
            Self::Controls => "This text holds control characters. Save it as plain text, or as a PDF.",
            Self::Unreadable => "This file cannot be read. Remove it and choose it again.",
        };
        message.to_owned()
    }
}

/// What a person should know about a file that can be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Warning {
    /// It carries signatures.
    Signed,
    /// It has fields to fill in.
    Form,
}

impl Warning {
    /// What it means and what would be better.
    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::Signed => {
                "This PDF is signed already. Some methods of signing refuse that; if you can, use the unsigned original."
            }
            Self::Form => {
                "This PDF has form fields. Signers cannot fill them in; print it to a PDF to fix what stands in them."
            }
        }
    }
}

/// Judges a file by what the worker found in it.
pub(super) fn judge_content(found: &[String]) -> Result<Vec<Warning>, Refusal> {
    let mut warnings = Vec::new();
    for word in found {
        match &**word {
            "not-a-pdf" => return Err(Refusal::NotAPdf),
            "damaged" => return Err(Refusal::Damaged),
            "encrypted" => return Err(Refusal::Encrypted),
            "no-pages" => return Err(Refusal::NoPages),
            "dynamic" => return Err(Refusal::Dynamic),
            "not-utf-8" => return Err(Refusal::NotUtf8),
            "controls" => return Err(Refusal::Controls),
            "signed" => warnings.push(Warning::Signed),
            "form" => warnings.push(Warning::Form),
            // A worker of another version; the signing service checks too.
            _ => {}
        }
    }
    Ok(warnings)
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
    fn what_workers_find_refuses_or_warns() {
        let judge = |found: &str| judge_content(&found.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(judge(""), Ok(vec![]));
        assert_eq!(judge("signed form news"), Ok(vec![Warning::Signed, Warning::Form]));
        assert_eq!(judge("signed encrypted"), Err(Refusal::Encrypted));
        assert_eq!(judge("not-utf-8"), Err(Refusal::NotUtf8));
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
