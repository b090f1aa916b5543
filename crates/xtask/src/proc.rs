//! Other programs.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{env, error::Error};

/// How often a program with a deadline is looked at.
const GLANCE: Duration = Duration::from_millis(100);

/// A program about to be started, without a terminal to ask questions on.
pub(crate) struct Run {
    command: Command,
    shown: String,
    within: Option<Duration>,
}

impl Run {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        env::of_this_package().for_each(|inherited| {
            command.env_remove(inherited);
        });
        let shown = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
        Self { command, shown, within: None }
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        let arg = arg.as_ref();
        self.shown.push(' ');
        self.shown.push_str(&arg.to_string_lossy());
        self.command.arg(arg);
        self
    }

    pub(crate) fn args<T: AsRef<OsStr>>(self, args: impl IntoIterator<Item = T>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Stops the program when it takes longer. Without this it may take its time.
    pub(crate) fn within(mut self, limit: Duration) -> Self {
        self.within = Some(limit);
        self
    }

    /// Runs to the end, with its output on ours.
    ///
    /// # Errors
    /// [`Error::Spawn`], [`Error::Failed`] unless it exits with zero, or [`Error::Overdue`].
    pub(crate) fn go(mut self) -> Result<(), Error> {
        let child = self.spawn()?;
        let status = self.wait(child)?;
        self.judge(status, String::new())
    }

    /// Runs to the end and gives what it wrote to standard output.
    ///
    /// # Errors
    /// As for [`Run::go`]; what it complained about goes into [`Error::Failed`].
    pub(crate) fn output(mut self) -> Result<String, Error> {
        let output = self.command.output().map_err(|source| self.cannot_start(source))?;
        let words = String::from_utf8_lossy(&output.stderr);
        let words = if words.trim().is_empty() { String::new() } else { format!(":\n{}", words.trim()) };
        self.judge(output.status, words)?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Becomes the program, so that signals reach it and its exit is ours.
    #[cfg(unix)]
    pub(crate) fn become_it(mut self) -> Result<(), Error> {
        use std::os::unix::process::CommandExt;
        let source = self.command.exec();
        Err(self.cannot_start(source))
    }

    #[cfg(not(unix))]
    pub(crate) fn become_it(self) -> Result<(), Error> {
        self.go()
    }

    /// Starts the program and goes on, with what it says to be read and what it complains about in `log`.
    ///
    /// # Errors
    /// [`Error::Spawn`].
    pub(crate) fn piped(mut self, log: Stdio) -> Result<Child, Error> {
        self.command.stdout(Stdio::piped()).stderr(log);
        self.spawn()
    }

    fn spawn(&mut self) -> Result<Child, Error> {
        let spawned = self.command.spawn();
        spawned.map_err(|source| self.cannot_start(source))
    }

    fn wait(&self, mut child: Child) -> Result<ExitStatus, Error> {
        let lost = |source| self.cannot_start(source);
        let Some(limit) = self.within else {
            return child.wait().map_err(lost);
        };
        let start = Instant::now();
        loop {
            if let Some(status) = child.try_wait().map_err(lost)? {
                return Ok(status);
            }
            if start.elapsed() > limit {
                child.kill().map_err(lost)?;
                child.wait().map_err(lost)?;
                return Err(Error::Overdue { command: self.shown.clone(), seconds: limit.as_secs() });
            }
            thread::park_timeout(GLANCE);
        }
    }

    fn judge(&self, status: ExitStatus, output: String) -> Result<(), Error> {
        if status.success() {
            return Ok(());
        }
        Err(Error::Failed { command: self.shown.clone(), status, output })
    }

    fn cannot_start(&self, source: std::io::Error) -> Error {
        Error::Spawn { command: self.shown.clone(), source }
    }
}

/// The first of `names` that is a program on this machine.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| env::search_path().into_iter().map(|dir| dir.join(name)).find(|path| path.is_file()))
}
