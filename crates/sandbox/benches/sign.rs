//! `cargo xtask bench sign`: how long signing and packaging take, and how much memory, against their limits.
//!
//! Prints a table and ends with an error when a limit is broken. Beside the limits stands
//! what OpenSSL takes for one signature at the same moment, since a busy machine slows both down.
#![expect(clippy::print_stdout, reason = "a measurement tells what it found")]
#![expect(clippy::unwrap_used, reason = "a measurement stops where something fails")]

use std::{
    error::Error,
    fs,
    path::Path,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use contract::{DocumentId, MimeType, Sha256Digest, SigningSessionId};
use lopdf::{Document, Stream, dictionary};
use sandbox::{
    clock::{Clock, SystemClock},
    container::{self, ContainerDocument, ContainerInput, ContainerSignature, Level},
    evidence::{self, Authority, Consent, EvidenceEvent, EvidenceInput, SignedDocument, SignerIdentity},
};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

type Failure = Box<dyn Error>;

/// p50 of one XAdES document.
const XADES_LIMIT: Duration = Duration::from_millis(2);
/// p50 of a small contract's package, with the signatures of two people.
const PACKAGE_LIMIT: Duration = Duration::from_millis(50);
/// Most memory that packaging the largest document may take, in MB (10⁶ bytes).
const MEMORY_LIMIT: f64 = 200.0;

/// The word that makes this program package one file and tell what memory that took. The largest
/// is measured in a process of its own: memory that a process once had does not tell who wanted it.
const PACKAGE: &str = "package";

fn main() -> Result<ExitCode, Failure> {
    let words: Vec<String> = std::env::args().collect();
    match words.iter().position(|word| word == PACKAGE) {
        Some(at) => {
            println!("{}", memory_of_packaging(Path::new(&words[at + 1]))?);
            Ok(ExitCode::SUCCESS)
        }
        None => compare(),
    }
}

fn compare() -> Result<ExitCode, Failure> {
    let dir = tempfile::tempdir()?;
    let now = SystemClock.now();
    let authority = Authority::load_or_create(dir.path(), now, &mut |bytes| getrandom::fill(bytes))?;
    let small = pdf(3, 0)?;
    // Just under the contract's limit of 25 MiB.
    let large = pdf(3, 26_000_000)?;

    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism()?;
    println!("machine: {cores} cores, load {}", load.split(' ').take(3).collect::<Vec<_>>().join(" "));
    let openssl = openssl_signature()?;
    println!("peer: OpenSSL signs with P-256 in {}\n", millis(openssl));

    println!("{:<38}{:>10}{:>11}{:>9}{:>10}{:>14}", "", "p50", "p95", "limit", "of it", "x OpenSSL's");
    let mut kept = true;
    let mut row = |name: &str, [p50, p95]: [Duration; 2], limit: Option<Duration>| {
        let against = limit.map_or([String::new(), String::new()], |limit| {
            kept &= p50 < limit;
            [format!("{} ms", limit.as_millis()), format!("{:.2}", p50.as_secs_f64() / limit.as_secs_f64())]
        });
        let signatures = p50.as_secs_f64() / openssl.as_secs_f64();
        println!(
            "{name:<38}{:>10}{:>11}{:>9}{:>10}{signatures:>14.0}",
            millis(p50),
            millis(p95),
            against[0],
            against[1]
        );
    };
    row("XAdES-B-T, 3 pages", percentiles(500, || drop(sign(&authority, &small, now))), Some(XADES_LIMIT));
    row(
        "package, 3 pages, 2 signers",
        percentiles(100, || drop(package(&authority, &small, now))),
        Some(PACKAGE_LIMIT),
    );
    row("XAdES-B-T, 26 MB", percentiles(10, || drop(sign(&authority, &large, now))), None);
    row("package, 26 MB, 2 signers", percentiles(10, || drop(package(&authority, &large, now))), None);

    let file = dir.path().join("large.pdf");
    fs::write(&file, &large)?;
    let child = Command::new(std::env::current_exe()?).arg(PACKAGE).arg(&file).output()?;
    if !child.status.success() {
        return Err(String::from_utf8_lossy(&child.stderr).into());
    }
    let peak: f64 = String::from_utf8(child.stdout)?.trim().parse()?;
    let of_limit = peak / MEMORY_LIMIT;
    println!("\n{:<38}{:>10}{:>20}{of_limit:>10.2}", "memory, package of 26 MB", format!("{peak:.0} MB"), "200 MB");
    kept &= peak < MEMORY_LIMIT;

    println!("\n{}", if kept { "every limit is kept" } else { "a limit is broken" });
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Packages the file as a job would, and tells the process's largest memory in MB.
fn memory_of_packaging(file: &Path) -> Result<f64, Failure> {
    let dir = tempfile::tempdir()?;
    let now = SystemClock.now();
    let authority = Authority::load_or_create(dir.path(), now, &mut |bytes| getrandom::fill(bytes))?;
    drop(package(&authority, &fs::read(file)?, now));
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"));
    Ok(peak.ok_or("this system does not tell a process's memory")?.trim().parse::<f64>()? * 1024.0 / 1e6)
}

fn sign(authority: &Authority, bytes: &[u8], now: OffsetDateTime) -> String {
    let document = SignedDocument {
        id: DocumentId::new(Uuid::nil()),
        filename: "contract.pdf",
        mime_type: &MimeType::Pdf,
        digest: Sha256Digest::new(Sha256::digest(bytes).into()),
        size: bytes.len().try_into().unwrap(),
        text: None,
    };
    let event =
        |kind| EvidenceEvent { kind, document: None, at: now, ip: Some("192.0.2.7"), user_agent: Some("Browser/1.0") };
    let input = EvidenceInput {
        session: SigningSessionId::new(Uuid::nil()),
        document,
        signer: SignerIdentity {
            name: "Kari Nordmann",
            subject: "person-4711",
            national_id: None,
            provider: "nbid",
            assurance_level: "substantial",
            authenticated_at: now,
            transaction_id: "tx-1",
            token: "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln",
        },
        pre_authenticated: None,
        consent: Some(Consent { text: "I agree to the terms.", language: "en", given_at: now }),
        events: &["viewed", "consented", "authenticated", "signed"].map(event),
    };
    evidence::sign_document(authority, &input, now).unwrap()
}

/// The whole package: two signatures, evidence pages, page copy, attachments, seal.
fn package(authority: &Authority, bytes: &[u8], now: OffsetDateTime) -> Vec<u8> {
    let signed = ["Kari Nordmann", "Ola Nordmann"].map(|signer| (signer, sign(authority, bytes, now)));
    let signatures = signed.each_ref().map(|(signer, xml)| ContainerSignature {
        xml: xml.as_bytes(),
        signer,
        provider: "nbid",
        assurance_level: "substantial",
        signed_at: now,
        consent: Some("I agree to the terms."),
    });
    let documents = [ContainerDocument { title: "Contract", name: "contract.pdf", bytes, signatures: &signatures }];
    let input =
        ContainerInput { title: "Contract", reference: "reference", documents: &documents, level: Level::Timestamped };
    container::make(authority, &input, now).unwrap()
}

/// Pages of text; the last one also with a picture of so many bytes that do not compress.
fn pdf(pages: usize, picture: usize) -> Result<Vec<u8>, Failure> {
    let mut file = Document::with_version("1.7");
    let tree = file.new_object_id();
    let font = file.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    let mut noise = vec![0; picture];
    getrandom::fill(&mut noise)?;
    let rows = i64::try_from(picture / 1000)?;
    noise.truncate(1000 * (picture / 1000));
    let image = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Image",
        "Width" => 1000,
        "Height" => rows.max(1),
        "ColorSpace" => "DeviceGray",
        "BitsPerComponent" => 8,
    };
    let image = file.add_object(Stream::new(image, noise).with_compression(false));
    let mut kids = Vec::new();
    for n in 1..=pages {
        let line =
            |n: usize| format!("BT /F1 11 Tf 72 {} Td (Clause {n} of the contract, as agreed.) Tj ET\n", 800 - 15 * n);
        let mut contents: String = (1..=45).map(line).collect();
        if n == pages && picture > 0 {
            contents.push_str("q 100 0 0 100 72 20 cm /Im1 Do Q\n");
        }
        let contents = file.add_object(Stream::new(dictionary! {}, contents.into_bytes()));
        kids.push(
            file.add_object(dictionary! {
                "Type" => "Page",
                "Parent" => tree,
                "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
                "Contents" => contents,
                "Resources" => dictionary! {
                    "Font" => dictionary! { "F1" => font },
                    "XObject" => dictionary! { "Im1" => image },
                },
            })
            .into(),
        );
    }
    let count = i64::try_from(pages)?;
    file.objects.insert(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
    let root = file.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    file.trailer.set("Root", root);
    let mut bytes = Vec::new();
    file.save_to(&mut bytes)?;
    Ok(bytes)
}

/// How long OpenSSL takes for a P-256 signature, by its own measurement.
fn openssl_signature() -> Result<Duration, Failure> {
    let said = Command::new("openssl").args(["speed", "-seconds", "1", "-mr", "ecdsap256"]).output();
    let said = said.map_err(|error| format!("the peer openssl does not run ({error})"))?;
    // `+F4:3:256:signatures a second:verifications a second`
    let said = String::from_utf8(said.stdout)?;
    let rate: f64 =
        said.lines().find_map(|line| line.strip_prefix("+F4:")?.split(':').nth(2)).ok_or(said.clone())?.parse()?;
    Ok(Duration::from_secs_f64(1.0 / rate))
}

/// p50 and p95 of what some work takes, after one run that warms caches.
fn percentiles(runs: usize, work: impl Fn()) -> [Duration; 2] {
    work();
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    [50, 95].map(|percent| times[(runs * percent / 100).min(runs - 1)])
}

fn millis(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1000.0)
}
