//! The files that signing made.

use leptos::prelude::*;

use super::documents::abbreviated;
use crate::{
    model::{ResultKind, ResultView, SessionDetail, SessionId, Standing},
    paths,
    ui::{Glyph, Icon, Time},
};

/// The list of results, or when there will be some.
#[component]
pub(super) fn Results(shown: RwSignal<SessionDetail>) -> impl IntoView {
    let session = shown.with_untracked(|detail| detail.row.id);
    let due = shown.with_untracked(|detail| detail.row.due);
    let results = Memo::new(move |_| shown.with(|detail| detail.results.clone()));
    let empty = Memo::new(move |_| {
        shown.with(|detail| match detail.row.standing {
            _ if !detail.results.is_empty() => None,
            Standing::Signed => Some("The results are being prepared. They appear here by themselves."),
            standing if standing.is_final() || standing == Standing::Overdue => Some("There are no results."),
            _ => Some("The signed results appear here by themselves."),
        })
    });
    view! {
        <section class="panel" aria-labelledby="results-heading">
            <div class="panel-head">
                <h2 id="results-heading">"Results"</h2>
                {move || {
                    empty.get().is_none().then(|| view! { <p class="hint">"Kept until " <Time at=due /></p> })
                }}
            </div>
            {move || empty.get().map(|text| view! { <p class="hint">{text}</p> })}
            <ul class="results" role="list">
                <For
                    each=move || results.get()
                    key=|result| (result.document, result.api_hash)
                    children=move |result| line(session, result)
                />
            </ul>
        </section>
    }
    .into_any()
}

fn line(session: SessionId, result: ResultView) -> impl IntoView {
    let kind = match result.kind {
        ResultKind::Xades => "Signature (XAdES)",
        ResultKind::Pades => "Signed PDF (PAdES)",
        ResultKind::Package => "Sealed package",
        ResultKind::Other => "Result",
    };
    let about = match result.original {
        Some(original) => [kind, " for ", &original].concat(),
        None => kind.to_owned(),
    };
    let save_as = result.filename.clone();
    view! {
        <li>
            <Icon glyph=Glyph::Download />
            <div>
                <a class="name" href=paths::download(session, result.document) download=save_as>
                    {result.filename}
                </a>
                <p class="meta">{about}</p>
            </div>
            {result.api_hash.map(|hash| view! { <code>{abbreviated(&hash)}</code> })}
        </li>
    }
    .into_any()
}
