//! What a session asks to keep beyond its due date.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Extra, null_as_default, period_end};

/// What is to be archived.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveSettings {
    /// Archive the signatures.
    #[serde(default, deserialize_with = "null_as_default")]
    pub send_signature_results_to_archive: bool,
    /// Archive the packages.
    #[serde(default, deserialize_with = "null_as_default")]
    pub send_packaging_result_to_archive: bool,
    /// How long, as an ISO 8601 duration (`P1Y`); required when anything is archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_period: Option<String>,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ArchiveSettings {
    /// Until when signatures are archived that are made at `now`, if that is asked for.
    #[must_use]
    pub fn signatures_until(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        self.until(self.send_signature_results_to_archive, now)
    }

    /// Until when packages are archived that are made at `now`, if that is asked for.
    #[must_use]
    pub fn packages_until(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        self.until(self.send_packaging_result_to_archive, now)
    }

    fn until(&self, asked: bool, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let period = self.retention_period.as_deref().filter(|_| asked)?;
        period_end(period, now)
    }
}
