//! The part of a session's page that changes while somebody looks at it.

mod documents;
mod link;
mod results;
mod state;

use leptos::{prelude::*, task::spawn_local};

pub(super) use self::documents::{abbreviated, kind};
use self::{documents::Documents, link::Link, results::Results, state::State};
use crate::{
    fetch,
    live::{self, News},
    model::SessionDetail,
    paths,
    ui::Notice,
};

/// State, signing link, documents and results of a session. A live event shows its
/// new state at once; the rest is fetched, and only what differs is drawn anew, so
/// that focus and scroll stay.
#[island]
pub fn SessionBody(
    /// The session when the page was made.
    detail: SessionDetail,
) -> impl IntoView {
    let session = detail.row.id;
    let as_of = detail.as_of;
    let shown = RwSignal::new(detail);
    let failure = RwSignal::new(None::<String>);
    // Counts what asks for a fetch; a fetch that is overtaken meanwhile is repeated.
    let asked = RwSignal::new(0_u32);
    let fetching = RwSignal::new(false);

    let refresh = move || {
        asked.update(|asked| *asked += 1);
        if fetching.get_untracked() {
            return;
        }
        fetching.set(true);
        spawn_local(async move {
            let mut answered = 0;
            while answered != asked.get_untracked() {
                answered = asked.get_untracked();
                match fetch::get::<SessionDetail>(&paths::detail(session)).await {
                    Ok(detail) => {
                        failure.set(None);
                        shown.set(detail);
                    }
                    Err(problem) => failure.set(Some(problem.message())),
                }
            }
            fetching.set(false);
        });
    };
    live::listen(as_of, Some(session), move |news| match news {
        News::Change(event) if event.session == session => {
            shown.update(|detail| detail.row.standing = event.standing);
            refresh();
        }
        News::Resync => refresh(),
        News::Change(_) | News::Elsewhere(_) | News::Connection(_) => {}
    });

    let standing = Memo::new(move |_| shown.with(|detail| detail.row.standing));
    let has_link = Memo::new(move |_| standing.get().has_link());
    view! {
        <State standing=standing.into() shown=shown />
        {move || {
            failure
                .get()
                .map(|text| {
                    view! {
                        <Notice tone=crate::model::Tone::Warning>
                            <p>{text}</p>
                        </Notice>
                    }
                })
        }}
        {move || has_link.get().then(|| view! { <Link session=session shown=shown /> })}
        <Documents shown=shown />
        <Results shown=shown />
    }
    .into_any()
}
