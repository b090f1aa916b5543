//! Accounts of the people at the desk.

use app::model::{AccountState, Person, Role, Staff, TeamId};
use sqlx::{Row, sqlite::SqliteRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Connection, StoreError};
use crate::clock::millis;

/// An account to be made.
pub struct NewStaff<'a> {
    /// Row id.
    pub id: Uuid,
    /// User name as it is compared: NFKC, lower case.
    pub username: &'a str,
    /// Name to show.
    pub name: &'a str,
    /// PHC string.
    pub password_hash: &'a str,
    /// What they are.
    pub role: Role,
    /// Their team.
    pub team: TeamId,
    /// When.
    pub created_at: OffsetDateTime,
}

/// What signing in needs to know of an account.
pub struct Credentials {
    /// Whose they are.
    pub staff: Staff,
    /// PHC string, unless none was chosen yet.
    pub password_hash: Option<String>,
}

/// What stands for the hash of a password that was not chosen yet.
pub const NO_PASSWORD: &str = "";

/// An account, disabled or not.
pub struct Account {
    /// Whose it is.
    pub staff: Staff,
    /// Whether its owner is kept out.
    pub is_disabled: bool,
}

/// Finds an account.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn find(connection: &mut Connection, id: Uuid) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query("SELECT id, name, role, team, disabled FROM staff WHERE id = ?")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok(Account { staff: from_row(&row)?, is_disabled: row.try_get("disabled")? })).transpose()
}

/// How many admins can sign in.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn admins(connection: &mut Connection) -> Result<i64, StoreError> {
    let count = "SELECT COUNT(*) FROM staff WHERE role = 'admin' AND disabled = 0 AND password_hash <> ''";
    Ok(sqlx::query_scalar(count).fetch_one(connection).await?)
}

/// Gives an account another role and team. What its owner made stays where it is.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn set_rights(connection: &mut Connection, id: Uuid, role: Role, team: TeamId) -> Result<(), StoreError> {
    sqlx::query("UPDATE staff SET role = ?, team = ? WHERE id = ?")
        .bind(role.slug())
        .bind(team.0)
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Keeps an account's owner out, or lets them in again.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn set_disabled(connection: &mut Connection, id: Uuid, disabled: bool) -> Result<(), StoreError> {
    sqlx::query("UPDATE staff SET disabled = ? WHERE id = ?").bind(disabled).bind(id).execute(connection).await?;
    Ok(())
}

/// All accounts, by name.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn all(connection: &mut Connection) -> Result<Vec<Person>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, name, username, role, team, disabled, password_hash = '' AS invited,
             (SELECT COUNT(*) FROM logins WHERE staff_id = staff.id) AS sign_ins
         FROM staff ORDER BY name, username",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(person).collect()
}

fn person(row: &SqliteRow) -> Result<Person, StoreError> {
    let Staff { id, name, role, team } = from_row(row)?;
    let state = match (row.try_get("disabled")?, row.try_get("invited")?) {
        (true, _) => AccountState::Disabled,
        (false, true) => AccountState::Invited,
        (false, false) => AccountState::Active,
    };
    Ok(Person { id, name, username: row.try_get("username")?, role, team, state, sign_ins: row.try_get("sign_ins")? })
}

/// Whether there is any account yet.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn any(connection: &mut Connection) -> Result<bool, StoreError> {
    Ok(sqlx::query("SELECT 1 FROM staff LIMIT 1").fetch_optional(connection).await?.is_some())
}

/// Makes an account.
///
/// # Errors
/// [`StoreError::Duplicate`] when the user name is taken; otherwise as [`StoreError`] says.
pub async fn insert(connection: &mut Connection, staff: &NewStaff<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO staff (id, username, name, password_hash, role, team, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(staff.id)
    .bind(staff.username)
    .bind(staff.name)
    .bind(staff.password_hash)
    .bind(staff.role.slug())
    .bind(staff.team.0)
    .bind(millis(staff.created_at))
    .execute(connection)
    .await?;
    Ok(())
}

/// A person from a row with the columns `id`, `name`, `role` and `team` of `staff`.
pub(super) fn from_row(row: &SqliteRow) -> Result<Staff, StoreError> {
    let role = row.try_get::<String, _>("role")?;
    Ok(Staff {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        role: Role::from_slug(&role).ok_or(StoreError::Corrupt("role"))?,
        team: TeamId(row.try_get("team")?),
    })
}

/// Finds an account by its user name, as it is compared. One that is disabled is
/// not found.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn credentials(connection: &mut Connection, username: &str) -> Result<Option<Credentials>, StoreError> {
    let row = sqlx::query("SELECT id, name, role, team, password_hash FROM staff WHERE username = ? AND disabled = 0")
        .bind(username)
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(Credentials {
            staff: from_row(&row)?,
            password_hash: Some(row.try_get("password_hash")?).filter(|hash| hash != NO_PASSWORD),
        })
    })
    .transpose()
}

/// The hash of an account's password, if it has one.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn password_hash(connection: &mut Connection, id: Uuid) -> Result<Option<String>, StoreError> {
    let hash: Option<String> =
        sqlx::query_scalar("SELECT password_hash FROM staff WHERE id = ?").bind(id).fetch_optional(connection).await?;
    Ok(hash.filter(|hash| hash != NO_PASSWORD))
}

/// Replaces the password's hash, for example by one of higher cost.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn set_password_hash(connection: &mut Connection, id: Uuid, password_hash: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE staff SET password_hash = ? WHERE id = ?")
        .bind(password_hash)
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}
