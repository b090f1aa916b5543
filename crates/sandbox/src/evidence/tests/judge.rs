//! Outside judges: xmlsec1 and xmllint, run in a directory of their own.

use std::{ffi::OsStr, fs, process::Output};

use super::{super::Authority, NOW};
use crate::tools;

/// What xmlsec1 says about a result.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The document, the evidence and the signature are as sealed, and the root is trusted.
    Accepted,
    /// A digest or the signature value does not match.
    Changed,
    /// The certificates do not lead to the trusted root.
    Untrusted,
    /// None of these.
    Other(String),
}

/// A directory with the root certificate and whatever is put beside it.
pub(crate) struct Judge {
    dir: tempfile::TempDir,
}

impl Judge {
    pub(crate) fn new(trusted: &Authority) -> Self {
        let judge = Self { dir: tempfile::tempdir().unwrap() };
        judge.put("root.pem", trusted.root_pem().as_bytes());
        judge
    }

    pub(super) fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.dir.path().join(name), bytes).unwrap_or_else(|error| panic!("{name:?}: {error}"));
    }

    pub(super) fn verdict(&self, result: &str) -> Verdict {
        let output = self.verify(&[result]);
        let word = |wanted| words(&output).any(|word| word == wanted);
        if word("OK") && output.contains("(ok/all): 3/3") {
            Verdict::Accepted
        } else if word("FAIL") {
            Verdict::Changed
        } else if word("ERROR") && output.contains("certificate verification failed") {
            Verdict::Untrusted
        } else {
            Verdict::Other(output)
        }
    }

    /// How many of these results xmlsec1 accepts, and all that it says.
    pub(super) fn accepted(&self, results: &[&str]) -> (usize, String) {
        let output = self.verify(results);
        (words(&output).filter(|word| *word == "OK").count(), output)
    }

    fn verify(&self, results: &[&str]) -> String {
        // The moment is fixed so that the certificates' life does not end the tests'.
        let options = ["--verify", "--trusted-pem", "root.pem", "--verification-gmt-time", "2026-11-24+12:00:00"];
        let output = self.run("xmlsec1", "xmlsec1", options.iter().chain(results));
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        let all_accepted = words(&text).filter(|word| *word == "OK").count() == results.len();
        assert_eq!(output.status.success(), all_accepted, "exit code and words agree: {text}");
        text
    }

    /// The string value of an XPath expression, as libxml2 reads it.
    pub(super) fn xpath(&self, result: &str, expression: &str) -> String {
        let output = self.run("xmllint", "libxml2-utils", ["--nonet", "--xpath", expression, result]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // xmllint ends its answer with a line break of its own.
        String::from_utf8(output.stdout).unwrap().strip_suffix('\n').unwrap().to_owned()
    }

    /// Whether OpenSSL accepts a time stamp over these bytes.
    pub(crate) fn stamps(&self, token: &[u8], stamped: &[u8]) -> bool {
        self.put("token.der", token);
        self.put("stamped", stamped);
        let moment = NOW.unix_timestamp().to_string();
        let arguments = "ts -verify -token_in -in token.der -data stamped -CAfile root.pem -attime";
        let output = self.run("openssl", "openssl", arguments.split_whitespace().chain([moment.as_str()]));
        String::from_utf8_lossy(&output.stdout).contains("Verification: OK") && output.status.success()
    }

    fn run(&self, program: &str, package: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
        tools::run(self.dir.path(), program, package, arguments)
    }
}

/// xmlsec1's lines that are or end in a verdict, as its versions write `OK` or `Verification status: OK`.
fn words(output: &str) -> impl Iterator<Item = &str> {
    output.lines().map(|line| line.strip_prefix("Verification status: ").unwrap_or(line))
}
