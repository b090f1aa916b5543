//! What pages have in common.

use leptos::prelude::*;

use crate::{
    backend::Sandboxed,
    islands::LiveIndicator,
    model::{Moment, Permission, Staff},
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
    /// The people at the desk.
    People,
    /// Keys by which programs ask.
    ApiKeys,
    /// How the system does.
    Status,
    /// Widgets for pages of others.
    Widgets,
    /// The audit trail.
    Audit,
    /// None that the navigation names.
    Elsewhere,
}

/// Pages for those who run the desk, beside the first of them, which the main
/// navigation names.
const ADMIN: [(Permission, Place, &str, &str); 4] = [
    (Permission::ManagePeople, Place::People, paths::PEOPLE, "People"),
    (Permission::ManageKeys, Place::ApiKeys, paths::API_KEYS, "API keys"),
    (Permission::SeeStatus, Place::Status, paths::STATUS, "System status"),
    (Permission::ManageWidgets, Place::Widgets, paths::WIDGETS, "Widgets"),
];

/// The module of code that a page loads: its own islands and no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Module {
    /// Of the list.
    Sessions,
    /// Of a session's page.
    Session,
    /// Of the form for a new session.
    NewSession,
}

impl Module {
    /// Its name among the browser's files.
    const fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Session => "session",
            Self::NewSession => "new-session",
        }
    }
}

/// What a page shows as of when, if it follows the live stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AsOf {
    /// The last live event that it shows.
    pub(super) event: u64,
    /// The server's time.
    pub(super) now: Moment,
}

/// A page of somebody who is signed in. The only layout that may load code.
#[component]
pub(super) fn Desk(
    /// Title of the page.
    #[prop(into)]
    title: String,
    /// Where it belongs.
    place: Place,
    /// Its code, if it has islands.
    #[prop(optional)]
    module: Option<Module>,
    /// Set on pages that follow the live stream.
    #[prop(optional)]
    as_of: Option<AsOf>,
    /// The page.
    children: Children,
) -> impl IntoView {
    let staff = use_context::<Staff>();
    let links = [
        (Permission::SeeSessions, Place::Sessions, paths::SESSIONS, "Sessions"),
        (Permission::Send, Place::NewSession, paths::NEW_SESSION, "New session"),
        (Permission::ManagePeople, Place::People, paths::PEOPLE, "People"),
        (Permission::ManageWidgets, Place::Widgets, paths::WIDGETS, "Widgets"),
        (Permission::ReadAudit, Place::Audit, paths::AUDIT, "Audit"),
    ];
    // What somebody may not do is not offered.
    let may = |needs: Permission| staff.as_ref().is_some_and(|staff| staff.may(needs));
    let is_admin = may(Permission::ManagePeople) && ADMIN.iter().any(|(_, admin, ..)| *admin == place);
    let admin = is_admin.then(|| {
        let links = ADMIN.into_iter().filter(|(needs, ..)| may(*needs)).map(|(_, here, href, label)| {
            view! {
                <a href=href aria-current=(place == here).then_some("page")>
                    {label}
                </a>
            }
        });
        view! {
            <nav class="sub-nav" aria-label="Administration">
                {links.collect_view()}
            </nav>
        }
    });
    let links = links
        .into_iter()
        .filter(|(needs, ..)| may(*needs))
        // Who has the administration's own links finds it there.
        .filter(|(_, here, ..)| *here != Place::Widgets || !may(Permission::ManagePeople))
        .map(|(_, here, href, label)| {
            view! {
                <a href=href aria-current=current(here, place, is_admin)>
                    {label}
                </a>
            }
        })
        .collect_view();
    view! {
        <PageTitle text=title />
        {module.map(|module| view! { <Scripts module=module /> })}
        <Sprite />
        <a class="skip-link" href="#main">
            "Skip to content"
        </a>
        <header class="top">
            <div class="top-row">
                <Wordmark />
                <nav class="top-nav" aria-label="Main">
                    {links}
                </nav>
                <div class="top-end">
                    {as_of.map(|as_of| view! { <LiveIndicator as_of=as_of.event now=as_of.now /> })}
                    {staff
                        .map(|staff| {
                            view! {
                                <a class="who" href=paths::ACCOUNT>
                                    <span class="who-name">{staff.name}</span>
                                    <span class="who-short">"Account"</span>
                                </a>
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
            {admin}
            {children()}
        </main>
    }
    .into_any()
}

/// What a link of the main navigation says of itself: `page` for this page, `true`
/// for the place that it is part of.
fn current(here: Place, place: Place, is_admin: bool) -> Option<&'static str> {
    if here == place { Some("page") } else { (is_admin && here == Place::People).then_some("true") }
}

/// Loads the module. `cargo leptos` builds all of them into one under the product's
/// name, and into a folder without a hash.
#[component]
fn Scripts(module: Module) -> impl IntoView {
    use_context::<LeptosOptions>().map(|mut options| {
        if options.site_pkg_dir.contains('/') {
            options.output_name = module.name().into();
        }
        view! { <HydrationScripts options=options islands=true /> }
    })
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
        {use_context::<Sandboxed>().map(|_| view! { <span class="badge warning">"Sandbox: no legal effect"</span> })}
    }
}
