//! The guide to the settings, as `docs/configuration.md` has it.

use super::{SETTINGS, Setting};

/// The guide's text; `{{a b}}` stands for a table of the sections `a` and `b`.
const TEXT: &str = include_str!("reference.md");
/// What the text calls the settings that are in no section.
const NO_SECTION: &str = "portal";

/// The guide, in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut guide = String::new();
    for line in TEXT.lines() {
        match line.strip_prefix("{{").and_then(|line| line.strip_suffix("}}")) {
            Some(sections) => guide.push_str(&table(sections)),
            None => guide.extend([line, "\n"]),
        }
    }
    guide
}

fn table(sections: &str) -> String {
    let mut table = String::from("| setting | default | what it decides |\n|---|---|---|\n");
    for section in sections.split(' ') {
        for Setting { name, default, about } in SETTINGS.iter().filter(|setting| is_in(setting, section)) {
            table.push_str(&format!("| `{name}` | {default} | {about} |\n"));
        }
    }
    table
}

fn is_in(setting: &Setting, section: &str) -> bool {
    setting.name.split_once('.').map_or(NO_SECTION, |(section, _)| section) == section
}
