//! Copies of all rows, to go back to. Files need no copy: they are named by what is in them.

use std::{collections::HashSet, path::Path};

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use super::{Store, StoreError, sweep::used_files};

impl Store {
    /// Writes all rows into a database at `path`, which must be an empty file. Answers the digests (in
    /// hexadecimal) of the files that they name.
    pub(crate) async fn copy_to(&self, path: &Path) -> Result<HashSet<String>, StoreError> {
        let mut db = self.writer.acquire().await?;
        sqlx::query("VACUUM INTO ?").bind(path.to_string_lossy().into_owned()).execute(&mut *db).await?;
        // On the connection that alone writes, so that nothing has changed since.
        used_files(&mut db).await
    }

    /// Puts the rows of a copy in the place of all that are there; all of them or, after an error, none.
    ///
    /// Must not be dropped halfway: the connection would keep the copy open.
    pub(crate) async fn restore_from(&self, path: &Path) -> Result<(), StoreError> {
        let mut db = self.writer.acquire().await?;
        sqlx::query("ATTACH DATABASE ? AS copy").bind(path.to_string_lossy().into_owned()).execute(&mut *db).await?;
        let replaced = replace_rows(&mut db).await;
        sqlx::query("DETACH DATABASE copy").execute(&mut *db).await?;
        replaced
    }
}

async fn replace_rows(db: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut tx = db.begin_with("BEGIN IMMEDIATE").await?;
    // Rows come table by table, so references hold at the end only.
    sqlx::query("PRAGMA defer_foreign_keys = ON").execute(&mut *tx).await?;
    let tables: Vec<(String,)> = sqlx::query_as(
        "SELECT name FROM copy.sqlite_schema
         WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut *tx)
    .await?;
    for statement in ["DELETE FROM main.\"{}\"", "INSERT INTO main.\"{}\" SELECT * FROM copy.\"{}\""] {
        for (table,) in &tables {
            // The names are those of the migrations.
            let sql = statement.replace("{}", table);
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}
