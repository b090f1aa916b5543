//! What this project is built from, against `deny.toml`: the rules that cargo-deny
//! checks, here without cargo-deny, network or more than a second.

use std::collections::{BTreeMap, BTreeSet};

use semver::{Version, VersionReq};
use serde::Deserialize;
use serde_json::Value;
use spdx::{Expression, Licensee, ParseMode};

use crate::tree::{assert_none, cargo, read};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The part of `deny.toml` that is read here.
#[derive(Deserialize)]
pub(crate) struct Rules {
    pub(crate) advisories: Advisories,
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
pub(crate) struct Advisories {
    pub(crate) ignore: Vec<Ignore>,
}

#[derive(Deserialize)]
pub(crate) struct Ignore {
    pub(crate) id: String,
    /// Says why, and until when.
    pub(crate) reason: String,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Spec>,
    skip: Vec<Spec>,
}

/// A crate, with `@` and a version or the beginning of one.
#[derive(Deserialize)]
struct Spec {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

impl Spec {
    fn names(&self, package: &Package) -> bool {
        match self.name.split_once('@') {
            Some((name, version)) => {
                name == package.name && VersionReq::parse(&format!("={version}")).unwrap().matches(&package.version)
            }
            None => self.name == package.name,
        }
    }
}

#[derive(Clone, Deserialize)]
struct Package {
    name: String,
    version: Version,
    /// None for the crates of this workspace.
    source: Option<String>,
    license: Option<String>,
}

pub(crate) fn rules() -> Rules {
    toml::from_str(&read("deny.toml")).unwrap()
}

/// Everything in Cargo.lock, as cargo knows it.
fn packages() -> Vec<Package> {
    let metadata = cargo(&["metadata", "--format-version", "1", "--locked", "--offline"]);
    let mut metadata: Value = serde_json::from_str(&metadata).unwrap();
    serde_json::from_value(metadata["packages"].take()).unwrap()
}

/// What breaks the rules.
fn breaches(rules: &Rules, packages: &[Package]) -> Vec<String> {
    let mut found = Vec::new();
    let mut versions: BTreeMap<&str, BTreeSet<&Version>> = BTreeMap::new();
    for package in packages {
        let Package { name, version, source, .. } = package;
        versions.entry(name).or_default().insert(version);
        if source.as_deref().is_some_and(|source| source != CRATES_IO) {
            found.push(format!("{name} {version}: does not come from crates.io"));
        }
        if let Some(ban) = rules.bans.deny.iter().find(|ban| ban.names(package)) {
            found.push(format!("{name} {version}: banned: {}", ban.reason));
        }
        let terms = package.license.as_deref().map(|terms| Expression::parse_mode(terms, ParseMode::LAX));
        match terms {
            Some(Ok(terms)) if terms.evaluate(|one| allows(&rules.licenses, one)) => {}
            _ => found.push(format!("{name} {version}: licence {:?} is not allowed", package.license)),
        }
    }
    for spec in &rules.bans.skip {
        let held_back = packages.iter().any(|package| spec.names(package) && versions[package.name.as_str()].len() > 1);
        if !held_back {
            found.push(format!("deny.toml: there are no longer two versions because of {}", spec.name));
        }
    }
    for (name, versions) in versions {
        let of_name = packages.iter().filter(|package| package.name == name);
        let unexplained = of_name.filter(|package| !rules.bans.skip.iter().any(|spec| spec.names(package))).count();
        if versions.len() > 1 && unexplained > 1 {
            found.push(format!("{name}: comes in {} versions; deny.toml says of how many why", versions.len()));
        }
    }
    found
}

fn allows(licenses: &Licenses, required: &spdx::LicenseReq) -> bool {
    licenses.allow.iter().any(|allowed| Licensee::parse(allowed).unwrap().satisfies(required))
}

#[test]
fn dep_01_dependencies_are_such_as_deny_toml_allows() {
    assert_none(&breaches(&rules(), &packages()));
}

#[test]
fn dep_01_what_is_not_allowed_is_noticed() {
    let rules: Rules = toml::from_str(
        r#"
        [advisories]
        ignore = []
        [licenses]
        allow = ["MIT"]
        [bans]
        deny = [{ crate = "bad", reason = "It is bad." }]
        skip = [{ crate = "old@0.1", reason = "Something." }, { crate = "gone@2", reason = "Nothing." }]
        "#,
    )
    .unwrap();
    let package = |name: &str, version: &str, license: &str| Package {
        name: name.to_owned(),
        version: Version::parse(version).unwrap(),
        source: Some(CRATES_IO.to_owned()),
        license: Some(license.to_owned()),
    };
    let mut fork = package("fork", "1.0.0", "MIT/Apache-2.0");
    fork.source = Some("git+https://example.com/fork".to_owned());
    let packages = [
        package("good", "1.0.0", "MIT OR GPL-3.0-only"),
        package("bad", "1.0.0", "MIT"),
        package("copyleft", "1.0.0", "MIT AND GPL-3.0-only"),
        package("old", "0.1.9", "MIT"),
        package("old", "0.2.0", "MIT"),
        package("twice", "1.0.0", "MIT"),
        package("twice", "2.0.0", "MIT"),
        package("gone", "2.0.0", "MIT"),
        fork,
    ];
    let found = breaches(&rules, &packages);
    let named: Vec<&str> = found.iter().map(|breach| breach.split([' ', ':']).next().unwrap()).collect();
    assert_eq!(named, ["bad", "copyleft", "fork", "deny.toml", "twice"], "{found:?}");
}

#[test]
fn dep_06_what_nobody_maintains_is_banned() {
    let rules = rules();
    for name in ["backoff", "instant", "rustls-pemfile", "bincode"] {
        assert!(rules.bans.deny.iter().any(|spec| spec.name == name), "{name}");
    }
    let unexplained = rules.bans.deny.iter().chain(&rules.bans.skip).filter(|spec| spec.reason.is_empty());
    assert_none(&unexplained.map(|spec| format!("deny.toml: {} has no reason", spec.name)).collect::<Vec<_>>());
}

/// A build takes what was locked: a lock file that does not fit is an error, npm installs by
/// its own, and every file of either has its hash.
#[test]
fn dep_03_builds_take_what_is_locked() {
    let lock: toml::Table = read("Cargo.lock").parse().unwrap();
    for package in lock["package"].as_array().unwrap() {
        let has_hash = package.get("source").is_none() || package.get("checksum").is_some();
        assert!(has_hash, "Cargo.lock: {} has no checksum", package["name"]);
    }
    for path in ["crates/xtask/npm/package-lock.json", "end2end/package-lock.json"] {
        let lock: Value = serde_json::from_str(&read(path)).unwrap();
        let packages = lock["packages"].as_object().unwrap();
        let loose = packages.iter().filter(|(name, package)| !name.is_empty() && package["integrity"].is_null());
        assert_none(&loose.map(|(name, _)| format!("{path}: {name} has no hash")).collect::<Vec<_>>());
    }
    let setup = read("crates/xtask/src/setup/npm.rs");
    assert!(setup.contains("\"ci\"") && !setup.contains("\"install\""), "npm takes what is locked by `npm ci` alone");
    for path in ["crates/xtask/src/test.rs", "crates/xtask/src/run.rs", "crates/xtask/src/site/wasm.rs"] {
        assert!(read(path).contains("--locked"), "{path}: builds without --locked");
    }
}
