//! Packages are made in the background, some time after what they hold was signed.
//!
//! The transaction that ends the last session writes the job's row (`store::packages`), and then wakes
//! [`work`]. A job changes nothing but in its last transaction, which stores what was made or counts the
//! failure. So a kill at any moment costs no more than the work, which is begun anew.

mod job;

use contract::EventName;
use futures_util::{StreamExt, stream::FuturesUnordered};
use time::Duration;
use tokio::sync::{Notify, Semaphore};

use self::job::Failure;
use crate::{
    problem::chain,
    service::App,
    store::{StoreError, events, packages},
};

/// Most bytes of documents in one package: ten of the largest. Making it takes about five times the memory.
pub(crate) const BYTES_MAX: u64 = 10 * contract::limits::DOCUMENT_BYTES_MAX;

/// Jobs at a time.
const AT_ONCE: usize = 2;
/// How long to wait after each failure but the last, which gives the job up.
const BACK_OFF: [Duration; 2] = [Duration::seconds(10), Duration::seconds(60)];
/// How often a job is begun. Beyond its failures only the end of the process ends one, and a document that
/// brings this about must not do so for ever.
const STARTS_MAX: u32 = 10;
/// How long to wait before looking for jobs to try again. Short, as the clock may be a stepped one.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(1);

/// What the background work shares with those who make work for it.
pub(crate) struct Packaging {
    wake: Notify,
    /// Room for the documents of the jobs under way.
    room: Semaphore,
}

impl Packaging {
    pub(crate) fn new() -> Self {
        Self { wake: Notify::new(), room: Semaphore::new(job::ROOM) }
    }

    /// Says that jobs may have become due. Call it after the commit that made them so.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }
}

/// Makes packages as they become due. Never ends; dropped, it leaves the jobs under way as due as they were.
pub(crate) async fn work(app: &App) {
    let mut under_way = Vec::new();
    let mut jobs = FuturesUnordered::new();
    loop {
        let (next, any_wait) = look(app, &under_way).await.unwrap_or_else(|error| {
            tracing::error!(error = %chain(&error), "due packages cannot be read");
            (None, true)
        });
        if let Some(id) = next.filter(|_| under_way.len() < AT_ONCE) {
            under_way.push(id);
            jobs.push(async move {
                attempt(app, id).await;
                id
            });
            continue;
        }
        tokio::select! {
            Some(done) = jobs.next() => under_way.retain(|id| *id != done),
            () = app.packaging.wake.notified() => {}
            () = tokio::time::sleep(LOOK_AGAIN), if any_wait => {}
        }
    }
}

/// The next job, and whether there is any for later.
async fn look(app: &App, under_way: &[i64]) -> Result<(Option<i64>, bool), StoreError> {
    let mut db = app.store.read().await?;
    let next = packages::next(&mut db, under_way, app.clock.now()).await?;
    Ok((next, packages::any_waits(&mut db).await?))
}

async fn attempt(app: &App, id: i64) {
    if let Err(error) = run(app, id).await {
        // Nothing is recorded, so the job is as due as before.
        tracing::error!(error = %chain(&error), "a package's row cannot be read or written");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Tries a job once, and records how it went.
async fn run(app: &App, id: i64) -> Result<(), StoreError> {
    let mut tx = app.store.write().await?;
    let job = packages::start(&mut tx, id).await?;
    tx.commit().await?;
    let Some(job) = job else { return Ok(()) };
    let tried = if job.starts > STARTS_MAX { Err(Failure::Deadly) } else { job::make(app, &job).await };
    let Err(failure) = tried else { return Ok(()) };

    let now = app.clock.now();
    let back_off = usize::try_from(job.failures).ok().and_then(|failures| BACK_OFF.get(failures));
    let again = back_off.filter(|_| failure.may_pass()).map(|wait| now.saturating_add(*wait));
    let outlook = if again.is_some() { "trying again" } else { "giving up" };
    tracing::warn!(error = %chain(&failure), "no package of {}; {outlook}", job.subject);
    let mut tx = app.store.write().await?;
    packages::fail(&mut tx, id, again).await?;
    if again.is_none() {
        for (session, reference) in packages::signed_sessions(&mut tx, job.subject).await? {
            events::record(&mut tx, EventName::PackageFailed, session, reference.as_deref(), now).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}
