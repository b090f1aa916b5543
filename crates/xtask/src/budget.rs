//! The size of what browsers load, against the numbers committed in
//! `style/budget.toml`.

mod islands;
mod measure;

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use serde::Deserialize;

use crate::{error::Error, fs, layout::Layout, say};
use measure::Measured;

/// Growth beyond this needs a change of the committed number.
const TOLERATED_PERCENT: u64 = 2;

const HEADER: &str = "\
# What browsers load, in bytes: as it is, and as brotli sends it. `cargo xtask budget`
# fails when a file grows by more than 2 %, appears, vanishes, or passes a limit;
# `cargo xtask budget --write` rewrites the numbers. Limits and the pages' lists of
# files are kept by hand.
";

/// The committed file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Budget {
    #[serde(default)]
    file: BTreeMap<String, Size>,
    #[serde(default)]
    page: BTreeMap<String, Page>,
}

/// One file of the site, in bytes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Size {
    raw: u64,
    brotli: u64,
    /// The most that its brotli form may ever have.
    limit: Option<u64>,
}

/// What one page loads beside its HTML, on a first visit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    files: Vec<String>,
    /// The sum of the files' brotli forms.
    brotli: u64,
    limit: u64,
}

/// Compares; every difference that matters is in the error.
pub(crate) fn check(layout: &Layout) -> Result<(), Error> {
    let budget = read(layout)?;
    let measured = measure::site(layout)?;
    let mut problems = compare(&budget, &measured);
    problems.extend(islands::without_export(layout)?);
    report(&budget, &measured);
    if problems.is_empty() { Ok(()) } else { Err(Error::OverBudget(problems)) }
}

/// Writes today's numbers, with the limits and lists that were there.
pub(crate) fn write(layout: &Layout) -> Result<(), Error> {
    let budget = read(layout)?;
    let measured = measure::site(layout)?;
    let path = path(layout);
    fs::write(&path, render(&budget, &measured))?;
    say::line(&format!("wrote {}", path.display()));
    check(layout)
}

fn path(layout: &Layout) -> PathBuf {
    layout.root.join("style/budget.toml")
}

fn read(layout: &Layout) -> Result<Budget, Error> {
    let path = path(layout);
    toml::from_str(&fs::read_text(&path)?).map_err(|error| Error::Content { reason: error.to_string(), path })
}

fn compare(budget: &Budget, measured: &BTreeMap<String, Measured>) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, now) in measured {
        let Some(then) = budget.file.get(name) else {
            problems.push(format!("{name}: new, {} B raw, {} B brotli", now.raw, now.brotli));
            continue;
        };
        for (what, now, then) in [("raw", now.raw, then.raw), ("brotli", now.brotli, then.brotli)] {
            if now * 100 > then * (100 + TOLERATED_PERCENT) {
                problems.push(format!("{name}: {now} B {what}, committed are {then} B"));
            }
        }
        if then.limit.is_some_and(|limit| now.brotli > limit) {
            let limit = then.limit.unwrap_or_default();
            problems.push(format!("{name}: {} B brotli, the limit is {limit} B", now.brotli));
        }
    }
    for name in budget.file.keys() {
        if !measured.contains_key(name) {
            problems.push(format!("{name}: committed, but not in the site"));
        }
    }
    for (name, page) in &budget.page {
        for file in page.files.iter().filter(|file| !measured.contains_key(*file)) {
            problems.push(format!("page {name}: loads {file}, which is not in the site"));
        }
        let total = total(page, measured);
        if total > page.limit {
            problems.push(format!("page {name}: {total} B brotli, the limit is {} B", page.limit));
        }
        if total * 100 > page.brotli * (100 + TOLERATED_PERCENT) {
            problems.push(format!("page {name}: {total} B brotli, committed are {} B", page.brotli));
        }
    }
    problems
}

/// The bytes that a first visit transfers beside the HTML.
fn total(page: &Page, measured: &BTreeMap<String, Measured>) -> u64 {
    page.files.iter().filter_map(|file| measured.get(file)).map(|size| size.brotli).sum()
}

fn report(budget: &Budget, measured: &BTreeMap<String, Measured>) {
    say::line(&format!("{:<32}{:>10}{:>10}{:>10}", "file (bytes)", "raw", "brotli", "limit"));
    for (name, size) in measured {
        let limit = budget.file.get(name).and_then(|committed| committed.limit);
        let limit = limit.map_or_else(String::new, |limit| limit.to_string());
        say::line(&format!("{name:<32}{:>10}{:>10}{limit:>10}", size.raw, size.brotli));
    }
    for (name, page) in &budget.page {
        let (name, total) = (format!("page {name}"), total(page, measured));
        say::line(&format!("{name:<32}{:>10}{total:>10}{:>10}", "", page.limit));
    }
}

fn render(budget: &Budget, measured: &BTreeMap<String, Measured>) -> String {
    let mut text = HEADER.to_owned();
    for (name, size) in measured {
        let limit = budget.file.get(name).and_then(|committed| committed.limit);
        let limit = limit.map_or_else(String::new, |limit| format!("limit = {limit}\n"));
        let (raw, brotli) = (size.raw, size.brotli);
        // Writing to a String cannot fail.
        let _ = write!(text, "\n[file.{name:?}]\nraw = {raw}\nbrotli = {brotli}\n{limit}");
    }
    for (name, page) in &budget.page {
        let files: String = page.files.iter().map(|file| format!("    {file:?},\n")).collect();
        let (total, limit) = (total(page, measured), page.limit);
        let _ = write!(text, "\n[page.{name}]\nfiles = [\n{files}]\nbrotli = {total}\nlimit = {limit}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Budget, Measured, compare, render};

    const COMMITTED: &str = r#"
[file."pkg/a.wasm"]
raw = 1000
brotli = 500
limit = 600
[page.list]
files = ["pkg/a.wasm"]
brotli = 500
limit = 600
"#;

    fn site(files: &[(&str, u64, u64)]) -> BTreeMap<String, Measured> {
        files.iter().map(|&(name, raw, brotli)| (name.to_owned(), Measured { raw, brotli })).collect()
    }

    fn problems(files: &[(&str, u64, u64)]) -> Vec<String> {
        let budget: Budget = toml::from_str(COMMITTED).unwrap();
        compare(&budget, &site(files))
    }

    #[test]
    fn two_percent_are_tolerated() {
        assert!(problems(&[("pkg/a.wasm", 1020, 510)]).is_empty());
        assert_eq!(problems(&[("pkg/a.wasm", 1021, 510)]), ["pkg/a.wasm: 1021 B raw, committed are 1000 B"]);
    }

    #[test]
    fn new_and_vanished_files_are_told() {
        assert_eq!(
            problems(&[("pkg/b.js", 10, 5)]),
            [
                "pkg/b.js: new, 10 B raw, 5 B brotli",
                "pkg/a.wasm: committed, but not in the site",
                "page list: loads pkg/a.wasm, which is not in the site",
            ]
        );
    }

    #[test]
    fn limits_hold_even_for_rewritten_numbers() {
        let big = site(&[("pkg/a.wasm", 2000, 700)]);
        let budget: Budget = toml::from_str(COMMITTED).unwrap();
        let rewritten: Budget = toml::from_str(&render(&budget, &big)).unwrap();
        assert_eq!(
            compare(&rewritten, &big),
            ["pkg/a.wasm: 700 B brotli, the limit is 600 B", "page list: 700 B brotli, the limit is 600 B",]
        );
    }
}
