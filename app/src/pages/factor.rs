//! Setting a second factor up, and its recovery codes. Each is the answer to a form:
//! neither has an address that could be opened again.

use leptos::prelude::*;

use super::{
    layout::{Desk, Place},
    sign_in::{FormMessage, finding},
};
use crate::{
    form::{FactorOffer, FormOutcome, RecoveryCodes},
    model::Tone,
    paths,
    ui::{Notice, TextField},
};

/// The page.
#[component]
pub(crate) fn FactorPage() -> impl IntoView {
    let mut outcome = use_context::<FormOutcome>().unwrap_or_default();
    match (outcome.codes.take(), outcome.offer.take()) {
        (Some(codes), _) => view! { <Codes codes=codes /> }.into_any(),
        (None, Some(offer)) => view! { <Offer outcome=outcome offer=offer /> }.into_any(),
        (None, None) => ().into_any(),
    }
}

#[component]
fn Offer(outcome: FormOutcome, offer: FactorOffer) -> impl IntoView {
    let FactorOffer { secret, qr_size, qr_path } = offer;
    // Four light squares around it, as the standard asks for.
    let side = (qr_size + 8).to_string();
    let view_box = ["-4 -4 ", &side, " ", &side].concat();
    view! {
        <Desk title="Set up a second factor" place=Place::Elsewhere>
            <div class="page-head">
                <h1>"Set up a second factor"</h1>
            </div>
            <section class="panel narrow" aria-label="Set up a second factor">
                <FormMessage outcome=outcome.clone() />
                <p>"1. Scan this with an app for one-time codes, or type the key into it."</p>
                <svg class="qr" role="img" aria-label="QR code of the key below" viewBox=view_box>
                    <path d=qr_path />
                </svg>
                <div class="field">
                    <label for="key">"Key"</label>
                    <input class="link-field" id="key" type="text" readonly value=secret />
                </div>
                <p>"2. Write the code that the app shows. Only then the factor counts."</p>
                <form method="post" action=paths::FACTOR novalidate>
                    <TextField
                        id="code"
                        label="Code"
                        autocomplete="one-time-code"
                        error=finding(&outcome, "code")
                    />
                    <div class="actions">
                        <button class="button primary" type="submit" name="act" value="confirm">
                            "Confirm"
                        </button>
                        <a class="button" href=paths::ACCOUNT>
                            "Cancel"
                        </a>
                    </div>
                </form>
            </section>
        </Desk>
    }
    .into_any()
}

#[component]
fn Codes(codes: RecoveryCodes) -> impl IntoView {
    let codes = codes.0.into_iter().map(|code| view! { <li>{code}</li> }).collect_view();
    view! {
        <Desk title="Your recovery codes" place=Place::Elsewhere>
            <div class="page-head">
                <h1>"Your recovery codes"</h1>
            </div>
            <section class="panel narrow" aria-label="Your recovery codes">
                <Notice tone=Tone::Good>
                    <p>"Your second factor counts from now on."</p>
                </Notice>
                <p>
                    "Each of these codes works once, in place of a code of your app. Print them or keep them in a safe \
                    place: they are not shown again."
                </p>
                <ul class="codes" aria-label="Recovery codes">
                    {codes}
                </ul>
                <p>
                    <a class="button primary" href=paths::ACCOUNT>
                        "I have kept them"
                    </a>
                </p>
            </section>
        </Desk>
    }
    .into_any()
}
