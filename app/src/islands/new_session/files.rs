//! The files that were chosen, and how far each is.

use contract::{MimeType, Sha256Digest};
use web_sys::{File, FileList};

use super::{
    dom, draw,
    preflight::{self, Candidate, Refusal, Warning},
    preview, state,
};
use crate::{
    hashing::{self, Report},
    model::field,
    num,
};

/// A chosen file.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    pub(super) key: u32,
    /// The browser's handle of it.
    pub(super) handle: File,
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) check: Check,
    /// What the server said about it at the last attempt.
    pub(super) refused: Option<String>,
    /// Bytes uploaded, while it is being sent.
    pub(super) sent: Option<u64>,
}

/// How far looking at a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Check {
    /// No document to sign.
    Refused(Refusal),
    /// Being hashed: so many bytes are.
    Hashing(MimeType, u64),
    /// Ready to go.
    Ready(MimeType, Sha256Digest, Vec<Warning>),
}

impl Chosen {
    /// Whether nothing more will be found out about it.
    pub(super) const fn is_settled(&self) -> bool {
        matches!(self.check, Check::Refused(_) | Check::Ready(..))
    }
}

/// Adds files and starts to look at them.
pub(super) fn add(list: &FileList) {
    for handle in (0..list.length()).filter_map(|index| list.get(index)) {
        let (name, size) = (handle.name(), num::bytes(handle.size()));
        let judged = preflight::judge(&name, &handle.type_(), size);
        let check = match &judged {
            Ok(mime_type) => Check::Hashing(mime_type.clone(), 0),
            Err(refusal) => Check::Refused(*refusal),
        };
        let key = state::update(|state| {
            state.last_key += 1;
            let key = state.last_key;
            state.files.push(Chosen { key, handle: handle.clone(), name, size, check, refused: None, sent: None });
            key
        });
        if let Ok(mime_type) = judged {
            hashing::start(key, handle, mime_type, heard);
        }
    }
    state::refresh();
}

/// Takes a file off the list, whatever is being done with it.
pub(super) fn remove(key: u32) {
    hashing::cancel(key);
    state::update(|state| state.files.retain(|file| file.key != key));
    if let Some(row) = dom::by_id(&draw::row_id(key)) {
        let neighbour = row.next_element_sibling().or_else(|| row.previous_element_sibling());
        row.remove();
        // Left alone, the focus would fall back to the top of the page.
        let button = neighbour.and_then(|neighbour| dom::part(&neighbour, "button.remove"));
        dom::focus(button.or_else(|| dom::by_id(field::DOCUMENTS)).as_ref());
    }
    state::refresh();
}

/// Shows a file.
pub(super) fn preview(key: u32) {
    let asked = state::read(|state| {
        let file = state.files.iter().find(|file| file.key == key)?;
        candidate(file).map(|candidate| (file.handle.clone(), candidate.mime_type.clone()))
    });
    if let Some((handle, mime_type)) = asked {
        preview::show(handle, mime_type);
    }
}

/// What is wrong with the file at `index`, by itself or beside those above it.
pub(super) fn problem(files: &[Chosen], index: usize) -> Option<String> {
    let file = files.get(index)?;
    if let Check::Refused(refusal) = &file.check {
        return Some(refusal.message());
    }
    let before: Vec<Candidate<'_>> = files.iter().take(index).filter_map(candidate).collect();
    candidate(file).and_then(|candidate| preflight::conflict(&candidate, &before)).or_else(|| file.refused.clone())
}

/// A file that is fine by itself.
fn candidate(file: &Chosen) -> Option<Candidate<'_>> {
    let (mime_type, digest) = match &file.check {
        Check::Hashing(mime_type, _) => (mime_type, None),
        Check::Ready(mime_type, digest, _) => (mime_type, Some(*digest)),
        Check::Refused(_) => return None,
    };
    Some(Candidate { name: &file.name, mime_type, digest })
}

/// Takes a report about the hashing of the file of `key`.
fn heard(key: u32, report: Report) {
    let is_progress = matches!(report, Report::Progress(_));
    change(key, |file| {
        let Check::Hashing(mime_type, done) = &mut file.check else { return };
        match report {
            Report::Progress(bytes) => *done = bytes,
            Report::Done(digest, found) => {
                file.check = match preflight::judge_content(&found) {
                    Ok(warnings) => Check::Ready(mime_type.clone(), digest, warnings),
                    Err(refusal) => Check::Refused(refusal),
                }
            }
            Report::Failed => file.check = Check::Refused(Refusal::Unreadable),
        }
    });
    if is_progress {
        state::read(|state| draw::progress(state, key));
    } else {
        state::refresh();
    }
}

/// Says how much of a file is uploaded.
pub(super) fn sent(key: u32, bytes: u64) {
    change(key, |file| file.sent = Some(bytes));
    state::read(|state| draw::progress(state, key));
}

/// Changes the file of `key`, unless it was removed meanwhile.
fn change(key: u32, change: impl FnOnce(&mut Chosen)) {
    state::update(|state| state.files.iter_mut().find(|file| file.key == key).map(change));
}
