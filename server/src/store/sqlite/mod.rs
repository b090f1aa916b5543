//! The rows in SQLite: one file here for each file of traits.

mod backlog;
mod keys;
mod teams;
mod webhooks;
