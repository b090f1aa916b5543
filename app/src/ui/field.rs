//! Fields of forms: label, hint, and what is wrong with what was typed.
//!
//! Nothing limits lengths by `maxlength`: browsers cut what is pasted without a
//! word. What is too long gets a message instead.

use leptos::{html, prelude::*};

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
    #[prop(optional, into)]
    hint: Signal<String>,
    /// What is wrong and what would be right.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
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
            {has(hint)
                .then(|| {
                    view! {
                        <p class="hint" id=note_id(id, "hint")>
                            {move || hint.get()}
                        </p>
                    }
                })}
            {move || {
                error
                    .get()
                    .map(|text| {
                        view! {
                            <p class="field-error" id=note_id(id, "error")>
                                <Icon glyph=Glyph::Warning />
                                <span>{text}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
    .into_any()
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
    #[prop(optional, into)]
    hint: Signal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// To read it by.
    #[prop(optional)]
    node_ref: NodeRef<html::Input>,
) -> impl IntoView {
    view! {
        <Field id=id label=label hint=hint error=error>
            <input
                node_ref=node_ref
                id=id
                name=id
                type=kind
                value=value
                autocomplete=autocomplete
                aria-required="true"
                aria-describedby=described_by(id, hint, error)
                aria-invalid=invalid(error)
            />
        </Field>
    }
}

/// A field of several lines. The only place that writes a `<textarea>`: Leptos 0.8
/// does not escape what stands in one.
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
    #[prop(optional, into)]
    hint: Signal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// To read it by.
    #[prop(optional)]
    node_ref: NodeRef<html::Textarea>,
) -> impl IntoView {
    let area = html::textarea()
        .node_ref(node_ref)
        .id(id)
        .name(id)
        .rows(rows)
        .attr("aria-describedby", described_by(id, hint, error))
        .attr("aria-invalid", invalid(error));
    // An absent child is not an empty one: that would be written as a space.
    let area = if value.is_empty() { area.into_any() } else { area.child(escape::text_area(&value)).into_any() };
    view! {
        <Field id=id label=label hint=hint error=error optional=true>
            {area}
        </Field>
    }
}

/// What `aria-describedby` of the control `id` says: the ids of its hint and its error, if any.
pub fn described_by(
    id: &'static str,
    hint: Signal<String>,
    error: Signal<Option<String>>,
) -> impl Fn() -> Option<String> + Send + Sync + Clone {
    let hint = has(hint).then(|| note_id(id, "hint"));
    move || match (&hint, error.with(Option::is_some)) {
        (Some(hint), true) => Some([hint, " ", &note_id(id, "error")].concat()),
        (None, true) => Some(note_id(id, "error")),
        (hint, false) => hint.clone(),
    }
}

/// Whether there is a hint. Its words may change later, but it never comes or goes.
fn has(hint: Signal<String>) -> bool {
    hint.with_untracked(|hint| !hint.is_empty())
}

/// What `aria-invalid` says.
pub fn invalid(error: Signal<Option<String>>) -> impl Fn() -> Option<&'static str> + Send + Sync + Clone {
    move || error.with(Option::is_some).then_some("true")
}

fn note_id(id: &str, note: &str) -> String {
    [id, "-", note].concat()
}
