//! Rows in SQLite.

mod keys;
