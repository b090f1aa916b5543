//! The documents with their three hashes.

use contract::Sha256Digest;
use leptos::prelude::*;

use crate::{
    model::{DocumentView, HashVerdict, SessionDetail, SessionId, SessionRow},
    paths,
    ui::{Glyph, Icon, LiveRegion, abbreviated, kind, size},
};

/// The table of documents.
#[component]
pub(super) fn Documents(
    /// The session.
    detail: SessionDetail,
) -> impl IntoView {
    let SessionDetail { row: SessionRow { id, .. }, documents, may_open_files, .. } = detail;
    let session = may_open_files.then_some(id);
    view! {
        <section class="panel" aria-labelledby="documents-heading">
            <div class="panel-head">
                <h2 id="documents-heading">"Documents"</h2>
                <p class="hint">"SHA-256, computed in three places"</p>
            </div>
            <LiveRegion id="live-documents" shows=documents.clone()>
                <table class="table documents" role="table">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"Document"</th>
                            <th role="columnheader" scope="col">"Browser"</th>
                            <th role="columnheader" scope="col">"Server"</th>
                            <th role="columnheader" scope="col">"Signing API"</th>
                            <th role="columnheader" scope="col">"Verdict"</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {documents.into_iter().map(|view| row(session, view)).collect_view()}
                    </tbody>
                </table>
            </LiveRegion>
        </section>
    }
    .into_any()
}

/// A document, as a link into `session` if the reader may download it.
fn row(session: Option<SessionId>, view: DocumentView) -> impl IntoView {
    let (class, glyph, verdict) = match view.verdict() {
        HashVerdict::Same => ("verdict good", Glyph::Shield, "All three hashes agree"),
        HashVerdict::Different => ("verdict bad", Glyph::Cross, "The hashes differ: not sent"),
        HashVerdict::Incomplete => ("verdict quiet", Glyph::Dots, "Not all hashes are there yet"),
    };
    let hashes = [("Browser", Some(view.browser_hash)), ("Server", view.server_hash), ("Signing API", view.api_hash)];
    let name = match view.document.zip(session) {
        Some((document, session)) => {
            let href = paths::download(session, document);
            let save_as = view.filename.clone();
            view! { <a class="name" href=href download=save_as>{view.filename}</a> }.into_any()
        }
        None => view! { <span class="name">{view.filename}</span> }.into_any(),
    };
    view! {
        <tr role="row">
            <td role="cell" data-label="Document">
                {name}
                <p class="meta">{[kind(&view.mime_type), ", ", &size(view.size)].concat()}</p>
                <details class="hashes">
                    <summary>"Full hashes"</summary>
                    <dl>{hashes.map(|(place, hash)| full(place, hash)).into_iter().collect_view()}</dl>
                </details>
            </td>
            {hashes.map(|(place, hash)| short(place, hash)).into_iter().collect_view()}
            <td role="cell" data-label="Verdict">
                <span class=class>
                    <Icon glyph=glyph />
                    <span>{verdict}</span>
                </span>
            </td>
        </tr>
    }
    .into_any()
}

fn short(place: &'static str, hash: Option<Sha256Digest>) -> impl IntoView {
    view! {
        <td role="cell" data-label=place>
            <code>{hash.map_or_else(|| "not yet".to_owned(), |hash| abbreviated(&hash))}</code>
        </td>
    }
}

fn full(place: &'static str, hash: Option<Sha256Digest>) -> impl IntoView {
    view! {
        <div>
            <dt>{place}</dt>
            <dd>
                <code>{hash.map_or_else(|| "not yet".to_owned(), |hash| hash.hex())}</code>
            </dd>
        </div>
    }
}
