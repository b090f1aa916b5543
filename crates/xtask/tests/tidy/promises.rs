//! The tables of `docs/security.md` against the tests that they name.

use std::collections::BTreeSet;

use crate::tree::{assert_none, read, sources};

/// The groups of promises; a test named `web_03_…` keeps one.
const GROUPS: [&str; 13] = ["api", "au", "az", "dep", "ops", "rl", "rt", "sec", "sl", "up", "web", "wg", "wh"];

#[test]
fn every_promise_has_its_test() {
    let mut found = Vec::new();
    let mut rows = BTreeSet::new();
    for line in read("docs/security.md").lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, id, _, status, places, _] = cells[..] else { continue };
        let Some((group, number)) = id.split_once('-').filter(|(_, number)| number.parse::<u8>().is_ok()) else {
            continue;
        };
        if !rows.insert(id.to_owned()) {
            found.push(format!("docs/security.md: {id} is there twice"));
        }
        let name = format!("fn {}_{number}_", group.to_ascii_lowercase());
        let files: Vec<&str> = places.split('`').skip(1).step_by(2).collect();
        match status {
            "open" => {}
            "done" | "in part" if files.is_empty() => {
                found.push(format!("docs/security.md: {id} is {status} and names no place"));
            }
            "done" | "in part" => {
                // In other languages tests have sentences for names.
                for file in files.into_iter().filter(|file| !read(file).contains(&name) && file.ends_with(".rs")) {
                    found.push(format!("docs/security.md: {id}: {file} has no test named {name}…"));
                }
            }
            other => found.push(format!("docs/security.md: {id}: {other:?} is no status: open, in part, done")),
        }
    }
    assert!(!rows.is_empty(), "docs/security.md has no table of promises");
    for (id, path) in tested().into_iter().filter(|(id, _)| !rows.contains(id)) {
        found.push(format!("docs/security.md has no row for {id}, which a test in {path} is named for"));
    }
    assert_none(&found);
}

/// Promises that tests are named for, and where.
fn tested() -> Vec<(String, &'static str)> {
    let mut tested = Vec::new();
    for source in sources().iter().filter(|source| source.extension() == "rs") {
        for line in source.text.lines() {
            let line = line.trim_start();
            let Some(name) = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ") else { continue };
            let mut words = name.split('_');
            if let (Some(group), Some(number)) = (words.next(), words.next())
                && GROUPS.contains(&group)
                && number.len() == 2
                && number.parse::<u8>().is_ok()
            {
                tested.push((format!("{}-{number}", group.to_ascii_uppercase()), source.path.as_str()));
            }
        }
    }
    tested
}
