//! The portal: a backend-for-frontend that signs staff in, renders their pages,
//! and keeps the only credentials to the signing API.

mod account;
pub mod audit;
pub mod auth;
pub mod backend;
pub mod clock;
pub mod collections;
pub mod config;
pub mod console;
pub mod embed;
pub mod error;
pub mod keys;
pub mod live;
pub mod metrics;
mod pages;
mod people;
pub mod random;
pub mod rights;
pub mod router;
mod secrets;
pub mod security;
pub mod sessions;
pub mod signals;
pub mod site;
pub mod start;
pub mod state;
pub mod store;
pub mod telemetry;
mod upstream;
pub mod webhooks;
