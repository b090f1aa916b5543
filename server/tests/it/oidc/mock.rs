//! An OpenID provider that does as it is told, also what it should not.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock},
};

use app::model::Role;
use axum::{Form, Json, Router, extract::State, routing};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use server::{
    clock::{Clock, SteppedClock},
    config::{Config, ProviderConfig},
    random::{Random, SystemRandom},
};
use sha2::{Digest, Sha256};
use testkit::TestApp;
use url::Url;

/// What the portal is called there.
pub const CLIENT: &str = "desk";
/// Its secret.
const SECRET: &str = "a secret of the desk";

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// As it should be.
    Right,
    /// Not at all.
    Nothing,
    /// With a secret that everybody knows: the public key.
    PublicKey,
    /// With the client's secret.
    ClientSecret,
    /// With a key that is not the provider's.
    Stranger,
}

/// What the provider does. The fields of its tokens are laid over the right ones; null takes one away.
#[derive(Debug, Clone)]
pub struct Plan {
    pub signing: Signing,
    pub head: Value,
    pub claims: Value,
    /// Over the discovery document.
    pub discovery: Value,
    /// Over the answer of the token endpoint.
    pub tokens: Value,
    /// The name of the key.
    pub kid: String,
    /// Whether the key is among those that are published.
    pub publishes: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            signing: Signing::Right,
            head: json!({}),
            claims: json!({}),
            discovery: json!({}),
            tokens: json!({}),
            kid: "first".to_owned(),
            publishes: true,
        }
    }
}

struct Asked {
    nonce: String,
    challenge: String,
}

struct Inner {
    url: String,
    key: SigningKey,
    stranger: SigningKey,
    plan: Mutex<Plan>,
    codes: Mutex<BTreeMap<String, Asked>>,
    clock: OnceLock<Arc<SteppedClock>>,
}

/// The provider. Stops with the test.
#[derive(Clone)]
pub struct Mock(Arc<Inner>);

fn key() -> SigningKey {
    let random: &dyn Random = &SystemRandom;
    SigningKey::from_slice(&random.bytes::<32>().unwrap()).unwrap()
}

impl Mock {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mock = Self(Arc::new(Inner {
            url: format!("http://{}", listener.local_addr().unwrap()),
            key: key(),
            stranger: key(),
            plan: Mutex::default(),
            codes: Mutex::default(),
            clock: OnceLock::new(),
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", routing::get(discovery))
            .route("/keys", routing::get(keys))
            .route("/token", routing::post(token))
            .with_state(mock.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        mock
    }

    /// A portal whose people sign in at these providers, called `hr`, `it` and so on.
    pub async fn desk<const N: usize>(mocks: [&Self; N]) -> TestApp {
        Self::desk_with(mocks, |_| ()).await
    }

    /// The same with other settings.
    pub async fn desk_with<const N: usize>(
        mocks: [&Self; N],
        edit: impl Fn(&mut Config) + Send + Sync + 'static,
    ) -> TestApp {
        let configs: Vec<_> = mocks.iter().zip(["hr", "it"]).map(|(mock, id)| mock.config(id)).collect();
        let app = TestApp::spawn_with(move |config| {
            config.providers.clone_from(&configs);
            edit(config);
        })
        .await;
        for mock in mocks {
            mock.0.clock.set(Arc::clone(&app.clock)).unwrap();
        }
        app
    }

    fn config(&self, id: &str) -> ProviderConfig {
        ProviderConfig {
            id: id.to_owned(),
            name: id.to_uppercase(),
            issuer: self.0.url.clone(),
            client_id: CLIENT.to_owned(),
            client_secret: SECRET.into(),
            scopes: vec!["profile".to_owned()],
            claim: "groups".to_owned(),
            roles: [("admins", Role::Admin), ("sales", Role::Sender)].map(|(v, r)| (v.to_owned(), r)).into(),
            default_role: None,
            teams: BTreeMap::new(),
            default_team: "First team".to_owned(),
            logout: true,
            reach: upstream::Reach::Private,
            authorities_pem: Vec::new(),
        }
    }

    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Does as this plan says from now on.
    pub fn does(&self, edit: impl FnOnce(&mut Plan)) {
        let mut plan = Plan::default();
        edit(&mut plan);
        *self.0.plan.lock().unwrap() = plan;
    }

    fn plan(&self) -> Plan {
        self.0.plan.lock().unwrap().clone()
    }

    /// A person signs in at the address that the portal sent them to; answers where the
    /// provider sends them, as a path of the portal.
    pub fn sign_in(&self, address: &str) -> String {
        let query: BTreeMap<_, _> = Url::parse(address).unwrap().query_pairs().into_owned().collect();
        assert_eq!((&*query["response_type"], &*query["client_id"]), ("code", CLIENT));
        assert_eq!(query["code_challenge_method"], "S256");
        assert!(query["scope"].split(' ').any(|scope| scope == "openid"), "{query:?}");
        let asked = Asked { nonce: query["nonce"].clone(), challenge: query["code_challenge"].clone() };
        let code = format!("code-{}", self.0.codes.lock().unwrap().len());
        self.0.codes.lock().unwrap().insert(code.clone(), asked);
        let back = Url::parse(&query["redirect_uri"]).unwrap();
        let mut answer = back.clone();
        answer.query_pairs_mut().append_pair("code", &code).append_pair("state", &query["state"]);
        format!("{}?{}", answer.path(), answer.query().unwrap())
    }

    fn now(&self) -> i64 {
        self.0.clock.get().unwrap().now().unix_timestamp()
    }

    /// A notice that somebody signed out, with this laid over it.
    pub fn notice(&self, signing: Signing, head: Value, claims: Value) -> String {
        let random: &dyn Random = &SystemRandom;
        let right = json!({
            "iss": self.url(), "aud": CLIENT, "iat": self.now(), "exp": self.now() + 120,
            "jti": random.token256().unwrap(), "sub": "1", "sid": "a session",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        self.signed(
            signing,
            over(json!({"alg": "ES256", "typ": "logout+jwt", "kid": "first"}), head),
            over(right, claims),
        )
    }

    fn signed(&self, signing: Signing, mut head: Value, claims: Value) -> String {
        let alg = match signing {
            Signing::Right | Signing::Stranger => "ES256",
            Signing::Nothing => "none",
            Signing::PublicKey | Signing::ClientSecret => "HS256",
        };
        head["alg"] = alg.into();
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", encode(&head), encode(&claims));
        let by = |key: &SigningKey| -> Vec<u8> {
            let signature: Signature = key.sign(text.as_bytes());
            signature.to_vec()
        };
        let mac = |secret: &[u8]| {
            Hmac::<Sha256>::new_from_slice(secret).unwrap().chain_update(&text).finalize().into_bytes().to_vec()
        };
        let signature = match signing {
            Signing::Right => by(&self.0.key),
            Signing::Stranger => by(&self.0.stranger),
            Signing::Nothing => Vec::new(),
            Signing::PublicKey => mac(self.0.key.verifying_key().to_sec1_point(false).as_bytes()),
            Signing::ClientSecret => mac(SECRET.as_bytes()),
        };
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// One object laid over another.
fn over(mut right: Value, other: Value) -> Value {
    let members = right.as_object_mut().unwrap();
    for (name, value) in other.as_object().unwrap() {
        match value {
            Value::Null => members.remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    right
}

async fn discovery(State(mock): State<Mock>) -> Json<Value> {
    let url = mock.url();
    let right = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "end_session_endpoint": format!("{url}/out"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    });
    Json(over(right, mock.plan().discovery))
}

async fn keys(State(mock): State<Mock>) -> Json<Value> {
    let point = mock.0.key.verifying_key().to_sec1_point(false);
    let encode = |part: Option<&p256::FieldBytes>| URL_SAFE_NO_PAD.encode(part.unwrap());
    let plan = mock.plan();
    let kid = if plan.publishes { plan.kid.as_str() } else { "another" };
    let key = json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "kid": kid, "x": encode(point.x()), "y": encode(point.y()),
    });
    Json(json!({ "keys": [key] }))
}

async fn token(
    State(mock): State<Mock>,
    headers: http::HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Result<Json<Value>, http::StatusCode> {
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{}", SECRET.replace(' ', "+")));
    assert_eq!(headers["authorization"], format!("Basic {basic}"));
    let asked = mock.0.codes.lock().unwrap().remove(&form["code"]).ok_or(http::StatusCode::BAD_REQUEST)?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
    assert_eq!(challenge, asked.challenge, "PKCE");
    let plan = mock.plan();
    let now = mock.now();
    let claims = json!({
        "iss": mock.url(), "aud": CLIENT, "sub": "1", "nonce": asked.nonce, "iat": now, "exp": now + 300,
        "name": "Nora Vik", "groups": ["sales", "everybody"], "sid": "a session", "auth_time": now,
    });
    let head = over(json!({"alg": "ES256", "typ": "JWT", "kid": plan.kid}), plan.head);
    let id_token = mock.signed(plan.signing, head, over(claims, plan.claims));
    let right =
        json!({ "access_token": "an access token", "token_type": "Bearer", "expires_in": 60, "id_token": id_token });
    Ok(Json(over(right, plan.tokens)))
}
