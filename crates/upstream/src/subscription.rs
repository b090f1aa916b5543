//! Being told of events by a signing service. Not part of [`crate::SigningApi`]: events
//! are a service of the whole account, beside the signing API on the same host.

use bytes::Bytes;
use contract::{EventName, SubscriptionId};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use crate::{HttpSigningApi, UpstreamError};

/// Where events are managed; on the signing API's host (contract §5).
const SUBSCRIPTIONS: &str = "/events-management/subscriptions";
/// The service whose events are wanted, in the words of event types.
const SENDER: &str = "signature-api";

#[derive(Deserialize)]
struct Subscription {
    id: SubscriptionId,
    url: String,
}

impl HttpSigningApi {
    /// Has every event that the portal understands posted to `receiver`, signed with
    /// `secret`. A subscription whose address has the same path is taken over, with what
    /// is on its way to it.
    ///
    /// # Errors
    /// As [`UpstreamError`] says; then it is unknown whether there is a subscription, and
    /// doing it again is safe.
    pub async fn subscribe(&self, receiver: &Url, secret: &SecretString) -> Result<(), UpstreamError> {
        let subscriptions = self.on_host(SUBSCRIPTIONS);
        let known: Vec<Subscription> = self.json(self.read("subscriptions"), subscriptions.clone(), None).await?;
        let has_path = |subscription: &&Subscription| {
            subscription.url.parse::<Url>().is_ok_and(|url| url.path() == receiver.path())
        };
        let types: Vec<_> = EventName::KNOWN.iter().map(|name| format!("{SENDER}:{}", name.as_str())).collect();
        let wishes = json!({
            "url": receiver.as_str(), "eventTypes": types, "secret": secret.expose_secret(), "enabled": true,
        });
        let wishes = Some(Bytes::from(wishes.to_string()));
        let Subscription { .. } = match known.iter().find(has_path) {
            Some(Subscription { id, .. }) => {
                let url = self.on_host(&format!("{SUBSCRIPTIONS}/{id}"));
                self.json(self.change("change_subscription", &Method::PATCH), url, wishes).await?
            }
            None => self.json(self.change("subscribe", &Method::POST), subscriptions, wishes).await?,
        };
        Ok(())
    }
}
