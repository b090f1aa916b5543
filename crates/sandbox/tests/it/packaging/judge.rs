//! Outside judges of a package that was downloaded.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::TestSandbox;

/// A package that qpdf, poppler and xmlsec1 accepted, with the files inside.
pub(super) struct Judged {
    dir: TempDir,
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

impl Judged {
    /// Downloads a package and lets the judges at it.
    pub(super) async fn package(sandbox: &TestSandbox, package: &Value) -> Self {
        let judged = Self::fetched(sandbox, package).await;
        let said = judged.pdfsig();
        assert_eq!(said.matches("Signature #").count(), 1, "{said}");
        for wanted in ["ETSI.CAdES.detached", "Signature is Valid", "Total document signed"] {
            assert!(said.contains(wanted), "{wanted}: {said}");
        }
        assert!(!said.contains("Not total document signed"), "{said}");
        judged
    }

    /// The same without the seal's judges.
    pub(super) async fn fetched(sandbox: &TestSandbox, package: &Value) -> Self {
        assert_eq!(package["packageType"], "PADES_CONTAINER");
        let path = format!("/sign/documents/{}", package["resultDocumentId"].as_str().unwrap());
        let metadata: Value = sandbox.get(&format!("{path}/metadata")).await.json().await.unwrap();
        assert_eq!(metadata["mimeType"], "application/pdf");
        let answer = sandbox.get(&path).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &"application/pdf".parse().unwrap())
        );
        let bytes = answer.bytes().await.unwrap();
        let dir = TempDir::new().unwrap();
        fs::write(dir.path().join("package.pdf"), &bytes).unwrap();
        let root = sandbox.http.get(format!("{}/trust/root.pem", sandbox.base)).send().await.unwrap();
        fs::write(dir.path().join("root.pem"), root.bytes().await.unwrap()).unwrap();
        fs::create_dir(dir.path().join("files")).unwrap();

        let mut judged = Self { dir, files: BTreeMap::new() };
        judged.must("qpdf", &["--check", "package.pdf"]);
        judged.must("pdfdetach", &["-saveall", "-o", "files", "package.pdf"]);
        for entry in fs::read_dir(judged.dir.path().join("files")).unwrap().map(Result::unwrap) {
            judged.files.insert(entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap());
        }
        for name in judged.files.keys().filter(|name| name.contains(".signature-")) {
            let options =
                ["--verify", "--trusted-pem", "../root.pem", "--verification-gmt-time", "2026-11-24+12:30:00"];
            must(&judged.dir.path().join("files"), "xmlsec1", &[&options[..], &[name.as_str()]].concat());
        }
        judged
    }

    /// The names of the files inside.
    pub(super) fn names(&self) -> Vec<&str> {
        self.files.keys().map(String::as_str).collect()
    }

    pub(super) fn pdfsig(&self) -> String {
        text(&self.must("pdfsig", &["-nocert", "package.pdf"]))
    }

    /// What the pages say.
    pub(super) fn text(&self) -> String {
        text(&self.must("pdftotext", &["-layout", "package.pdf", "-"]))
    }

    fn must(&self, program: &str, arguments: &[&str]) -> Output {
        must(self.dir.path(), program, arguments)
    }
}

/// Runs a program, which must be there and content.
fn must(dir: &Path, program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program).args(arguments).current_dir(dir).output();
    let output = output.unwrap_or_else(|error| panic!("the judge {program} does not run: {error}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", text(&output));
    output
}

fn text(output: &Output) -> String {
    [&*output.stdout, &*output.stderr].map(String::from_utf8_lossy).concat()
}
