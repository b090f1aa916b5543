//! Manifests that agree with each other.

use toml::Table;

use crate::tree::{assert_none, read, root, sources};

fn parse(path: &str) -> Table {
    read(path).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_crate_obeys_the_workspace_lints() {
    let found: Vec<String> = sources()
        .iter()
        .filter(|source| source.path.ends_with("/Cargo.toml"))
        .filter(|source| {
            let manifest = parse(&source.path);
            manifest.get("lints").and_then(|lints| lints.get("workspace")?.as_bool()) != Some(true)
        })
        .map(|source| format!("{}: [lints] workspace = true is missing", source.path))
        .collect();
    assert_none(&found);
}

/// These settings serve people who use cargo-leptos; no command of ours would notice
/// that they are stale.
#[test]
fn cargo_leptos_finds_what_it_is_told() {
    let manifest = parse("Cargo.toml");
    let leptos = &manifest["workspace"]["metadata"]["leptos"][0];
    let text = |key: &str| leptos[key].as_str().unwrap();
    let names: Vec<String> = sources()
        .iter()
        .filter(|source| source.path.ends_with("/Cargo.toml"))
        .map(|source| parse(&source.path)["package"]["name"].as_str().unwrap().to_owned())
        .collect();
    for key in ["bin-package", "lib-package"] {
        assert!(names.iter().any(|name| name == text(key)), "{key} names no package: {}", text(key));
    }
    for key in ["style-file", "assets-dir", "end2end-dir"] {
        assert!(root().join(text(key)).exists(), "{key} names nothing: {}", text(key));
    }
    let profile = text("lib-profile-release");
    assert!(manifest["profile"].get(profile).is_some(), "there is no profile {profile}");
}
