//! Words that may not stand in certain places, each with the reason.

use crate::tree::{Source, assert_none, sources};

struct Ban {
    words: &'static [&'static str],
    within: fn(&Source) -> bool,
    why: &'static str,
}

fn is_rust(source: &Source) -> bool {
    source.extension() == "rs"
}

fn is_page(source: &Source) -> bool {
    is_rust(source) && source.path.starts_with("app/src/") && !source.path.starts_with("app/src/ui/")
}

fn is_product(source: &Source) -> bool {
    is_rust(source) && !is_own(source)
}

fn is_test(source: &Source) -> bool {
    let of_browser = source.path.starts_with("end2end/") && !source.path.starts_with("end2end/bench/");
    of_browser || (is_product(source) && source.is_test())
}

fn is_code(source: &Source) -> bool {
    ["css", "js", "mjs", "rs", "ts"].contains(&source.extension()) && !is_own(source)
}

/// These tests name what they ban.
fn is_own(source: &Source) -> bool {
    source.path.starts_with("crates/xtask/tests/")
}

/// Of what the portal's own listener serves; the operators' numbers are on another.
fn is_portal_but_rights(source: &Source) -> bool {
    let elsewhere = ["server/src/rights/", "server/src/metrics.rs"];
    is_rust(source)
        && source.path.starts_with("server/src/")
        && !elsewhere.iter().any(|path| source.path.starts_with(path))
}

fn is_any(source: &Source) -> bool {
    !is_own(source)
}

const BANS: &[Ban] = &[
    Ban {
        words: &["<Title", "<textarea", "inner_html"],
        within: is_page,
        why: "Leptos does not escape it: go through app::ui",
    },
    Ban {
        words: &[".route(", ".route_service(", ".nest("],
        within: is_portal_but_rights,
        why: "an address is made by rights::Routes, which asks what it takes to use it",
    },
    Ban { words: &["anyhow"], within: is_product, why: "errors are enums, named for what the caller does next" },
    Ban { words: &["#[allow("], within: is_product, why: "#[expect] with a reason says when it is no longer needed" },
    Ban {
        words: &["sleep(", "waitForTimeout(", "setTimeout("],
        within: is_test,
        why: "wait for a condition, or move a stepped clock",
    },
    Ban {
        words: &["page.route(", "context.route("],
        within: is_test,
        why: "provoke failures in the sandbox, where people can see them too",
    },
    Ban { words: &["getByTestId("], within: is_test, why: "find things as people do: by role and name" },
    Ban {
        words: &["test.skip", "test.fixme", "test.only", "describe.only", "#[ignore"],
        within: is_test,
        why: "a test that does not run says nothing",
    },
    Ban { words: &["retries: 1", "retries: 2", "retries: 3"], within: is_test, why: "a flaky test is a bug" },
    Ban {
        words: &["todo!(", "unimplemented!(", "TODO", "FIXME", "XXX"],
        within: is_code,
        why: "what is unfinished is not in the tree",
    },
    Ban { words: &["/home/", "/root/", "/Users/", "/work/"], within: is_any, why: "it is there on one machine alone" },
    Ban {
        words: &["registry.npmjs.org", "index.crates.io", "static.crates.io"],
        within: is_any,
        why: "which registry to ask is the machine's business",
    },
];

#[test]
fn sec_07_keys_are_made_where_they_are_used() {
    // The beginning of every key in PEM, and of access keys and tokens that others give out.
    const MARKS: [&str; 5] = ["PRIVATE KEY-----\nM", "PRIVATE KEY-----\\nM", "AKIA", "ghp_", "xoxb-"];
    let keys = sources().iter().filter(|source| is_any(source));
    let found = keys.filter(|source| MARKS.iter().any(|mark| source.text.contains(mark)));
    assert_none(&found.map(|source| format!("{}: holds a key", source.path)).collect::<Vec<_>>());
}

#[test]
fn words_stay_out_of_where_they_harm() {
    let mut found = Vec::new();
    for ban in BANS {
        for source in sources().iter().filter(|source| (ban.within)(source)) {
            for word in ban.words.iter().filter(|word| source.text.contains(**word)) {
                let line = source.code().find(|(_, line)| line.contains(word.lines().next().unwrap()));
                // A word in a comment alone does no harm, but for those that span lines.
                if let Some((number, _)) = line {
                    found.push(format!("{}:{number}: {word:?}: {}", source.path, ban.why));
                }
            }
        }
    }
    assert_none(&found);
}
