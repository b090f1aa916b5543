//! How the session stands, and why.

use leptos::prelude::*;

use crate::{
    model::{SessionDetail, Standing, Tone},
    ui::{Badge, Notice, Time},
};

/// The badge, what it means, and the reasons that were given.
#[component]
pub(super) fn State(standing: Signal<Standing>, shown: RwSignal<SessionDetail>) -> impl IntoView {
    let reject_reason = Memo::new(move |_| shown.with(|detail| detail.reject_reason.clone()));
    let failure = Memo::new(move |_| shown.with(|detail| detail.failure.clone()));
    let stale_since = Memo::new(move |_| shown.with(|detail| detail.stale_since));
    view! {
        <section class="state panel" aria-labelledby="state-heading">
            <h2 id="state-heading" class="visually-hidden">
                "State"
            </h2>
            <div role="status" aria-label="Session state">
                <Badge standing=standing />
            </div>
            <p class="explanation">{move || standing.get().explanation()}</p>
            {move || {
                reject_reason
                    .get()
                    .map(|reason| {
                        view! {
                            <div class="reason">
                                <h3>"Reason given by the signer"</h3>
                                <blockquote>{reason}</blockquote>
                            </div>
                        }
                    })
            }}
            {move || {
                failure
                    .get()
                    .map(|failure| {
                        view! {
                            <div class="reason">
                                <h3>"Why it was not sent"</h3>
                                <p>{failure}</p>
                            </div>
                        }
                    })
            }}
        </section>
        {move || {
            stale_since
                .get()
                .map(|since| {
                    view! {
                        <Notice tone=Tone::Warning>
                            <p>
                                "The signing service has not answered since " <Time at=since />
                                ". What you see may be out of date."
                            </p>
                        </Notice>
                    }
                })
        }}
    }
    .into_any()
}
