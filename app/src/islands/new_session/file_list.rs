//! The list of chosen files.

use leptos::prelude::*;

use super::{
    files::{self, Check, Chosen},
    form::{Form, Phase},
};
use crate::ui::{Glyph, Icon, abbreviated, kind, size};

/// The files with their progress, hashes, problems, and a way to take them off.
#[component]
pub(super) fn FileList(form: Form) -> impl IntoView {
    view! {
        <ul class="files" role="list" aria-label="Chosen documents">
            <For each=move || form.files.get() key=|file| file.key children=move |file| line(form, file) />
        </ul>
    }
    .into_any()
}

fn line(form: Form, file: Chosen) -> impl IntoView {
    let Chosen { key, name, size: bytes, check, sent, .. } = file;
    let problem = Memo::new(move |_| {
        form.files.with(|files| files::problem(files, files.iter().position(|file| file.key == key)?))
    });
    let meta = Memo::new(move |_| {
        let mut text = size(bytes);
        if let Check::Hashing(mime_type, _) | Check::Ready(mime_type, _) = check.get() {
            text.insert_str(0, ", ");
            text.insert_str(0, kind(mime_type.as_str()));
        }
        text
    });
    let progress = Memo::new(move |_| match (sent.get(), check.get()) {
        (Some(sent), _) if sent < bytes => Some(("Uploading", sent)),
        (None, Check::Hashing(_, done)) => Some(("Hashing", done)),
        _ => None,
    });
    let digest = Memo::new(move |_| match check.get() {
        Check::Ready(_, digest) => Some(abbreviated(&digest)),
        _ => None,
    });
    let is_sent = Memo::new(move |_| sent.get() == Some(bytes));
    let removable = Memo::new(move |_| form.phase.get() == Phase::Editing);
    let label = ["Remove ", &name].concat();
    view! {
        <li id=["file-", &key.to_string()].concat() tabindex="-1" class:refused=move || problem.with(Option::is_some)>
            <Icon glyph=Glyph::File />
            <div class="file-main">
                <span class="name">{name}</span>
                <p class="meta">
                    {move || meta.get()}
                    {move || digest.get().map(|digest| view! { <code title="SHA-256">{digest}</code> })}
                </p>
                {move || {
                    progress
                        .get()
                        .map(|(what, done)| {
                            view! {
                                <div class="progress">
                                    <progress max=bytes.to_string() value=done.to_string() aria-label=what></progress>
                                    <span>{[what, " ", &percent(done, bytes), " %"].concat()}</span>
                                </div>
                            }
                        })
                }}
                {move || {
                    problem
                        .get()
                        .map(|text| {
                            view! {
                                <p class="field-error" role="alert">
                                    <Icon glyph=Glyph::Warning />
                                    <span>{text}</span>
                                </p>
                            }
                        })
                }}
            </div>
            {move || {
                is_sent.get().then(|| view! { <span class="sent"><Icon glyph=Glyph::Check />"Uploaded"</span> })
            }}
            {move || {
                let label = label.clone();
                removable
                    .get()
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button plain icon-only"
                                aria-label=label
                                on:click=move |_| files::remove(form.files, key)
                            >
                                <Icon glyph=Glyph::Close />
                            </button>
                        }
                    })
            }}
        </li>
    }
    .into_any()
}

/// How much `part` is of `whole`, rounded down.
pub(super) fn percent(part: u64, whole: u64) -> String {
    (part.min(whole) * 100).checked_div(whole).unwrap_or(100).to_string()
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn percents_stay_below_a_hundred_until_the_end() {
        assert_eq!(percent(0, 0), "100");
        assert_eq!(percent(999, 1_000), "99");
        assert_eq!(percent(2_000, 1_000), "100");
    }
}
