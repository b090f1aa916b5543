//! Widgets: signing status in pages of others.

mod example;
mod shown;
mod tokens;

use app::{model::SessionId, paths};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use testkit::{Answer, TestApp};

use crate::{
    desk::{pdf, sent},
    keys::{key, with},
};

pub(super) const HOST: &str = "https://intranet.example";

/// A stack with a widget, a key, and a session to show.
pub(super) struct Stage {
    pub(super) app: TestApp,
    pub(super) key: String,
    pub(super) widget: String,
    pub(super) session: SessionId,
}

impl Stage {
    pub(super) async fn set(kind: &str, fields: &[&str]) -> Self {
        let app = TestApp::signed_in().await;
        let (key, _) = key(&app).await;
        let widget = widget(&app, kind, fields, HOST).await;
        let session = sent(&app, &[pdf("Lease of Storgata")]).await;
        Self { app, key, widget, session }
    }

    pub(super) async fn ask(&self, wish: &Value) -> Response {
        let request = with(&self.app, Method::POST, paths::EMBED_TOKENS, &format!("Bearer {}", self.key));
        request.json(wish).send().await.unwrap()
    }

    pub(super) fn wish(&self) -> Value {
        json!({ "widget": self.widget, "resources": [format!("session:{}", self.session)] })
    }

    pub(super) async fn token(&self) -> String {
        self.minted(&self.wish()).await["token"].as_str().unwrap().to_owned()
    }

    pub(super) async fn minted(&self, wish: &Value) -> Value {
        let answer = self.ask(wish).await;
        assert_eq!(answer.status(), 201);
        answer.json().await.unwrap()
    }

    pub(super) async fn get(&self, path: &str, token: &str, origin: &str) -> Response {
        let request = with(&self.app, Method::GET, path, &format!("Bearer {token}"));
        request.header("x-embed-origin", origin).send().await.unwrap()
    }

    pub(super) async fn status(&self, token: &str) -> u16 {
        self.get(paths::EMBED_STATE, token, HOST).await.status().as_u16()
    }

    pub(super) async fn shown(&self, token: &str) -> Value {
        self.get(paths::EMBED_STATE, token, HOST).await.json().await.unwrap()
    }
}

pub(super) async fn make(app: &TestApp, edit: &[(&str, &str)]) -> Answer {
    let team = app.team().await.to_string();
    let mut form = vec![
        ("act", "make"),
        ("name", "Intranet"),
        ("kind", "card"),
        ("theme", "auto"),
        ("team", &*team),
        ("origins", HOST),
    ];
    for (name, value) in edit {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    app.browser.post_form(paths::WIDGETS, &form).await
}

/// Makes a widget; answers its public id.
pub(super) async fn widget(app: &TestApp, kind: &str, fields: &[&str], origins: &str) -> String {
    let mut edit = vec![("kind", kind), ("origins", origins)];
    edit.extend(fields.iter().map(|field| (*field, "on")));
    let made = make(app, &edit).await.expect(303);
    made.header("location").unwrap().split_once("widget=").unwrap().1.to_owned()
}

pub(super) fn frame(widget: &str) -> String {
    format!("/embed/v1/frame/{widget}")
}
