//! The portal from outside, over HTTP. One binary: each file of tests would be a
//! separate link of everything.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod account;
mod audit;
mod auth;
mod collections;
mod crash;
mod csrf;
mod desk;
mod downloads;
mod embed;
mod factor;
mod headers;
mod heads;
mod keys;
mod limits;
mod live;
mod log;
mod oidc;
mod outage;
mod packages;
mod people;
mod process;
mod rights;
mod rotation;
mod sessions;
mod sign_in;
mod status;
mod step_up;
mod store;
mod uploads;
mod walls;
mod webhooks;
