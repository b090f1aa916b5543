//! The tables' history.

use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

/// What made the tables, oldest first. Written out because `sqlx::migrate!` would
/// compile SQLite a second time, for the macro.
pub(super) fn migrations() -> Migrator {
    let history = [
        (1, "staff and logins", include_str!("../../../migrations/0001_staff_and_logins.sql")),
        (2, "sessions", include_str!("../../../migrations/0002_sessions.sql")),
        (3, "rights", include_str!("../../../migrations/0003_rights.sql")),
        (4, "audit", include_str!("../../../migrations/0004_audit.sql")),
        (5, "invitations", include_str!("../../../migrations/0005_invitations.sql")),
        (6, "providers", include_str!("../../../migrations/0006_providers.sql")),
        (7, "factors", include_str!("../../../migrations/0007_factors.sql")),
        (8, "API keys", include_str!("../../../migrations/0008_api_keys.sql")),
        (9, "collections", include_str!("../../../migrations/0009_collections.sql")),
        (10, "webhooks", include_str!("../../../migrations/0010_webhooks.sql")),
        (13, "widgets", include_str!("../../../migrations/0013_widgets.sql")),
    ];
    let history = history.into_iter().map(|(version, name, sql)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(history.collect())
}
