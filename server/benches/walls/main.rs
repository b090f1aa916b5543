//! `cargo xtask bench walls`: what slow clients, many sign-ins and too much work do to others
//! (UP-07, SL-15, RL-04).
//!
//! Starts portals of its own, prints numbers beside their limits, and ends with an error
//! when one is broken. Times without and with slow clients are taken in turn, since a busy
//! machine slows both down. The load comes from this machine too, so all numbers are worse
//! than with users elsewhere.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a measurement tells what it found")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a measurement stops where something fails")]

mod load;
mod portal;

use std::{
    process::{ExitCode, Stdio},
    sync::Arc,
    time::Duration,
};

use load::{Answers, flood, people, readiness, sign_ins};
use portal::Portal;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::Semaphore,
};

/// How much longer others may wait because of slow clients.
const SLOWER: f64 = 2.0;
/// p99 of `/readyz` while people sign in.
const READY: Duration = Duration::from_millis(100);
/// Most memory while they do, in MiB.
const MEMORY: u64 = 512;
/// Good answers when twice as much is asked for as can be done, as a share of the most that can be.
const GOOD: f64 = 0.8;
/// p99 of refusals then.
const REFUSAL: Duration = Duration::from_millis(10);

/// Turns without and with slow clients.
const TURNS: usize = 3;
/// How long a turn is.
const TURN: Duration = Duration::from_secs(10);
/// Time between two requests of a person who measures.
const PAUSE: Duration = Duration::from_millis(20);

#[tokio::main]
async fn main() -> ExitCode {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().unwrap();
    println!("{cores} cores, load {}\n", load.split(' ').next().unwrap_or_default());
    let mut kept = true;
    let reading = ["-X", "-w", "1", "-y", "16", "-n", "5", "-z", "4"];
    for (name, path, options) in [
        ("slow heads", "sign-in", &["-H", "-i", "5"][..]),
        ("slow bodies", "sign-in", &["-B", "-i", "5", "-s", "8192"]),
        ("slow readers", portal::LARGE, &reading),
    ] {
        kept &= slow(name, path, options).await;
    }
    kept &= many_sign_ins().await;
    kept &= overload().await;
    if kept {
        return ExitCode::SUCCESS;
    }
    eprintln!("\na limit is broken");
    ExitCode::FAILURE
}

/// Prints a line, and says whether the limit is kept.
fn judge(what: &str, found: &str, limit: &str, kept: bool) -> bool {
    println!("{what:<42} {found:>28}   limit {limit:<10} {}", if kept { "kept" } else { "BROKEN" });
    kept
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// Slow clients by the hundred, and how long others wait meanwhile. In between the slow
/// clients turn to a decoy, since they take a good part of the machine themselves.
async fn slow(name: &str, path: &str, options: &[&str]) -> bool {
    let portal = Portal::start();
    portal.set_up().await;
    let cookies = cookies(&portal, 4).await;
    let decoy = decoy().await;
    let (mut without, mut with) = (Answers::default(), Answers::default());
    people(&portal, &cookies, PAUSE, TURN / 4).await;
    for _ in 0..TURNS {
        for (target, answers) in [(&decoy, &mut without), (&portal.url, &mut with)] {
            let mut attack = attack(&format!("{target}/{path}"), options);
            // Until its connections are there.
            tokio::time::sleep(TURN / 4).await;
            answers.join(people(&portal, &cookies, PAUSE, TURN).await);
            attack.kill().await.unwrap();
        }
    }
    let (before, after) = (without.p99(200), with.p99(200));
    let ratio = after.as_secs_f64() / before.as_secs_f64();
    let all_good = with.count(200) > 0 && with.told() == format!("{} × 200", with.count(200));
    let found = format!("{} → {} = {ratio:.2} ×", ms(before), ms(after));
    let in_time = judge(&format!("{name}: others' p99"), &found, &format!("{SLOWER} ×"), ratio <= SLOWER);
    judge(&format!("{name}: others' answers"), &with.told(), "200 alone", all_good) && in_time
}

/// More slow clients than one address may have; the portal closes what is too much at once.
fn attack(target: &str, options: &[&str]) -> Child {
    let seconds = (TURN.as_secs() * 2).to_string();
    Command::new("slowhttptest")
        .args(options)
        .args(["-c", "1000", "-r", "200", "-l", &seconds, "-p", "3", "-v", "0", "-u"])
        .arg(target)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("slowhttptest is on PATH")
}

/// The address of something that takes as many connections as the portal would, and says nothing.
async fn decoy() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let places = Arc::new(Semaphore::new(serve::Limits::default().per_address));
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
            tokio::spawn(async move {
                let mut nowhere = tokio::io::sink();
                let reading = tokio::io::copy(&mut stream, &mut nowhere);
                drop(tokio::time::timeout(serve::Limits::default().head, reading).await);
                drop(place);
            });
        }
    });
    format!("http://{address}")
}

async fn cookies(portal: &Portal, count: usize) -> Vec<String> {
    let mut cookies = Vec::new();
    for _ in 0..count {
        cookies.push(portal.cookie().await);
    }
    cookies
}

/// Two hundred people sign in at once.
async fn many_sign_ins() -> bool {
    let portal = Portal::start();
    portal.set_up().await;
    let (ready, signed_in) = readiness(&portal, sign_ins(&portal, 200)).await;
    println!("200 sign-ins at once: {}; /readyz: {}", signed_in.told(), ready.told());
    let p99 = ready.p99(200);
    let in_time = judge("200 sign-ins at once: p99 of /readyz", &ms(p99), &ms(READY), p99 < READY);
    let honest = signed_in.count(303) > 0 && signed_in.count(303) + signed_in.count(503) == 200;
    let answered = judge("200 sign-ins at once: answers", &signed_in.told(), "303 or 503", honest);
    let Some(peak) = portal.peak() else { return in_time && answered };
    let small =
        judge("200 sign-ins at once: most memory", &format!("{peak} MiB"), &format!("{MEMORY} MiB"), peak <= MEMORY);
    in_time && answered && small
}

/// Twice as much is asked for as can be done.
async fn overload() -> bool {
    let portal = Portal::start();
    portal.set_up().await;
    let cookies = cookies(&portal, 16).await;
    people(&portal, &cookies, Duration::ZERO, TURN / 4).await;
    let most = people(&portal, &cookies, Duration::ZERO, TURN).await;
    let seconds = u32::try_from(TURN.as_secs()).unwrap();
    let peak = u32::try_from(most.count(200)).unwrap() / seconds;
    let flooded = flood(&portal, &cookies, (peak * 2).max(1), TURN).await;
    let good = u32::try_from(flooded.count(200)).unwrap() / seconds;
    println!("at most {peak} good answers a second; asked for {} a second: {}", peak * 2, flooded.told());
    let share = f64::from(good) / f64::from(peak);
    let enough = judge(
        "overload: good answers",
        &format!("{:.0} %", share * 100.0),
        &format!("{:.0} %", GOOD * 100.0),
        share >= GOOD,
    );
    let refusal = flooded.p99(503);
    judge("overload: p99 of refusals", &ms(refusal), &ms(REFUSAL), refusal < REFUSAL) && enough
}
