//! Accounts of the people at the desk.

use app::model::{AccountState, Moment, Person, Role, Staff, TeamId};
use async_trait::async_trait;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use crate::{
    clock::millis,
    store::{
        StoreError,
        staff::{Account, Accounts, Credentials, NO_PASSWORD, NewStaff},
    },
};

#[async_trait]
impl Accounts for SqliteConnection {
    async fn account(&mut self, id: Uuid) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query("SELECT id, name, role, team, disabled FROM staff WHERE id = ?")
            .bind(id)
            .fetch_optional(self)
            .await?;
        row.map(|row| Ok(Account { staff: from_row(&row)?, is_disabled: row.try_get("disabled")? })).transpose()
    }

    async fn admins(&mut self) -> Result<i64, StoreError> {
        let count = "SELECT COUNT(*) FROM staff WHERE role = 'admin' AND disabled = 0
            AND (password_hash <> '' OR EXISTS (SELECT 1 FROM identities WHERE identities.staff = staff.id))";
        Ok(sqlx::query_scalar(count).fetch_one(self).await?)
    }

    async fn set_rights(&mut self, id: Uuid, role: Role, team: TeamId) -> Result<(), StoreError> {
        sqlx::query("UPDATE staff SET role = ?, team = ? WHERE id = ?")
            .bind(role.slug())
            .bind(team.0)
            .bind(id)
            .execute(self)
            .await?;
        Ok(())
    }

    async fn set_disabled(&mut self, id: Uuid, disabled: bool) -> Result<(), StoreError> {
        sqlx::query("UPDATE staff SET disabled = ? WHERE id = ?").bind(disabled).bind(id).execute(self).await?;
        Ok(())
    }

    async fn people(&mut self) -> Result<Vec<Person>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, name, username, role, team, disabled,
                 (SELECT issuer FROM identities WHERE identities.staff = staff.id) AS issuer,
                 password_hash = '' AND NOT EXISTS (SELECT 1 FROM identities WHERE identities.staff = staff.id) AS invited,
                 (SELECT COUNT(*) FROM logins WHERE staff_id = staff.id) AS sign_ins,
                 (SELECT MAX(active_at) FROM logins WHERE staff_id = staff.id) AS active_at,
                 EXISTS (SELECT 1 FROM factors WHERE staff = staff.id AND confirmed_at IS NOT NULL) AS has_factor
             FROM staff ORDER BY name, username",
        )
        .fetch_all(self)
        .await?;
        rows.iter().map(person).collect()
    }

    async fn any_account(&mut self) -> Result<bool, StoreError> {
        Ok(sqlx::query("SELECT 1 FROM staff LIMIT 1").fetch_optional(self).await?.is_some())
    }

    async fn insert_account(&mut self, staff: &NewStaff<'_>) -> Result<(), StoreError> {
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
        .execute(self)
        .await?;
        Ok(())
    }

    async fn credentials(&mut self, username: &str) -> Result<Option<Credentials>, StoreError> {
        let row =
            sqlx::query("SELECT id, name, role, team, password_hash FROM staff WHERE username = ? AND disabled = 0")
                .bind(username)
                .fetch_optional(self)
                .await?;
        row.map(|row| {
            Ok(Credentials {
                staff: from_row(&row)?,
                password_hash: Some(row.try_get("password_hash")?).filter(|hash| hash != NO_PASSWORD),
            })
        })
        .transpose()
    }

    async fn username(&mut self, id: Uuid) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar("SELECT username FROM staff WHERE id = ?").bind(id).fetch_optional(self).await?)
    }

    async fn password_hash(&mut self, id: Uuid) -> Result<Option<String>, StoreError> {
        let hash: Option<String> =
            sqlx::query_scalar("SELECT password_hash FROM staff WHERE id = ?").bind(id).fetch_optional(self).await?;
        Ok(hash.filter(|hash| hash != NO_PASSWORD))
    }

    async fn set_password_hash(&mut self, id: Uuid, password_hash: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE staff SET password_hash = ? WHERE id = ?")
            .bind(password_hash)
            .bind(id)
            .execute(self)
            .await?;
        Ok(())
    }
}

fn person(row: &SqliteRow) -> Result<Person, StoreError> {
    let Staff { id, name, role, team } = from_row(row)?;
    let state = match (row.try_get("disabled")?, row.try_get("invited")?) {
        (true, _) => AccountState::Disabled,
        (false, true) => AccountState::Invited,
        (false, false) => AccountState::Active,
    };
    Ok(Person {
        id,
        name,
        username: row.try_get("username")?,
        issuer: row.try_get("issuer")?,
        role,
        team,
        state,
        sign_ins: row.try_get("sign_ins")?,
        active_at: row.try_get::<Option<i64>, _>("active_at")?.map(Moment),
        has_factor: row.try_get("has_factor")?,
    })
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
