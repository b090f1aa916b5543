//! The stack.

use std::{
    ffi::OsString,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use app::model::{Role, TeamId};
use server::{
    clock::SteppedClock,
    config::{self, Config, UpstreamKind},
    random::SystemRandom,
    start::{Machine, Server},
    state::Portal,
    store::staff,
};
use tempfile::TempDir;
use time::{OffsetDateTime, macros::datetime};
use tokio::task::JoinHandle;
use url::Url;
use uuid::Uuid;

use crate::{counted::Counted, requests::Browser, site};

/// The first account's user name.
pub const USERNAME: &str = "anna";
/// Its owner's name.
pub const NAME: &str = "Anna Ås";
/// Its password.
pub const PASSWORD: &str = "correct horse battery staple";

/// An address of data that needs a sign-in.
pub const LIST: &str = "/api/list-sessions?filter[page]=1";

/// When all clocks start.
const START: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);
/// Time between two looks at open sessions, so that tests need not wait for seconds.
const POLL: Duration = Duration::from_millis(20);

/// A portal with its signing service, and a browser. Stops when dropped.
pub struct TestApp {
    /// The portal's address, without a slash at its end.
    pub url: String,
    /// The signing service's address.
    pub sandbox_url: Url,
    /// The portal's time.
    pub clock: Arc<SteppedClock>,
    /// The signing service's time.
    pub sandbox_clock: Arc<sandbox::clock::SteppedClock>,
    /// A browser; the requests of this type are its.
    pub browser: Browser,
    setup_token: Option<String>,
    asked: Arc<AtomicUsize>,
    portal: Arc<Portal>,
    running: JoinHandle<()>,
    metrics: Option<SocketAddr>,
    edit: Edit,
    dir: TempDir,
}

/// Changes the settings of a stack before it starts.
type Edit = Box<dyn Fn(&mut Config) + Send + Sync>;

/// A member of staff at a browser.
pub struct Person {
    /// Row id of the account.
    pub id: Uuid,
    /// The browser, signed in.
    pub browser: Browser,
}

impl TestApp {
    /// Starts a stack without accounts.
    pub async fn spawn() -> Self {
        Self::spawn_with(|_| ()).await
    }

    /// Starts a stack with other settings than usual.
    pub async fn spawn_with(edit: impl Fn(&mut Config) + Send + Sync + 'static) -> Self {
        let dir = tempfile::tempdir().unwrap();
        site::make(&dir.path().join("site"));
        let clock = Arc::new(SteppedClock::at(START));
        let sandbox_clock = Arc::new(sandbox::clock::SteppedClock::at(START));
        let asked = Arc::default();
        let edit: Edit = Box::new(edit);
        let server = open(dir.path(), &edit, clock.clone(), sandbox_clock.clone(), &asked).await;
        let url = url(&server);
        Self {
            sandbox_url: sandbox_url(&server),
            browser: Browser::new(url.clone()),
            url,
            clock,
            sandbox_clock,
            setup_token: setup_token(&server),
            asked,
            portal: Arc::clone(server.portal()),
            metrics: server.metrics_address(),
            running: tokio::spawn(server.run()),
            edit,
            dir,
        }
    }

    /// Starts a stack with the first account, whose owner is signed in.
    pub async fn signed_in() -> Self {
        let app = Self::spawn().await;
        app.set_up_staff().await;
        app
    }

    /// What the portal's requests share.
    #[must_use]
    pub fn portal(&self) -> &Arc<Portal> {
        &self.portal
    }

    /// Where metrics are, if the settings ask for them.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics
    }

    /// Directory of the portal's database.
    #[must_use]
    pub fn data_dir(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    /// The token of the set-up link that was printed at the last start.
    #[must_use]
    pub fn setup_token(&self) -> Option<&str> {
        self.setup_token.as_deref()
    }

    /// Makes the first account by the set-up link; its owner is signed in then.
    pub async fn set_up_staff(&self) {
        let token = self.setup_token.as_deref().unwrap();
        let form = [("token", token), ("name", NAME), ("username", USERNAME), ("password", PASSWORD)];
        let answer = self.browser.post_form("/setup", &form).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{}", answer.text());
    }

    /// Signs the first account's owner in.
    pub async fn sign_in(&self) {
        let form = [("username", USERNAME), ("password", PASSWORD)];
        let answer = self.browser.post_form("/sign-in", &form).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{}", answer.text());
    }

    /// The team of the first account.
    pub async fn team(&self) -> TeamId {
        let mut read = self.portal.store.read().await.unwrap();
        read.credentials(USERNAME).await.unwrap().unwrap().staff.team
    }

    /// Makes another team.
    pub async fn new_team(&self, name: &str) -> TeamId {
        let id = TeamId(self.portal.random.uuid_v7(START).unwrap());
        let mut write = self.portal.store.write().await.unwrap();
        write.insert_team(id, name, START).await.unwrap();
        write.commit().await.unwrap();
        id
    }

    /// Makes an account with the first account's password, and signs its owner in,
    /// in a browser of their own.
    pub async fn person(&self, username: &str, role: Role, team: TeamId) -> Person {
        let id = self.portal.random.uuid_v7(START).unwrap();
        let mut write = self.portal.store.write().await.unwrap();
        let password_hash = write.credentials(USERNAME).await.unwrap().unwrap().password_hash.unwrap();
        let account = staff::NewStaff {
            id,
            username,
            name: username,
            password_hash: &password_hash,
            role,
            team,
            created_at: START,
        };
        write.insert_account(&account).await.unwrap();
        write.commit().await.unwrap();
        let browser = self.another_browser();
        browser.post_form("/sign-in", &[("username", username), ("password", PASSWORD)]).await.expect(303);
        Person { id, browser }
    }

    /// A browser in which nobody is signed in.
    #[must_use]
    pub fn another_browser(&self) -> Browser {
        Browser::new(self.url.clone())
    }

    /// How often the signing API was asked anything.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// Moves all clocks.
    pub fn advance(&self, by: time::Duration) {
        self.clock.advance(by);
        sandbox::clock::Clock::advance(self.sandbox_clock.as_ref(), by).unwrap();
    }

    /// Stops the stack as SIGTERM does, and starts it again on the same data.
    pub async fn restart(&mut self) {
        self.portal.shutdown.cancel();
        (&mut self.running).await.unwrap();
        self.start_again().await;
    }

    /// Ends the stack's work wherever it is, without a word, and starts it again on the same data.
    pub async fn crash(&mut self) {
        self.running.abort();
        let _ = (&mut self.running).await;
        // Background work of requests would go on in this process, as it would not after a kill.
        self.portal.shutdown.cancel();
        self.portal.tasks.close();
        self.portal.store.close().await;
        self.start_again().await;
    }

    /// Stops the stack, puts a copy of the portal's database in its place, and starts it again.
    pub async fn restore(&mut self, copy: &Path) {
        self.portal.shutdown.cancel();
        (&mut self.running).await.unwrap();
        let database = self.data_dir().join("portal.db");
        for rest in ["portal.db-wal", "portal.db-shm"] {
            // Closed in order, a database leaves none.
            let _ = std::fs::remove_file(self.data_dir().join(rest));
        }
        std::fs::copy(copy, database).unwrap();
        self.start_again().await;
    }

    async fn start_again(&mut self) {
        let server =
            open(self.dir.path(), &self.edit, self.clock.clone(), self.sandbox_clock.clone(), &self.asked).await;
        self.url = url(&server);
        self.sandbox_url = sandbox_url(&server);
        self.browser.go_to(self.url.clone());
        self.setup_token = setup_token(&server);
        self.portal = Arc::clone(server.portal());
        self.running = tokio::spawn(server.run());
    }

    /// Waits until `condition` holds.
    ///
    /// # Panics
    /// It does not within ten seconds.
    pub async fn eventually<F: Future<Output = bool>>(&self, what: &str, mut condition: impl FnMut() -> F) {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        while !condition().await {
            assert!(tokio::time::Instant::now() < deadline, "{what} did not happen in time");
            tokio::time::sleep(POLL).await;
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.portal.shutdown.cancel();
    }
}

async fn open(
    dir: &Path,
    edit: &Edit,
    clock: Arc<SteppedClock>,
    sandbox_clock: Arc<sandbox::clock::SteppedClock>,
    asked: &Arc<AtomicUsize>,
) -> Server {
    let settings = [
        ("LISTEN", "127.0.0.1:0".into()),
        ("DATA_DIR", dir.join("data").into_os_string()),
        ("SITE_ROOT", dir.join("site").into_os_string()),
        ("SANDBOX__LISTEN", "127.0.0.1:0".into()),
        ("SANDBOX__CONTROL_PLANE", "true".into()),
        // What happens is learnt by asking, unless a test is about being told.
        ("SANDBOX__EVENTS", "false".into()),
    ];
    let environment = settings.map(|(name, value)| (OsString::from(format!("COUNTERSIGN_{name}")), value));
    let mut config = config::load(None, environment).unwrap();
    config.live.poll = POLL;
    edit(&mut config);
    let machine = Machine {
        clock,
        sandbox_clock,
        random: Arc::new(SystemRandom),
        // The cheapest there is: tests of the real cost are elsewhere.
        password_cost: argon2::Params::new(8, 1, 1, None).unwrap(),
        // Tests make the API fail often and expect it back at once.
        breaker: upstream::BreakerLimits { pause: POLL, ..upstream::BreakerLimits::default() },
        between: Box::new({
            let asked = Arc::clone(asked);
            move |api| Arc::new(Counted::new(api, asked))
        }),
    };
    Server::open(config, machine).await.unwrap()
}

/// Where the portal listens, which behind a proxy is not where browsers see it.
fn url(server: &Server) -> String {
    format!("http://{}", server.address())
}

/// The signing service's address: the embedded one's, or the account's that the settings name.
fn sandbox_url(server: &Server) -> Url {
    match &server.portal().config.upstream {
        UpstreamKind::Http(account) => account.settings.base_url.join("/").unwrap(),
        UpstreamKind::Sandbox(_) => server.sandbox_url().unwrap().clone(),
    }
}

fn setup_token(server: &Server) -> Option<String> {
    server.setup_link().map(|link| link.split_once("?token=").unwrap().1.to_owned())
}
