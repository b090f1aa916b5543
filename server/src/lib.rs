//! The portal: a backend-for-frontend that signs staff in, renders their pages,
//! and keeps the only credentials to the signing API.

pub mod auth;
pub mod clock;
pub mod config;
pub mod error;
pub mod random;
pub mod router;
pub mod state;
pub mod store;
