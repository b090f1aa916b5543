//! The rows in SQLite: one file here for each file of traits.

mod keys;
mod teams;
mod webhooks;
