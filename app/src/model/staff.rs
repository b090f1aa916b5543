//! The person at the desk.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A signed-in member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// Row id of the account.
    pub id: Uuid,
    /// Name to show.
    pub name: String,
}
