//! Sending: plan, upload, create. Each step can be repeated, so what fails half-way
//! is either taken back or gone on with by pressing Send again.

use std::cell::{Cell, RefCell};

use leptos::{prelude::window, task::spawn_local};

use super::{
    files::{self, Check, Chosen},
    form::{self, at, document_field},
    state::{self, Phase},
};
use crate::{
    clock,
    error::{ErrorKind, PortalError},
    fetch::{self, Failure},
    model::{SendOutcome, SendPlan, SessionId},
    paths, upload,
};

/// An attempt whose end is not known, or that could not be taken back.
struct Attempt {
    /// What was asked for.
    body: String,
    /// Makes repeated requests one.
    key: String,
    /// What the server made of it, once it said so.
    plan: Option<SendPlan>,
}

thread_local! {
    static ATTEMPT: RefCell<Option<Attempt>> = const { RefCell::new(None) };
    static CANCELLED: Cell<bool> = const { Cell::new(false) };
}

/// Stops sending. What reached the server is taken back.
pub(super) fn cancel() {
    CANCELLED.set(true);
    upload::abort();
}

/// Sends what the form holds. All files must have settled.
pub(super) fn send() {
    CANCELLED.set(false);
    form::forget_findings();
    let checked = state::update(|state| form::complete(&mut state.files, form::typed(), clock::now()));
    let body =
        checked.map_err(|findings| Failure::Portal(PortalError::invalid(findings))).and_then(|new| fetch::body(&new));
    match body {
        Ok(body) => {
            state::enter(Phase::Planning);
            spawn_local(async move {
                match attempt(body).await {
                    Ok(session) => {
                        state::enter(Phase::Leaving);
                        // Going to an address of this portal does not fail.
                        let _ = window().location().assign(&paths::session(session));
                    }
                    Err(failure) => form::fail(failure),
                }
            });
        }
        Err(failure) => form::fail(failure),
    }
}

async fn attempt(body: String) -> Result<SessionId, Failure> {
    let mut attempt = match ATTEMPT.take() {
        Some(attempt) if attempt.body == body => attempt,
        other => {
            take_back(other).await;
            Attempt { body, key: random_key()?, plan: None }
        }
    };
    let outcome = steps(&mut attempt).await;
    match &outcome {
        Ok(_) => {}
        // Nobody knows how far the request came; pressing Send again goes on with it.
        Err((Step::Plan | Step::Send, Failure::Unreachable)) => ATTEMPT.set(Some(attempt)),
        Err(_) => {
            state::enter(Phase::Planning);
            ATTEMPT.set(take_back(Some(attempt)).await);
        }
    }
    outcome.map_err(|(_, failure)| failure)
}

/// Where sending failed.
#[derive(Clone, Copy)]
enum Step {
    Plan,
    Upload,
    Send,
}

async fn steps(attempt: &mut Attempt) -> Result<SessionId, (Step, Failure)> {
    let plan: SendPlan = fetch::post(paths::PLANS, attempt.body.clone(), Some(&attempt.key))
        .await
        .map_err(|failure| (Step::Plan, failure))?;
    attempt.plan = Some(plan.clone());

    state::enter(Phase::Uploading);
    let files = state::read(|state| state.files.clone());
    for (index, (file, upload)) in files.iter().zip(&plan.uploads).enumerate() {
        unless_cancelled().map_err(|failure| (Step::Upload, failure))?;
        send_file(index, file, *upload).await.map_err(|failure| (Step::Upload, failure))?;
    }
    unless_cancelled().map_err(|failure| (Step::Upload, failure))?;

    state::enter(Phase::Finishing);
    fetch::post::<SendOutcome>(&paths::send(plan.session), "{}".to_owned(), None)
        .await
        .map_err(|failure| (Step::Send, failure))?;
    Ok(plan.session)
}

async fn send_file(index: usize, file: &Chosen, id: crate::model::UploadId) -> Result<(), Failure> {
    let Check::Ready(mime_type, digest, _) = &file.check else { return Err(Failure::Cancelled) };
    let key = file.key;
    files::sent(key, 0);
    let progress = move |bytes| files::sent(key, bytes);
    let outcome = upload::put(id, &file.handle, mime_type.as_str(), digest, progress).await;
    let changed = match &outcome {
        Ok(receipt) => receipt.server_hash != *digest || receipt.api_hash != *digest,
        Err(Failure::Portal(error)) => error.kind == ErrorKind::HashMismatch,
        Err(_) => false,
    };
    if changed {
        let message = "This document changed on its way: its hashes differ. Nothing was sent; try again.".to_owned();
        return Err(Failure::Portal(PortalError {
            fields: vec![at(document_field(index), message.clone())],
            ..PortalError::new(ErrorKind::HashMismatch, "A document changed on its way. Nothing was sent.")
        }));
    }
    outcome?;
    files::sent(key, file.size);
    state::refresh();
    Ok(())
}

/// Takes an attempt back. Hands it out again if the server could not be told.
async fn take_back(attempt: Option<Attempt>) -> Option<Attempt> {
    let attempt = attempt?;
    let plan = attempt.plan.as_ref()?;
    match fetch::delete(&paths::plan(plan.session)).await {
        Err(Failure::Portal(error)) if error.kind == ErrorKind::NotFound => None,
        Ok(()) => None,
        Err(_) => Some(attempt),
    }
}

fn unless_cancelled() -> Result<(), Failure> {
    if CANCELLED.get() { Err(Failure::Cancelled) } else { Ok(()) }
}

fn random_key() -> Result<String, Failure> {
    let crypto = window().crypto().map_err(|_| Failure::Unreachable)?;
    Ok(crypto.random_uuid())
}
