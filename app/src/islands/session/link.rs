//! The signer's link: fetched when somebody asks for it, never part of the page.

use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;

use crate::{
    fetch::{self, Failure},
    model::{SessionDetail, SessionId, SigningLink},
    paths,
    ui::{Glyph, Icon, Time},
};

/// Buttons that copy the link or show it, and how long it is good for.
#[component]
pub(super) fn Link(session: SessionId, shown: RwSignal<SessionDetail>) -> impl IntoView {
    let expires = Memo::new(move |_| shown.with(|detail| detail.link_expires));
    let visible = RwSignal::new(None::<String>);
    let said = RwSignal::new("");
    let failure = RwSignal::new(None::<String>);
    let field = NodeRef::<html::Input>::new();

    let copy = move |_| {
        spawn_local(async move {
            match ask(session).await {
                Ok(link) if to_clipboard(&link.url).await => {
                    failure.set(None);
                    said.set("");
                    said.set("Link copied");
                }
                Ok(link) => {
                    visible.set(Some(link.url));
                    said.set("The browser does not let this page copy. Copy the link by hand.");
                }
                Err(problem) => failure.set(Some(problem.message())),
            }
        });
    };
    let toggle = move |_| {
        said.set("");
        if visible.with_untracked(Option::is_some) {
            visible.set(None);
            return;
        }
        spawn_local(async move {
            match ask(session).await {
                Ok(link) => {
                    failure.set(None);
                    visible.set(Some(link.url));
                }
                Err(problem) => failure.set(Some(problem.message())),
            }
        });
    };
    let is_visible = Memo::new(move |_| visible.with(Option::is_some));
    view! {
        <section class="panel link" aria-labelledby="link-heading">
            <div class="panel-head">
                <h2 id="link-heading">"Signing link"</h2>
                <p class="hint">
                    {move || match expires.get() {
                        Some(at) => view! { "Works until " <Time at=at /> }.into_any(),
                        None => view! { "Works until the due date" }.into_any(),
                    }}
                </p>
            </div>
            <p class="hint">"Whoever has this link can act as the signer. Give it to nobody else."</p>
            <div class="actions">
                <button type="button" class="button" on:click=copy>
                    <Icon glyph=Glyph::Copy />
                    "Copy link"
                </button>
                <button type="button" class="button" aria-expanded=move || is_visible.get().to_string() on:click=toggle>
                    <Icon glyph=Signal::derive(move || if is_visible.get() { Glyph::EyeOff } else { Glyph::Eye }) />
                    {move || if is_visible.get() { "Hide link" } else { "Show link" }}
                </button>
                <span class="said" role="status">
                    {move || said.get()}
                </span>
            </div>
            {move || {
                visible
                    .get()
                    .map(|url| {
                        view! {
                            <input
                                node_ref=field
                                class="link-field"
                                type="text"
                                readonly
                                aria-label="Signing link"
                                prop:value=url
                                on:focus=move |_| {
                                    if let Some(field) = field.get_untracked() {
                                        field.select();
                                    }
                                }
                            />
                        }
                    })
            }}
            {move || failure.get().map(|text| view! { <p class="field-error" role="alert">{text}</p> })}
        </section>
    }
    .into_any()
}

async fn ask(session: SessionId) -> Result<SigningLink, Failure> {
    fetch::post(&paths::link(session), "{}".to_owned(), None).await
}

/// Whether the text is in the clipboard now. Browsers have none to offer outside secure contexts.
async fn to_clipboard(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    if clipboard.is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
