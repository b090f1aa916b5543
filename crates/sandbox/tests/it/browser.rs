//! A signer's browser, as far as plain forms need one.

use reqwest::{Method, Response};
use url::Url;

use crate::support::http_client;

pub(crate) struct Browser {
    http: reqwest::Client,
    /// What it says its user reads.
    pub(crate) language: &'static str,
    cookies: Vec<(String, String)>,
}

/// A page that was arrived at.
pub(crate) struct Page {
    pub(crate) url: Url,
    pub(crate) status: u16,
    pub(crate) html: String,
    pub(crate) headers: reqwest::header::HeaderMap,
}

impl Page {
    /// The page's name in its address.
    pub(crate) fn at(&self) -> &str {
        self.url.path().rsplit('/').next().unwrap()
    }

    /// The page's heading as it stands in the page.
    pub(crate) fn heading(&self) -> &str {
        self.html
            .split("<h1>")
            .nth(1)
            .and_then(|rest| rest.split("</h1>").next())
            .unwrap_or_else(|| panic!("{}", self.html))
    }

    pub(crate) fn assert_lacks(&self, text: &str) {
        assert!(!self.html.contains(text), "{text:?} in {}", self.html);
    }

    pub(crate) fn assert_contains(&self, text: &str) {
        assert!(self.html.contains(text), "no {text:?} in {}", self.html);
    }

    /// Address and token of the form that leads to this page of the signer's.
    fn form(&self, page: &str) -> (Url, String) {
        let start = format!("<form method=\"post\" action=\"./{page}?");
        let form = self.html.split(&start).nth(1).unwrap_or_else(|| panic!("no form to {page} in {}", self.html));
        let between = |from: &str| form.split(from).nth(1).unwrap().split('"').next().unwrap();
        let query = form.split('"').next().unwrap().replace("&amp;", "&");
        (self.url.join(&format!("./{page}?{query}")).unwrap(), between("name=\"token\" value=\"").to_owned())
    }
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self { http: http_client(), language: "en", cookies: Vec::new() }
    }

    async fn request(&mut self, method: Method, url: &Url, form: Option<&[(&str, &str)]>) -> Response {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self.http.request(method, url.clone()).header("cookie", cookies.join("; "));
        request = request.header("accept-language", self.language);
        if let Some(form) = form {
            request = request.header("sec-fetch-site", "same-origin").form(form);
        }
        let answer = request.send().await.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        answer
    }

    /// Follows redirects on the same host; arrives at foreign addresses without asking for them.
    async fn follow(&mut self, start: &Url, mut url: Url, mut answer: Response) -> Page {
        while answer.status().is_redirection() {
            url = url.join(answer.headers()["location"].to_str().unwrap()).unwrap();
            if url.origin() != start.origin() {
                return Page { url, status: 0, html: String::new(), headers: answer.headers().clone() };
            }
            answer = self.request(Method::GET, &url, None).await;
        }
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Page { url, status, headers, html: answer.text().await.unwrap() }
    }

    pub(crate) async fn open(&mut self, url: &str) -> Page {
        let url: Url = url.parse().unwrap();
        let answer = self.request(Method::GET, &url, None).await;
        self.follow(&url, url.clone(), answer).await
    }

    /// Follows a link among the signer's pages.
    pub(crate) async fn go(&mut self, from: &Page, page: &str) -> Page {
        let link = from.url.query_pairs().find(|(name, _)| name == "sessionId").unwrap().1.into_owned();
        self.open(from.url.join(&format!("./{page}?sessionId={link}")).unwrap().as_str()).await
    }

    /// Sends the form on a page that leads to `page`.
    pub(crate) async fn submit(&mut self, from: &Page, page: &str, fields: &[(&str, &str)]) -> Page {
        let (url, token) = from.form(page);
        let form: Vec<(&str, &str)> = [("token", token.as_str())].into_iter().chain(fields.iter().copied()).collect();
        let answer = self.request(Method::POST, &url, Some(&form)).await;
        self.follow(&url, url.clone(), answer).await
    }

    /// Reads all documents, from the page of the first.
    pub(crate) async fn read_all(&mut self, mut page: Page) -> Page {
        while page.at() == "documents" {
            page = self.submit(&page, "documents", &[]).await;
        }
        page
    }

    /// Goes as far as the page that signs.
    pub(crate) async fn up_to_confirm(&mut self, url: &str) -> Page {
        let page = self.open(url).await;
        let page = self.go(&page, "confirm").await;
        assert_eq!(page.at(), "documents");
        let page = self.read_all(page).await;
        assert_eq!(page.at(), "consent");
        let page = self.submit(&page, "consent", &[("agree", "yes")]).await;
        assert_eq!(page.at(), "identify");
        let person = [("provider", "test-eid"), ("name", "Kari Test"), ("nationalId", "01819012345")];
        let page = self.submit(&page, "identify", &person).await;
        assert_eq!(page.at(), "confirm");
        page
    }
}
