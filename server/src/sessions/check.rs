//! What a new session must look like. Every finding names its field, says what
//! is wrong and what would be right; none stops the search for more.

use app::{
    error::FieldError,
    model::{DraftDocument, Moment, NewSession, field},
};
use contract::{MimeType, NewSigningSession, Ui, limits};

use super::moment;

/// Longest signer label, in characters. The API never sees it; the limit is the title's.
const SIGNER_MAX: usize = limits::TITLE_MAX;

/// The session as it will be stored: ends trimmed, names in Unicode's composed form.
#[must_use]
pub fn tidied(mut new: NewSession) -> NewSession {
    new.title = new.title.trim().to_owned();
    new.signer = new.signer.trim().to_owned();
    new.sign_text = new.sign_text.filter(|text| !text.trim().is_empty());
    for document in &mut new.documents {
        document.filename = unicode_normalization::UnicodeNormalization::nfc(document.filename.trim()).collect();
        document.mime_type = MimeType::from_content_type(&document.mime_type).as_str().to_owned();
    }
    new
}

/// All that is wrong with a session that somebody wants sent at `now`.
#[must_use]
pub fn findings(new: &NewSession, now: Moment) -> Vec<FieldError> {
    let mut findings = Vec::new();
    contract_rules(new, now, &mut findings);
    if new.title.chars().any(char::is_control) {
        findings.push(finding(field::TITLE, "The title must be a single line of text."));
    }
    let signer = new.signer.chars().count();
    if signer == 0 {
        findings.push(finding(field::SIGNER, "Say who is to sign, for example by name."));
    } else if signer > SIGNER_MAX {
        let text = format!("The signer must be at most {SIGNER_MAX} characters, is {signer}.");
        findings.push(finding(field::SIGNER, text));
    }
    if new.signer.chars().any(char::is_control) {
        findings.push(finding(field::SIGNER, "The signer must be a single line of text."));
    }
    documents(&new.documents, &mut findings);
    findings
}

/// What the contract says about title, consent text, due date and language.
fn contract_rules(new: &NewSession, now: Moment, findings: &mut Vec<FieldError>) {
    let Some((due, now)) = moment::to_time(new.due).zip(moment::to_time(now)) else {
        findings.push(finding(field::DUE, "The due date is no date."));
        return;
    };
    let terms = NewSigningSession {
        title: new.title.clone(),
        sign_text: new.sign_text.clone(),
        due_date: Some(due),
        ui: Some(Ui { language: Some(new.language.clone()), ..Ui::default() }),
        ..NewSigningSession::default()
    };
    findings.extend(terms.validate(now).into_iter().filter_map(|param| {
        let (field, what) = match param.name.as_str() {
            "title" => (field::TITLE, "The title"),
            "signText" => (field::SIGN_TEXT, "The consent text"),
            "dueDate" => (field::DUE, "The due date"),
            "ui.language" => (field::LANGUAGE, "The language"),
            // Documents and set-up are not in these terms.
            _ => return None,
        };
        Some(finding(field, format!("{what} {}.", param.reason)))
    }));
}

fn documents(documents: &[DraftDocument], findings: &mut Vec<FieldError>) {
    let max = limits::SESSION_DOCUMENTS_MAX;
    if documents.is_empty() {
        findings.push(finding(field::DOCUMENTS, "Choose at least one document."));
    } else if documents.len() > max {
        let text = format!("A session takes at most {max} documents, here are {}.", documents.len());
        findings.push(finding(field::DOCUMENTS, text));
        // Thousands of findings help nobody.
        return;
    }
    for (i, document) in documents.iter().enumerate() {
        if let Some(text) = document_finding(document, documents.split_at(i).0) {
            findings.push(finding(format!("{}[{i}]", field::DOCUMENTS), text));
        }
    }
    let mixed = |(a, b): (&DraftDocument, &DraftDocument)| a.mime_type != b.mime_type;
    if documents.iter().zip(documents.iter().skip(1)).any(mixed) {
        let text = "All documents of one session must be of one type: PDF, plain text or Markdown. \
                    Send the others in a session of their own.";
        findings.push(finding(field::DOCUMENTS, text));
    }
}

fn document_finding(document: &DraftDocument, earlier: &[DraftDocument]) -> Option<String> {
    let mime_type = MimeType::from(document.mime_type.as_str());
    if !mime_type.is_uploadable() {
        return Some("Only PDF, plain text and Markdown can be signed; save the document as PDF.".to_owned());
    }
    if let Some(text) = filename_finding(&document.filename, &mime_type) {
        return Some(text);
    }
    if document.size == 0 {
        return Some("The file is empty; choose another.".to_owned());
    }
    if document.size > limits::DOCUMENT_BYTES_MAX {
        let mib = limits::DOCUMENT_BYTES_MAX / (1024 * 1024);
        return Some(format!("The file is larger than {mib} MiB; choose a smaller one."));
    }
    earlier
        .iter()
        .position(|other| other.sha256 == document.sha256)
        .map(|i| format!("This is the same file as document {}; keep one of them.", i + 1))
}

/// A file name is shown, stored and sent in headers, but never becomes a path.
fn filename_finding(name: &str, mime_type: &MimeType) -> Option<String> {
    let length = name.chars().count();
    if length == 0 {
        return Some("The file has no name; rename it.".to_owned());
    }
    if length > limits::FILENAME_MAX {
        return Some(format!("The file name must be at most {} characters, is {length}.", limits::FILENAME_MAX));
    }
    if name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\') || is_bidi_control(c)) {
        return Some("The file name has characters that names must not have, such as / or \\; rename it.".to_owned());
    }
    let is_named_pdf = name.to_ascii_lowercase().ends_with(".pdf");
    if is_named_pdf != (*mime_type == MimeType::Pdf) {
        return Some("The file's name and type disagree: the name of a PDF ends in .pdf, and of no other.".to_owned());
    }
    None
}

/// Characters that make a name read differently from what it is (Unicode: `Bidi_Control`).
const fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn finding(field: impl Into<String>, message: impl Into<String>) -> FieldError {
    FieldError { field: field.into(), message: message.into() }
}

#[cfg(test)]
mod tests {
    use contract::{Language, Sha256Digest};

    use super::*;

    const NOW: Moment = Moment(1_790_000_000_000);
    const DAY: i64 = 24 * 3600 * 1000;

    fn draft(name: &str, mime_type: &str, size: u64, digest: u8) -> DraftDocument {
        let sha256 = Sha256Digest::new([digest; 32]);
        DraftDocument { filename: name.into(), mime_type: mime_type.into(), size, sha256 }
    }

    fn good() -> NewSession {
        NewSession {
            title: "Lease".into(),
            signer: "Kari Nordmann".into(),
            due: Moment(NOW.0 + DAY),
            sign_text: None,
            language: Language::Nb,
            documents: vec![draft("lease.pdf", "application/pdf", 10, 1)],
        }
    }

    fn fields(change: impl FnOnce(&mut NewSession)) -> Vec<String> {
        let mut new = good();
        change(&mut new);
        findings(&tidied(new), NOW).into_iter().map(|finding| finding.field).collect()
    }

    #[test]
    fn takes_what_is_right() {
        assert!(fields(|_| {}).is_empty());
        assert!(fields(|new| new.due = Moment(NOW.0 + 45 * DAY)).is_empty());
        assert!(fields(|new| new.sign_text = Some("x".repeat(2048))).is_empty());
        assert!(fields(|new| new.documents[0].size = limits::DOCUMENT_BYTES_MAX).is_empty());
        assert!(fields(|new| new.documents[0] = draft("a.txt", "text/plain; charset=utf-8", 1, 1)).is_empty());
    }

    #[test]
    fn names_each_field_that_is_wrong() {
        assert_eq!(fields(|new| new.title = "  ".into()), ["title"]);
        assert_eq!(fields(|new| new.title = "x".repeat(256)), ["title"]);
        assert_eq!(fields(|new| new.title = "a\nb".into()), ["title"]);
        assert_eq!(fields(|new| new.signer = " ".into()), ["signer"]);
        assert_eq!(fields(|new| new.signer = "x".repeat(256)), ["signer"]);
        assert_eq!(fields(|new| new.due = NOW), ["due"]);
        assert_eq!(fields(|new| new.due = Moment(NOW.0 + 45 * DAY + 1)), ["due"]);
        assert_eq!(fields(|new| new.due = Moment(i64::MAX)), ["due"]);
        assert_eq!(fields(|new| new.sign_text = Some("x".repeat(2049))), ["signText"]);
        assert_eq!(fields(|new| new.language = Language::from("no")), ["language"]);
        assert_eq!(fields(|new| new.documents.clear()), ["documents"]);
    }

    #[test]
    fn names_each_document_that_is_wrong() {
        let document = |name: &str, mime_type: &str, size: u64| {
            let draft = draft(name, mime_type, size, 1);
            fields(move |new| new.documents = vec![draft])
        };
        assert_eq!(document("a.pdf", "application/pdf", 0), ["documents[0]"]);
        assert_eq!(document("a.pdf", "application/pdf", limits::DOCUMENT_BYTES_MAX + 1), ["documents[0]"]);
        assert_eq!(document("a.docx", "application/msword", 1), ["documents[0]"]);
        assert_eq!(document("a.pdf", "application/xml", 1), ["documents[0]"]);
        assert_eq!(document("a.txt", "application/pdf", 1), ["documents[0]"]);
        assert_eq!(document("a.pdf", "text/plain", 1), ["documents[0]"]);
        assert_eq!(document("", "text/plain", 1), ["documents[0]"]);
        assert_eq!(document("../a.pdf", "application/pdf", 1), ["documents[0]"]);
        assert_eq!(document("a\u{202e}fdp.pdf", "application/pdf", 1), ["documents[0]"]);
        assert_eq!(document(&format!("{}.pdf", "x".repeat(252)), "application/pdf", 1), ["documents[0]"]);
        let same = vec![draft("a.pdf", "application/pdf", 1, 1), draft("b.pdf", "application/pdf", 1, 1)];
        assert_eq!(fields(|new| new.documents = same), ["documents[1]"]);
        let mixed = vec![draft("a.pdf", "application/pdf", 1, 1), draft("b.txt", "text/plain", 1, 2)];
        assert_eq!(fields(|new| new.documents = mixed), ["documents"]);
        let many = (0..51).map(|i| draft(&format!("{i}.pdf"), "application/pdf", 1, i)).collect();
        assert_eq!(fields(|new| new.documents = many), ["documents"]);
    }

    #[test]
    fn finds_everything_at_once() {
        let found = fields(|new| {
            new.title.clear();
            new.due = NOW;
            new.documents[0].size = 0;
        });
        assert_eq!(found, ["title", "due", "documents[0]"]);
    }
}
