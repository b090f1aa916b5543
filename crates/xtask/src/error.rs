//! Why a command stopped, each variant with what its reader can do about it.

use std::{io, path::PathBuf, process::ExitStatus};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The command line is wrong: read the usage.
    #[error("{0}\n\n{usage}", usage = crate::args::USAGE)]
    Usage(String),

    /// Something this machine lacks and set-up cannot fetch by itself.
    #[error("{what} is missing on this machine\nremedy: {remedy}")]
    Missing { what: String, remedy: String },

    /// A program could not be started at all.
    #[error("cannot start `{command}`: {source}")]
    Spawn { command: String, source: io::Error },

    /// A program ran and said no; its own words stand above.
    #[error("`{command}` failed ({status}){output}")]
    Failed {
        command: String,
        status: ExitStatus,
        /// What it wrote, where that was captured rather than shown; else empty.
        output: String,
    },

    /// A program did not come to an end and was stopped.
    #[error("`{command}` took longer than {seconds} s and was stopped")]
    Overdue { command: String, seconds: u64 },

    /// A file or directory cannot be read or written.
    #[error("cannot {action} {path}: {source}", path = path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },

    /// A file is there but does not say what it should.
    #[error("{path}: {reason}", path = path.display())]
    Content { path: PathBuf, reason: String },

    /// wasm-bindgen refuses a module.
    #[error("wasm-bindgen cannot make bindings for {path}: {source}", path = path.display())]
    Bindings { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },

    /// What browsers load is not what `style/budget.toml` says.
    #[error("{}\nremedy: make it smaller, or `cargo xtask budget --write` and commit style/budget.toml with the reason", .0.join("\n"))]
    OverBudget(Vec<String>),
}
