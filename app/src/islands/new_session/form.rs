//! The form's state, and how its parts are told what went wrong.

use leptos::{html, prelude::*};

use super::{
    due, fields,
    fields::Typed,
    files::{self, Check, Chosen},
};
use crate::{
    error::{ErrorKind, FieldError, PortalError},
    fetch::Failure,
    model::{DraftDocument, NewSession, field},
};

/// Everything that the form's parts share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub(super) files: RwSignal<Vec<Chosen>>,
    /// What is wrong at fields, files left out.
    pub(super) findings: RwSignal<Vec<FieldError>>,
    /// What is wrong on the whole.
    pub(super) alert: RwSignal<Option<Alert>>,
    pub(super) phase: RwSignal<Phase>,
    pub(super) title: NodeRef<html::Input>,
    pub(super) signer: NodeRef<html::Input>,
    pub(super) due: NodeRef<html::Input>,
    pub(super) sign_text: NodeRef<html::Textarea>,
    pub(super) language: NodeRef<html::Select>,
}

/// What the form is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Being filled in.
    Editing,
    /// Send was pressed; some files are still being hashed.
    Waiting,
    /// The server is told what will come.
    Planning,
    /// Documents are on their way.
    Uploading,
    /// The session is being created; there is no way back.
    Finishing,
    /// The session's page is being opened.
    Leaving,
}

/// What the form as a whole is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alert {
    /// A sentence.
    pub(super) message: String,
    /// Findings with the address of the place in this page.
    pub(super) findings: Vec<(String, String)>,
    /// Signing in helps.
    pub(super) sign_in: bool,
}

impl Form {
    pub(super) fn new() -> Self {
        Self {
            files: RwSignal::new(Vec::new()),
            findings: RwSignal::new(Vec::new()),
            alert: RwSignal::new(None),
            phase: RwSignal::new(Phase::Editing),
            title: NodeRef::new(),
            signer: NodeRef::new(),
            due: NodeRef::new(),
            sign_text: NodeRef::new(),
            language: NodeRef::new(),
        }
    }

    /// What is wrong at the field, if anything.
    pub(super) fn error_at(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.findings.with(|findings| {
                findings.iter().find(|finding| finding.field == field).map(|finding| finding.message.clone())
            })
        })
    }

    /// What is typed.
    pub(super) fn typed(self) -> Typed {
        let value = |node: NodeRef<html::Input>| node.get_untracked().map(|input| input.value()).unwrap_or_default();
        Typed {
            title: value(self.title).trim().to_owned(),
            signer: value(self.signer).trim().to_owned(),
            due: due::read(&value(self.due)),
            sign_text: self.sign_text.get_untracked().map(|area| area.value()).unwrap_or_default().trim().to_owned(),
            language: self.language.get_untracked().map(|select| select.value()).unwrap_or_default().into(),
        }
    }

    /// What is to be sent, or what is wrong with it. Files must have settled.
    pub(super) fn complete(self, typed: Typed, now: crate::model::Moment) -> Result<NewSession, Vec<FieldError>> {
        let mut findings = Vec::new();
        let mut documents = Vec::new();
        let files = self.files.get_untracked();
        if files.is_empty() {
            findings.push(at(field::DOCUMENTS.to_owned(), "Choose at least one document.".to_owned()));
        } else if files.len() > contract::limits::SESSION_DOCUMENTS_MAX {
            findings.push(at(field::DOCUMENTS.to_owned(), "A session takes at most 50 documents.".to_owned()));
        }
        for (index, file) in files.iter().enumerate() {
            // What the server said last time may have changed by now.
            file.refused.set(None);
            match (untrack(|| files::problem(&files, index)), file.check.get_untracked()) {
                (None, Check::Ready(mime_type, sha256)) => documents.push(DraftDocument {
                    filename: file.name.clone(),
                    mime_type: mime_type.as_str().to_owned(),
                    size: file.size,
                    sha256,
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
    pub(super) fn fail(self, failure: Failure) {
        let error = match failure {
            Failure::Portal(error) => error,
            other => PortalError::new(ErrorKind::Internal, other.message()),
        };
        for finding in &error.fields {
            if let Some(file) = self.file_at(&finding.field) {
                file.refused.set(Some(finding.message.clone()));
            }
        }
        let message = match &error.trace_id {
            Some(trace_id) => [&error.message, " (Trace id: ", trace_id, ")"].concat(),
            None => error.message,
        };
        let findings = error.fields.iter().map(|finding| self.place_of(finding)).collect();
        self.findings.set(error.fields);
        self.alert.set(Some(Alert { message, findings, sign_in: error.kind == ErrorKind::Unauthenticated }));
        self.phase.set(Phase::Editing);
    }

    /// The file that an error's `documents[i]` means.
    fn file_at(self, field: &str) -> Option<Chosen> {
        let index =
            field.strip_prefix(field::DOCUMENTS)?.strip_prefix('[')?.split(']').next()?.parse::<usize>().ok()?;
        self.files.with_untracked(|files| files.get(index).cloned())
    }

    /// Where in the page a finding belongs, and how it reads in the summary.
    fn place_of(self, finding: &FieldError) -> (String, String) {
        match self.file_at(&finding.field) {
            Some(file) => (["#file-", &file.key.to_string()].concat(), [&file.name, ": ", &finding.message].concat()),
            None => (["#", &finding.field].concat(), finding.message.clone()),
        }
    }
}

/// The name of the document at `index` in findings.
pub(super) fn document_field(index: usize) -> String {
    [field::DOCUMENTS, "[", &index.to_string(), "]"].concat()
}

/// A finding.
pub(super) fn at(field: String, message: String) -> FieldError {
    FieldError { field, message }
}
