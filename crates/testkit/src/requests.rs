//! A browser, as far as the portal can tell: it keeps the cookie, and says with
//! each request where it comes from.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use reqwest::{
    Method, RequestBuilder,
    header::{HeaderMap, SET_COOKIE},
};
use serde_json::Value;

/// Where a page is that makes a request, in the words of `Sec-Fetch-Site`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site {
    /// The portal.
    Portal,
    /// Another host of the same domain.
    Neighbour,
    /// Somewhere else.
    Elsewhere,
}

/// A browser with the portal open.
pub struct Browser {
    client: reqwest::Client,
    base: String,
    cookie: Mutex<Option<String>>,
    /// Cookies that other sites' links bring along too.
    lax: Mutex<BTreeMap<String, String>>,
    /// The others, by name.
    others: Mutex<BTreeMap<String, String>>,
}

impl Browser {
    /// A browser that was never there; the portal's address is `base`, without a slash at its end.
    #[must_use]
    pub fn new(base: String) -> Self {
        let client = upstream::client_builder(upstream::Reach::Private, Duration::from_secs(3))
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Self { client, base, cookie: Mutex::default(), lax: Mutex::default(), others: Mutex::default() }
    }

    pub(crate) fn go_to(&mut self, base: String) {
        self.base = base;
    }

    /// Value of the sign-in's cookie.
    #[must_use]
    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap().clone()
    }

    /// Changes the cookie, or takes it away.
    pub fn set_cookie(&self, value: Option<&str>) {
        *self.cookie.lock().unwrap() = value.map(str::to_owned);
    }

    /// Values of the cookies that other sites' links do not bring along, but the sign-in's.
    #[must_use]
    pub fn other_cookies(&self) -> Vec<String> {
        self.others.lock().unwrap().values().cloned().collect()
    }

    /// A request with the cookies and nothing else; `path` begins with a slash.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let own = self.cookie().map(|value| (server::auth::COOKIE.to_owned(), value));
        let strict = own.into_iter().chain(self.others.lock().unwrap().clone());
        self.with_cookies(method, path, strict.map(|(name, value)| format!("{name}={value}")).collect())
    }

    fn with_cookies(&self, method: Method, path: &str, strict: Vec<String>) -> RequestBuilder {
        let lax = self.lax.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        let cookies = strict.into_iter().chain(lax).collect::<Vec<_>>().join("; ");
        let request = self.client.request(method, format!("{}{path}", self.base));
        if cookies.is_empty() { request } else { request.header("cookie", cookies) }
    }

    /// Comes to a page from another site, with the cookies that go with that.
    pub async fn come(&self, path: &str) -> Answer {
        let request = self.with_cookies(Method::GET, path, Vec::new());
        self.send(navigation(request, Site::Elsewhere)).await
    }

    /// Forgets the cookies that other sites' links bring along.
    pub fn forget_lax(&self) {
        self.lax.lock().unwrap().clear();
    }

    /// A request as a script of the portal makes it.
    pub fn fetch(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path)
            .header("accept", "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "cors")
            .header("x-portal", "1")
    }

    /// Sends a request, and keeps the cookie that comes back.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await.unwrap().to_vec();
        for cookie in headers.get_all(SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if name == server::auth::COOKIE {
                self.set_cookie(Some(value).filter(|value| !value.is_empty()));
            } else if rest.contains("SameSite=Lax") {
                self.lax.lock().unwrap().insert(name.to_owned(), value.to_owned());
            } else if value.is_empty() {
                self.others.lock().unwrap().remove(name);
            } else {
                self.others.lock().unwrap().insert(name.to_owned(), value.to_owned());
            }
        }
        Answer { status, headers, body }
    }

    /// Goes to a page.
    pub async fn page(&self, path: &str) -> Answer {
        self.send(navigation(self.bare(Method::GET, path), Site::Portal)).await
    }

    /// Sends a plain form, as a person does.
    pub async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(navigation(self.bare(Method::POST, path), Site::Portal).form(form)).await
    }

    /// Asks for data, as a script does.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.fetch(Method::GET, path)).await
    }

    /// Sends JSON, as a script does.
    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.send(self.fetch(Method::POST, path).json(body)).await
    }

    /// Sends a request without a body, as a script does.
    pub async fn ask(&self, method: Method, path: &str) -> Answer {
        self.send(self.fetch(method, path)).await
    }
}

impl Site {
    /// What browsers say of it.
    #[must_use]
    pub fn header(self) -> &'static str {
        match self {
            Self::Portal => "same-origin",
            Self::Neighbour => "same-site",
            Self::Elsewhere => "cross-site",
        }
    }
}

fn navigation(request: RequestBuilder, from: Site) -> RequestBuilder {
    request
        .header("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
        .header("sec-fetch-site", from.header())
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "document")
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Checks the status, and shows the body if it is another.
    ///
    /// # Panics
    /// It is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }
}
