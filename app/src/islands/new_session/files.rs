//! The files that were chosen, and how far each is.

use std::{cell::RefCell, collections::BTreeMap};

use contract::{MimeType, Sha256Digest};
use js_sys::Uint8Array;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList};

use super::preflight::{self, Candidate, HEAD, Refusal};
use crate::{
    hashing::{self, Report},
    num,
};

thread_local! {
    /// The browser's handles of the files. They stay out of signals, which the server
    /// may drop on any of its threads.
    static HANDLES: RefCell<(u32, BTreeMap<u32, File>)> = const { RefCell::new((0, BTreeMap::new())) };
}

/// A chosen file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) key: u32,
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) check: RwSignal<Check>,
    /// What the server said about it at the last attempt.
    pub(super) refused: RwSignal<Option<String>>,
    /// Bytes uploaded, while it is being sent.
    pub(super) sent: RwSignal<Option<u64>>,
}

/// How far looking at a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Check {
    /// Being looked at.
    Reading,
    /// No document to sign.
    Refused(Refusal),
    /// Being hashed: so many bytes are.
    Hashing(MimeType, u64),
    /// Ready to go.
    Ready(MimeType, Sha256Digest),
}

impl Chosen {
    /// The browser's handle of it.
    pub(super) fn handle(&self) -> Option<File> {
        HANDLES.with_borrow(|(_, files)| files.get(&self.key).cloned())
    }

    /// Whether nothing more will be found out about it.
    pub(super) fn is_settled(&self) -> bool {
        self.check.with(|check| matches!(check, Check::Refused(_) | Check::Ready(..)))
    }
}

/// Adds files and starts to look at them.
pub(super) fn add(files: RwSignal<Vec<Chosen>>, list: &FileList) {
    for index in 0..list.length() {
        let Some(handle) = list.get(index) else { continue };
        let chosen = Chosen {
            key: HANDLES.with_borrow_mut(|(last, files)| {
                *last += 1;
                files.insert(*last, handle.clone());
                *last
            }),
            name: handle.name(),
            size: num::bytes(handle.size()),
            check: RwSignal::new(Check::Reading),
            refused: RwSignal::new(None),
            sent: RwSignal::new(None),
        };
        files.update(|files| files.push(chosen.clone()));
        spawn_local(look(chosen, handle));
    }
}

/// Takes a file off the list, whatever is being done with it.
pub(super) fn remove(files: RwSignal<Vec<Chosen>>, key: u32) {
    hashing::cancel(key);
    HANDLES.with_borrow_mut(|(_, files)| files.remove(&key));
    files.update(|files| files.retain(|file| file.key != key));
}

/// What is wrong with the file at `index`, by itself or beside those above it.
pub(super) fn problem(files: &[Chosen], index: usize) -> Option<String> {
    let file = files.get(index)?;
    if let Check::Refused(refusal) = file.check.get() {
        return Some(refusal.message());
    }
    let fine: Vec<(&str, MimeType, Option<Sha256Digest>)> = files
        .iter()
        .take(index + 1)
        .filter_map(|file| match file.check.get() {
            Check::Hashing(mime_type, _) => Some((file.name.as_str(), mime_type, None)),
            Check::Ready(mime_type, digest) => Some((file.name.as_str(), mime_type, Some(digest))),
            Check::Reading | Check::Refused(_) => None,
        })
        .collect();
    let candidates: Vec<Candidate<'_>> =
        fine.iter().map(|(name, mime_type, digest)| Candidate { name, mime_type, digest: *digest }).collect();
    let (last, before) = candidates.split_last()?;
    let conflict = match file.check.get() {
        Check::Reading => None,
        _ => preflight::conflict(last, before),
    };
    conflict.or_else(|| file.refused.get())
}

async fn look(chosen: Chosen, handle: File) {
    let check = chosen.check;
    let judged = match preflight::judge(&chosen.name, &handle.type_(), chosen.size) {
        Ok(mime_type) => read_head(&handle)
            .await
            .ok_or(Refusal::Unreadable)
            .and_then(|head| preflight::judge_head(&mime_type, &head))
            .map(|()| mime_type),
        Err(refusal) => Err(refusal),
    };
    // Meanwhile it may have been removed.
    if chosen.handle().is_none() {
        return;
    }
    match judged {
        Err(refusal) => check.set(Check::Refused(refusal)),
        Ok(mime_type) => {
            check.set(Check::Hashing(mime_type.clone(), 0));
            hashing::start(chosen.key, handle, move |report| {
                let mime_type = mime_type.clone();
                check.set(match report {
                    Report::Progress(done) => Check::Hashing(mime_type, done),
                    Report::Done(digest) => Check::Ready(mime_type, digest),
                    Report::Failed => Check::Refused(Refusal::Unreadable),
                });
            });
        }
    }
}

async fn read_head(file: &File) -> Option<Vec<u8>> {
    let head = file.slice_with_i32_and_i32(0, HEAD).ok()?;
    let buffer = JsFuture::from(head.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}
