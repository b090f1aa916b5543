//! The sandbox over real HTTP, as a client and as a signer's browser see it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod browser;
mod collections;
mod control;
mod documents;
mod events;
mod kills;
mod listing;
#[path = "../../src/pdf/odd.rs"]
mod odd;
mod odd_pdfs;
mod openapi;
mod packaging;
mod pages;
mod process;
mod receiver;
#[path = "../../src/pdf/samples.rs"]
mod samples;
mod sessions;
mod signer_documents;
mod signer_endings;
mod signer_identity;
mod subscriptions;
mod support;
mod time_passes;
mod tokens;
#[path = "../../src/tools.rs"]
mod tools;
mod tsa;
