//! What pages have in common.

use leptos::prelude::*;

use crate::{
    islands::LiveIndicator,
    model::{Moment, Staff},
    paths,
    ui::{Glyph, Icon, PageTitle, Sprite},
};

/// Which part of the portal a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The list.
    Sessions,
    /// The form for a new session.
    NewSession,
    /// None that the navigation names.
    Elsewhere,
}

/// What a page shows as of when, if it follows the live stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AsOf {
    /// The last live event that it shows.
    pub(super) event: u64,
    /// The server's time.
    pub(super) now: Moment,
}

/// A page of somebody who is signed in. The only layout that loads code.
#[component]
pub(super) fn Desk(
    /// Title of the page.
    #[prop(into)]
    title: String,
    /// Where it belongs.
    place: Place,
    /// Set on pages that follow the live stream.
    #[prop(optional)]
    as_of: Option<AsOf>,
    /// The page.
    children: Children,
) -> impl IntoView {
    let staff = use_context::<Staff>();
    let current = move |here| (place == here).then_some("page");
    view! {
        <PageTitle text=title />
        {use_context::<LeptosOptions>().map(|options| view! { <HydrationScripts options=options islands=true /> })}
        <Sprite />
        <a class="skip-link" href="#main">
            "Skip to content"
        </a>
        <header class="top">
            <div class="top-row">
                <Wordmark />
                <nav class="top-nav" aria-label="Main">
                    <a href=paths::SESSIONS aria-current=current(Place::Sessions)>
                        "Sessions"
                    </a>
                    <a href=paths::NEW_SESSION aria-current=current(Place::NewSession)>
                        "New session"
                    </a>
                </nav>
                <div class="top-end">
                    {as_of.map(|as_of| view! { <LiveIndicator as_of=as_of.event now=as_of.now /> })}
                    {staff
                        .map(|staff| {
                            view! {
                                <span class="who">{staff.name}</span>
                                <form method="post" action=paths::SIGN_OUT>
                                    <button class="button plain" type="submit">
                                        "Sign out"
                                    </button>
                                </form>
                            }
                        })}
                </div>
            </div>
        </header>
        <main id="main" class="page" tabindex="-1">
            {children()}
        </main>
    }
    .into_any()
}

/// A page of somebody who is not signed in yet: a form beside the product's sign.
#[component]
pub(super) fn Front(
    /// Title of the page.
    title: &'static str,
    /// The page.
    children: Children,
) -> impl IntoView {
    view! {
        <PageTitle text=title />
        <Sprite />
        <div class="front">
            <header class="front-sign">
                <Wordmark />
                <p>"Documents go out to be signed, and come back signed. Every byte accounted for."</p>
            </header>
            <main id="main" class="front-form">
                {children()}
            </main>
        </div>
    }
    .into_any()
}

#[component]
fn Wordmark() -> impl IntoView {
    view! {
        <a class="wordmark" href=paths::SESSIONS>
            <Icon glyph=Glyph::Mark />
            <span>"Countersign"</span>
        </a>
    }
}
