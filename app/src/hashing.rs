//! Hashing of files in a Web Worker, away from the page. One file at a time; to
//! cancel the one that is being hashed, the worker is ended and a new one goes on
//! with the next.

use std::{cell::RefCell, collections::VecDeque};

use contract::Sha256Digest;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{ErrorEvent, File, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::num;

/// How hashing a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Report {
    /// So many bytes are hashed.
    Progress(u64),
    /// Finished.
    Done(Sha256Digest),
    /// The file cannot be read, or the worker cannot work.
    Failed,
}

struct Job {
    key: u32,
    file: File,
    report: fn(u32, Report),
}

struct Bench {
    /// Address of the worker's script.
    script: String,
    worker: Option<Running>,
    current: Option<Job>,
    waiting: VecDeque<Job>,
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
    static BENCH: RefCell<Bench> = const {
        RefCell::new(Bench { script: String::new(), worker: None, current: None, waiting: VecDeque::new() })
    };
}

/// Says where the worker's script lies. Once, before the first file.
pub(crate) fn set_up(script: String) {
    BENCH.with_borrow_mut(|bench| bench.script = script);
}

/// Hashes `file` when its turn comes.
pub(crate) fn start(key: u32, file: File, report: fn(u32, Report)) {
    BENCH.with_borrow_mut(|bench| bench.waiting.push_back(Job { key, file, report }));
    next();
}

/// Forgets the file of `key`, be it being hashed or not yet.
pub(crate) fn cancel(key: u32) {
    BENCH.with_borrow_mut(|bench| {
        bench.waiting.retain(|job| job.key != key);
        if bench.current.as_ref().is_some_and(|job| job.key == key) {
            bench.current = None;
            bench.worker = None;
        }
    });
    next();
}

/// Gives the worker its next file, if it has none.
fn next() {
    let failed = BENCH.with_borrow_mut(|bench| {
        if bench.current.is_some() {
            return None;
        }
        let job = bench.waiting.pop_front()?;
        if bench.worker.is_none() {
            bench.worker = employ(&bench.script);
        }
        let posted = bench.worker.as_ref().is_some_and(|running| post(&running.worker, &job).is_ok());
        if posted {
            bench.current = Some(job);
            None
        } else {
            Some(job)
        }
    });
    if let Some(job) = failed {
        (job.report)(job.key, Report::Failed);
        next();
    }
}

fn employ(script: &str) -> Option<Running> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(script, &options).ok()?;
    let message = Closure::<dyn FnMut(MessageEvent)>::new(|message: MessageEvent| heard(&message.data()));
    let error = Closure::<dyn FnMut(ErrorEvent)>::new(|_| finish(Report::Failed));
    worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
    worker.set_onerror(Some(error.as_ref().unchecked_ref()));
    Some(Running { worker, _message: message, _error: error })
}

fn post(worker: &Worker, job: &Job) -> Result<(), JsValue> {
    let message = js_sys::Object::new();
    Reflect::set(&message, &"id".into(), &job.key.into())?;
    Reflect::set(&message, &"file".into(), &job.file)?;
    worker.post_message(&message)
}

/// Takes a message of the worker: `{id, done}`, `{id, digest}` or `{id, error}`.
fn heard(message: &JsValue) {
    let field = |name: &str| Reflect::get(message, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let id = field("id").as_f64().map(num::whole);
    let current = BENCH.with_borrow(|bench| bench.current.as_ref().map(|job| (job.key, job.report)));
    let Some((key, report)) = current.filter(|(key, _)| id == Some(i64::from(*key))) else { return };
    if let Some(done) = field("done").as_f64() {
        report(key, Report::Progress(num::bytes(done)));
    } else {
        let digest = field("digest").as_string().and_then(|digest| digest.parse().ok());
        finish(digest.map_or(Report::Failed, Report::Done));
    }
}

fn finish(outcome: Report) {
    let job = BENCH.with_borrow_mut(|bench| bench.current.take());
    if let Some(job) = job {
        (job.report)(job.key, outcome);
    }
    next();
}
