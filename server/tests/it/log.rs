//! What the log never says, however much it says.

use std::{
    io,
    sync::{Arc, Mutex},
};

use app::{model::SigningLink, paths};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use reqwest::Method;
use testkit::{NAME, PASSWORD};

use crate::{
    desk::{detail, pdf, read, sent, sign, until},
    rotation::stack,
};

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// All runs on this one thread, so that its log is the whole log.
#[tokio::test]
async fn sec_01_the_log_at_its_finest_holds_no_secret_and_no_name() {
    let log = Log::default();
    // As long as there is one subscriber alone, tracing asks that of whichever thread
    // comes to a line first, which may be another test's, and believes it for ever.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer({
            let log = log.clone();
            move || log.clone()
        })
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let secret = "marked-client-secret-4711";
    let stack = stack(secret).await;
    let app = &stack.app;
    let setup = app.setup_token().unwrap().to_owned();
    let file = pdf("Marked file");
    let session = sent(app, std::slice::from_ref(&file)).await;
    let link: SigningLink = read(&app.browser.ask(Method::POST, &paths::link(session)).await.expect(200));
    app.browser.page(&paths::session(session)).await.expect(200);
    sign(app, session).await;
    until(app, session, app::model::Standing::Signed).await;
    let result = detail(app, session).await.documents[0].document.unwrap();
    app.browser.get(&paths::download(session, result)).await.expect(200);
    app.browser.page("/?text=Marked+search").await.expect(200);
    let first = app.browser.cookie().unwrap();
    app.sign_in().await;
    let second = app.browser.cookie().unwrap();
    app.browser.set_cookie(None);
    let wrong = "marked wrong password";
    app.browser.post_form("/sign-in", &[("username", "marked user"), ("password", wrong)]).await;

    let text = log.text();
    // It is the log, and at its finest.
    for told in [" TRACE ", "hyper", "signing link shown", "document uploaded"] {
        assert!(text.contains(told), "{told}");
    }
    let (_, link) = link.url.split_once('?').unwrap();
    for marked in [
        secret,
        // How every access token begins.
        "eyJhbGciOi",
        &setup,
        &first,
        &second,
        PASSWORD,
        wrong,
        link,
        NAME,
        "marked user",
        "Marked file",
        "Marked search",
        "Lease of Storgata",
        "Kari Nordmann",
        "I agree to the lease",
    ] {
        let encoded = BASE64_STANDARD_NO_PAD.encode(marked);
        for form in [marked, &hex::encode(marked), &encoded[..encoded.len() - 1]] {
            let line = text.lines().find(|line| line.contains(form));
            assert_eq!(line, None, "{marked}");
        }
    }
}
