//! A portal as people start it, with accounts at the real cost of passwords.

use std::{
    io::{BufRead, BufReader},
    net::IpAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

use reqwest::{Client, RequestBuilder, Response, header::SET_COOKIE};
use tempfile::TempDir;
use upstream::Reach;

/// A file that fits no buffer on the way.
pub const LARGE: &str = "large.bin";

const USERNAME: &str = "ada";
const PASSWORD: &str = "correct horse battery staple";

/// A portal on a free port. Stops when dropped.
pub struct Portal {
    pub url: String,
    setup_link: String,
    child: Child,
    _dir: TempDir,
}

impl Drop for Portal {
    fn drop(&mut self) {
        // One that is gone already is what we want.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Portal {
    /// Starts one. People who are signed in may ask as often as they like; all others as often as ever.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("site")).unwrap();
        std::fs::write(dir.path().join("site").join(LARGE), vec![b'x'; 2_000_000]).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_server"))
            .current_dir(dir.path())
            .env_clear()
            .env("COUNTERSIGN_LISTEN", "127.0.0.1:0")
            .env("COUNTERSIGN_SANDBOX__LISTEN", "127.0.0.1:0")
            .env("COUNTERSIGN_SITE_ROOT", dir.path().join("site"))
            .env("COUNTERSIGN_LOG__FILTER", "off")
            .env("COUNTERSIGN_LIMITS__RATE_SIGNED_IN", "1000")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap).take(3);
        let said: Vec<String> = said.collect();
        let after = |start: &str| said.iter().find_map(|line| line.strip_prefix(start)).unwrap().to_owned();
        let setup_link = after("Set-up link (once, valid 1 hour): ");
        Self { url: after("Portal: "), setup_link, child, _dir: dir }
    }

    /// Makes the account.
    pub async fn set_up(&self) {
        let (_, token) = self.setup_link.split_once("?token=").unwrap();
        let form = [("token", token), ("name", "Ada Berg"), ("username", USERNAME), ("password", PASSWORD)];
        let answer = navigation(client(None).post(format!("{}/setup", self.url))).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 303);
    }

    /// A request that signs in.
    pub fn sign_in(&self, client: &Client) -> RequestBuilder {
        let form = [("username", USERNAME), ("password", PASSWORD)];
        navigation(client.post(format!("{}/sign-in", self.url))).form(&form)
    }

    /// The cookie of a new sign-in.
    pub async fn cookie(&self) -> String {
        let answer = self.sign_in(&client(None)).send().await.unwrap();
        cookie(&answer).expect("the sign-in was refused")
    }

    /// Most memory that it ever had, in MiB, where that can be known.
    pub fn peak(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? / 1024)
    }
}

fn cookie(answer: &Response) -> Option<String> {
    let cookie = answer.headers().get(SET_COOKIE)?.to_str().ok()?;
    Some(cookie.split(';').next()?.to_owned())
}

/// A client that comes from `from`: other addresses are other people.
pub fn client(from: Option<IpAddr>) -> Client {
    let builder = upstream::client_builder(Reach::Private, Duration::from_secs(3)).timeout(Duration::from_secs(60));
    builder.local_address(from).build().unwrap()
}

fn navigation(request: RequestBuilder) -> RequestBuilder {
    request
        .header("accept", "text/html")
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "document")
}
