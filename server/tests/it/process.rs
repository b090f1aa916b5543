//! The command as people start it.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Output, Stdio},
};

fn server(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
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

    let killed = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("stopping") && log.contains("stopped"), "{log}");
    assert!(!log.contains(token), "the set-up link is in the log");
}
