//! What is wrong with a form: said in a summary on top, with links to the fields, and at each field.

use maud::{Markup, html};

use super::text::Texts;

/// What is wrong, field by field. A field's name in the form is its id in the page.
pub(super) struct Errors {
    text: &'static Texts,
    found: Vec<(&'static str, String)>,
}

impl Errors {
    /// A form that is fine, or not yet sent.
    pub(super) fn none(text: &'static Texts) -> Self {
        Self { text, found: Vec::new() }
    }

    pub(super) fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.found.push((field, message.into()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The page's title, which is what a screen reader says first.
    pub(super) fn title(&self, heading: &str) -> String {
        if self.is_empty() { heading.to_owned() } else { format!("{}: {heading}", self.text.error) }
    }

    /// All of it, read out at once and with the focus on it.
    pub(super) fn summary(&self) -> Markup {
        html! {
            @if !self.is_empty() {
                div.problem role="alert" tabindex="-1" autofocus {
                    h2 { (self.text.problem) }
                    ul {
                        @for (field, message) in &self.found { li { a href={ "#" (field) } { (message) } } }
                    }
                }
            }
        }
    }

    fn at(&self, field: &str) -> Option<&str> {
        self.found.iter().find(|(wrong, _)| *wrong == field).map(|(_, message)| message.as_str())
    }

    /// The value of `aria-invalid`.
    pub(super) fn invalid(&self, field: &str) -> Option<&'static str> {
        self.at(field).map(|_| "true")
    }

    /// The value of `aria-describedby`, for a field with or without a hint.
    pub(super) fn described_by(&self, field: &str, has_hint: bool) -> Option<String> {
        let hint = has_hint.then(|| format!("{field}-hint"));
        let error = self.at(field).map(|_| format!("{field}-error"));
        let parts: Vec<String> = [hint, error].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// What is wrong with one field, to stand right before it.
    pub(super) fn message(&self, field: &str) -> Markup {
        html! {
            @if let Some(message) = self.at(field) { p.error id={ (field) "-error" } { (message) } }
        }
    }
}

/// What a field wants, to stand below its label.
pub(super) fn hint(field: &str, text: &str) -> Markup {
    html! { p.hint id={ (field) "-hint" } { (text) } }
}
