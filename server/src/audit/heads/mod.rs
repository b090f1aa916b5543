//! Signed heads: how far each chain went, on the portal's word.
//!
//! A chain by itself does not show that its end was cut off, or that all of it was
//! written anew. A head that was signed before and kept elsewhere does ([`Heads`]).

mod daily;
mod key;

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use app::model::Moment;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Broken, Chain, Fault, Record};

pub(crate) use daily::run;
pub use daily::{FILE, sign_if_due};
pub use key::{HeadsKey, HeadsKeyError};

/// What signatures begin with, so that they mean nothing else.
const PURPOSE: &[u8] = b"countersign audit head\n";

/// What is signed: the head of a chain. Its JSON, in this order and without white space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    /// When it was signed.
    at: Moment,
    /// The team, or the nil id for the portal as a whole.
    chain: Uuid,
    /// How many entries the chain had.
    entries: u64,
    /// The last entry's hash.
    #[serde(with = "hex::serde")]
    head: [u8; 32],
}

impl Head {
    fn message(&self) -> Vec<u8> {
        // Writing plain values to memory does not fail.
        [PURPOSE, &serde_json::to_vec(self).unwrap_or_default()].concat()
    }
}

/// A line of a file of signed heads.
#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    head: Head,
    /// The public half of the key, to find the right one by.
    key: String,
    /// Ed25519, over `countersign audit head`, a line feed, and the head as JSON.
    #[serde(with = "hex::serde")]
    signature: Vec<u8>,
}

/// These chains' heads, signed at `now`: JSON Lines.
#[must_use]
pub fn signed(chains: &[Chain], key: &HeadsKey, now: Moment) -> String {
    let lines = chains.iter().map(|chain| {
        let head = Head { at: now, chain: chain.id, entries: chain.entries, head: chain.head };
        let line = Line { key: key.public(), signature: key.sign(&head.message()), head };
        serde_json::to_string(&line).unwrap_or_default() + "\n"
    });
    lines.collect()
}

/// Why signed heads cannot be compared with.
#[derive(Debug, thiserror::Error)]
pub enum HeadsError {
    /// The file cannot be read.
    #[error("--heads {}: cannot be read", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// There is nothing in it.
    #[error("--heads {}: there is no signed head in it", .0.display())]
    Empty(PathBuf),
    /// A line is no signed head, or not what was signed, or signed by another key.
    #[error("--heads {}: line {line} was not signed with the key {key}", .path.display())]
    Forged {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// The key's public half.
        key: String,
    },
}

/// A chain ends before a signed head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the audit trail was tampered with: chain {chain} has {entries} entries, but had {signed}: its end was cut off"
)]
pub struct Cut {
    /// The chain.
    pub chain: Uuid,
    /// How many entries it has.
    pub entries: u64,
    /// How many it had.
    pub signed: u64,
}

/// Heads that were signed before, to compare chains with.
#[derive(Debug, Default)]
pub struct Heads(HashMap<Uuid, HashMap<u64, [u8; 32]>>);

impl Heads {
    /// Reads a file of signed heads, as [`signed`] writes them; `key` is the public half
    /// of the key that signed them.
    ///
    /// # Errors
    /// As [`HeadsError`] says.
    pub fn read(path: &Path, key: &str) -> Result<Self, HeadsError> {
        let text = fs::read_to_string(path).map_err(|source| HeadsError::File { path: path.to_owned(), source })?;
        let mut heads = Self::default();
        for (number, line) in text.lines().enumerate() {
            let head = serde_json::from_str::<Line>(line)
                .ok()
                .filter(|line| line.key == key && key::verify(key, &line.head.message(), &line.signature))
                .map(|line| line.head);
            let forged = || HeadsError::Forged { path: path.to_owned(), line: number + 1, key: key.to_owned() };
            let Head { chain, entries, head, .. } = head.ok_or_else(forged)?;
            heads.0.entry(chain).or_default().insert(entries, head);
        }
        if heads.0.is_empty() { Err(HeadsError::Empty(path.to_owned())) } else { Ok(heads) }
    }

    /// Compares an entry with the head that was signed when it was the last one, if any was.
    pub(super) fn compare(&self, record: &Record, hash: &[u8; 32]) -> Result<(), Broken> {
        match self.0.get(&record.chain).and_then(|heads| heads.get(&record.seq)) {
            Some(signed) if signed != hash => {
                Err(Broken { chain: record.chain, seq: record.seq, fault: Fault::Rewritten })
            }
            _ => Ok(()),
        }
    }

    /// Whether the chains go as far as they did.
    pub(super) fn reached(&self, chains: &[Chain]) -> Result<(), Cut> {
        for (id, heads) in &self.0 {
            let entries = chains.iter().find(|chain| chain.id == *id).map_or(0, |chain| chain.entries);
            let signed = heads.keys().copied().max().unwrap_or_default();
            if entries < signed {
                return Err(Cut { chain: *id, entries, signed });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn au_04_a_signature_is_over_what_the_page_on_security_says() {
        let key = HeadsKey::from_seed([7; 32]);
        let chain = Chain { id: Uuid::from_u128(1), entries: 3, head: [0xab; 32] };
        let line: Line = serde_json::from_str(signed(&[chain], &key, Moment(1_000)).trim_end()).unwrap();
        let message = format!(
            "countersign audit head\n{{\"at\":1000,\"chain\":\"{}\",\"entries\":3,\"head\":\"{}\"}}",
            Uuid::from_u128(1),
            "ab".repeat(32)
        );
        assert!(key::verify(&key.public(), message.as_bytes(), &line.signature));
        assert!(!key::verify(&key.public(), &message.as_bytes()[1..], &line.signature));
    }
}
