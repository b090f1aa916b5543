//! Escaping for the two elements whose text Leptos 0.8 writes as it is.

/// Text inside `<title>` or `<textarea>`, which know character references and
/// nothing else.
#[must_use]
pub fn rcdata(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The child of a `<textarea>`. The first line break after the tag is not part of
/// the text, so one is added where the text begins with one.
pub(crate) fn text_area(text: &str) -> String {
    ["\n".repeat(usize::from(text.starts_with('\n'))), rcdata(text)].concat()
}
