//! The files of the project, and what cargo says about its crates.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

/// A text file of the project.
pub(crate) struct Source {
    /// Relative to the root, with `/` between its parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// What its name ends in, without the dot.
    pub(crate) fn extension(&self) -> &str {
        Path::new(&self.path).extension().and_then(|extension| extension.to_str()).unwrap_or_default()
    }

    /// Whether it holds tests alone.
    pub(crate) fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("tests.rs")
    }

    /// Its lines with their numbers, but for those that are comments.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// Reads a file of the project.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every text file but those that git ignores and those that tools lock versions in.
pub(crate) fn sources() -> &'static [Source] {
    static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
        let ignored: BTreeSet<String> = read(".gitignore")
            .lines()
            .map(|line| line.trim_start_matches('/').to_owned())
            .chain([".git".to_owned(), "Cargo.lock".to_owned(), "package-lock.json".to_owned()])
            .collect();
        let mut sources = Vec::new();
        collect(root(), &ignored, &mut sources);
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        sources
    });
    &SOURCES
}

fn collect(dir: &Path, ignored: &BTreeSet<String>, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let path: PathBuf = entry.path();
        if ignored.contains(entry.file_name().to_string_lossy().as_ref()) {
            continue;
        }
        if path.is_dir() {
            collect(&path, ignored, sources);
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            sources.push(Source { path, text });
        }
    }
}

/// Asks cargo about this workspace.
pub(crate) fn cargo(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(args).current_dir(root()).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {}: {complaint}", args.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

/// Fails with everything that was found, one a line.
pub(crate) fn assert_none(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}
