//! The door to the signing API: what can be asked of it ([`SigningApi`]), and
//! its HTTP client ([`HttpSigningApi`]).
//!
//! The embedded signing service is reached by the same client over loopback, so
//! what is tested against it is what runs against the vendor.
//!
//! Promises kept here, so that callers need not think of them:
//! - every call ends: connecting, the answer's head, silence between two chunks
//!   and the call as a whole have deadlines ([`Deadlines`]);
//! - what may be repeated is repeated (reads, deletes, token requests), within a
//!   budget; a create never is, and says honestly when its outcome is unknown;
//! - an API that keeps failing, or asks us to slow down, is left to rest, and
//!   calls are refused at once meanwhile ([`BreakerLimits`]);
//! - calls that people wait for, transfers and background work have places of
//!   their own ([`PoolSizes`], [`in_background`]);
//! - redirects and proxies of the environment are not followed, answers are capped;
//! - neither credentials nor tokens, signing links or answers' texts appear in
//!   `Debug`, `Display` or logs.
//!
//! Dropping a call's future cancels it. That is how a browser's deadline is
//! passed down: wrap the call in `tokio::time::timeout`.

mod api;
mod breaker;
mod client;
mod error;
mod exchange;
mod grant;
mod http;
mod operation;
mod pools;
mod retry;
mod settings;
mod subscription;
mod token;
mod upload;
mod vitals;

pub use api::{BodyAborted, Download, DownloadBody, SigningApi, UploadBody};
pub use breaker::BreakerLimits;
pub use client::client_builder;
pub use error::{Fault, Stage, UpstreamError};
pub use http::HttpSigningApi;
pub use pools::{PoolSizes, in_background};
pub use settings::{Deadlines, Reach, Settings, SettingsError};
pub use vitals::{Rotation, Vitals};
