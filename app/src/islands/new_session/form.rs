//! What the form asks for, and how its parts are told what is wrong with it.

use super::{
    dom, draw, due, fields,
    fields::Typed,
    files::{self, Check, Chosen},
    place,
    state::{self, Phase, State},
};
use crate::{
    error::{ErrorKind, FieldError, PortalError},
    fetch::Failure,
    model::{DraftDocument, Moment, NewSession, field},
};

/// The fields that something can be said at.
const FIELDS: [&str; 6] =
    [field::DOCUMENTS, field::TITLE, field::SIGNER, field::DUE, field::SIGN_TEXT, field::LANGUAGE];

/// What is typed.
pub(super) fn typed() -> Typed {
    let text = |id: &str| dom::value(id).trim().to_owned();
    Typed {
        title: text(field::TITLE),
        signer: text(field::SIGNER),
        due: due::read(&dom::value(field::DUE)),
        sign_text: text(field::SIGN_TEXT),
        language: dom::value(field::LANGUAGE).into(),
    }
}

/// What is to be sent, or what is wrong with it. Files must have settled.
pub(super) fn complete(files: &mut [Chosen], typed: Typed, now: Moment) -> Result<NewSession, Vec<FieldError>> {
    let mut findings = Vec::new();
    let mut documents = Vec::new();
    if files.is_empty() {
        findings.push(at(field::DOCUMENTS.to_owned(), "Choose at least one document.".to_owned()));
    } else if files.len() > contract::limits::SESSION_DOCUMENTS_MAX {
        findings.push(at(field::DOCUMENTS.to_owned(), "A session takes at most 50 documents.".to_owned()));
    }
    for file in files.iter_mut() {
        // What the server said last time may have changed by now.
        file.refused = None;
    }
    for (index, file) in files.iter().enumerate() {
        match (files::problem(files, index), &file.check) {
            (None, Check::Ready(mime_type, sha256, _)) => documents.push(DraftDocument {
                filename: file.name.clone(),
                mime_type: mime_type.as_str().to_owned(),
                size: file.size,
                sha256: *sha256,
            }),
            (problem, _) => findings.push(at(document_field(index), problem.unwrap_or_default())),
        }
    }
    findings.extend(fields::findings(&typed, now));
    match typed.due {
        Some(due) if findings.is_empty() => Ok(NewSession {
            title: typed.title,
            signer: typed.signer,
            due,
            sign_text: Some(typed.sign_text).filter(|text| !text.is_empty()),
            language: typed.language,
            documents,
        }),
        _ => Err(findings),
    }
}

/// Says what failed: at the fields, at the files, and on top.
pub(super) fn fail(failure: Failure) {
    let error = match failure {
        Failure::Portal(error) => error,
        other => PortalError::new(ErrorKind::Internal, other.message()),
    };
    state::update(|state| {
        for file in &mut state.files {
            file.sent = None;
        }
        for finding in &error.fields {
            if let Some(file) = file_index(&finding.field).and_then(|index| state.files.get_mut(index)) {
                file.refused = Some(finding.message.clone());
            }
        }
    });
    mark(&error.fields);
    // The fields come alive again before the focus goes anywhere.
    state::enter(Phase::Editing);
    state::read(|state| summarise(state, &error));
}

/// Takes away what the last attempt found.
pub(super) fn forget_findings() {
    dom::flag(dom::by_id(place::SUMMARY).as_ref(), "hidden", true);
    mark(&[]);
}

/// Marks the fields that something was found about, and no others.
fn mark(findings: &[FieldError]) {
    for field in FIELDS {
        let message = findings.iter().find(|finding| finding.field == field).map(|finding| &*finding.message);
        let control = dom::by_id(field);
        match message {
            Some(_) => dom::set(control.as_ref(), "aria-invalid", "true"),
            None => dom::flag(control.as_ref(), "aria-invalid", false),
        }
        dom::note(dom::by_id(&[field, "-error"].concat()).as_ref(), message);
    }
}

/// Says on top what failed, and puts the focus there.
fn summarise(state: &State, error: &PortalError) {
    let Some(summary) = dom::by_id(place::SUMMARY) else { return };
    let trace_id = error.trace_id.as_ref().map(|trace_id| [" (Trace id: ", trace_id, ")"].concat());
    let message = [&error.message, trace_id.as_deref().unwrap_or_default()].concat();
    dom::write(dom::by_id(place::SUMMARY_TEXT).as_ref(), &message);
    if let Some(list) = dom::by_id(place::FINDINGS) {
        list.set_text_content(None);
        for finding in &error.fields {
            let (id, text) = place_of(state, finding);
            let line = dom::stamp(place::FINDING, &list);
            let link = line.as_ref().and_then(|line| dom::part(line, "a"));
            dom::set(link.as_ref(), "href", &["#", &id].concat());
            dom::write(link.as_ref(), &text);
        }
        dom::flag(Some(&list), "hidden", error.fields.is_empty());
    }
    dom::flag(dom::by_id(place::SIGN_IN).as_ref(), "hidden", error.kind != ErrorKind::Unauthenticated);
    dom::flag(Some(&summary), "hidden", false);
    dom::focus(Some(&summary));
}

/// Id of the place in the page that a finding belongs to, and how it reads in the summary.
fn place_of(state: &State, finding: &FieldError) -> (String, String) {
    match file_index(&finding.field).and_then(|index| state.files.get(index)) {
        Some(file) => (draw::row_id(file.key), [&file.name, ": ", &finding.message].concat()),
        None => (finding.field.clone(), finding.message.clone()),
    }
}

/// The file that a finding's `documents[i]` means.
fn file_index(field: &str) -> Option<usize> {
    field.strip_prefix(field::DOCUMENTS)?.strip_prefix('[')?.split_once(']')?.0.parse().ok()
}

/// The name of the document at `index` in findings.
pub(super) fn document_field(index: usize) -> String {
    [field::DOCUMENTS, "[", &index.to_string(), "]"].concat()
}

/// A finding.
pub(super) fn at(field: String, message: String) -> FieldError {
    FieldError { field, message }
}

#[cfg(test)]
mod tests {
    use super::{document_field, file_index};

    #[test]
    fn documents_are_found_by_their_place() {
        assert_eq!(file_index(&document_field(12)), Some(12));
        for other in ["documents", "documents[]", "documents[x]", "documents[1", "title"] {
            assert_eq!(file_index(other), None, "{other}");
        }
    }
}
