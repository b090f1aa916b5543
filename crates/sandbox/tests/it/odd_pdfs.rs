//! Odd PDFs at upload: taken, or refused with words that tell their sender what to do.

use reqwest::{Method, Response};

use crate::{
    odd::{Odd, accepted, deep, zeros},
    samples::{CATALOG, Draft, PAGES, by_qpdf, changed, last_table, page},
    support::{TestSandbox, problem},
};

const DAMAGED: &str = "the PDF is damaged: ";
const MISPLACED: &str = "parts of it are not where its table says; open it in a PDF program and save it anew";
const PASSWORD: &str = "the PDF is password-protected; save it without a password";

async fn upload(sandbox: &TestSandbox, file: Vec<u8>) -> Response {
    let request = sandbox.request(Method::POST, "/sign/documents").header("content-type", "application/pdf");
    request.body(file).send().await.unwrap()
}

#[tokio::test]
async fn they_are_refused_with_the_reason() {
    let sandbox = TestSandbox::spawn().await;
    for ((name, file), detail) in refused() {
        let answer = upload(&sandbox, file).await;
        assert_eq!(answer.status(), 400, "{name}");
        assert_eq!(problem(answer, 400, "bad_request").await["detail"], detail, "{name}");
    }
}

#[tokio::test]
async fn they_are_taken_if_their_pages_can_be_shown() {
    let sandbox = TestSandbox::spawn().await;
    for (name, file) in accepted() {
        assert_eq!(upload(&sandbox, file).await.status(), 200, "{name}");
    }
}

/// Files that are refused at upload, each with what its sender is told.
fn refused() -> Vec<(Odd, String)> {
    let file = Draft::with_pages(3).finish();
    let text = String::from_utf8_lossy(&file).into_owned();
    let table = last_table(&file);
    let half = &file[..file.len() / 2];
    let damaged = |why: &str| format!("{DAMAGED}{why}");
    let page_missing = |n: usize| format!("{DAMAGED}page {n} cannot be read");
    let mut all = vec![
        (("empty", Vec::new()), "the document is empty".to_owned()),
        (("a web page", b"<html><body>%PD".to_vec()), "the document is not a PDF".to_owned()),
        (("a PDF that starts too late", [&[b' '; 1024], &*file].concat()), "the document is not a PDF".to_owned()),
        (("half a file", half.to_vec()), damaged("its end is missing")),
        (("half a file with an end", [half, b"\n%%EOF\n"].concat()), damaged(MISPLACED)),
        (("no table", [&file[..table], b"\n%%EOF\n"].concat()), damaged(MISPLACED)),
        (("bit rot", rotten(&file)), page_missing(2)),
        (
            ("no pages", changed(|draft| draft.set(PAGES, "<</Type/Pages/Kids[]/Count 0>>"))),
            "the PDF has no pages".to_owned(),
        ),
        (("2,001 pages", Draft::with_pages(2001).finish()), "the PDF has more than 2,000 pages".to_owned()),
        (
            ("dynamic XFA", changed(|draft| draft.extend(CATALOG, "/AcroForm<</Fields[]/XFA[]>>/NeedsRendering true"))),
            "the PDF is a dynamic XFA form; print it to a PDF with fixed pages".to_owned(),
        ),
        (
            (
                "a bomb in the structure",
                changed(|draft| {
                    draft.add_stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", &zeros(600 * 1024 * 1024));
                    draft
                }),
            ),
            damaged("a part of its structure unpacks to more than 64 MiB; open it in a PDF program and save it anew"),
        ),
        (("100,000 arrays in each other", changed(|draft| draft.extend(page(1), &deep()))), page_missing(1)),
    ];
    for (name, to) in
        [("a wrong startxref", "17".to_owned()), ("a startxref that is off by three", (table - 3).to_string())]
    {
        let file = text.replacen(&format!("startxref\n{table}"), &format!("startxref\n{to}"), 1);
        all.push(((name, file.into_bytes()), damaged(MISPLACED)));
    }
    for (name, kids, missing) in [
        ("a page tree that goes in circles", "[4 0 R 2 0 R]/Count 2", 2),
        ("a page that is written into the tree", "[4 0 R 6 0 R<</Type/Page>>]/Count 3", 3),
        ("a page that is not there", "[4 0 R 6 0 R 99 0 R]/Count 3", 3),
        ("a count that is too high", "[4 0 R 6 0 R 8 0 R]/Count 4", 4),
        ("a count that is too low", "[4 0 R 6 0 R 8 0 R]/Count 2", 3),
    ] {
        let file = changed(|draft| draft.set(PAGES, &format!("<</Type/Pages/Kids{kids}>>")));
        all.push(((name, file), page_missing(missing)));
    }
    for (name, password, bits, more) in [
        ("RC4-40, empty password", "", "40", &["--"][..]),
        ("RC4-128", "secret", "128", &["--use-aes=n", "--"]),
        ("AES-128, empty password", "", "128", &["--use-aes=y", "--"]),
        ("AES-256, empty password", "", "256", &["--"]),
        ("AES-256", "secret", "256", &["--"]),
    ] {
        let options = [&["--allow-weak-crypto", "--encrypt", password, "owner", bits], more].concat();
        all.push(((name, by_qpdf(&file, &options)), PASSWORD.to_owned()));
    }
    let mut draft = Draft::with_pages(1);
    let key = draft.add("<</Filter/Adobe.PubSec/SubFilter/adbe.pkcs7.s4/V 1/Recipients[<00>]>>");
    let public_key = draft.finish_as("%PDF-1.7", &format!("/Encrypt {key} 0 R/ID[<00><00>]"));
    all.push((("encrypted for a key", public_key), PASSWORD.to_owned()));
    all
}

/// The start of the second page has become unreadable.
fn rotten(file: &[u8]) -> Vec<u8> {
    let mark = format!("\n{} 0 obj\n", page(2));
    let start = file.windows(mark.len()).position(|window| window == mark.as_bytes()).unwrap() + mark.len();
    let mut rotten = file.to_vec();
    rotten[start..start + 12].fill(b'\xff');
    rotten
}
