//! The client against stand-ins for the signing API on loopback.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod answers;
mod deadlines;
mod overload;
mod settings;
mod stub;
mod tls;
mod tokens;
mod transfers;
