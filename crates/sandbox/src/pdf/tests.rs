//! One odd PDF for every rule.

use std::time::Instant;

use super::{
    PAGES_MAX, PdfFacts, PdfRefusal, TIME_LIMIT, check, check_blocking, odd,
    samples::{CATALOG, Draft, PAGES, by_qpdf, changed, last_table, page},
};

const PLAIN: PdfFacts = PdfFacts { pages: 3, signed: false, has_active_content: false, has_xfa: false };
const MISPLACED: PdfRefusal = PdfRefusal::Damaged("parts of it are not where its table says");

#[test]
fn what_is_no_pdf_is_refused() {
    let late = [&[b' '; 1024], &*Draft::with_pages(1).finish()].concat();
    for bytes in [&b""[..], b"%PDF", b"<html><body>%PD", b"PK\x03\x04", &[0; 5000], &late] {
        assert_eq!(check(bytes), Err(PdfRefusal::NotAPdf));
    }
}

#[test]
fn junk_around_a_sound_file_does_not_matter() {
    let file = Draft::with_pages(3).finish();
    assert_eq!(check(&file), Ok(PLAIN));
    assert_eq!(check(&[b"\xef\xbb\xbf\r\n\r\n", &*file].concat()), Ok(PLAIN));
    assert_eq!(check(&[&[b'x'; 1000], &*file].concat()), Ok(PLAIN));
    assert_eq!(check(&[&*file, &[b'\n'; 600]].concat()), Ok(PLAIN));
    assert_eq!(check(&[&*file, b"% a comment\n"].concat()), Ok(PLAIN));
}

#[test]
fn a_truncated_file_is_refused_wherever_it_ends() {
    let file = Draft::with_pages(3).finish();
    let whole = file.len() - "%%EOF\n".len();
    for end in (6..whole - 1).step_by(7).chain([whole - 2]) {
        let verdict = check(&file[..end]);
        assert!(matches!(verdict, Err(PdfRefusal::Damaged(_) | PdfRefusal::UnreadablePage(_))), "{end}: {verdict:?}");
    }
    let compressed = by_qpdf(&file, &["--object-streams=generate"]);
    for end in (6..compressed.len() - 10).step_by(7) {
        assert!(check(&compressed[..end]).is_err(), "{end}");
    }
}

#[test]
fn a_table_that_leads_nowhere_is_refused() {
    let file = Draft::with_pages(3).finish();
    let text = String::from_utf8_lossy(&file).into_owned();
    let table = last_table(&file);
    for (from, to) in [
        (format!("startxref\n{table}"), "startxref\n17".to_owned()),
        (format!("startxref\n{table}"), format!("startxref\n{}", table - 3)),
        (format!("startxref\n{table}"), "startxref\n99999999".to_owned()),
        ("startxref".to_owned(), "startxxxx".to_owned()),
        ("xref\n0 1".to_owned(), "yref\n0 1".to_owned()),
        ("trailer".to_owned(), "trailed".to_owned()),
        ("/Root 1 0 R".to_owned(), "/Root 9 9 R".to_owned()),
    ] {
        assert!(text.contains(&from), "{from}");
        let verdict = check(text.replacen(&from, &to, 1).as_bytes());
        assert!(matches!(verdict, Err(PdfRefusal::Damaged(_))), "{to}: {verdict:?}");
    }
    let shifted = text.replacen("<</Type/Font", "%%%%%%%%\n<</Type/Font", 1);
    assert!(check(shifted.as_bytes()).is_err());
    assert_eq!(check(&text.as_bytes()[..table]), Err(MISPLACED));
}

#[test]
fn bit_rot_that_hits_a_page_is_refused() {
    let file = Draft::with_pages(3).finish();
    for object in [PAGES, page(1), page(2), page(2) + 1, page(3), 3] {
        let mark = format!("\n{object} 0 obj");
        let start = file.windows(mark.len()).position(|window| window == mark.as_bytes()).unwrap() + mark.len();
        let mut rotten = file.clone();
        rotten[start - 2] ^= 0x10;
        assert!(check(&rotten).is_err(), "the head of {object}");
        let mut rotten = file.clone();
        rotten[start + 1..start + 12].fill(b'\xff');
        assert!(check(&rotten).is_err(), "the start of {object}");
    }
}

#[test]
fn a_broken_page_tree_names_the_page() {
    let second = page(2);
    let unreadable = |n| Err(PdfRefusal::UnreadablePage(n));
    for (number, object, verdict) in [
        // Circular: the second page is the tree itself, or a group that holds the tree.
        (second, "<</Type/Pages/Kids[2 0 R]/Count 1>>", unreadable(2)),
        (PAGES, "<</Type/Pages/Kids[4 0 R 2 0 R]/Count 2>>", unreadable(2)),
        // The same page twice.
        (PAGES, "<</Type/Pages/Kids[4 0 R 4 0 R]/Count 2>>", unreadable(2)),
        // A direct kid, which the standard forbids and readers skip.
        (PAGES, "<</Type/Pages/Kids[4 0 R 6 0 R<</Type/Page>>]/Count 3>>", unreadable(3)),
        (PAGES, "<</Type/Pages/Kids[4 0 R 6 0 R 99 0 R]/Count 3>>", unreadable(3)),
        (PAGES, "<</Type/Pages/Kids 4/Count 1>>", unreadable(1)),
        (PAGES, "<</Type/Pages/Kids[4 0 R 6 0 R 8 0 R]/Count 4>>", unreadable(4)),
        (PAGES, "<</Type/Pages/Kids[4 0 R 6 0 R 8 0 R]/Count 2>>", unreadable(3)),
        (PAGES, "<</Type/Pages/Kids[4 0 R 6 0 R 8 0 R]>>", unreadable(1)),
        (PAGES, "<</Type/Pages/Kids[4 0 R 6 0 R 8 0 R]/Count -3>>", unreadable(1)),
        (second, "[/Type/Page]", unreadable(2)),
        (second, "null", unreadable(2)),
        (second, "<</Type/Page/Parent 2 0 R/Contents 12>>", unreadable(2)),
        (second, "<</Type/Page/Parent 2 0 R/Contents[5 0 R 3 0 R]>>", unreadable(2)),
        (PAGES, "<</Type/Pages/Kids[]/Count 0>>", Err(PdfRefusal::NoPages)),
        (CATALOG, "<</Type/Catalog>>", Err(PdfRefusal::NoPages)),
    ] {
        assert_eq!(check(&changed(|draft| draft.set(number, object))), verdict, "{object}");
    }
}

#[test]
fn pages_may_be_grouped_and_may_miss_what_the_standard_lets_them_miss() {
    let grouped = changed(|draft| {
        let group = draft.add("<</Type/Pages/Parent 2 0 R/Kids[6 0 R 8 0 R]/Count 2>>");
        draft.set(PAGES, &format!("<</Type/Pages/Kids[4 0 R {group} 0 R]/Count 3/MediaBox[0 0 100 100]>>"))
    });
    assert_eq!(check(&grouped), Ok(PLAIN));
    let empty = changed(|draft| draft.set(page(2), "<</Type/Page/Parent 2 0 R>>"));
    assert_eq!(check(&empty), Ok(PLAIN));
    let null = changed(|draft| draft.extend(page(2), "/Annots[77 0 R]/Metadata 78 0 R"));
    assert_eq!(check(&null), Ok(PLAIN), "a reference to what never was is null");
    let turned = changed(|draft| draft.extend(page(2), "/Rotate 90/CropBox[10 10 300 300]/UserUnit 2"));
    assert_eq!(check(&turned), Ok(PLAIN));
}

#[test]
fn two_thousand_pages_are_the_limit() {
    assert_eq!(check(&Draft::with_pages(PAGES_MAX).finish()), Ok(PdfFacts { pages: PAGES_MAX, ..PLAIN }));
    assert_eq!(check(&Draft::with_pages(PAGES_MAX + 1).finish()), Err(PdfRefusal::TooManyPages));
}

#[test]
fn encrypted_files_are_refused_also_with_an_empty_password() {
    let file = Draft::with_pages(3).finish();
    for (user, bits, more) in [
        ("", "40", &["--"][..]),
        ("secret", "40", &["--"]),
        ("", "128", &["--use-aes=n", "--"]),
        ("secret", "128", &["--use-aes=y", "--"]),
        ("", "256", &["--"]),
        ("secret", "256", &["--"]),
    ] {
        let options = [&["--allow-weak-crypto", "--encrypt", user, "owner", bits], more].concat();
        assert_eq!(check(&by_qpdf(&file, &options)), Err(PdfRefusal::PasswordProtected), "{user} {bits} {more:?}");
    }
    let mut draft = Draft::with_pages(1);
    let key = draft.add("<</Filter/Adobe.PubSec/SubFilter/adbe.pkcs7.s4/V 1/Recipients[<00>]>>");
    let public_key = draft.finish_as("%PDF-1.7", &format!("/Encrypt {key} 0 R/ID[<00><00>]"));
    assert_eq!(check(&public_key), Err(PdfRefusal::PasswordProtected));
}

#[test]
fn modern_and_grown_files_are_accepted() {
    let file = Draft::with_pages(3).finish();
    assert_eq!(check(&Draft::with_pages(3).finish_as("%PDF-2.0", "")), Ok(PLAIN));
    for options in [&["--object-streams=generate"][..], &["--linearize"], &["--linearize", "--object-streams=generate"]]
    {
        assert_eq!(check(&by_qpdf(&file, options)), Ok(PLAIN), "{options:?}");
    }
    assert_eq!(check(&odd::grown()), Ok(PLAIN));
    assert_eq!(check(&odd::hybrid()), Ok(PLAIN));
}

#[test]
fn forms_are_accepted_unless_their_pages_are_made_while_shown() {
    let form = |more: &str| changed(|draft| draft.extend(CATALOG, &format!("/AcroForm<</Fields[]/XFA[]>>{more}")));
    assert_eq!(check(&form("")), Ok(PdfFacts { has_xfa: true, ..PLAIN }));
    assert_eq!(check(&form("/NeedsRendering false")), Ok(PdfFacts { has_xfa: true, ..PLAIN }));
    assert_eq!(check(&form("/NeedsRendering true")), Err(PdfRefusal::DynamicXfa));
}

#[test]
fn active_content_is_accepted_and_told() {
    let active = Ok(PdfFacts { has_active_content: true, ..PLAIN });
    for (number, entries, verdict) in [
        (CATALOG, "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>", active),
        (CATALOG, "/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(1)>>]>>>>", active),
        (CATALOG, "/AA<</WC<</S/JavaScript/JS(1)>>>>", active),
        (page(1), "/AA<</O<</S/URI/URI(http://localhost)>>>>", active),
        (page(1), "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/F(x)>>>>]", active),
        (page(1), "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/SubmitForm/F(x)>>>>]", active),
        (page(1), "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(a)/Next<</S/Launch/F(x)>>>>>>]", active),
        (page(1), "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(http://localhost)>>>>]", Ok(PLAIN)),
        (page(1), "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/GoTo/D[4 0 R/Fit]>>>>]", Ok(PLAIN)),
        (page(1), "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/Named/N/NextPage>>>>]", Ok(PLAIN)),
        (CATALOG, "/OpenAction[4 0 R/Fit]", Ok(PLAIN)),
        (CATALOG, "/StructTreeRoot<</K<</S/Table/A<</O/Layout/Placement/Block>>>>>>", Ok(PLAIN)),
    ] {
        assert_eq!(check(&changed(|draft| draft.extend(number, entries))), verdict, "{entries}");
    }
}

#[test]
fn signed_files_and_hidden_layers_are_accepted() {
    let signed = changed(|draft| {
        let value = draft.add("<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>>>");
        let field = draft.add(&format!("<</FT/Sig/T(s)/V {value} 0 R>>"));
        draft.extend(CATALOG, &format!("/AcroForm<</SigFlags 3/Fields[{field} 0 R]>>"))
    });
    assert_eq!(check(&signed), Ok(PdfFacts { signed: true, ..PLAIN }));
    let layered = changed(|draft| {
        let layer = draft.add("<</Type/OCG/Name(hidden)>>");
        draft.extend(CATALOG, &format!("/OCProperties<</OCGs[{layer} 0 R]/D<</OFF[{layer} 0 R]>>>>"))
    });
    assert_eq!(check(&layered), Ok(PLAIN));
}

#[test]
fn bombs_do_not_go_off() {
    let zeros = odd::zeros(600 * 1024 * 1024);
    let started = Instant::now();
    let as_contents = changed(|draft| {
        let contents = draft.add_stream("/Filter/FlateDecode", &zeros);
        draft.set(page(1), &format!("<</Type/Page/Parent 2 0 R/Contents {contents} 0 R>>"))
    });
    assert_eq!(check(&as_contents), Ok(PLAIN));
    let as_structure = changed(|draft| {
        draft.add_stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", &zeros);
        draft
    });
    assert_eq!(check(&as_structure), Err(PdfRefusal::Damaged("a part of its structure unpacks to more than 64 MiB")));
    let nested = changed(|draft| draft.extend(page(1), &odd::deep()));
    assert!(check(&nested).is_err());
    assert!(started.elapsed() < TIME_LIMIT, "{:?}", started.elapsed());
}

#[tokio::test]
async fn it_runs_beside_other_work() {
    assert_eq!(check_blocking(Draft::with_pages(3).finish()).await, Ok(PLAIN));
    assert_eq!(check_blocking(b"nothing".to_vec()).await, Err(PdfRefusal::NotAPdf));
    let (first, second, third) = tokio::join!(
        check_blocking(Draft::with_pages(3).finish()),
        check_blocking(Draft::with_pages(3).finish()),
        check_blocking(Draft::with_pages(3).finish()),
    );
    assert_eq!([first, second, third], [Ok(PLAIN); 3]);
}
