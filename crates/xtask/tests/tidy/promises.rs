//! The tables of `docs/security.md` against the tests that they name.

use crate::tree::{assert_none, read};

#[test]
fn every_promise_has_its_test() {
    let mut found = Vec::new();
    let mut rows = 0;
    for line in read("docs/security.md").lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, id, _, status, place, _] = cells[..] else { continue };
        let Some((group, number)) = id.split_once('-').filter(|(_, number)| number.parse::<u8>().is_ok()) else {
            continue;
        };
        rows += 1;
        let name = format!("fn {}_{number}_", group.to_ascii_lowercase());
        match status {
            "open" => {}
            "done" | "in part" => {
                let file = place.trim_matches('`');
                if !read(file).contains(&name) {
                    found.push(format!("docs/security.md: {id}: {file} has no test named {name}…"));
                }
            }
            other => found.push(format!("docs/security.md: {id}: {other:?} is no status: open, in part, done")),
        }
    }
    assert!(rows > 0, "docs/security.md has no table of promises");
    assert_none(&found);
}
