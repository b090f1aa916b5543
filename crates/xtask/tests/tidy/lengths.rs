//! Files that one can read in one sitting.

use crate::tree::{Source, assert_none, sources};

/// A longer file says why in its first comment, by this phrase.
const LIMIT: usize = 400;
const PHRASE: &str = "in one file because";

const KINDS: [&str; 5] = ["css", "js", "mjs", "rs", "ts"];

/// The comment that a file begins with, on one line.
fn first_comment(source: &Source) -> String {
    let is_comment = |line: &&str| ["//", "/*", "*", " *"].iter().any(|mark| line.starts_with(mark));
    let block = source.text.starts_with("/*");
    let lines: Vec<&str> = if block {
        source.text.split("*/").next().unwrap_or_default().lines().collect()
    } else {
        source.text.lines().take_while(is_comment).collect()
    };
    let words = lines.iter().flat_map(|line| line.trim_start_matches(['/', '*', '!', ' ']).split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn long_files_say_why() {
    let found: Vec<String> = sources()
        .iter()
        .filter(|source| KINDS.contains(&source.extension()))
        .map(|source| (source, source.text.lines().count()))
        .filter(|(source, lines)| *lines > LIMIT && !first_comment(source).contains(PHRASE))
        .map(|(source, lines)| {
            format!(
                "{}: {lines} lines; cut it by responsibility, or say in its first comment: \"… {PHRASE} …\"",
                source.path
            )
        })
        .collect();
    assert_none(&found);
}
