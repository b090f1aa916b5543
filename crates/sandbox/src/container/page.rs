//! What the evidence pages say.

use sha2::{Digest, Sha256};
use time::{OffsetDateTime, UtcOffset};

use super::{
    ContainerDocument, ContainerError, ContainerInput, ContainerSignature, attachments,
    sheet::{Sheet, Weight},
};
use crate::pdf::PdfFacts;

const BODY: f32 = 9.5;
const INDENT: f32 = 14.0;

/// Draws the evidence pages. `facts` are none for documents whose pages cannot be shown.
pub(super) fn draw(
    input: &ContainerInput<'_>,
    names: &[String],
    facts: &[Option<PdfFacts>],
    now: OffsetDateTime,
) -> Result<Vec<u8>, ContainerError> {
    let mut sheet = Sheet::new();
    sheet.write(Weight::Bold, 20.0, 0.0, "Signatures")?;
    sheet.space(4.0);
    sheet.write(Weight::Bold, 13.0, 0.0, input.title)?;
    sheet.space(8.0);
    sheet.write(Weight::Bold, BODY, 0.0, "Made by a sandbox with a test certificate: without legal effect.")?;
    sheet.space(6.0);
    for text in [
        "This package shows the documents listed below and holds, as attachments, the documents themselves and one \
         file for each signature. What was signed is the attached document; the pages that follow are a picture of it.",
        "To check the package: a PDF reader that checks signatures says whether the seal is valid and nothing was \
         changed since.",
        "To check a document: save the attachment; its SHA-256 is the value given below.",
        "To check a signature: save it together with its document in one folder. It is a XAdES file, which common \
         tools verify, and holds the evidence of how it was signed.",
    ] {
        sheet.write(Weight::Regular, BODY, 0.0, text)?;
        sheet.space(3.0);
    }
    sheet.space(3.0);
    sheet.write(Weight::Regular, BODY, 0.0, &format!("Reference: {}", input.reference))?;
    sheet.write(Weight::Regular, BODY, 0.0, &format!("Sealed: {}", utc(now)))?;
    for ((document, name), facts) in input.documents.iter().zip(names).zip(facts) {
        write_document(&mut sheet, document, name, facts.as_ref())?;
    }
    if sheet.has_boxes() {
        sheet.space(12.0);
        let note = "Characters that the font of this page lacks are shown as boxes. The signatures have them exactly.";
        sheet.write(Weight::Regular, BODY, 0.0, note)?;
    }
    sheet.finish(input.reference)
}

fn write_document(
    sheet: &mut Sheet,
    document: &ContainerDocument<'_>,
    name: &str,
    facts: Option<&PdfFacts>,
) -> Result<(), ContainerError> {
    sheet.space(14.0);
    sheet.keep_together(80.0);
    sheet.write(Weight::Bold, 12.0, 0.0, document.title)?;
    let mut line = |text: &str| sheet.write(Weight::Regular, BODY, 0.0, text);
    line(&format!("File: {name}"))?;
    match facts {
        Some(facts) => line(&format!("Pages: {}", facts.pages))?,
        None => line("Its pages cannot be shown here; see the attachment.")?,
    }
    line(&format!("SHA-256: {}", hex::encode(Sha256::digest(document.bytes))))?;
    if name != document.name {
        let name = document.name;
        line(&format!("Another document has the same name. To check its signatures, save it as {name}."))?;
    }
    let facts =
        facts.copied().unwrap_or(PdfFacts { pages: 0, signed: false, has_active_content: false, has_xfa: false });
    for (holds, note) in [
        (facts.signed, "It was signed before. The pages show pictures of those signatures; the attachment holds them."),
        (facts.has_active_content, "Scripts and actions were left out of the pages; the attachment holds them."),
        (facts.has_xfa, "The pages show the form's fixed pages; the attachment also holds an XFA form."),
    ] {
        if holds {
            line(note)?;
        }
    }
    for (n, signature) in (1..).zip(document.signatures) {
        write_signature(sheet, signature, &attachments::signature_name(name, n))?;
    }
    Ok(())
}

fn write_signature(sheet: &mut Sheet, signature: &ContainerSignature<'_>, file: &str) -> Result<(), ContainerError> {
    sheet.space(6.0);
    sheet.keep_together(60.0);
    sheet.write(Weight::Bold, BODY, INDENT, &format!("Signed by {}", signature.signer))?;
    let mut line = |text: &str| sheet.write(Weight::Regular, BODY, INDENT, text);
    line(&format!("Signed: {}", utc(signature.signed_at)))?;
    line(&format!("Identified by: {} (level of assurance: {})", signature.provider, signature.assurance_level))?;
    if let Some(consent) = signature.consent {
        line(&format!("Agreed to: {consent}"))?;
    }
    line(&format!("Signature file: {file}"))
}

/// Draws the page that stands for a document whose pages cannot be copied.
pub(super) fn draw_substitute(name: &str) -> Result<Vec<u8>, ContainerError> {
    let mut sheet = Sheet::new();
    sheet.write(Weight::Bold, 13.0, 0.0, "The pages of this document cannot be shown")?;
    sheet.space(6.0);
    sheet.write(Weight::Regular, BODY, 0.0, &format!("The document itself is attached: {name}"))?;
    sheet.finish(name)
}

/// A moment for people to read, to the second.
fn utc(moment: OffsetDateTime) -> String {
    let moment = moment.to_offset(UtcOffset::UTC);
    let (hour, minute, second) = moment.to_hms();
    format!("{} {hour:02}:{minute:02}:{second:02} UTC", moment.date())
}
