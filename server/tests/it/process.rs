//! The command as people start it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

fn server(dir: &Path) -> Command {
    started_by(Command::new(env!("CARGO_BIN_EXE_server")), dir)
}

/// The command as something else starts it.
pub fn started_by(mut command: Command, dir: &Path) -> Command {
    command
        .current_dir(dir)
        .env_clear()
        .env("COUNTERSIGN_LISTEN", "127.0.0.1:0")
        .env("COUNTERSIGN_SANDBOX__LISTEN", "127.0.0.1:0");
    command
}

fn said(output: &Output) -> (String, String) {
    (String::from_utf8(output.stdout.clone()).unwrap(), String::from_utf8(output.stderr.clone()).unwrap())
}

#[test]
fn help_lists_every_setting() {
    let dir = tempfile::tempdir().unwrap();
    let output = server(dir.path()).arg("--help").output().unwrap();
    assert!(output.status.success());
    let (help, _) = said(&output);
    for setting in server::config::SETTINGS {
        assert!(help.contains(&setting.variable()), "{}", setting.name);
    }
}

#[test]
fn ops_01_wrong_settings_are_named_and_nothing_starts() {
    let dir = tempfile::tempdir().unwrap();
    for (variable, value, named) in [
        ("COUNTERSIGN_LISTEN", "0.0.0.0:0", "public_url"),
        ("COUNTERSIGN_LISTNE", "127.0.0.1:0", "COUNTERSIGN_LISTNE"),
        ("COUNTERSIGN_DATA_DIR", "/dev/null/data", "data_dir"),
        ("COUNTERSIGN_UPSTREAM__CLIENT_ID", "id", "COUNTERSIGN_UPSTREAM__CLIENT_SECRET"),
    ] {
        let output = server(dir.path()).env(variable, value).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{variable}");
        let (out, error) = said(&output);
        assert!(out.is_empty() && error.starts_with("error: setting ") && error.contains(named), "{error}");
    }
    let output = server(dir.path()).args(["config", "check"]).env("COUNTERSIGN_LISTEN", "0.0.0.0:0").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(server(dir.path()).args(["config", "check"]).output().unwrap().status.success());
    assert!(!dir.path().join("data").exists());
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn ops_04_starts_says_where_it_is_and_stops_when_told() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = server(dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = lines.next().unwrap();
    let sandbox = lines.next().unwrap();
    let link = lines.next().unwrap();
    let origin = address.strip_prefix("Portal: ").unwrap();
    assert!(origin.starts_with("http://127.0.0.1:"), "{address}");
    assert!(sandbox.contains("http://localhost:") && sandbox.contains("no legal effect"), "{sandbox}");
    let link = link.strip_prefix("Set-up link (once, valid 1 hour): ").unwrap();
    let token = link.strip_prefix(&format!("{origin}/setup?token=")).unwrap();
    assert_eq!(token.len(), 43);

    signal(&child, "TERM");
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("stopping") && log.contains("stopped"), "{log}");
    assert!(!log.contains(token), "the set-up link is in the log");
}

#[cfg(unix)]
#[test]
fn ops_04_a_second_signal_stops_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = server(dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let address = said.next().unwrap().strip_prefix("Portal: http://").unwrap().to_owned();

    // A request that is worked on: the portal asks for its body, which never comes.
    let mut request = TcpStream::connect(&address).unwrap();
    let head = format!(
        "POST /sign-in HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\nsec-fetch-site: same-origin\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\nexpect: 100-continue\r\n\r\n"
    );
    request.write_all(head.as_bytes()).unwrap();
    let mut wanted = [0; 21];
    request.read_exact(&mut wanted).unwrap();
    assert_eq!(&wanted, b"HTTP/1.1 100 Continue");

    // This one does not stop it.
    signal(&child, "HUP");
    assert!(log.any(|line| line.contains("secrets in files are read anew")));
    signal(&child, "TERM");
    assert!(log.any(|line| line.contains("stopping; a second signal stops at once")));
    assert!(child.try_wait().unwrap().is_none(), "it waits for the request");
    let at = Instant::now();
    signal(&child, "TERM");
    let rest: Vec<String> = log.collect();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    // Far less than requests may take to end, and not in order.
    assert!(at.elapsed() < Duration::from_secs(5), "{:?}", at.elapsed());
    assert!(!rest.iter().any(|line| line.contains("stopped")), "{rest:?}");
}
