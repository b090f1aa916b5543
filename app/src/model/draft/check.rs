//! What a wanted collection must look like, for the browser and the server alike.
//! Every finding names its field by its path, says what is wrong and what would be
//! right; none stops the search for more.

use contract::{DocumentCollectionId, DocumentId, MimeType, NewSigningSession, PackageType, SigningFlow, limits};

use super::{
    DraftDocument, NewCollection, NewSigner, Part, field,
    plan::{Kind, Place, placeholder},
};
use crate::{error::FieldError, model::Moment};

/// Longest signer label, in characters. The API never sees it; the limit is the title's.
const LABEL_MAX: usize = limits::TITLE_MAX;
/// Longest note, in characters. The API never sees it; the limit is the external reference's.
const NOTE_MAX: usize = limits::EXTERNAL_REFERENCE_MAX;
/// Most signers of one collection. The API names no limit; more are no one's order to oversee.
pub const SIGNERS_MAX: usize = 200;
/// Longest national number, in characters; none in use is nearly as long.
const NUMBER_MAX: usize = 64;

/// All that is wrong with a collection that somebody wants sent at `now`. That
/// national numbers are missing is [`number_findings`]' matter.
#[must_use]
pub fn findings(new: &NewCollection, now: Moment) -> Vec<FieldError> {
    let mut findings = Findings(Vec::new());
    line(&mut findings, field::TITLE, "The title", &new.title);
    documents(new, &mut findings);
    if new.signers.is_empty() {
        findings.add(field::SIGNERS, "Name at least one signer.");
    } else if new.signers.len() > SIGNERS_MAX {
        let text = format!("A collection takes at most {SIGNERS_MAX} signers, here are {}.", new.signers.len());
        findings.add(field::SIGNERS, text);
        return findings.0;
    }
    stages(new, &mut findings);
    let (Some(now), true) = (now.to_time(), new.due.to_time().is_some()) else {
        findings.add(field::DUE, "The due date is no date.");
        return findings.0;
    };
    let ids: Vec<DocumentId> =
        (0..new.documents.len()).map(|i| DocumentId::new(placeholder(Kind::Document, i))).collect();
    let terms = |signer: &NewSigner| {
        let place = Place {
            collection: DocumentCollectionId::new(placeholder(Kind::Collection, 0)),
            documents: &ids,
            reference: String::new(),
            after: Vec::new(),
            number: None,
        };
        new.request(signer, place)
    };
    let has_documents = !new.documents.is_empty();
    if new.signers.is_empty() {
        contract_rules(&terms(&NewSigner::default()), None, has_documents, now, &mut findings);
    }
    for (i, signer) in new.signers.iter().enumerate() {
        contract_rules(&terms(signer), Some(i), has_documents, now, &mut findings);
        own_rules(new, signer, i, &mut findings);
    }
    packaging(new, &mut findings);
    findings.0
}

/// Signers whose national number is expected, and not among `numbers`, by position.
#[must_use]
pub fn number_findings<'a>(
    new: &NewCollection,
    number: impl Fn(usize) -> Option<&'a super::NationalNumber>,
) -> Vec<FieldError> {
    let mut findings = Findings(Vec::new());
    for (i, _) in new.signers.iter().enumerate().filter(|(_, signer)| signer.person.is_some()) {
        let path = format!("signers[{i}].person.number");
        match number(i).map(|number| number.reveal()) {
            None | Some("") => findings.add(path, "Type the signer's national number, or expect nobody in particular."),
            Some(text) if text.chars().count() > NUMBER_MAX || text.chars().any(char::is_control) => {
                findings.add(path, "This is no national number.");
            }
            Some(_) => {}
        }
    }
    findings.0
}

struct Findings(Vec<FieldError>);

impl Findings {
    /// Adds a finding, unless it is there: rules of the whole are checked with each signer.
    fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        let finding = FieldError { field: field.into(), message: message.into() };
        if !self.0.contains(&finding) {
            self.0.push(finding);
        }
    }
}

fn line(findings: &mut Findings, field: &str, what: &str, text: &str) {
    if text.chars().any(char::is_control) {
        findings.add(field, format!("{what} must be a single line of text."));
    }
}

/// What the contract says of one session, told of the form's fields.
fn contract_rules(
    terms: &NewSigningSession,
    signer: Option<usize>,
    has_documents: bool,
    now: time::OffsetDateTime,
    findings: &mut Findings,
) {
    let of = |name: &str| format!("signers[{}].{name}", signer.unwrap_or_default());
    for param in terms.validate(now) {
        let reason = param.reason;
        let (head, tail) = param.name.split_at(param.name.find(['[', '.']).unwrap_or(param.name.len()));
        let (path, what) = match head {
            "title" => (field::TITLE.to_owned(), "The title"),
            "dueDate" => (field::DUE.to_owned(), "The due date"),
            "archive" => ("settings.archive.retention".to_owned(), "The retention"),
            _ if signer.is_none() => continue,
            "signText" => (of("signText"), "The consent text"),
            "signatureUrlTTL" => (of("signatureUrlTTL"), "The life of the link"),
            "ui" => (of("language"), "The language"),
            "packageTo" => (of(&param.name), "The packaging"),
            "redirectSettings" => (of(&format!("redirects{tail}")), "The address"),
            "preAuthentication" => (of(&format!("preAuthentication{}", without_name(tail))), "The identity provider"),
            "signingSetup" => match tail.trim_start_matches("[0].") {
                "signingFlow" => (of("signing.flow"), "The flow"),
                "vendor" => (of("signing.vendor"), "The vendor"),
                provider => (of(&format!("signing.{}", without_name(provider))), "The identity provider"),
            },
            // That there are none at all is said once, of the documents.
            "documents" if !has_documents => continue,
            "documents" if terms.documents.is_empty() => {
                findings.add(of("parts"), "Give this signer at least one document to sign.");
                continue;
            }
            "documents" => (of("parts"), "The documents"),
            // National numbers are no part of a plan.
            _ => continue,
        };
        findings.add(path, format!("{what} {reason}."));
    }
}

/// The API names a provider's name; the form has a list of names.
fn without_name(path: &str) -> &str {
    path.strip_suffix(".idpName").unwrap_or(path)
}

/// What the desk asks of a signer besides.
fn own_rules(new: &NewCollection, signer: &NewSigner, i: usize, findings: &mut Findings) {
    let of = |name: &str| format!("signers[{i}].{name}");
    let label = signer.label.chars().count();
    if label == 0 {
        findings.add(of("label"), "Say who is to sign, for example by name.");
    } else if label > LABEL_MAX {
        findings.add(of("label"), format!("The signer must be at most {LABEL_MAX} characters, is {label}."));
    }
    line(findings, &of("label"), "The signer", &signer.label);
    let note = signer.note.as_deref().unwrap_or_default().chars().count();
    if note > NOTE_MAX {
        findings.add(of("note"), format!("The note must be at most {NOTE_MAX} characters, is {note}."));
    }
    if !signer.parts.is_empty() && signer.parts.len() != new.documents.len() {
        findings.add(of("parts"), "Say for each document whether this signer signs it, reads it or does not see it.");
    }
    let shown = (0..).zip(&new.documents).filter(|(document, _)| signer.part(*document) != Part::None);
    let mut types: Vec<&str> = shown.map(|(_, document)| document.mime_type.as_str()).collect();
    types.sort_unstable();
    types.dedup();
    if types.len() > 1 {
        let text = "All documents of one signer must be of one type: PDF, plain text or Markdown. \
                    Send the others in a collection of their own.";
        findings.add(of("parts"), text);
    }
    for (name, value) in &signer.signing.additional_parameters {
        if name.trim().is_empty() || value.chars().any(char::is_control) {
            let text = "A parameter has a name, and a value on a single line.";
            findings.add(of("signing.additionalParameters"), text);
        }
    }
    if signer.signing.requested_attributes.iter().any(|name| name.trim().is_empty()) {
        findings.add(of("signing.requestedAttributes"), "An attribute has a name, for example nin.");
    }
    // The API refuses both kinds of flow on one collection.
    if new.signers.first().is_some_and(|first| first.signing.flow != signer.signing.flow) {
        let text = "All signers of one collection must sign in the same flow. Choose that of the first.";
        findings.add(of("signing.flow"), text);
    }
    if let Some(formats) = signer.package_to.as_ref().filter(|formats| !formats.is_empty()) {
        if signer.signing.flow == SigningFlow::PkiSigning {
            findings.add(of("packageTo"), "A PKI signature is a signed file already; leave packaging out.");
        } else if formats.contains(&PackageType::PadesContainer)
            && types.iter().any(|mime_type| *mime_type != MimeType::Pdf.as_str())
        {
            findings.add(of("packageTo"), "Only PDFs can be packaged; leave packaging out.");
        }
    }
}

/// Stages are numbered from 1 without gaps, and small enough to be waited for.
fn stages(new: &NewCollection, findings: &mut Findings) {
    let has = |stage: u32| new.signers.iter().any(|signer| signer.stage == stage);
    for (i, signer) in new.signers.iter().enumerate() {
        let path = format!("signers[{i}].stage");
        if signer.stage == 0 {
            findings.add(path, "Stages are counted from 1.");
        } else if signer.stage > 1 && !has(signer.stage - 1) {
            let before = signer.stage - 1;
            findings.add(path, format!("Nobody is in stage {before}. Number the stages without gaps."));
        }
    }
    let order = new.stages();
    if let Some((_, waited_for)) = order.split_last()
        && let Some(stage) = waited_for.iter().find(|stage| stage.len() > limits::SUBSEQUENT_TO_MAX)
    {
        let (max, here) = (limits::SUBSEQUENT_TO_MAX, stage.len());
        let text = format!("A stage that others wait for takes at most {max} signers, here are {here}.");
        findings.add(field::SIGNERS, text);
    }
}

/// Packaging of the whole.
fn packaging(new: &NewCollection, findings: &mut Findings) {
    const PATH: &str = "settings.packageTo";
    let formats = &new.settings.package_to;
    if formats.is_empty() {
        return;
    }
    if formats.len() > limits::PACKAGE_TO_MAX || formats.iter().any(|format| !format.is_known()) {
        findings.add(PATH, "The one format to package to is PADES_CONTAINER.");
    }
    if new.signers.iter().any(|signer| signer.signing.flow == SigningFlow::PkiSigning) {
        findings.add(PATH, "PKI signatures are signed files already; leave packaging out.");
    }
    if new.documents.iter().any(|document| document.mime_type != MimeType::Pdf.as_str()) {
        findings.add(PATH, "Only PDFs can be packaged; leave packaging out.");
    }
}

fn documents(new: &NewCollection, findings: &mut Findings) {
    let (documents, max) = (&new.documents, limits::COLLECTION_DOCUMENTS_MAX);
    if documents.is_empty() {
        findings.add(field::DOCUMENTS, "Choose at least one document.");
    } else if documents.len() > max {
        let text = format!("A collection takes at most {max} documents, here are {}.", documents.len());
        findings.add(field::DOCUMENTS, text);
        // Thousands of findings help nobody.
        return;
    }
    for (i, document) in documents.iter().enumerate() {
        if let Some(text) = document_finding(document, documents.split_at(i).0) {
            findings.add(format!("{}[{i}]", field::DOCUMENTS), text);
        } else if !new.signers.is_empty() && new.signers.iter().all(|signer| signer.part(i) == Part::None) {
            // The API deletes documents that no session refers to.
            let text = "No signer signs or reads this document. Give it to one, or leave it out.";
            findings.add(format!("{}[{i}]", field::DOCUMENTS), text);
        }
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
