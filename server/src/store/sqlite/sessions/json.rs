//! Settings in columns of text.

use serde::{Serialize, de::DeserializeOwned};

use crate::store::StoreError;

/// The value as a column has it.
pub(in crate::store::sqlite) fn write(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Unavailable(error.into()))
}

/// The value that a column has.
pub(in crate::store::sqlite) fn read<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt(what))
}
