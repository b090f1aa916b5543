//! Which crate may know which.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::tree::{assert_none, cargo, read};

type Edges = BTreeMap<String, BTreeSet<String>>;

/// The packages of this workspace with their manifests' places, and the edges
/// between them: those of the product, and those of tests alone.
struct Workspace {
    members: BTreeMap<String, String>,
    edges: Edges,
    test_edges: Edges,
}

fn workspace() -> Workspace {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1", "--locked"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let root = metadata["workspace_root"].as_str().unwrap();
    let mut found = Workspace { members: BTreeMap::new(), edges: Edges::new(), test_edges: Edges::new() };
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap().to_owned();
        let manifest = package["manifest_path"].as_str().unwrap();
        let place = manifest.strip_prefix(root).unwrap().trim_matches('/').trim_end_matches("/Cargo.toml");
        found.members.insert(name.clone(), place.to_owned());
        for dependency in package["dependencies"].as_array().unwrap() {
            if dependency["path"].is_null() {
                continue;
            }
            let edges = if dependency["kind"] == "dev" { &mut found.test_edges } else { &mut found.edges };
            let target = dependency["name"].as_str().unwrap().to_owned();
            edges.entry(name.clone()).or_default().insert(target);
        }
    }
    found
}

/// The edges that the map draws: a fenced block of lines such as `server -> app, contract`
/// under the heading "Dependency edges".
fn drawn(map: &str) -> Edges {
    let (_, section) = map.split_once("\n## Dependency edges\n").expect("ARCHITECTURE.md: no \"Dependency edges\"");
    let block = section.split("```").nth(1).expect("ARCHITECTURE.md: no block of edges");
    block
        .lines()
        .filter_map(|line| line.split_once("->"))
        .map(|(from, to)| (from.trim().to_owned(), to.split(',').map(|to| to.trim().to_owned()).collect()))
        .collect()
}

/// What tests may use beyond that: sentences such as "`server` uses `testkit` in its tests".
fn drawn_for_tests(map: &str) -> Edges {
    let mut edges = Edges::new();
    for sentence in map.lines().filter(|line| line.contains("in its tests")) {
        let names: Vec<&str> = sentence.split('`').skip(1).step_by(2).collect();
        if let [from, to] = names[..] {
            edges.entry(from.to_owned()).or_default().insert(to.to_owned());
        }
    }
    edges
}

#[test]
fn crates_know_each_other_as_the_map_says() {
    let map = read("ARCHITECTURE.md");
    let workspace = workspace();
    assert_eq!(workspace.edges, drawn(&map), "left: the manifests, right: ARCHITECTURE.md");
    assert_eq!(workspace.test_edges, drawn_for_tests(&map), "left: the manifests, right: ARCHITECTURE.md");
}

#[test]
fn every_crate_has_its_place_on_the_map() {
    let map = read("ARCHITECTURE.md");
    let missing: Vec<String> = workspace()
        .members
        .values()
        .filter(|place| !map.contains(&format!("### `{place}`")))
        .map(|place| format!("ARCHITECTURE.md: no heading for {place}"))
        .collect();
    assert_none(&missing);
}

/// What reaches a browser can neither open connections of its own nor hold secrets.
#[test]
fn sec_02_browsers_get_no_server_code() {
    const BANNED: [&str; 6] = ["axum", "hyper", "reqwest", "rustls", "secrecy", "sqlx"];
    let mut found = Vec::new();
    for package in ["client", "hasher"] {
        let tree = cargo(&[
            "tree",
            "--locked",
            "--package",
            package,
            "--target",
            "wasm32-unknown-unknown",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}|{f}",
        ]);
        for line in tree.lines() {
            let (name, features) = line.split_once('|').unwrap();
            let name = name.split(' ').next().unwrap();
            let is_banned = BANNED.iter().any(|banned| {
                name.strip_prefix(banned).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
            });
            let has_sockets = name == "tokio" && features.split(',').any(|feature| feature == "net");
            if is_banned || has_sockets {
                found.push(format!("{package} brings {name} ({features}) to the browser"));
            }
        }
    }
    assert_none(&found);
}
