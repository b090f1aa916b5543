//! Document bytes, in files named by their SHA-256.
//!
//! A file appears under its name only when all of it is on disk, so that a crash
//! leaves a temporary file at worst. Rows in the store say which files are in use;
//! [`Blobs::remove_unused`] drops the rest.

use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
};

use contract::Sha256Digest;
use sha2::{Digest, Sha256};
use tokio::{
    fs::File,
    io::AsyncWriteExt,
    sync::{RwLock, RwLockReadGuard},
};

use crate::{
    private_files,
    random::{self, Random},
};

/// The folder of documents.
pub(crate) struct Blobs {
    dir: PathBuf,
    /// Held for reading from before a file appears until its row is committed; for writing while unused files go.
    in_use: RwLock<()>,
}

/// Holds off [`Blobs::remove_unused`] until the row that names a new file is committed.
pub(crate) struct Pin<'a>(#[expect(dead_code, reason = "held, not read")] RwLockReadGuard<'a, ()>);

impl Blobs {
    /// Opens the folder, makes it if it is missing, and drops what a crash left half-written.
    pub(crate) fn open(dir: PathBuf) -> io::Result<Self> {
        private_files::create_dir(&dir)?;
        for entry in std::fs::read_dir(&dir)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "new") {
                std::fs::remove_file(path)?;
            }
        }
        Ok(Self { dir, in_use: RwLock::new(()) })
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.dir.join(digest)
    }

    /// Keeps new files from being taken for unused ones.
    pub(crate) async fn pin(&self) -> Pin<'_> {
        Pin(self.in_use.read().await)
    }

    /// Starts a new file.
    pub(crate) async fn begin(&self, random: &dyn Random) -> io::Result<Draft> {
        let name = random::hex_text::<16>(random).map_err(io::Error::other)?;
        let path = self.dir.join(name).with_extension("new");
        let file = tokio::fs::OpenOptions::from(private_files::new_file()).open(&path).await?;
        Ok(Draft { file, temporary: Temporary(path), hasher: Sha256::new(), size: 0 })
    }

    /// Makes a finished draft readable under its digest.
    pub(crate) async fn publish(&self, draft: Draft, _pin: &Pin<'_>) -> io::Result<(Sha256Digest, u64)> {
        let Draft { mut file, temporary, hasher, size } = draft;
        file.flush().await?;
        file.sync_all().await?;
        let digest = Sha256Digest::new(hasher.finalize().into());
        let path = self.path(&digest.hex());
        tokio::fs::rename(&temporary.0, &path).await?;
        tokio::task::spawn_blocking(move || private_files::sync_parent(&path)).await??;
        Ok((digest, size))
    }

    /// Stores bytes that are in memory already.
    pub(crate) async fn store(
        &self,
        bytes: &[u8],
        random: &dyn Random,
        pin: &Pin<'_>,
    ) -> io::Result<(Sha256Digest, u64)> {
        let mut draft = self.begin(random).await?;
        draft.write(bytes).await?;
        self.publish(draft, pin).await
    }

    /// Opens the file with this digest (in hexadecimal) for reading.
    pub(crate) async fn read(&self, digest: &str) -> io::Result<File> {
        File::open(self.path(digest)).await
    }

    /// All bytes of the file with this digest (in hexadecimal).
    pub(crate) async fn read_all(&self, digest: &str) -> io::Result<Vec<u8>> {
        tokio::fs::read(self.path(digest)).await
    }

    /// The same for those who may block.
    pub(crate) fn read_blocking(&self, digest: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.path(digest))
    }

    /// Removes the files that `used` does not name. `used` is asked for while no new file can appear.
    pub(crate) async fn remove_unused<E, F>(&self, used: F) -> Result<u64, E>
    where
        E: From<io::Error>,
        F: Future<Output = Result<HashSet<String>, E>>,
    {
        let _alone = self.in_use.write().await;
        let used = used.await?;
        let mut removed = 0;
        let mut entries = tokio::fs::read_dir(&self.dir).await?;
        while let Some(entry) = entries.next_entry().await? {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            // Drafts are still being written; they have their own end.
            if Path::new(name).extension().is_none() && !used.contains(name) {
                tokio::fs::remove_file(entry.path()).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

/// A file that is being written. Dropped before it is published, it disappears.
pub(crate) struct Draft {
    file: File,
    temporary: Temporary,
    hasher: Sha256,
    size: u64,
}

impl Draft {
    /// Appends to the file, hashing on the way.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.size = self.size.saturating_add(bytes.len().try_into().unwrap_or(u64::MAX));
        self.file.write_all(bytes).await
    }

    /// Reads back all that was written.
    pub(crate) async fn bytes(&mut self) -> io::Result<Vec<u8>> {
        self.file.flush().await?;
        tokio::fs::read(&self.temporary.0).await
    }

    /// Bytes written so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }
}

/// A temporary file's path; removes the file when dropped (after a rename there is nothing to remove).
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // A leftover is removed at the next start.
        let _ = std::fs::remove_file(&self.0);
    }
}
