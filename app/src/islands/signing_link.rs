//! The signer's link: fetched when somebody asks for it, never part of the page.

use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;

use crate::{
    fetch::{self, Failure},
    live,
    model::{SessionId, Standing},
    paths,
    ui::{Glyph, Icon},
};

/// Buttons that copy the link or show it, as long as it is of use.
#[island]
pub fn SigningLink(
    /// Whose link.
    session: SessionId,
    /// How the session stood when the page was made.
    standing: Standing,
    /// The live event that the page was made at.
    as_of: u64,
    /// What the page says about the link.
    children: Children,
) -> impl IntoView {
    let standing = live::follow(session, standing, as_of);
    let link = RwSignal::new(String::new());
    let said = RwSignal::new("");
    let failure = RwSignal::new(String::new());
    let field = NodeRef::<html::Input>::new();
    let shown = Memo::new(move |_| link.with(|link| !link.is_empty()));

    let ask = move |copy: bool| {
        said.set("");
        spawn_local(async move {
            match ask(session).await {
                Ok(answer) => {
                    failure.set(String::new());
                    if copy && to_clipboard(&answer.url).await {
                        said.set("Link copied");
                        return;
                    }
                    link.set(answer.url);
                    if copy {
                        said.set("The browser does not let this page copy. Copy the link by hand.");
                    }
                }
                Err(problem) => failure.set(problem.message()),
            }
        });
    };
    let toggle = move |_| if shown.get_untracked() { link.set(String::new()) } else { ask(false) };
    view! {
        <section class="panel link" aria-labelledby="link-heading" hidden=move || !standing.get().has_link()>
            {children()}
            <div class="actions">
                <button type="button" class="button" on:click=move |_| ask(true)>
                    <Icon glyph=Glyph::Copy />
                    "Copy link"
                </button>
                <button type="button" class="button" aria-expanded=move || shown.get().to_string() on:click=toggle>
                    <Icon glyph=Glyph::Eye />
                    <span>{move || if shown.get() { "Hide link" } else { "Show link" }}</span>
                </button>
                <span class="said" role="status">
                    {move || said.get()}
                </span>
            </div>
            <input
                node_ref=field
                class="link-field"
                type="text"
                readonly
                aria-label="Signing link"
                hidden=move || !shown.get()
                prop:value=move || link.get()
                on:focus=move |_| {
                    if let Some(field) = field.get_untracked() {
                        field.select();
                    }
                }
            />
            <p class="field-error" role="alert" hidden=move || failure.with(String::is_empty)>
                {move || failure.get()}
            </p>
        </section>
    }
}

async fn ask(session: SessionId) -> Result<crate::model::SigningLink, Failure> {
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
