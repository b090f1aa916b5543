//! Who the signer is: providers, pre-authentication, the check of the number, vendors' own flows.

use serde_json::{Value, json};
use time::Duration;

use crate::{
    browser::{Browser, Page},
    support::TestSandbox,
};

fn url(session: &Value) -> &str {
    session["signatureUrl"].as_str().unwrap()
}

async fn evidence(sandbox: &TestSandbox, session: &Value) -> String {
    let signed = sandbox.read(session).await;
    let result = signed["output"]["signatures"][0]["resultDocumentId"].as_str().unwrap();
    sandbox.get(&format!("/sign/documents/{result}")).await.text().await.unwrap()
}

/// Goes from the first document to the authentication.
async fn up_to_identify(browser: &mut Browser, page: &Page) -> Page {
    let page = browser.go(page, "documents").await;
    let page = browser.read_all(page).await;
    browser.submit(&page, "consent", &[("agree", "yes")]).await
}

#[tokio::test]
async fn the_providers_of_the_session_are_on_offer() {
    let sandbox = TestSandbox::spawn().await;
    let mut terms = sandbox.terms("Choice").await;
    terms["signingSetup"][0]["identityProviders"] =
        json!([{ "idpName": "nbid" }, { "idpName": "a&b=<c>" }, { "idpName": "nbid" }]);
    let session = sandbox.create(&terms).await;
    let mut browser = Browser::new();
    let page = browser.open(url(&session)).await;
    let page = up_to_identify(&mut browser, &page).await;
    page.assert_contains("Choose how to identify yourself");
    assert_eq!(page.html.matches("Norwegian BankID</a>").count(), 1);
    page.assert_contains("provider=a%26b%3D%3Cc%3E\">a&amp;b=&lt;c&gt;</a>");
    page.assert_lacks("name=\"nationalId\"");
    let page = browser.open(&format!("{}&provider=a%26b%3D%3Cc%3E", page.url)).await;
    page.assert_contains("Identity provider: <strong>a&amp;b=&lt;c&gt;</strong>");
    page.assert_contains("Choose another way");
    let unknown = [("provider", "other"), ("name", "X")];
    browser.submit(&page, "identify", &unknown).await.assert_contains("Choose how to identify yourself");
    let page = browser.submit(&page, "identify", &[("provider", "nbid"), ("name", "X")]).await;
    assert_eq!(page.at(), "confirm");
    browser.submit(&page, "confirm", &[]).await;
    assert!(evidence(&sandbox, &session).await.contains("<cs:IdentityProvider>nbid</cs:IdentityProvider>"));

    // One provider: straight to its form.
    let session = sandbox.session("Default").await;
    let page = browser.open(url(&session)).await;
    let page = up_to_identify(&mut browser, &page).await;
    page.assert_contains("Identity provider: <strong>Test eID</strong>");
    page.assert_lacks("Choose another way");
}

#[tokio::test]
async fn only_the_intended_person_gets_through_and_not_by_guessing() {
    let sandbox = TestSandbox::spawn().await;
    let mut terms = sandbox.terms("For one").await;
    let validations = ["NATIONAL_IDENTIFICATION_NUMBER"];
    terms["signer"] = json!({ "nationalIdentificationNumber": "010190 12345", "validations": validations });
    terms["redirectSettings"] =
        json!({ "success": "https://a.example", "cancel": "https://a.example", "error": "https://a.example/e" });
    let session = sandbox.create(&terms).await;
    let mut browser = Browser::new();
    let page = browser.open(url(&session)).await;
    let page = up_to_identify(&mut browser, &page).await;
    page.assert_lacks("010190 12345");
    page.assert_contains("It must be the number of the person who was asked to sign.");
    let with = |number| [("provider", "test-eid"), ("name", "Kari & co"), ("nationalId", number)];
    let missing = browser.submit(&page, "identify", &with("")).await;
    missing.assert_contains("<a href=\"#nationalId\">Enter your national identification number.</a>");
    let wrong = browser.submit(&page, "identify", &with("1")).await;
    wrong.assert_contains("This is not the number of the person who was asked to sign.");
    wrong.assert_contains("Attempts left: 4.");
    wrong.assert_contains("value=\"Kari &amp; co\"");
    assert_eq!(browser.go(&wrong, "confirm").await.at(), "identify");

    // Another browser does not get more attempts.
    let mut other = Browser::new();
    let elsewhere = other.open(url(&session)).await;
    let elsewhere = up_to_identify(&mut other, &elsewhere).await;
    for left in [3, 2, 1] {
        let wrong = other.submit(&elsewhere, "identify", &with("2")).await;
        wrong.assert_contains(&format!("Attempts left: {left}."));
    }
    let over = other.submit(&elsewhere, "identify", &with("3")).await;
    assert_eq!((over.status, over.heading()), (429, "Too many attempts"));
    over.assert_contains("https://a.example/e?sessionId=");
    let over = browser.submit(&page, "identify", &with("01019012345")).await;
    assert_eq!(over.status, 429, "the right number comes too late");
    assert_eq!(sandbox.state(&session).await, "READY");

    sandbox.advance(Duration::hours(1));
    let page = browser.open(url(&session)).await;
    let page = up_to_identify(&mut browser, &page).await;
    let page = browser.submit(&page, "identify", &with("0101-90 12345")).await;
    assert_eq!(page.at(), "confirm");
}

#[tokio::test]
async fn a_number_that_is_asked_for_cannot_be_left_out() {
    let sandbox = TestSandbox::spawn().await;
    let mut terms = sandbox.terms("Who").await;
    terms["signingSetup"][0]["requestedAttributes"] = json!(["name", "nin", "shoe-size"]);
    let session = sandbox.create(&terms).await;
    assert_eq!(session["signingSetup"][0]["requestedAttributes"], json!(["name", "nin", "shoe-size"]));
    let mut browser = Browser::new();
    let page = browser.open(url(&session)).await;
    let page = up_to_identify(&mut browser, &page).await;
    let page = browser.submit(&page, "identify", &[("provider", "test-eid"), ("name", "Kari")]).await;
    page.assert_contains("Enter your national identification number.");
    let whoever = [("provider", "test-eid"), ("name", "Kari"), ("nationalId", "1")];
    assert_eq!(browser.submit(&page, "identify", &whoever).await.at(), "confirm");
}

#[tokio::test]
async fn preauthentication_comes_before_everything_and_does_not_sign() {
    let sandbox = TestSandbox::spawn().await;
    let mut terms = sandbox.terms("Hemmelig tittel").await;
    terms["preAuthentication"] = json!({ "enabled": true, "identityProviders": [{ "idpName": "ftn" }] });
    let session = sandbox.create(&terms).await;
    let mut browser = Browser::new();
    let page = browser.open(url(&session)).await;
    assert_eq!(page.at(), "pre-authenticate");
    page.assert_contains("Finnish Trust Network");
    page.assert_contains("Step 1 of 5");
    page.assert_lacks("Reject signing");
    let document = session["documents"][0]["documentId"].as_str().unwrap();
    let bytes = page.url.join(&format!("./document?documentId={document}&{}", page.url.query().unwrap())).unwrap();
    assert_eq!(browser.open(bytes.as_str()).await.at(), "pre-authenticate");
    for early in ["", "documents", "downloads", "reject", "consent", "identify", "confirm", "outcome"] {
        let answer = browser.go(&page, early).await;
        assert!(early == "outcome" || answer.at() == "pre-authenticate", "{early} led to {}", answer.at());
        answer.assert_lacks("Hemmelig");
    }
    // The link says nothing of the title either when it is dead.
    let put_off = browser.submit(&page, "cancel", &[]).await;
    assert_eq!(put_off.heading(), "You have not signed yet");
    put_off.assert_lacks("Hemmelig");

    let page = browser.open(url(&session)).await;
    let first = [("provider", "ftn"), ("name", "Ola Først"), ("nationalId", "11")];
    let page = browser.submit(&page, "pre-authenticate", &first).await;
    assert_eq!(page.heading(), "Hemmelig tittel");
    let page = up_to_identify(&mut browser, &page).await;
    assert_eq!(page.at(), "identify", "whoever was let in is asked again");
    page.assert_contains("value=\"Ola Først\"");
    let page = browser.submit(&page, "identify", &[("provider", "test-eid"), ("name", "Ola Siden")]).await;
    browser.submit(&page, "confirm", &[]).await;
    let xml = evidence(&sandbox, &session).await;
    let (before, signer) = (xml.find("<cs:PreAuthenticated>").unwrap(), xml.find("<cs:Signer>").unwrap());
    assert!(xml[before..signer].contains("Ola Først") && xml[before..signer].contains("ftn"));
    assert!(xml[signer..].contains("Ola Siden") && !xml[signer..].contains("Ola Først"));
    for kind in ["pre-authenticated", "authenticated"] {
        assert_eq!(xml.matches(&format!("<cs:Kind>{kind}</cs:Kind>")).count(), 1, "{kind}");
    }
}

#[tokio::test]
async fn the_number_is_checked_before_the_documents_too() {
    let sandbox = TestSandbox::spawn().await;
    let mut terms = sandbox.terms("For one").await;
    terms["preAuthentication"] = json!({ "enabled": true });
    terms["ui"] = json!({ "hideWelcomeScreen": true, "language": "nb" });
    let validations = ["NATIONAL_IDENTIFICATION_NUMBER"];
    terms["signer"] = json!({ "nationalIdentificationNumber": "01019012345", "validations": validations });
    let session = sandbox.create(&terms).await;
    let mut browser = Browser::new();
    let page = browser.open(url(&session)).await;
    page.assert_contains("<html lang=\"nb\">");
    let with = |number| [("provider", "test-eid"), ("name", "X"), ("nationalId", number)];
    let wrong = browser.submit(&page, "pre-authenticate", &with("1")).await;
    wrong.assert_contains("Gjenstående forsøk: 4.");
    let page = browser.submit(&page, "pre-authenticate", &with("01019012345")).await;
    assert_eq!(page.at(), "documents", "no welcome page");
}

#[tokio::test]
async fn a_vendors_own_flow_signs_in_one_step() {
    let sandbox = TestSandbox::spawn().await;
    let mut terms = sandbox.terms("Native").await;
    terms["signingSetup"] = json!([{ "signingFlow": "PKISIGNING", "vendor": "SBID" }]);
    let session = sandbox.create(&terms).await;
    let mut browser = Browser::new();
    let page = browser.open(url(&session)).await;
    let page = up_to_identify(&mut browser, &page).await;
    assert_eq!((page.at(), page.heading()), ("native", "Sign with Swedish BankID"));
    page.assert_contains("Step 3 of 3");
    for other in ["identify", "confirm"] {
        assert_eq!(browser.go(&page, other).await.at(), "native");
    }
    let page = browser.submit(&page, "native", &[("provider", "SBID"), ("name", "Kari")]).await;
    assert_eq!(page.heading(), "You have signed");
    assert!(evidence(&sandbox, &session).await.contains("<cs:IdentityProvider>SBID</cs:IdentityProvider>"));

    // The other flow has no such step.
    let session = sandbox.session("Sealed").await;
    let page = browser.open(url(&session)).await;
    let page = up_to_identify(&mut browser, &page).await;
    assert_eq!(browser.go(&page, "native").await.at(), "identify");
}

#[tokio::test]
async fn both_authentications_happen_when_a_test_signs_at_once() {
    let sandbox = TestSandbox::spawn().await;
    let mut terms = sandbox.terms("At once").await;
    terms["preAuthentication"] = json!({ "enabled": true });
    let session = sandbox.create(&terms).await;
    assert_eq!(sandbox.sign(&session).await.status(), 204);
    let xml = evidence(&sandbox, &session).await;
    for told in ["<cs:PreAuthenticated>", "<cs:Kind>pre-authenticated</cs:Kind>", "<cs:Kind>authenticated</cs:Kind>"] {
        assert!(xml.contains(told), "no {told} in {xml}");
    }
}
