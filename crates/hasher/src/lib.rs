//! hasher
