//! The hash chain.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Record;

/// What an entry's hash is over: the hash before it, and itself.
#[must_use]
pub(super) fn link(before: &[u8; 32], record: &Record) -> [u8; 32] {
    Sha256::new().chain_update(before).chain_update(record.canonical()).finalize().into()
}

/// A chain that holds, from its first entry to its last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The team, or the nil id for the portal as a whole.
    pub id: Uuid,
    /// How many entries it has.
    pub entries: u64,
    /// The last entry's hash. Kept elsewhere, it shows later whether the end was cut off.
    pub head: [u8; 32],
}

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Entries before it are missing, or it stands elsewhere than it did.
    #[error("entries before it are missing, or it was moved")]
    Gap,
    /// It, or an entry before it, is not what was written.
    #[error("it is not what was written")]
    Changed,
    /// The chain holds, but it is another one than when its head was signed.
    #[error("it is not what was signed; it and what follows were written anew")]
    Rewritten,
}

/// The first entry at which a chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the audit trail was tampered with: entry {seq} of chain {chain}: {fault}")]
pub struct Broken {
    /// The chain.
    pub chain: Uuid,
    /// The entry's number.
    pub seq: u64,
    /// What is wrong with it.
    pub fault: Fault,
}

impl Chain {
    /// A chain without entries.
    #[must_use]
    pub const fn empty(id: Uuid) -> Self {
        Self { id, entries: 0, head: [0; 32] }
    }

    /// The chain to which an entry belongs that comes in the order of chain and number.
    pub(super) fn of<'a>(chains: &'a mut Vec<Self>, record: &Record) -> &'a mut Self {
        if chains.last().is_none_or(|last| last.id != record.chain) {
            chains.push(Self::empty(record.chain));
        }
        let last = chains.len() - 1;
        &mut chains[last]
    }

    /// Goes on with the next entry and the hash that is stored with it.
    ///
    /// # Errors
    /// The chain does not hold there.
    pub fn follow(&mut self, record: &Record, hash: [u8; 32]) -> Result<(), Broken> {
        let broken = |fault| Broken { chain: self.id, seq: record.seq, fault };
        if record.chain != self.id || record.seq != self.entries + 1 {
            return Err(broken(Fault::Gap));
        }
        if link(&self.head, record) != hash {
            return Err(broken(Fault::Changed));
        }
        (self.entries, self.head) = (record.seq, hash);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use app::model::{Action, Moment, ObjectKind, Outcome};

    use super::*;
    use crate::audit::{Act, By};

    fn verify(entries: &[(Record, [u8; 32])]) -> Result<Vec<Chain>, Broken> {
        let mut chains = Vec::new();
        for (record, hash) in entries {
            Chain::of(&mut chains, record).follow(record, *hash)?;
        }
        Ok(chains)
    }

    fn trail() -> Vec<(Record, [u8; 32])> {
        let mut entries = Vec::new();
        for chain in [Uuid::nil(), Uuid::from_u128(7)] {
            let mut head = [0; 32];
            for seq in 1..=4 {
                let act = Act::done(Action::SignIn).saying("x").to(app::model::SessionId(Uuid::from_u128(1)));
                let by = By::of(&http::Extensions::new())
                    .signed_in(Uuid::from_u128(9), crate::auth::LoginToken::parse(&"A".repeat(43)).unwrap().id());
                let mut record = Record::new(chain, seq, Moment(1_000), &by, act);
                record.ip = Some("192.0.2.1".into());
                record.trace = Some("ab".into());
                head = link(&head, &record);
                entries.push((record, head));
            }
        }
        entries
    }

    #[test]
    fn au_04_a_chain_that_nobody_touched_holds() {
        let chains = verify(&trail()).unwrap();
        assert_eq!(chains.iter().map(|chain| chain.entries).collect::<Vec<_>>(), [4, 4]);
        assert_eq!(verify(&[]), Ok(Vec::new()));
    }

    #[test]
    fn au_04_an_edit_of_any_part_shows() {
        let edits: [fn(&mut Record); 12] = [
            |r| r.at = Moment(1_001),
            |r| r.issuer = None,
            |r| r.issuer = Some("portal".into()),
            |r| r.subject = Some(Uuid::from_u128(8)),
            |r| r.login = None,
            |r| r.ip = Some("192.0.2.2".into()),
            |r| r.action = Action::SignOut,
            |r| r.outcome = Outcome::Refused,
            |r| r.object_kind = Some(ObjectKind::Team),
            |r| r.object = Some(Uuid::from_u128(2)),
            |r| r.detail = Some("y".into()),
            |r| r.trace = None,
        ];
        for (i, edit) in edits.into_iter().enumerate() {
            let mut trail = trail();
            edit(&mut trail[5].0);
            let broken = verify(&trail).unwrap_err();
            assert_eq!((broken.chain, broken.seq, broken.fault), (Uuid::from_u128(7), 2, Fault::Changed), "{i}");
        }
        let mut trail = trail();
        trail[5].1[31] ^= 1;
        assert_eq!(verify(&trail).unwrap_err().fault, Fault::Changed);
    }

    #[test]
    fn au_04_a_removal_and_another_order_show() {
        let mut removed = trail();
        removed.remove(1);
        assert_eq!(verify(&removed).unwrap_err().fault, Fault::Gap);
        let mut first = trail();
        first.remove(0);
        assert_eq!(verify(&first).unwrap_err().fault, Fault::Gap);
        // Numbered anew, so that there is no gap to see.
        let mut renumbered = trail();
        renumbered.remove(1);
        for (i, (record, _)) in renumbered.iter_mut().enumerate().take(3) {
            record.seq = u64::try_from(i).unwrap() + 1;
        }
        assert_eq!(verify(&renumbered).unwrap_err().fault, Fault::Changed);
        let mut swapped = trail();
        swapped.swap(1, 2);
        assert_eq!(verify(&swapped).unwrap_err().fault, Fault::Gap);
        // One chain's entries do not fit into another.
        let mut moved = trail();
        moved[0].0.chain = Uuid::from_u128(7);
        assert!(verify(&moved).is_err());
    }

    #[test]
    fn au_04_the_hash_is_over_what_the_page_on_security_says() {
        let (record, hash) = &trail()[0];
        let json = r#"{"chain":"00000000-0000-0000-0000-000000000000","seq":1,"at":1000,"issuer":"local","subject":"00000000-0000-0000-0000-000000000009","login":"#;
        let text = String::from_utf8(record.canonical()).unwrap();
        assert!(text.starts_with(json), "{text}");
        let bytes = [[0; 32].as_slice(), text.as_bytes()].concat();
        assert_eq!(*hash, <[u8; 32]>::from(Sha256::digest(bytes)));
    }
}
