//! People who ask, and how long they wait.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior},
};

use crate::portal::{Portal, client};

/// Answers by their status, with the time that each took.
#[derive(Default)]
pub struct Answers(BTreeMap<u16, Vec<Duration>>);

/// Of requests that got no answer.
pub const NONE: u16 = 0;

impl Answers {
    fn add(&mut self, status: u16, took: Duration) {
        self.0.entry(status).or_default().push(took);
    }

    /// Adds others.
    pub fn join(&mut self, other: Self) {
        for (status, mut times) in other.0 {
            self.0.entry(status).or_default().append(&mut times);
        }
    }

    /// How many had this status.
    pub fn count(&self, status: u16) -> usize {
        self.0.get(&status).map_or(0, Vec::len)
    }

    /// The time that 99 of 100 answers of this status did not exceed.
    pub fn p99(&self, status: u16) -> Duration {
        let mut times = self.0.get(&status).cloned().unwrap_or_default();
        times.sort_unstable();
        times.get((times.len() * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
    }

    /// Statuses and how often.
    pub fn told(&self) -> String {
        let each = self.0.iter().map(|(status, times)| match *status {
            NONE => format!("{} without an answer", times.len()),
            status => format!("{} × {status}", times.len()),
        });
        each.collect::<Vec<_>>().join(", ")
    }
}

/// A loopback address of another person.
pub fn address(number: u8) -> Option<IpAddr> {
    // Only Linux takes all of 127.0.0.0/8 for this machine.
    cfg!(target_os = "linux").then_some(IpAddr::V4(Ipv4Addr::new(127, 0, 7, number)))
}

/// Asks once, for the list.
async fn ask(client: &reqwest::Client, url: &str, cookie: &str) -> (u16, Duration) {
    let at = Instant::now();
    let outcome = async {
        let request = client.get(url).header("accept", "text/html").header("cookie", cookie);
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        answer.bytes().await?;
        Ok::<_, reqwest::Error>(status)
    };
    (outcome.await.unwrap_or(NONE), at.elapsed())
}

/// So many people, each with a connection and a sign-in of their own, ask again and again
/// with `pause` between two requests.
pub async fn people(portal: &Portal, cookies: &[String], pause: Duration, lasting: Duration) -> Answers {
    let end = Instant::now() + lasting;
    let mut people = JoinSet::new();
    for cookie in cookies {
        let cookie = cookie.clone();
        let (client, url) = (client(address(2)), format!("{}/", portal.url));
        people.spawn(async move {
            let mut answers = Answers::default();
            while Instant::now() < end {
                let (status, took) = ask(&client, &url, &cookie).await;
                answers.add(status, took);
                tokio::time::sleep(pause).await;
            }
            answers
        });
    }
    joined(people).await
}

/// So many requests a second, whatever becomes of those before.
pub async fn flood(portal: &Portal, cookies: &[String], per_second: u32, lasting: Duration) -> Answers {
    let end = Instant::now() + lasting;
    let clients: Vec<_> = (0..8).map(|n| client(address(3 + n))).collect();
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_second);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut asked = JoinSet::new();
    for n in 0.. {
        ticks.tick().await;
        if Instant::now() >= end {
            break;
        }
        let client = clients[n % clients.len()].clone();
        let cookie = cookies[n % cookies.len()].clone();
        let url = format!("{}/", portal.url);
        asked.spawn(async move {
            let (status, took) = ask(&client, &url, &cookie).await;
            let mut answers = Answers::default();
            answers.add(status, took);
            answers
        });
    }
    joined(asked).await
}

/// Asks whether the portal is ready, again and again, until `over` ends.
pub async fn readiness<T>(portal: &Portal, over: impl Future<Output = T>) -> (Answers, T) {
    let (client, url) = (client(address(2)), format!("{}/readyz", portal.url));
    let mut answers = Answers::default();
    let asking = async {
        loop {
            let (status, took) = ask(&client, &url, "").await;
            answers.add(status, took);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let outcome = tokio::select! {
        outcome = over => outcome,
        () = asking => unreachable!("it has no end"),
    };
    (answers, outcome)
}

/// So many sign-ins at once, each from elsewhere.
pub async fn sign_ins(portal: &Portal, count: u8) -> Answers {
    let mut people = JoinSet::new();
    for n in 0..count {
        let client = client(address(20 + n));
        let request = portal.sign_in(&client);
        people.spawn(async move {
            let at = Instant::now();
            let status = request.send().await.map_or(NONE, |answer| answer.status().as_u16());
            let mut answers = Answers::default();
            answers.add(status, at.elapsed());
            answers
        });
    }
    joined(people).await
}

async fn joined(mut tasks: JoinSet<Answers>) -> Answers {
    let mut all = Answers::default();
    while let Some(answers) = tasks.join_next().await {
        all.join(answers.unwrap());
    }
    all
}
