//! Words to the person at the terminal.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks on stdout, and complains on stderr"
)]

use std::time::{Duration, Instant};

use crate::error::Error;

/// One line as it is.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// Does one step, with its name before and its time after it.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let start = Instant::now();
    println!("==> {name}");
    let outcome = work();
    match &outcome {
        Ok(_) => println!("    {name}: done in {}", seconds(start.elapsed())),
        Err(_) => println!("    {name}: failed after {}", seconds(start.elapsed())),
    }
    outcome
}

/// Why a command stopped, as its last words.
pub(crate) fn failure(error: &Error) {
    eprintln!("\nxtask: {error}");
}

/// A length of time for people.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
