//! Islands that would stay dead in the browser.
//!
//! When the entry crate does not reach an island's code, the linker drops it and the
//! page shows it unmoved, with no more than a warning in the console. So each
//! `#[island]` in the sources must have its function in the JavaScript glue.

use crate::{
    error::Error,
    fs,
    layout::Layout,
    site::{self, MODULES},
};

/// One sentence per island that no page's module exports.
pub(super) fn without_export(layout: &Layout) -> Result<Vec<String>, Error> {
    let package = site::current(layout)?;
    let mut glue = String::new();
    for module in MODULES.iter().filter(|module| module.is_page()) {
        glue.push_str(&fs::read_text(&package.join(format!("{}.js", module.name)))?);
    }
    let mut problems = Vec::new();
    for path in fs::files_below(&layout.root.join("app/src"))? {
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        for island in islands(&fs::read_text(&path)?) {
            // Leptos appends a number of its own to the component's name.
            if !glue.contains(&format!("function {island}_")) {
                problems.push(format!("island {island}: no module exports it, so it stays dead in the browser"));
            }
        }
    }
    Ok(problems)
}

/// The names of the functions that `#[island]` stands on.
fn islands(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut expecting = false;
    for line in source.lines().map(str::trim_start) {
        expecting |= line.starts_with("#[island");
        if !expecting {
            continue;
        }
        let Some((_, signature)) = line.split_once("fn ") else {
            continue;
        };
        let name = signature.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect();
        names.push(name);
        expecting = false;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::islands;

    #[test]
    fn islands_are_found_behind_other_attributes() {
        let source = "
            #[island]
            pub fn Live(since: u64) -> impl IntoView {}
            #[component]
            pub fn Row() -> impl IntoView {}
            #[island]
            #[expect(unused, reason = \"a sample\")]
            pub(crate) fn Drop() -> impl IntoView {}
        ";
        assert_eq!(islands(source), ["Live", "Drop"]);
    }
}
