//! Signing in at OpenID providers.

mod mock;
mod notices;
mod people;
mod tokens;
mod trips;

use app::paths;
use mock::{Mock, Plan, Signing};
use testkit::{Answer, LIST, TestApp};

/// Sets out for a provider; answers the address that the page leads to.
async fn set_out(app: &TestApp, form: &[(&str, &str)]) -> String {
    let page = app.browser.post_form(paths::PROVIDER_SIGN_IN, form).await.expect(200);
    leads_to(&page)
}

/// Where a page leads by itself, which its link says too.
fn leads_to(page: &Answer) -> String {
    let text = page.text();
    let (_, rest) = text.split_once("content=\"0; url=").unwrap_or_else(|| panic!("{text}"));
    let address = rest.split_once('"').unwrap().0;
    assert!(text.contains(&format!("<a href=\"{address}\"")), "{text}");
    address.replace("&amp;", "&")
}

/// Signs in at a provider, as a person does; answers what the portal says.
async fn sign_in_at(app: &TestApp, mock: &Mock, id: &str) -> Answer {
    let address = set_out(app, &[("provider", id)]).await;
    app.browser.come(&mock.sign_in(&address)).await
}

/// Sign-ins of all people.
async fn sign_ins(app: &TestApp) -> i64 {
    count(app, "SELECT COUNT(*) FROM logins").await
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut crate::desk::database(app).await).await.unwrap()
}
