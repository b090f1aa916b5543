//! Outside judges of packages, run in a directory of their own.

use std::{collections::BTreeMap, fs, process::Output};

use cms::{content_info::ContentInfo, signed_data::SignedData};
use sha2::{Digest, Sha256};
use x509_cert::der::{Decode, Encode};

use super::NOW;
use crate::{
    evidence::{
        Authority,
        tests::judge::{Judge as EvidenceJudge, MOMENT},
    },
    judges, tools,
};

/// A directory with a package, its attachments and the root certificate.
pub(super) struct Judge {
    dir: tempfile::TempDir,
    package: Vec<u8>,
    evidence: EvidenceJudge,
}

impl Judge {
    pub(super) fn new(trusted: &Authority, package: &[u8]) -> Self {
        let evidence = EvidenceJudge::new(trusted);
        let judge = Self { dir: tempfile::tempdir().unwrap(), package: package.to_vec(), evidence };
        judge.put("package.pdf", package);
        judge.put("root.pem", trusted.root_pem().as_bytes());
        judge
    }

    /// The package itself.
    pub(super) fn package(&self) -> &[u8] {
        &self.package
    }

    /// qpdf finds nothing to complain about.
    pub(super) fn is_sound_pdf(&self) {
        let output = self.run("qpdf", "qpdf", &["--check", "package.pdf"]);
        assert!(output.status.success(), "{}", text(&output));
    }

    /// poppler finds exactly one valid signature, over the whole file.
    pub(super) fn is_sealed_as_a_whole(&self) {
        let said = self.pdfsig();
        assert_eq!(said.matches("Signature #").count(), 1, "{said}");
        for wanted in ["ETSI.CAdES.detached", "Signature is Valid", "Total document signed"] {
            assert!(said.contains(wanted), "{wanted}: {said}");
        }
        assert!(!said.contains("Not total document signed"), "{said}");
    }

    /// poppler trusts the seal's certificate, with the root alone to trust. It judges by the machine's clock.
    pub(super) fn seal_is_trusted(&self) {
        fs::create_dir(self.dir.path().join("nss")).unwrap();
        for arguments in ["-N --empty-password", "-A -n root -t CT,C,C -i root.pem"] {
            let arguments = arguments.split(' ').chain(["-d", "sql:nss"]).collect::<Vec<_>>();
            let output = self.run("certutil", "libnss3-tools", &arguments);
            assert!(output.status.success(), "{}", text(&output));
        }
        let said = text(&self.run("pdfsig", "poppler-utils", &["-nssdir", "sql:nss", "package.pdf"]));
        assert!(said.contains("Signature is Valid") && said.contains("Certificate is Trusted"), "{said}");
    }

    /// What poppler says of the seal itself, without asking whose it is.
    pub(super) fn poppler_says(&self, words: &str) -> bool {
        self.pdfsig().contains(words)
    }

    /// Whether poppler sees the whole file covered.
    pub(super) fn covers_everything(&self) -> bool {
        !self.poppler_says("Not total document signed")
    }

    /// Whether poppler finds the seal valid.
    pub(super) fn seal_is_valid(&self) -> bool {
        self.poppler_says("Signature is Valid")
    }

    fn pdfsig(&self) -> String {
        text(&self.run("pdfsig", "poppler-utils", &["-nocert", "package.pdf"]))
    }

    /// OpenSSL accepts the seal as CAdES and trusts it; it has no signing time of its own.
    pub(super) fn seal_is_cades(&self) {
        let output = self.verify_seal();
        assert!(text(&output).contains("CAdES Verification successful"), "{}", text(&output));
        let parts = text(&self.run("openssl", "openssl", &["asn1parse", "-inform", "DER", "-in", "seal.p7s"]));
        assert!(parts.contains("id-smime-aa-signingCertificateV2"), "{parts}");
        assert!(parts.contains("id-smime-aa-timeStampToken") && !parts.contains("signingTime"), "{parts}");
    }

    pub(super) fn seal_verifies(&self) -> bool {
        self.verify_seal().status.success()
    }

    fn verify_seal(&self) -> Output {
        let (covered, seal) = self.cut();
        self.put("seal.p7s", &seal);
        self.put("covered", &covered);
        let moment = NOW.unix_timestamp().to_string();
        let arguments = "cms -verify -cades -binary -inform DER -in seal.p7s -content covered -CAfile root.pem \
                         -purpose any -out nothing -attime"
            .split_whitespace();
        self.run("openssl", "openssl", &arguments.chain([moment.as_str()]).collect::<Vec<_>>())
    }

    /// OpenSSL accepts the time stamp over the seal's signature.
    pub(super) fn seal_is_time_stamped(&self) {
        let signed: SignedData = ContentInfo::from_der(&self.cut().1).unwrap().content.decode_as().unwrap();
        let signer = &signed.signer_infos.0.as_slice()[0];
        let unsigned = signer.unsigned_attrs.as_ref().unwrap();
        let token = unsigned.get(0).unwrap().values.get(0).unwrap().to_der().unwrap();
        assert!(self.evidence.stamps(&token, signer.signature.as_bytes()));
    }

    /// The covered bytes and the seal, found as any verifier finds them.
    fn cut(&self) -> (Vec<u8>, Vec<u8>) {
        let bytes = &self.package;
        let start = bytes.windows(10).rposition(|window| window == b"/ByteRange").unwrap();
        let range = String::from_utf8_lossy(&bytes[start + 11..start + 60]).into_owned();
        let numbers: Vec<usize> =
            range.split(']').next().unwrap().split_whitespace().map(|number| number.parse().unwrap()).collect();
        let [first, length, second, rest] = numbers[..] else { panic!("{range}") };
        let covered = [&bytes[first..first + length], &bytes[second..second + rest]].concat();
        let hex = &bytes[first + length + 1..second - 1];
        let mut seal = hex::decode(hex).unwrap();
        // The room that is left is filled with zeros; DER says where it ends.
        let end = 4 + usize::from(u16::from_be_bytes([seal[2], seal[3]]));
        seal.truncate(end);
        (covered, seal)
    }

    /// Exactly these files are attached, byte for byte.
    pub(super) fn holds(&self, attached: &[(String, Vec<u8>)]) {
        fs::create_dir(self.dir.path().join("files")).unwrap();
        let output = self.run("pdfdetach", "poppler-utils", &["-saveall", "-o", "files", "package.pdf"]);
        assert!(output.status.success(), "{}", text(&output));
        let found: BTreeMap<String, Vec<u8>> = fs::read_dir(self.dir.path().join("files"))
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
            .collect();
        let wanted: BTreeMap<String, Vec<u8>> = attached.iter().cloned().collect();
        assert_eq!(found.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>());
        for (name, bytes) in &wanted {
            assert_eq!(Sha256::digest(&found[name]), Sha256::digest(bytes), "{name}");
        }
    }

    /// xmlsec1 and signxml accept signatures among the files that [`Judge::holds`] has saved.
    pub(super) fn signatures_verify(&self, names: &[&str]) {
        let files = self.dir.path().join("files");
        let options = ["--verify", "--trusted-pem", "../root.pem", "--verification-gmt-time", "2026-11-24+12:00:00"];
        let output = tools::run(&files, "xmlsec1", "xmlsec1", options.iter().chain(names));
        assert!(output.status.success(), "{}", text(&output));
        let said = judges::python(&files, "xades.py", ["../root.pem", MOMENT].iter().chain(names));
        assert_eq!(said.matches("accepted ").count(), names.len(), "{said}");
    }

    /// What pyHanko says of packages that were put here: for each one, by its commands `validate` and
    /// `adesverify`, and by `adesverify` without questions to the authority.
    pub(super) fn by_pyhanko(&self, packages: &[impl AsRef<str>]) -> Vec<[Opinion; 3]> {
        let arguments = ["root.pem", MOMENT].into_iter().chain(packages.iter().map(AsRef::as_ref));
        let said = judges::python(self.dir.path(), "pades.py", arguments);
        let mut opinions = said.lines().map(Opinion::read);
        packages
            .iter()
            .map(|package| {
                ["validate", "ades", "ades-lt"].map(|check| {
                    let (asked, opinion) = opinions.next().unwrap();
                    assert_eq!(asked, (check, package.as_ref()));
                    opinion
                })
            })
            .collect()
    }

    /// The pages after the evidence pages look like the documents', one after the other.
    pub(super) fn shows(&self, documents: &[&[u8]]) {
        let mut wanted = Vec::new();
        for document in documents {
            self.put("document.pdf", document);
            wanted.extend(self.images("document.pdf"));
        }
        let shown = self.images("package.pdf");
        assert!(shown.len() > wanted.len(), "{} pages", shown.len());
        let shown = &shown[shown.len() - wanted.len()..];
        for (page, (shown, wanted)) in (1..).zip(shown.iter().zip(&wanted)) {
            assert_eq!(shown.size, wanted.size, "page {page}");
            let worst = shown.pixels.iter().zip(&wanted.pixels).map(|(one, other)| one.abs_diff(*other)).max();
            assert!(worst <= Some(32), "page {page} differs by {worst:?}");
        }
    }

    /// All pages of a file, as poppler draws them.
    fn images(&self, file: &str) -> Vec<Image> {
        let output = self.run("pdftoppm", "poppler-utils", &["-r", "36", "-gray", file]);
        assert!(output.status.success(), "{}", text(&output));
        let mut rest = output.stdout.as_slice();
        let mut images = Vec::new();
        while let Some(image) = Image::read(&mut rest) {
            images.push(image);
        }
        images
    }

    pub(super) fn text_of_page(&self, page: usize) -> String {
        let page = page.to_string();
        let output = self.run("pdftotext", "poppler-utils", &["-f", &page, "-l", &page, "-layout", "package.pdf", "-"]);
        String::from_utf8(output.stdout).unwrap()
    }

    pub(super) fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.dir.path().join(name), bytes).unwrap();
    }

    pub(super) fn run(&self, program: &str, package: &str, arguments: &[&str]) -> Output {
        tools::run(self.dir.path(), program, package, arguments)
    }
}

/// What pyHanko says.
#[derive(Debug)]
pub(super) struct Opinion {
    pub(super) accepts: bool,
    pub(super) words: String,
}

impl Opinion {
    /// Reads a line, which also says what was asked about which package.
    fn read(line: &str) -> ((&str, &str), Self) {
        let [check, package, exit, words] = line.splitn(4, '\t').collect::<Vec<_>>().try_into().unwrap();
        ((check, package), Self { accepts: exit == "0", words: words.to_owned() })
    }
}

/// A grey image.
struct Image {
    size: String,
    pixels: Vec<u8>,
}

impl Image {
    /// Reads the next image (binary PGM) of several.
    fn read(from: &mut &[u8]) -> Option<Self> {
        let mut line = || {
            let end = from.iter().position(|byte| *byte == b'\n')?;
            let (line, rest) = from.split_at(end);
            *from = &rest[1..];
            String::from_utf8(line.to_vec()).ok()
        };
        assert_eq!(line()?, "P5");
        let (size, _depth) = (line()?, line()?);
        let length = size.split(' ').map(|number| number.parse::<usize>().unwrap()).product();
        let (pixels, rest) = from.split_at(length);
        *from = rest;
        Some(Self { size, pixels: pixels.to_vec() })
    }
}

fn text(output: &Output) -> String {
    [&*output.stdout, &*output.stderr].map(String::from_utf8_lossy).concat()
}
