//! A session's page.

mod documents;
mod results;
mod state;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use self::{documents::Documents, results::Results, state::State};
use super::{
    layout::{AsOf, Desk, Module, Place},
    problem::Problem,
};
use crate::{
    api::session_detail,
    error::PortalError,
    islands::{DueCountdown, LiveRegions, SigningLink},
    model::{Moment, SessionDetail, SessionId},
    ui::{LiveRegion, Time, language_name},
};

/// Everything about one session.
#[component]
pub(crate) fn SessionPage() -> impl IntoView {
    let id = use_params_map()
        .with_untracked(|params| params.get("id"))
        .and_then(|id| id.parse::<SessionId>().ok())
        .ok_or_else(PortalError::not_found);
    Suspend::new(async move {
        let found = match id {
            Ok(id) => session_detail(id).await,
            Err(error) => Err(error),
        };
        match found {
            Ok(detail) => view! { <Session detail=detail /> }.into_any(),
            Err(error) => view! { <Problem error=error /> }.into_any(),
        }
    })
}

#[component]
fn Session(detail: SessionDetail) -> impl IntoView {
    let SessionDetail { row, sign_text, language, as_of, now, .. } = detail.clone();
    view! {
        <Desk title=row.title.clone() place=Place::Elsewhere module=Module::Session as_of=AsOf { event: as_of, now }>
            <div class="page-head">
                <h1>{row.title}</h1>
            </div>
            <div class="split">
                <div class="split-main">
                    <State detail=detail.clone() />
                    <LiveRegions session=row.id as_of=as_of />
                    {detail
                        .may_see_link
                        .then(|| {
                            view! {
                                <SigningLink session=row.id standing=row.standing as_of=as_of>
                                    <Link expires=detail.link_expires />
                                </SigningLink>
                            }
                        })}
                    <Documents detail=detail.clone() />
                    <Results detail=detail />
                </div>
                <aside class="panel facts" aria-label="About this session">
                    <dl>
                        <dt>"Signer"</dt>
                        <dd>{row.signer}</dd>
                        <dt>"Due"</dt>
                        <dd>
                            <Time at=row.due />
                            <DueCountdown session=row.id standing=row.standing due=row.due now=now as_of=as_of />
                        </dd>
                        <dt>"Created"</dt>
                        <dd>
                            <Time at=row.created />
                        </dd>
                        <dt>"Language"</dt>
                        <dd>{language_name(&language).to_owned()}</dd>
                        <dt>"Consent text"</dt>
                        <dd>
                            {match sign_text {
                                Some(text) => view! { <p class="consent">{text}</p> }.into_any(),
                                None => view! { <p class="hint">"None"</p> }.into_any(),
                            }}
                        </dd>
                    </dl>
                </aside>
            </div>
        </Desk>
    }
    .into_any()
}

/// What there is to say about the signing link.
#[component]
fn Link(expires: Option<Moment>) -> impl IntoView {
    view! {
        <div class="panel-head">
            <h2 id="link-heading">"Signing link"</h2>
            <LiveRegion id="live-link" shows=expires>
                <p class="hint">
                    "Works until " {match expires {
                        Some(at) => view! { <Time at=at /> }.into_any(),
                        None => "the due date".into_any(),
                    }}
                </p>
            </LiveRegion>
        </div>
        <p class="hint">"Whoever has this link can act as the signer. Give it to nobody else."</p>
    }
    .into_any()
}
