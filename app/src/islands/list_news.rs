//! What happened to sessions that the list does not show.

use std::collections::BTreeSet;

use leptos::prelude::*;

use crate::{
    live::{self, News},
    model::SessionId,
};

/// A line above the list that offers to load it again. The list never changes its
/// lines by itself: they would jump away under the pointer.
#[island]
pub fn ListNews(
    /// The live event that the page was made at.
    as_of: u64,
    /// Address of this very list.
    here: String,
) -> impl IntoView {
    let elsewhere = RwSignal::new(BTreeSet::<SessionId>::new());
    let resync = RwSignal::new(false);
    live::listen(as_of, None, move |news| match news {
        News::Elsewhere(session) => elsewhere.update(|sessions| sessions.extend([*session])),
        News::Resync => resync.set(true),
        News::Change(_) | News::Connection(_) => {}
    });
    let text = Memo::new(move |_| match elsewhere.with(BTreeSet::len) {
        _ if resync.get() => Some("This list may be out of date".to_owned()),
        0 => None,
        1 => Some("1 more session is new or changed".to_owned()),
        count => Some(count.to_string() + " more sessions are new or changed"),
    });
    view! {
        <div class="list-news" role="status" aria-label="News">
            {move || {
                text.get()
                    .map(|text| {
                        view! {
                            <p>
                                <span>{text}</span>
                                " "
                                <a href=here.clone()>"Show"</a>
                            </p>
                        }
                    })
            }}
        </div>
    }
}
