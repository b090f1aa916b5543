//! The files that signing made.

use leptos::prelude::*;

use crate::{
    model::{PackageNews, ResultKind, ResultView, SessionDetail, SessionId, Standing},
    paths,
    ui::{Glyph, Icon, LiveRegion, Time, abbreviated},
};

/// The list of results, or when there will be some.
#[component]
pub(super) fn Results(
    /// The session.
    detail: SessionDetail,
) -> impl IntoView {
    let SessionDetail { row, results, package, may_open_files, .. } = detail;
    let session = may_open_files.then_some(row.id);
    let empty = match row.standing {
        _ if !results.is_empty() => None,
        standing if standing.is_signed() => Some("The results are being prepared. They appear here by themselves."),
        standing if standing.is_final() || standing == Standing::Overdue => Some("There are no results."),
        _ => Some("The signed results appear here by themselves."),
    };
    let news = match package {
        PackageNews::Nothing => None,
        PackageNews::Awaited => {
            Some("The sealed package of documents and signatures is being made. It appears here by itself.")
        }
        PackageNews::Missing => {
            Some("No sealed package has come from the signing service. The signatures stand without it.")
        }
    };
    view! {
        <section class="panel" aria-labelledby="results-heading">
            <LiveRegion id="live-results" shows=(row.standing, results.clone(), package)>
                <div class="panel-head">
                    <h2 id="results-heading">"Results"</h2>
                    {empty.is_none().then(|| view! { <p class="hint">"Kept until " <Time at=row.due /></p> })}
                </div>
                {empty.map(|text| view! { <p class="hint">{text}</p> })}
                <ul class="results" role="list">
                    {results.into_iter().map(|result| line(session, result)).collect_view()}
                </ul>
                {news.map(|text| view! { <p class="hint">{text}</p> })}
            </LiveRegion>
        </section>
    }
    .into_any()
}

/// A result, as a link into `session` if the reader may download it.
fn line(session: Option<SessionId>, result: ResultView) -> impl IntoView {
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
    let name = match session {
        Some(session) => {
            let href = paths::download(session, result.document);
            view! {
                <a class="name" href=href download=save_as>
                    {result.filename}
                </a>
            }
            .into_any()
        }
        None => view! { <span class="name">{result.filename}</span> }.into_any(),
    };
    view! {
        <li>
            <Icon glyph=Glyph::Download />
            <div>
                {name}
                <p class="meta">{about}</p>
            </div>
            {result.api_hash.map(|hash| view! { <code>{abbreviated(&hash)}</code> })}
        </li>
    }
    .into_any()
}
