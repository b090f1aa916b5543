//! Hashing and looking through files in Web Workers, away from the page. Each worker
//! has one file at a time; to cancel one that is being read, its worker is ended and
//! another goes on with the next.

use std::{cell::RefCell, collections::VecDeque};

use contract::{MimeType, Sha256Digest};
use js_sys::Reflect;
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{ErrorEvent, File, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::num;

/// Fewest and most files that are read at a time; between them, one per core.
const WORKERS: (usize, usize) = (2, 4);

/// How hashing a file goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Report {
    /// So many bytes are hashed.
    Progress(u64),
    /// Finished, with what was found in it: the words of `hasher`.
    Done(Sha256Digest, Vec<String>),
    /// The file cannot be read, or the worker cannot work.
    Failed,
}

struct Job {
    key: u32,
    file: File,
    mime_type: MimeType,
    report: fn(u32, Report),
}

struct Bench {
    /// Address of the worker's script.
    script: String,
    places: Vec<Place>,
    waiting: VecDeque<Job>,
}

/// Where one file is read at a time.
struct Place {
    worker: Running,
    job: Option<Job>,
}

struct Running {
    worker: Worker,
    /// Called by the browser as long as the worker runs.
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

thread_local! {
    static BENCH: RefCell<Bench> =
        const { RefCell::new(Bench { script: String::new(), places: Vec::new(), waiting: VecDeque::new() }) };
}

/// Says where the worker's script lies. Once, before the first file.
pub(crate) fn set_up(script: String) {
    BENCH.with_borrow_mut(|bench| bench.script = script);
}

/// Hashes `file` when its turn comes.
pub(crate) fn start(key: u32, file: File, mime_type: MimeType, report: fn(u32, Report)) {
    BENCH.with_borrow_mut(|bench| bench.waiting.push_back(Job { key, file, mime_type, report }));
    next();
}

/// Forgets the file of `key`, be it being hashed or not yet.
pub(crate) fn cancel(key: u32) {
    BENCH.with_borrow_mut(|bench| {
        bench.waiting.retain(|job| job.key != key);
        // Its worker ends with it.
        bench.places.retain(|place| place.job.as_ref().is_none_or(|job| job.key != key));
    });
    next();
}

/// Gives files to the workers that have none.
fn next() {
    while let Some(failed) = BENCH.with_borrow_mut(Bench::give) {
        (failed.report)(failed.key, Report::Failed);
    }
}

impl Bench {
    /// Gives as many files as it can. Answers one that could not be given.
    fn give(&mut self) -> Option<Job> {
        while !self.waiting.is_empty() {
            let free = match self.places.iter().position(|place| place.job.is_none()) {
                Some(free) => free,
                None if self.places.len() < most() => {
                    let Some(worker) = employ(&self.script) else { return self.waiting.pop_front() };
                    self.places.push(Place { worker, job: None });
                    self.places.len() - 1
                }
                None => return None,
            };
            let (Some(place), Some(job)) = (self.places.get_mut(free), self.waiting.pop_front()) else { return None };
            if post(&place.worker.worker, &job).is_err() {
                return Some(job);
            }
            place.job = Some(job);
        }
        None
    }
}

fn most() -> usize {
    let cores = num::bytes(window().navigator().hardware_concurrency());
    usize::try_from(cores).unwrap_or(WORKERS.0).clamp(WORKERS.0, WORKERS.1)
}

fn employ(script: &str) -> Option<Running> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(script, &options).ok()?;
    let message = Closure::<dyn FnMut(MessageEvent)>::new(|message: MessageEvent| heard(&message.data()));
    let own = worker.clone();
    let error = Closure::<dyn FnMut(ErrorEvent)>::new(move |_| broke(&own));
    worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
    worker.set_onerror(Some(error.as_ref().unchecked_ref()));
    Some(Running { worker, _message: message, _error: error })
}

fn post(worker: &Worker, job: &Job) -> Result<(), JsValue> {
    let message = js_sys::Object::new();
    Reflect::set(&message, &"id".into(), &job.key.into())?;
    Reflect::set(&message, &"file".into(), &job.file)?;
    Reflect::set(&message, &"type".into(), &job.mime_type.as_str().into())?;
    worker.post_message(&message)
}

/// Takes a message of a worker: `{id, done}`, `{id, digest, found}` or `{id, error}`.
fn heard(message: &JsValue) {
    let field = |name: &str| Reflect::get(message, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let id = field("id").as_f64().map(num::whole);
    let is_meant = |job: &Job| id == Some(i64::from(job.key));
    if let Some(done) = field("done").as_f64() {
        let meant = BENCH.with_borrow(|bench| {
            let jobs = bench.places.iter().filter_map(|place| place.job.as_ref());
            jobs.filter(|job| is_meant(job)).map(|job| (job.key, job.report)).next()
        });
        if let Some((key, report)) = meant {
            report(key, Report::Progress(num::bytes(done)));
        }
        return;
    }
    let digest = field("digest").as_string().and_then(|digest| digest.parse().ok());
    let found = field("found").as_string().unwrap_or_default();
    let found = found.split_whitespace().map(str::to_owned).collect();
    let outcome = digest.map_or(Report::Failed, |digest| Report::Done(digest, found));
    finish(|place| place.job.as_ref().is_some_and(is_meant), outcome);
}

/// A worker could not even start.
fn broke(worker: &Worker) {
    finish(|place| place.worker.worker == *worker, Report::Failed);
}

fn finish(is_meant: impl Fn(&Place) -> bool, outcome: Report) {
    let job = BENCH.with_borrow_mut(|bench| bench.places.iter_mut().find(|place| is_meant(place))?.job.take());
    if let Some(job) = job {
        (job.report)(job.key, outcome);
    }
    next();
}
