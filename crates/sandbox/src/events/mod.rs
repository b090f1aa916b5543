//! Events: who is told of what happens to sessions, and how it gets there.
//!
//! - `store::events` writes an event down in the transaction of the change itself: one
//!   row per event and one per subscription that wants it.
//! - `worker` looks for what is due, one delivery at a time per subscription, and gives
//!   up what has expired. All that it knows is in the database, so a kill loses nothing.
//! - `envelope` is what is sent, `sender` sends it, signed.
//! - `subscriptions` and `undelivered` are the API by which clients manage all this.

mod envelope;
mod sender;
mod subscriptions;
mod undelivered;
mod worker;

use axum::{
    Router, middleware,
    routing::{get, post},
};

pub(crate) use sender::Sender;
pub(crate) use subscriptions::{HEADER_MAX, LIFETIME_MAX, SECRET_LENGTH, SIGNATURE_HEADER, SUBSCRIPTIONS_MAX, URL_MAX};
pub(crate) use worker::work;

use crate::{api, service::App};

/// The routes of `/events-management`. All want an access token, unknown ones too.
pub(crate) fn router(app: &App) -> Router<App> {
    Router::new()
        .route("/subscriptions", get(subscriptions::list).post(subscriptions::create))
        .route(
            "/subscriptions/{subscriptionId}",
            get(subscriptions::read).patch(subscriptions::change).delete(subscriptions::delete),
        )
        .route("/subscriptions/{subscriptionId}/test", post(subscriptions::test))
        .route("/subscriptions/{subscriptionId}/pending", get(undelivered::pending))
        .route("/subscriptions/{subscriptionId}/dead-letters", get(undelivered::dead_letters))
        .route("/subscriptions/{subscriptionId}/dead-letters/send-again", post(undelivered::send_again))
        .fallback(api::not_found)
        .method_not_allowed_fallback(api::method_not_allowed)
        .layer(middleware::from_fn_with_state(app.clone(), api::require_token))
}
