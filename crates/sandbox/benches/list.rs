//! The list of signing sessions with 100,000 of them in the store: how long each filter, order and page takes over HTTP, and
//! whether the service's memory stays what it is. `cargo xtask bench list` runs it; a limit that is passed fails it.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot be made ends, and tells people"
)]

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

const SESSIONS: u32 = 100_000;
/// What 95 of 100 answers may take, in milliseconds.
const P95_MAX: f64 = 50.0;
/// What the service may grow by in a round of all queries, after a round before it.
const GROWTH_MAX_MIB: f64 = 16.0;
/// The peer: a page of ten without filters, which has to count all sessions too.
const PEER: &str = "limit=10";
const PEER_ROUNDS: usize = 200;

const STATES: [&str; 3] = ["", "state=READY", "state=SIGNED&state=REJECTED"];
/// Many match, an eighth does, one does, none does.
const TITLES: [&str; 5] = [
    "",
    "sessionTitleLike=1",
    "sessionTitleLike=%D0%9F%D0%9E%D0%A1%D0%A2%D0%90%D0%92%D0%9A%D0%98",
    "sessionTitleLike=TRACT%2099992",
    "sessionTitleLike=%E6%9D%B1%E4%BA%AC%E9%83%BD",
];
const SORTS: [&str; 8] = [
    "sort=-createdAt",
    "sort=%2BcreatedAt",
    "sort=%2BdueDate",
    "sort=-dueDate",
    "sort=%2BdueDate&sort=-createdAt",
    "sort=-dueDate,-createdAt",
    "sort=-createdAt,%2BdueDate",
    "sort=%2BcreatedAt,%2BdueDate",
];
/// Which page of all that a query finds.
const PAGES: [&str; 3] = ["first 100", "last 100", "1000 in the middle"];

/// The service as a process of its own, killed when dropped.
struct Service {
    child: Child,
    http: reqwest::Client,
    api: String,
    token: String,
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Service {
    async fn start(data: &TempDir) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sandbox"))
            .arg("--data")
            .arg(data.path())
            .args(["--listen", "127.0.0.1:0", "--control"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let lines: Vec<String> = output.lines().take(6).map(Result::unwrap).collect();
        let value =
            |name: &str| lines.iter().find_map(|line| line.trim().strip_prefix(name)).unwrap().trim().to_owned();
        // Nothing here speaks TLS, but a client is not built without a provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let form = [
            ("grant_type", "client_credentials".to_owned()),
            ("client_id", value("client id")),
            ("client_secret", value("client secret")),
        ];
        let answer = http.post(value("tokens")).form(&form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        Self { child, http, api: value("API"), token: answer["access_token"].as_str().unwrap().to_owned() }
    }

    async fn fill(&self) {
        let url = format!("{}/__sandbox/fill", self.api.strip_suffix("/sign").unwrap());
        let answer = self.http.post(url).json(&json!({ "sessions": SESSIONS })).send().await.unwrap();
        answer.error_for_status().unwrap();
    }

    /// Time to the last byte of a page, and its total.
    async fn list(&self, query: &str) -> (Duration, u64) {
        let start = Instant::now();
        let request = self.http.get(format!("{}/signing-sessions?{query}", self.api)).bearer_auth(&self.token);
        let body = request.send().await.unwrap().error_for_status().unwrap().bytes().await.unwrap();
        let time = start.elapsed();
        (time, serde_json::from_slice::<Value>(&body).unwrap()["total"].as_u64().unwrap())
    }

    /// Processor time spent so far, where the system tells it. Unlike the clock's it does not depend on what else runs.
    fn processor_time(&self) -> Option<Duration> {
        const TICK: Duration = Duration::from_millis(10);
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |i: usize| fields.get(i)?.parse::<u32>().ok();
        Some(TICK * (ticks(11)? + ticks(12)?))
    }

    /// Asks for every page, and tells what it took.
    async fn measure(&self, queries: impl Iterator<Item = String>) -> Measured {
        let (mut times, before) = (Vec::new(), self.processor_time());
        let mut slowest = (Duration::ZERO, String::new());
        for query in queries {
            let (time, _) = self.list(&query).await;
            times.push(time);
            if time > slowest.0 {
                slowest = (time, query);
            }
        }
        let spent = self.processor_time().zip(before).map(|(after, before)| after - before);
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() * percent).div_ceil(100) - 1].as_secs_f64() * 1e3;
        let count = u32::try_from(times.len()).unwrap();
        let processor = spent.map(|spent| (spent / count).as_secs_f64() * 1e3);
        Measured { count, p50: at(50), p95: at(95), processor, slowest: slowest.1 }
    }

    /// Memory of its own in MiB, where the system tells it. Pages of the database that it shares with the system do not count.
    fn memory(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
        Some(line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok()? / 1024.0)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let data = TempDir::new().unwrap();
    let service = Service::start(&data).await;
    let empty = service.memory();
    let start = Instant::now();
    service.fill().await;
    let (_, total) = service.list("").await;
    assert_eq!(total, u64::from(SESSIONS), "every session can be listed");
    println!("{SESSIONS} sessions made in {:.1} s", start.elapsed().as_secs_f64());

    // A first round tells the totals, and lets caches fill.
    let mut queries = queries();
    for (query, total) in &mut queries {
        *total = service.list(&format!("{query}&limit=1000")).await.1;
    }
    let before = service.memory();
    let peer = service.measure(std::iter::repeat_n(PEER.to_owned(), PEER_ROUNDS)).await;
    let mut pages = Vec::new();
    for name in PAGES {
        let queries = queries.iter().map(|(query, total)| {
            let (offset, limit) = match name {
                "first 100" => (0, 100),
                "last 100" => (total.saturating_sub(100), 100),
                _ => (total / 2, 1000),
            };
            format!("{query}&offset={offset}&limit={limit}")
        });
        pages.push((name, service.measure(queries).await));
    }
    let after = service.memory();

    println!("milliseconds           n     p50     p95  processor  p95/limit  p50/peer  slowest");
    let mut good = true;
    for (name, measured) in &pages {
        good &= measured.p95 < P95_MAX;
        measured.print(name, &peer);
    }
    peer.print("peer: first 10", &peer);
    if let (Some(empty), Some(before), Some(after)) = (empty, before, after) {
        println!("memory: {empty:.0} MiB empty, {before:.0} MiB before the round, {after:.0} MiB after it");
        good &= after - before < GROWTH_MAX_MIB;
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What a number of pages took, in milliseconds.
struct Measured {
    count: u32,
    p50: f64,
    p95: f64,
    /// Processor time of one page.
    processor: Option<f64>,
    slowest: String,
}

impl Measured {
    fn print(&self, name: &str, peer: &Self) {
        let Self { count, p50, p95, slowest, .. } = self;
        let processor = self.processor.map_or_else(|| "?".to_owned(), |time| format!("{time:.1}"));
        let (limit, peer) = (p95 / P95_MAX, p50 / peer.p50);
        println!("{name:<20} {count:>3} {p50:>7.1} {p95:>7.1} {processor:>10} {limit:>10.2} {peer:>9.1}  {slowest}");
    }
}

/// Every combination of filters and orders, with a place for its total.
fn queries() -> Vec<(String, u64)> {
    let day = |days| {
        let at = sandbox::clock::Clock::now(&sandbox::clock::SystemClock) + time::Duration::days(days);
        at.date()
    };
    let created = [String::new(), format!("createdDateFrom={}&createdDateTo={}", day(-18), day(-2))];
    let due = [String::new(), format!("dueDateFrom={}&dueDateTo={}", day(5), day(35))];
    let mut queries = Vec::new();
    for state in STATES {
        for title in TITLES {
            for created in &created {
                for due in &due {
                    for sort in SORTS {
                        let parts = [state, title, created, due, sort];
                        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                        queries.push((parts.join("&"), 0));
                    }
                }
            }
        }
    }
    queries
}
