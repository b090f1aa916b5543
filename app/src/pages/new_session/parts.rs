//! The parts of the form.

use contract::Language;
use leptos::prelude::*;

use crate::{
    islands::new_session::place,
    model::field,
    paths,
    ui::{Field, FieldNote, Glyph, Icon, TextArea, TextField, described_by, language_name},
};

/// What went wrong, on top of the form. Takes the focus when it appears.
#[component]
pub(super) fn Summary() -> impl IntoView {
    view! {
        <div id=place::SUMMARY class="notice bad" role="alert" tabindex="-1" hidden>
            <Icon glyph=Glyph::Cross />
            <div>
                <p id=place::SUMMARY_TEXT></p>
                <ul id=place::FINDINGS hidden></ul>
                <p id=place::SIGN_IN hidden>
                    <a href=paths::sign_in_then(paths::SESSIONS) target="_blank" rel="noopener">
                        "Sign in in a new tab"
                    </a>
                    ", then press the button below again. Everything here stays as it is."
                </p>
            </div>
        </div>
    }
}

/// Where files are chosen or dropped, and the list of them.
#[component]
pub(super) fn Documents() -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="documents-heading">
            <div class="panel-head">
                <h2 id="documents-heading">"Documents"</h2>
                <p class="hint">"PDF, or text; 25 MB each"</p>
            </div>
            <div id=place::DROP_ZONE class="drop-zone">
                <Icon glyph=Glyph::Upload />
                <p>
                    <input
                        id=field::DOCUMENTS
                        class="visually-hidden"
                        type="file"
                        multiple
                        accept=".pdf,.txt,.md,application/pdf,text/plain,text/markdown"
                        aria-describedby=described_by(field::DOCUMENTS, true)
                    />
                    <label for=field::DOCUMENTS>"Choose files"</label>
                    " or drop them here"
                </p>
                <p class="hint" id="documents-hint">
                    "They are hashed on this computer and leave it when you press the button below."
                </p>
            </div>
            <FieldNote id=field::DOCUMENTS />
            <ul id=place::FILES class="files" role="list" aria-label="Chosen documents"></ul>
        </section>
    }
}

/// The fields.
#[component]
pub(super) fn Details() -> impl IntoView {
    let languages = Language::KNOWN
        .iter()
        .map(|language| {
            view! {
                <option value=language.as_str() selected=*language == Language::En>
                    {language_name(language)}
                </option>
            }
        })
        .collect_view();
    view! {
        <section class="panel" aria-labelledby="request-heading">
            <div class="panel-head">
                <h2 id="request-heading">"Request"</h2>
            </div>
            <TextField id=field::TITLE label="Title" hint="The signer sees it." />
            <TextField
                id=field::SIGNER
                label="Signer"
                hint="For this desk only; never sent to the signing service."

            />
            <Field id=field::DUE label="Due date" hint="At most 45 days ahead.">
                <input
                    id=field::DUE
                    name=field::DUE
                    type="datetime-local"
                    aria-required="true"
                    aria-describedby=described_by(field::DUE, true)
                />
            </Field>
            <TextArea id=field::SIGN_TEXT label="Consent text" hint="The signer agrees to this before signing." />
            <Field id=field::LANGUAGE label="Language" hint="Of the signer's pages.">
                <select id=field::LANGUAGE name=field::LANGUAGE aria-describedby=described_by(field::LANGUAGE, true)>
                    {languages}
                </select>
            </Field>
        </section>
    }
}

/// Send and Cancel, and how far sending is.
#[component]
pub(super) fn Actions() -> impl IntoView {
    view! {
        <div class="action-bar">
            <button id=place::SEND class="button primary" type="submit" disabled aria-disabled="false">
                "Send"
            </button>
            <button id=place::CANCEL class="button" type="button" hidden>
                "Cancel"
            </button>
            <span id=place::SAID class="said" role="status"></span>
            <div id=place::TOTAL class="progress" hidden>
                <progress aria-label="All documents"></progress>
                <span></span>
            </div>
        </div>
    }
}

/// Shows a file before it is sent. `app/preview.js` fills the parts.
#[component]
pub(super) fn Preview() -> impl IntoView {
    view! {
        <dialog id=place::PREVIEW class="preview" aria-labelledby="preview-name">
            <div class="preview-head">
                <h2 id="preview-name" data-part="name"></h2>
                <span class="hint" data-part="page" role="status"></span>
                <div class="preview-zoom" role="group" aria-label="Zoom">
                    <button type="button" class="button" data-part="out" aria-label="Smaller" aria-keyshortcuts="-">
                        "−"
                    </button>
                    <span data-part="zoom" role="status"></span>
                    <button type="button" class="button" data-part="in" aria-label="Larger" aria-keyshortcuts="+">
                        "+"
                    </button>
                </div>
                <button type="button" class="button plain icon-only" data-part="close" aria-label="Close">
                    <Icon glyph=Glyph::Close />
                </button>
            </div>
            <div class="preview-body">
                <nav aria-label="Pages">
                    <ol data-part="thumbs" role="list"></ol>
                </nav>
                <div class="preview-sheets" data-part="sheets" tabindex="0" role="region" aria-label="Document"></div>
            </div>
        </dialog>
    }
}

/// What appears in the form later, copied as often as it is needed.
#[component]
pub(super) fn Templates() -> impl IntoView {
    view! {
        <template id=place::FILE>
            <li tabindex="-1">
                <Icon glyph=Glyph::File />
                <div class="file-main">
                    <span class="name"></span>
                    <p class="meta">
                        <span></span>
                        <code title="SHA-256" hidden></code>
                    </p>
                    <div class="progress" hidden>
                        <progress></progress>
                        <span></span>
                    </div>
                    <p class="field-error" role="alert" hidden>
                        <Icon glyph=Glyph::Warning />
                        <span></span>
                    </p>
                    <p class="file-warning" hidden>
                        <Icon glyph=Glyph::Warning />
                        <span></span>
                    </p>
                </div>
                <span class="sent" hidden>
                    <Icon glyph=Glyph::Check />
                    "Uploaded"
                </span>
                <button type="button" class="button plain icon-only show">
                    <Icon glyph=Glyph::Eye />
                </button>
                <button type="button" class="button plain icon-only remove">
                    <Icon glyph=Glyph::Close />
                </button>
            </li>
        </template>
        <template id=place::FINDING>
            <li>
                <a></a>
            </li>
        </template>
    }
}
