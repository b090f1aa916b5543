//! Outside judges: xmlsec1, signxml, Java's XML signatures, ETSI's schema and OpenSSL, run in a directory of their own.

use std::{ffi::OsStr, fs, process::Output};

use super::{super::Authority, NOW};
use crate::{judges, tools};

/// When the judges judge. It is fixed so that the certificates' life does not end the tests'.
pub(crate) const MOMENT: &str = "2026-11-24T12:00:00Z";

/// The schema of both namespaces in which a verifier finds a signature.
const BOTH_SCHEMAS: &str = r#"<schema xmlns="http://www.w3.org/2001/XMLSchema">
<import namespace="http://www.w3.org/2000/09/xmldsig#" schemaLocation="schemas/xmldsig-core-schema.xsd"/>
<import namespace="http://uri.etsi.org/01903/v1.3.2#" schemaLocation="xades/schemas/XAdES01903v132-201601.xsd"/>
</schema>"#;

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

    /// As [`Judge::put`], in a folder of its own.
    pub(super) fn put_in(&self, folder: &str, name: &str, bytes: &[u8]) {
        fs::create_dir_all(self.dir.path().join(folder)).unwrap();
        self.put(&format!("{folder}/{name}"), bytes);
    }

    /// signxml, with the root alone to trust, and Java accept all of these results, and they follow ETSI's schema.
    pub(super) fn others_accept(&self, results: &[impl AsRef<str>]) {
        for said in [self.by_signxml(results), self.by_java(results)] {
            let accepted = results.iter().map(|result| format!("accepted {}", result.as_ref()));
            assert_eq!(said, accepted.collect::<Vec<_>>());
        }
        self.follow_schema(results);
    }

    /// signxml and Java refuse all of these results.
    pub(super) fn others_refuse(&self, results: &[impl AsRef<str>]) {
        self.signxml_refuses(results);
        refused(&self.by_java(results), results);
    }

    /// signxml refuses all of these results. Java does not ask whom a certificate belongs to.
    pub(super) fn signxml_refuses(&self, results: &[impl AsRef<str>]) {
        refused(&self.by_signxml(results), results);
    }

    fn by_signxml(&self, results: &[impl AsRef<str>]) -> Vec<String> {
        let arguments = ["root.pem", MOMENT].into_iter().chain(results.iter().map(AsRef::as_ref));
        lines(&judges::python(self.dir.path(), "xades.py", arguments))
    }

    fn by_java(&self, results: &[impl AsRef<str>]) -> Vec<String> {
        lines(&judges::java(self.dir.path(), "Xades.java", results.iter().map(AsRef::as_ref)))
    }

    fn follow_schema(&self, results: &[impl AsRef<str>]) {
        let source = judges::python_environment().join("schemas/signxml");
        for (folder, schema) in [("schemas", "xmldsig-core-schema.xsd"), ("xades/schemas", "XAdES01903v132-201601.xsd")]
        {
            self.put_in(folder, schema, &fs::read(source.join(folder).join(schema)).unwrap());
        }
        self.put("both.xsd", BOTH_SCHEMAS.as_bytes());
        let options = ["--nonet", "--noout", "--schema", "both.xsd"];
        let arguments = options.into_iter().chain(results.iter().map(AsRef::as_ref));
        let output = self.run("xmllint", "libxml2-utils", arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.matches(" validates").count() == results.len(), "{said}");
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
        let moment = MOMENT.trim_end_matches('Z').replace('T', "+");
        let options = ["--verify", "--trusted-pem", "root.pem", "--verification-gmt-time", &moment];
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

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// The judge refused every result, each with a reason that lies in the result.
fn refused(said: &[String], results: &[impl AsRef<str>]) {
    assert_eq!(said.len(), results.len(), "{said:#?}");
    for (said, result) in said.iter().zip(results) {
        assert!(said.starts_with(&format!("refused {}: ", result.as_ref())), "{said}");
    }
}
