//! Known vulnerabilities in what this project is built from.
//!
//! Compares Cargo.lock with a copy of the RustSec advisory database, without network.
//! The copy is named by `ADVISORY_DB`, or lies where cargo-audit keeps it, or beside
//! this checkout. Without a copy nothing can be said, and the test says just that.
//! Advisories that do not concern us are listed in `deny.toml`, with the reason and the
//! date by which to look again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use semver::{Version, VersionReq};
use serde::Deserialize;
use time::{Date, OffsetDateTime, macros::format_description};

use crate::{
    supply::{Ignore, rules},
    tree::{assert_none, read, root},
};

/// After how many days the copy is called old.
const DAYS_FRESH: i64 = 30;

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    /// None for the crates of this workspace.
    source: Option<String>,
}

/// The front matter of an advisory's file.
#[derive(Deserialize)]
struct Advisory {
    advisory: About,
    versions: Versions,
}

#[derive(Deserialize)]
struct About {
    id: String,
    package: String,
    withdrawn: Option<String>,
    /// Set for what is no vulnerability: `unmaintained`, `notice`, `unsound`.
    informational: Option<String>,
}

#[derive(Deserialize)]
struct Versions {
    #[serde(default)]
    patched: Vec<String>,
    #[serde(default)]
    unaffected: Vec<String>,
}

impl Advisory {
    fn concerns(&self, package: &Package) -> bool {
        let version = Version::parse(&package.version).unwrap();
        let is_safe = |range: &String| VersionReq::parse(range).unwrap().matches(&version);
        package.source.is_some()
            && self.advisory.package == package.name
            && self.advisory.withdrawn.is_none()
            // That nobody maintains a crate any more is worth knowing, not failing.
            && self.advisory.informational.as_deref().is_none_or(|kind| kind == "unsound")
            && !self.versions.patched.iter().chain(&self.versions.unaffected).any(is_safe)
    }
}

#[expect(clippy::disallowed_methods, reason = "where the database lies differs from machine to machine")]
fn database() -> Option<PathBuf> {
    let named = std::env::var_os("ADVISORY_DB").map(PathBuf::from);
    let audits = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))
        .map(|home| home.join("advisory-db"));
    let beside = root().parent().map(|parent| parent.join("shared/advisory-db"));
    [named, audits, beside].into_iter().flatten().find(|dir| dir.join("crates").is_dir())
}

/// The advisories about one crate.
fn advisories(database: &Path, name: &str) -> Vec<Advisory> {
    let Ok(entries) = fs::read_dir(database.join("crates").join(name)) else {
        return Vec::new();
    };
    let files = entries.map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "md")).map(|path| parse(&path)).collect()
}

fn parse(path: &Path) -> Advisory {
    let text = fs::read_to_string(path).unwrap();
    let matter = text.split("```toml").nth(1).and_then(|rest| rest.split("```").next());
    let matter = matter.unwrap_or_else(|| panic!("{}: no front matter", path.display()));
    toml::from_str(matter).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Findings about the packages of `lock`.
fn findings(database: &Path, lock: &Lock, ignored: &[Ignore]) -> Vec<String> {
    let (mut found, mut used) = (Vec::new(), Vec::new());
    for package in &lock.package {
        for advisory in advisories(database, &package.name) {
            let id = &advisory.advisory.id;
            if !advisory.concerns(package) {
                continue;
            }
            if ignored.iter().any(|ignore| ignore.id == *id) {
                used.push(id.clone());
            } else {
                found.push(format!("{} {}: {id}", package.name, package.version));
            }
        }
    }
    for Ignore { id, reason } in ignored {
        if !used.contains(id) {
            found.push(format!("deny.toml: {id} concerns nothing any more"));
        }
        // Such as `It is never called. Until 2027-01-31.`
        let until = reason.split_once(" Until 20").map(|(_, date)| date);
        if until.is_none_or(|date| date.len() < "27-01-31".len()) {
            found.push(format!("deny.toml: the reason of {id} does not say until when"));
        }
    }
    found
}

/// How many days ago the newest advisory of the copy was written.
#[expect(clippy::disallowed_methods, reason = "how old a copy is depends on today")]
fn days_old(database: &Path) -> i64 {
    let crates = fs::read_dir(database.join("crates")).unwrap();
    let files = crates.flat_map(|dir| fs::read_dir(dir.unwrap().path()).unwrap());
    let dates = files.filter_map(|file| {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let date = text.lines().find_map(|line| line.strip_prefix("date = \""))?;
        Date::parse(date.trim_end_matches('"'), format_description!("[year]-[month]-[day]")).ok()
    });
    let newest = dates.max().expect("advisories have dates");
    (OffsetDateTime::now_utc().date() - newest).whole_days()
}

#[test]
fn dep_02_no_dependency_has_a_known_vulnerability() {
    let Some(database) = database() else {
        println!("advisories: not checked, there is no advisory database on this machine");
        return;
    };
    let lock: Lock = toml::from_str(&read("Cargo.lock")).unwrap();
    let found = findings(&database, &lock, &rules().advisories.ignore);
    println!("advisories: {} packages checked", lock.package.len());
    let days = days_old(&database);
    if days > DAYS_FRESH {
        println!("advisories: the newest one known here is {days} days old; fetch the database anew");
    }
    assert_none(&found);
}

#[test]
fn dep_02_a_vulnerable_dependency_is_noticed() {
    let database = tempfile::tempdir().unwrap();
    let dir = database.path().join("crates/sample");
    fs::create_dir_all(&dir).unwrap();
    let matter = "[advisory]\nid = \"RUSTSEC-2020-0001\"\npackage = \"sample\"\ndate = \"2020-01-01\"\n[versions]\npatched = [\"2.0.0\"]";
    fs::write(dir.join("RUSTSEC-2020-0001.md"), format!("```toml\n{matter}\n```\n# It fails")).unwrap();
    let lock: Lock =
        toml::from_str("[[package]]\nname = \"sample\"\nversion = \"1.0.0\"\nsource = \"registry\"").unwrap();
    let ignore = |id: &str, reason: &str| Ignore { id: id.to_owned(), reason: reason.to_owned() };
    let judge = |ignored: &[Ignore]| findings(database.path(), &lock, ignored).len();
    assert_eq!(judge(&[]), 1);
    assert_eq!(judge(&[ignore("RUSTSEC-2020-0001", "It is never called. Until 2027-01-31.")]), 0);
    assert_eq!(judge(&[ignore("RUSTSEC-2020-0001", "It is never called.")]), 1);
    assert_eq!(judge(&[ignore("RUSTSEC-2020-0002", "Another. Until 2027-01-31.")]), 2);
}

#[test]
fn versions_are_judged_by_what_is_patched() {
    let advisory: Advisory = toml::from_str(
        r#"
        [advisory]
        id = "RUSTSEC-2020-0001"
        package = "sample"
        [versions]
        patched = [">= 1.2.3"]
        unaffected = ["< 1.0.0"]
        "#,
    )
    .unwrap();
    for (version, concerned) in [("0.9.0", false), ("1.0.0", true), ("1.2.2", true), ("1.2.3", false)] {
        let package =
            Package { name: "sample".to_owned(), version: version.to_owned(), source: Some("registry".to_owned()) };
        assert_eq!(advisory.concerns(&package), concerned, "{version}");
    }
}
