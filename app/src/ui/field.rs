//! Fields of forms: label, hint, and what is wrong with what was typed. They are
//! rendered on the server alone; where code has something to say about a field, it
//! fills the note that is already there.
//!
//! Nothing limits lengths by `maxlength`: browsers cut what is pasted without a
//! word. What is too long gets a message instead.

use leptos::prelude::*;

use super::{Glyph, Icon, escape};

/// The frame of a field. The control itself is the child; it has the id `id` and
/// takes its description from [`described_by`].
#[component]
pub fn Field(
    /// Id of the control.
    id: &'static str,
    /// What it is called.
    label: &'static str,
    /// What helps to fill it in.
    #[prop(optional)]
    hint: &'static str,
    /// What is wrong and what would be right.
    #[prop(optional_no_strip)]
    error: Option<String>,
    /// Needs no answer.
    #[prop(optional)]
    optional: bool,
    /// The control.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field">
            <div class="field-label">
                <label for=id>{label}</label>
                {optional.then(|| view! { <span class="optional">"Optional"</span> })}
            </div>
            {children()}
            {(!hint.is_empty())
                .then(|| {
                    view! {
                        <p class="hint" id=hint_id(id)>
                            {hint}
                        </p>
                    }
                })}
            <FieldNote id=id error=error />
        </div>
    }
    .into_any()
}

/// What is wrong with the control `id`; hidden while nothing is.
#[component]
pub fn FieldNote(
    /// Id of the control.
    id: &'static str,
    /// What is wrong and what would be right.
    #[prop(optional_no_strip)]
    error: Option<String>,
) -> impl IntoView {
    let hidden = error.is_none();
    view! {
        <p class="field-error" id=error_id(id) hidden=hidden>
            <Icon glyph=Glyph::Warning />
            <span>{error}</span>
        </p>
    }
}

/// A field of one line.
#[component]
pub fn TextField(
    /// Id and name of the control.
    id: &'static str,
    /// What it is called.
    label: &'static str,
    /// The control's `type`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What browsers may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// What helps to fill it in.
    #[prop(optional)]
    hint: &'static str,
    /// What is wrong with it.
    #[prop(optional_no_strip)]
    error: Option<String>,
) -> impl IntoView {
    let invalid = error.is_some().then_some("true");
    view! {
        <Field id=id label=label hint=hint error=error>
            <input
                id=id
                name=id
                type=kind
                value=value
                autocomplete=autocomplete
                aria-required="true"
                aria-describedby=described_by(id, !hint.is_empty())
                aria-invalid=invalid
            />
        </Field>
    }
}

/// A field of several lines. The only place that writes a
/// `<textarea>`: Leptos 0.8 does not escape what stands in one.
#[component]
pub fn TextArea(
    /// Id and name of the control.
    id: &'static str,
    /// What it is called.
    label: &'static str,
    /// Lines to show.
    #[prop(default = "4")]
    rows: &'static str,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// What helps to fill it in.
    #[prop(optional)]
    hint: &'static str,
    /// What is wrong with it.
    #[prop(optional_no_strip)]
    error: Option<String>,
    /// Needs no answer.
    #[prop(default = true)]
    optional: bool,
) -> impl IntoView {
    let area = leptos::html::textarea()
        .id(id)
        .name(id)
        .rows(rows)
        .attr("aria-describedby", described_by(id, !hint.is_empty()))
        .attr("aria-invalid", error.is_some().then_some("true"));
    // An absent child is not an empty one: that would be written as a space.
    let area = if value.is_empty() { area.into_any() } else { area.child(escape::text_area(&value)).into_any() };
    view! {
        <Field id=id label=label hint=hint error=error optional=optional>
            {area}
        </Field>
    }
}

/// What `aria-describedby` of the control `id` says: its hint, if it has one, and its
/// note, which adds nothing while it is empty.
#[must_use]
pub fn described_by(id: &str, has_hint: bool) -> String {
    if has_hint { [&hint_id(id), " ", &error_id(id)].concat() } else { error_id(id) }
}

fn hint_id(id: &str) -> String {
    [id, "-hint"].concat()
}

fn error_id(id: &str) -> String {
    [id, "-error"].concat()
}
