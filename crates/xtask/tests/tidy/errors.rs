//! Errors that callers can act upon.

use crate::tree::{assert_none, sources};

/// The last type argument of each `Result<…>` in a line.
fn error_types(line: &str) -> Vec<&str> {
    line.match_indices("Result<").filter_map(|(start, name)| last_argument(&line[start + name.len()..])).collect()
}

/// Reads up to the `>` that closes the list; gives what stands after its last comma.
fn last_argument(list: &str) -> Option<&str> {
    let mut depth = 0_u32;
    let mut comma = None;
    for (index, character) in list.char_indices() {
        match character {
            '<' | '(' | '[' => depth += 1,
            '>' if depth == 0 => return comma.map(|comma: usize| list[comma + 1..index].trim()),
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => comma = Some(index),
            _ => {}
        }
    }
    None
}

#[test]
fn arguments_are_told_apart() {
    assert_eq!(error_types("fn f() -> Result<Vec<(u8, String)>, Error> {"), ["Error"]);
    assert_eq!(error_types("fn g() -> Result<(), String>;"), ["String"]);
    assert_eq!(error_types("fn h() -> io::Result<String> {"), Vec::<&str>::new());
}

#[test]
fn no_error_is_a_mere_string() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.extension() == "rs" && !source.is_test()) {
        for (number, line) in source.code() {
            if error_types(line).contains(&"String") {
                found.push(format!("{}:{number}: an error of type String; give it an enum", source.path));
            }
        }
    }
    assert_none(&found);
}
