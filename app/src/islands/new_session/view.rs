//! The parts of the form.

use contract::Language;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

use super::{
    due,
    file_list::{FileList, percent},
    files,
    form::{Form, Phase},
    sending,
};
use crate::{
    model::field,
    paths,
    ui::{Field, Glyph, Icon, TextArea, TextField, described_by, invalid, language_name},
};

/// What went wrong, on top of the form. Takes the focus when it appears.
#[component]
pub(super) fn Summary(form: Form) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(node) = node.get() {
            // What cannot take the focus leaves it where it is.
            let _ = node.focus();
        }
    });
    move || {
        form.alert.get().map(|alert| {
            view! {
                <div node_ref=node class="notice bad" role="alert" tabindex="-1">
                    <Icon glyph=Glyph::Cross />
                    <div>
                        <p>{alert.message}</p>
                        {(!alert.findings.is_empty())
                            .then(|| {
                                let findings = alert
                                    .findings
                                    .into_iter()
                                    .map(|(place, text)| {
                                        view! {
                                            <li>
                                                <a href=place>{text}</a>
                                            </li>
                                        }
                                    })
                                    .collect_view();
                                view! { <ul>{findings}</ul> }
                            })}
                        {alert
                            .sign_in
                            .then(|| {
                                view! {
                                    <p>
                                        <a href=paths::sign_in_then(paths::SESSIONS) target="_blank" rel="noopener">
                                            "Sign in in a new tab"
                                        </a>
                                        ", then press the button below again. Everything here stays as it is."
                                    </p>
                                }
                            })}
                    </div>
                </div>
            }
        })
    }
}

/// Where files are chosen or dropped, and the list of them.
#[component]
pub(super) fn DropZone(form: Form, alive: RwSignal<bool>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let over = RwSignal::new(false);
    let take = move || {
        if let Some(input) = input.get_untracked()
            && let Some(list) = input.files()
            && list.length() > 0
        {
            files::add(form.files, &list);
            // Or else the same file could not be chosen again.
            input.set_value("");
        }
    };
    // Files may have been chosen before this was alive.
    Effect::new(move |_| {
        if alive.get() {
            take();
        }
    });
    let error = form.error_at(field::DOCUMENTS);
    let hint =
        Signal::stored("They are hashed on this computer and leave it when you press the button below.".to_owned());
    view! {
        <section class="panel" aria-labelledby="documents-heading">
            <div class="panel-head">
                <h2 id="documents-heading">"Documents"</h2>
                <p class="hint">"PDF, or text; 25 MB each"</p>
            </div>
            <div
                class="drop-zone"
                class:over=move || over.get()
                on:dragover=move |event| {
                    event.prevent_default();
                    over.set(true);
                }
                on:dragleave=move |_| over.set(false)
                on:drop=move |event| {
                    event.prevent_default();
                    over.set(false);
                    let dropped = event.unchecked_ref::<web_sys::DragEvent>().data_transfer();
                    if form.phase.get_untracked() == Phase::Editing
                        && let Some(list) = dropped.and_then(|dropped| dropped.files())
                    {
                        files::add(form.files, &list);
                    }
                }
            >
                <Icon glyph=Glyph::Upload />
                <p>
                    <input
                        node_ref=input
                        id=field::DOCUMENTS
                        class="visually-hidden"
                        type="file"
                        multiple
                        accept=".pdf,.txt,.md,application/pdf,text/plain,text/markdown"
                        aria-describedby=described_by(field::DOCUMENTS, hint, error)
                        aria-invalid=invalid(error)
                        on:change=move |_| take()
                    />
                    <label for=field::DOCUMENTS>"Choose files"</label>
                    " or drop them here"
                </p>
                <p class="hint" id="documents-hint">
                    {hint.get_untracked()}
                </p>
            </div>
            {move || {
                error
                    .get()
                    .map(|text| {
                        view! {
                            <p class="field-error" id="documents-error">
                                <Icon glyph=Glyph::Warning />
                                <span>{text}</span>
                            </p>
                        }
                    })
            }}
            <FileList form=form />
        </section>
    }
    .into_any()
}

/// The fields.
#[component]
pub(super) fn Details(form: Form) -> impl IntoView {
    let zone = RwSignal::new(String::new());
    Effect::new(move |_| zone.set(due::zone()));
    let due_error = form.error_at(field::DUE);
    let due_hint = Signal::derive(move || {
        let zone = zone.get();
        if zone.is_empty() {
            "At most 45 days ahead.".to_owned()
        } else {
            ["Time of ", &zone, ". At most 45 days ahead."].concat()
        }
    });
    let languages = Language::KNOWN
        .iter()
        .map(|language| {
            view! {
                <option value=language.as_str().to_owned() selected=*language == Language::En>
                    {language_name(language).to_owned()}
                </option>
            }
        })
        .collect_view();
    view! {
        <section class="panel" aria-labelledby="request-heading">
            <div class="panel-head">
                <h2 id="request-heading">"Request"</h2>
            </div>
            <TextField
                id=field::TITLE
                label="Title"
                hint="The signer sees it."
                error=form.error_at(field::TITLE)
                node_ref=form.title
            />
            <TextField
                id=field::SIGNER
                label="Signer"
                hint="For this desk only; never sent to the signing service."
                error=form.error_at(field::SIGNER)
                node_ref=form.signer
            />
            <Field id=field::DUE label="Due date" hint=due_hint error=due_error>
                <input
                    node_ref=form.due
                    id=field::DUE
                    name=field::DUE
                    type="datetime-local"
                    aria-required="true"
                    aria-describedby=described_by(field::DUE, due_hint, due_error)
                    aria-invalid=invalid(due_error)
                />
            </Field>
            <TextArea
                id=field::SIGN_TEXT
                label="Consent text"
                hint="The signer agrees to this before signing."
                error=form.error_at(field::SIGN_TEXT)
                node_ref=form.sign_text
            />
            <Field id=field::LANGUAGE label="Language" hint="Of the signer's pages." error=form.error_at(field::LANGUAGE)>
                <select
                    node_ref=form.language
                    id=field::LANGUAGE
                    name=field::LANGUAGE
                    aria-describedby="language-hint"
                >
                    {languages}
                </select>
            </Field>
        </section>
    }
    .into_any()
}

/// Send and Cancel, and how far sending is.
#[component]
pub(super) fn Actions(form: Form, alive: RwSignal<bool>) -> impl IntoView {
    let phase = form.phase;
    let busy = Memo::new(move |_| phase.get() != Phase::Editing);
    let total = Memo::new(move |_| form.files.with(|files| files.iter().map(|file| file.size).sum::<u64>()));
    let sent =
        Memo::new(move |_| form.files.with(|files| files.iter().filter_map(|file| file.sent.get()).sum::<u64>()));
    let said = move || match phase.get() {
        Phase::Editing => "",
        Phase::Waiting => "Hashing the documents",
        Phase::Planning => "Talking to the server",
        Phase::Uploading => "Uploading the documents",
        Phase::Finishing => "Creating the session",
        Phase::Leaving => "Done",
    };
    let uploading = Memo::new(move |_| phase.get() == Phase::Uploading);
    let can_cancel = Memo::new(move |_| matches!(phase.get(), Phase::Waiting | Phase::Planning | Phase::Uploading));
    view! {
        <div class="action-bar">
            <button
                class="button primary"
                type="submit"
                disabled=move || !alive.get()
                aria-disabled=move || busy.get().to_string()
            >
                {move || if busy.get() { "Sending" } else { "Send" }}
            </button>
            {move || {
                can_cancel
                    .get()
                    .then(|| {
                        view! {
                            <button
                                class="button"
                                type="button"
                                on:click=move |_| {
                                    if phase.get_untracked() == Phase::Waiting {
                                        phase.set(Phase::Editing);
                                    } else {
                                        sending::cancel();
                                    }
                                }
                            >
                                "Cancel"
                            </button>
                        }
                    })
            }}
            <span class="said" role="status">
                {said}
            </span>
            {move || {
                uploading
                    .get()
                    .then(|| {
                        view! {
                            <div class="progress">
                                <progress
                                    max=total.get_untracked().to_string()
                                    value=move || sent.get().to_string()
                                    aria-label="All documents"
                                ></progress>
                                <span>{move || [&percent(sent.get(), total.get()), " %"].concat()}</span>
                            </div>
                        }
                    })
            }}
        </div>
    }
    .into_any()
}
