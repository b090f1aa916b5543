//! The contract against the API's published samples and its limits.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod ids;
mod limits;
mod lists;
mod newer;
mod samples;
