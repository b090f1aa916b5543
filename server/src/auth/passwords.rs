//! Hashing of passwords: Argon2id, away from the threads that serve requests, and
//! only so many at once.
//!
//! One hash takes tens of milliseconds and 19 MiB; without a limit, a flood of
//! sign-ins would leave nothing for those who are signed in. The memory is kept and
//! used again: allocators give such pieces back late, once for each thread.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        Error,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::{error::ApiError, random::Random};

/// Requests that may wait for a hash. With 40 ms a hash, the last one waits about a second.
const QUEUE: usize = 32;
/// What those are told to wait who find the queue full.
const BUSY: Duration = Duration::from_secs(2);

/// The cost of hashing: 19 MiB, two passes, one lane (OWASP's minimum for Argon2id).
pub fn standard_cost() -> Params {
    Params::default()
}

/// What comparing a password with an account's hash says.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is another one, or there is no such account.
    Wrong,
    /// It is the one.
    Right,
    /// It is the one, and here is a hash of today's cost to store in place of the old.
    RightButCheap(String),
}

/// Hashes passwords.
pub struct Passwords {
    cost: Params,
    random: Arc<dyn Random>,
    /// Those who hash and those who wait.
    admitted: Arc<Semaphore>,
    /// Those who hash.
    workers: Arc<Semaphore>,
    /// Memory to hash in, at most one piece for each of them.
    memory: Arc<Mutex<Vec<Memory>>>,
}

type Memory = Vec<Block>;

impl Passwords {
    /// Hashes at this cost, on all cores but one.
    pub fn new(cost: Params, random: Arc<dyn Random>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let workers = cores.saturating_sub(1).max(1);
        Self {
            cost,
            random,
            admitted: Arc::new(Semaphore::new(workers + QUEUE)),
            workers: Arc::new(Semaphore::new(workers)),
            memory: Arc::default(),
        }
    }

    /// The PHC string of a new password.
    ///
    /// # Errors
    /// [`ApiError::Busy`] when too many wait.
    pub async fn hash(&self, password: SecretString) -> Result<String, ApiError> {
        let salt: [u8; 16] = self.random.bytes()?;
        let cost = self.cost.clone();
        self.run(move |memory| hash(cost, &password, &salt, memory)).await?.map_err(ApiError::internal)
    }

    /// Compares a password with an account's PHC string. Without an account it takes
    /// the same time, so that nobody learns which user names exist.
    ///
    /// # Errors
    /// [`ApiError::Busy`] when too many wait.
    pub async fn verify(&self, password: SecretString, stored: Option<String>) -> Result<Verdict, ApiError> {
        let salt: [u8; 16] = self.random.bytes()?;
        let cost = self.cost.clone();
        self.run(move |memory| verify(cost, &password, stored.as_deref(), &salt, memory))
            .await?
            .map_err(ApiError::internal)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let busy = || ApiError::Busy { retry_after: BUSY };
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| busy())?;
        let worker = Arc::clone(&self.workers).acquire_owned().await.map_err(|_| busy())?;
        let pieces = Arc::clone(&self.memory);
        // The permits go along: work goes on when the request is gone, and must count.
        let done = tokio::task::spawn_blocking(move || {
            let pieces = || pieces.lock().unwrap_or_else(PoisonError::into_inner);
            let mut memory = pieces().pop().unwrap_or_default();
            let result = work(&mut memory);
            pieces().push(memory);
            drop((admitted, worker));
            result
        });
        done.await.map_err(ApiError::internal)
    }
}

fn hash(cost: Params, password: &SecretString, salt: &[u8], memory: &mut Memory) -> Result<String, Error> {
    let params = ParamsString::try_from(&cost)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::default(), cost);
    let output = compute(&argon2, password, salt, Params::DEFAULT_OUTPUT_LEN, memory)?;
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::default().into()),
        params,
        salt: Some(Salt::new(salt)?),
        hash: Some(output),
    };
    Ok(hash.to_string())
}

fn verify(
    cost: Params,
    password: &SecretString,
    stored: Option<&str>,
    salt: &[u8],
    memory: &mut Memory,
) -> Result<Verdict, Error> {
    let Some(stored) = stored else {
        hash(cost, password, salt, memory)?;
        return Ok(Verdict::Wrong);
    };
    let stored = PasswordHash::new(stored)?;
    let (Some(stored_salt), Some(expected)) = (&stored.salt, &stored.hash) else { return Err(Error::PasswordInvalid) };
    let version = stored.version.map_or(Ok(Version::default()), Version::try_from)?;
    let paid = Params::try_from(&stored)?;
    let is_cheap = paid.m_cost() < cost.m_cost() || paid.t_cost() < cost.t_cost();
    let argon2 = Argon2::new(Algorithm::try_from(stored.algorithm.as_str())?, version, paid);
    let output = compute(&argon2, password, stored_salt, expected.len(), memory)?;
    // `Output` compares in constant time.
    if output != *expected {
        return Ok(Verdict::Wrong);
    }
    Ok(if is_cheap { Verdict::RightButCheap(hash(cost, password, salt, memory)?) } else { Verdict::Right })
}

fn compute(
    argon2: &Argon2<'_>,
    password: &SecretString,
    salt: &[u8],
    length: usize,
    memory: &mut Memory,
) -> Result<Output, Error> {
    let mut buffer = [0; Output::MAX_LENGTH];
    let output = buffer.get_mut(..length).ok_or(Error::OutputSize)?;
    memory.resize(argon2.params().block_count(), Block::default());
    argon2.hash_password_into_with_memory(password.expose_secret().as_bytes(), salt, output, memory)?;
    Ok(Output::new(output)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn passwords(memory_kib: u32) -> Passwords {
        Passwords::new(Params::new(memory_kib, 1, 1, None).unwrap(), Arc::new(SystemRandom))
    }

    #[test]
    fn sl_15_costs_what_owasp_asks_for() {
        let cost = standard_cost();
        assert_eq!((cost.m_cost(), cost.t_cost(), cost.p_cost()), (19 * 1024, 2, 1));
    }

    #[tokio::test]
    async fn sl_15_hashes_are_phc_strings_and_rise_with_the_cost() {
        let old = passwords(64).hash("correct horse".into()).await.unwrap();
        assert!(old.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{old}");
        assert_eq!(passwords(64).verify("correct horse".into(), Some(old.clone())).await.unwrap(), Verdict::Right);
        assert_eq!(passwords(64).verify("wrong horse".into(), Some(old.clone())).await.unwrap(), Verdict::Wrong);
        let Verdict::RightButCheap(new) = passwords(128).verify("correct horse".into(), Some(old)).await.unwrap()
        else {
            panic!("the hash should have been renewed");
        };
        assert!(new.starts_with("$argon2id$v=19$m=128,t=1,p=1$"), "{new}");
    }

    #[tokio::test]
    async fn hashes_of_the_argon2_crate_itself_are_understood() {
        use argon2::{PasswordHasher, PasswordVerifier};

        let theirs = Argon2::default().hash_password_with_salt(b"correct horse", &[7; 16]).unwrap().to_string();
        let passwords = Passwords::new(standard_cost(), Arc::new(SystemRandom));
        let verdict = passwords.verify("correct horse".into(), Some(theirs)).await.unwrap();
        assert_eq!(verdict, Verdict::Right);
        let ours = passwords.hash("correct horse".into()).await.unwrap();
        assert_eq!(Argon2::default().verify_password(b"correct horse", ours.as_str()), Ok(()));
    }

    #[tokio::test]
    async fn sl_15_a_full_queue_is_refused_at_once() {
        let passwords = passwords(64);
        let waiting = passwords.admitted.available_permits();
        let _all = passwords.admitted.try_acquire_many(u32::try_from(waiting).unwrap()).unwrap();
        assert!(matches!(passwords.hash("correct horse".into()).await, Err(ApiError::Busy { .. })));
    }

    #[tokio::test]
    async fn passwords_are_compared_to_the_last_byte() {
        let passwords = passwords(64);
        let long = "p".repeat(80);
        let hash = passwords.hash(long.clone().into()).await.unwrap();
        for other in [&long[..79], &long[..72], &(long.clone() + "\0")] {
            assert_eq!(passwords.verify(other.into(), Some(hash.clone())).await.unwrap(), Verdict::Wrong);
        }
    }
}
