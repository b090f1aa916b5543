//! How the session stands, and why.

use leptos::prelude::*;

use crate::{
    model::{SessionDetail, Tone},
    ui::{Badge, Heard, LiveRegion, Notice, Time},
};

/// The badge, what it means, and the reasons that were given.
#[component]
pub(super) fn State(
    /// The session.
    detail: SessionDetail,
) -> impl IntoView {
    let SessionDetail { row, explanation, reject_reason, failure, hearing, .. } = detail;
    let stale_since = hearing.stale_since;
    let standing = row.standing;
    let reasons = (standing, explanation.clone(), hearing, reject_reason.clone(), failure.clone());
    view! {
        <section class="state panel" aria-labelledby="state-heading">
            <h2 id="state-heading" class="visually-hidden">
                "State"
            </h2>
            <div role="status" aria-label="Session state">
                <LiveRegion id="live-state" shows=standing>
                    <Badge standing=standing />
                </LiveRegion>
            </div>
            <LiveRegion id="live-reasons" shows=reasons>
                <p class="explanation">{explanation}</p>
                {row.urgency.label().map(|soon| view! { <p class="hint">{[if standing.is_signed() { "Save the results " } else { "Due " }, soon, "."].concat()}</p> })}
                {reject_reason
                    .map(|reason| {
                        view! {
                            <div class="reason">
                                <h3>"Reason given by the signer"</h3>
                                <blockquote>{reason}</blockquote>
                            </div>
                        }
                    })}
                {failure
                    .map(|failure| {
                        view! {
                            <div class="reason">
                                <h3>"Why it was not sent"</h3>
                                <p>{failure}</p>
                            </div>
                        }
                    })}
                {stale_since
                    .map(|since| {
                        view! {
                            <Notice tone=Tone::Warning>
                                <p>
                                    "The signing service has not answered since " <Time at=since />
                                    ". What you see may be out of date."
                                </p>
                            </Notice>
                        }
                    })}
                <Heard hearing=hearing />
            </LiveRegion>
        </section>
    }
    .into_any()
}
