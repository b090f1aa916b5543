//! Pages that say why there is no page.

use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::layout::{Desk, Place};
use crate::{
    error::{ErrorKind, PortalError},
    paths,
};

/// Unknown addresses, and whatever error the server found before a page was asked.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    let error = use_context::<PortalError>().unwrap_or_else(PortalError::not_found);
    view! { <Problem error=error /> }
}

/// Any error that a page ends in. Gives the answer its status.
#[component]
pub(super) fn Problem(
    /// What went wrong.
    error: PortalError,
) -> impl IntoView {
    if let Some(response) = use_context::<ResponseOptions>()
        && let Ok(status) = http::StatusCode::from_u16(error.status())
    {
        response.set_status(status);
    }
    let (heading, way_out) = match error.kind {
        ErrorKind::NotFound => ("Not found", (paths::SESSIONS, "Back to the list")),
        ErrorKind::Forbidden => ("Not allowed", (paths::SESSIONS, "Back to the list")),
        ErrorKind::Unauthenticated => ("Please sign in", (paths::SIGN_IN, "Sign in")),
        ErrorKind::SecondFactorRequired => ("A second factor is needed", (paths::ACCOUNT, "Set it up")),
        ErrorKind::UpstreamDown | ErrorKind::UpstreamAuth | ErrorKind::UpstreamBad => {
            ("The signing service does not answer", (paths::SESSIONS, "Back to the list"))
        }
        _ => ("Something went wrong", (paths::SESSIONS, "Back to the list")),
    };
    view! {
        <Desk title=heading place=Place::Elsewhere>
            <div class="empty">
                <h1>{heading}</h1>
                <p>{error.message}</p>
                {error
                    .trace_id
                    .map(|trace_id| view! { <p class="hint">"Trace id: " <code>{trace_id}</code></p> })}
                <p>
                    <a class="button primary" href=way_out.0>
                        {way_out.1}
                    </a>
                </p>
            </div>
        </Desk>
    }
}
