//! Odd PDFs of every kind that people upload, made here so that nobody's file is copied.

use super::samples::{CATALOG, Draft, append, by_qpdf, changed, last_table, page};

/// A file with what it is, for messages.
pub(crate) type Odd = (&'static str, Vec<u8>);

/// Files that can be signed, and whose package must look like them.
pub(crate) fn accepted() -> Vec<Odd> {
    let file = Draft::with_pages(3).finish();
    vec![
        ("PDF 2.0", Draft::with_pages(3).finish_as("%PDF-2.0", "")),
        ("object streams", by_qpdf(&file, &["--object-streams=generate"])),
        ("linearized", by_qpdf(&file, &["--linearize"])),
        ("linearized with object streams", by_qpdf(&file, &["--linearize", "--object-streams=generate"])),
        ("hybrid", hybrid()),
        ("three revisions", grown()),
        ("junk before", [b"\xef\xbb\xbf\r\n\r\n", &*file].concat()),
        ("junk after", [&*file, &[b'\n'; 600], b"% a comment\n"].concat()),
        ("signed", signed(1)),
        ("signed twice", signed(2)),
        ("static XFA", form("name")),
        ("scripts", scripts()),
        ("hidden layers", layers()),
        (
            "turned, cropped and enlarged",
            changed(|draft| draft.extend(page(2), "/Rotate 90/CropBox[10 10 300 300]/UserUnit 2")),
        ),
        ("1,200 pages", Draft::with_pages(1200).finish()),
        (
            "contents with mistakes",
            changed(|draft| {
                let contents =
                    draft.add_stream("", b"q q 0.2 0.4 0.8 rg 72 72 99 40 re f what BT /F9 36 Tf (no such font) Tj");
                draft.set(
                    page(1),
                    &format!("<</Type/Page/Parent 2 0 R/Contents {contents} 0 R/Resources<</Font<</F1 3 0 R>>>>>>"),
                )
            }),
        ),
    ]
}

/// An entry with 100,000 arrays in each other.
pub(crate) fn deep() -> String {
    format!("/Deep{}{}", "[".repeat(100_000), "]".repeat(100_000))
}

/// So many zeros and some more, deflated (RFC 1951, fixed codes): a zero, then "as before, 258 times" over and over.
pub(crate) fn zeros(count: usize) -> Vec<u8> {
    let codes =
        [(0b011, 3), (0b0000_1100, 8)].into_iter().chain(std::iter::repeat_n((0b1010_0011, 13), count / 258 + 1));
    let (mut deflated, mut bits, mut held) = (vec![0x78, 0x9c], 0_u32, 0);
    for (code, length) in codes {
        bits |= code << held;
        held += length;
        while held >= 8 {
            deflated.push(bits.to_le_bytes()[0]);
            bits >>= 8;
            held -= 8;
        }
    }
    deflated
}

/// Older readers follow the table, newer ones the stream that it names.
pub(crate) fn hybrid() -> Vec<u8> {
    let mut hybrid = Draft::with_pages(3).finish();
    let (table, start) = (last_table(&hybrid), hybrid.len());
    hybrid.extend(b"21 0 obj\n<</Type/XRef/Size 22/W[1 2 1]/Index[21 1]/Root 1 0 R/Length 4>>stream\n");
    let offset = u16::try_from(start).unwrap().to_be_bytes();
    hybrid.extend([1, offset[0], offset[1], 0]);
    hybrid.extend(b"\nendstream\nendobj\n");
    append(&mut hybrid, &[], &format!("/Root 1 0 R/Prev {table}/XRefStm {start}"));
    hybrid
}

/// Three revisions; the second writes another last page, the third a title.
pub(crate) fn grown() -> Vec<u8> {
    let mut grown = Draft::with_pages(3).finish();
    let other = format!("<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 3 0 R>>>>/Contents {} 0 R>>", page(1) + 1);
    for (number, object, more) in [(page(3), other.as_str(), ""), (20, "<</Title(Third)>>", "/Info 20 0 R")] {
        let table = last_table(&grown);
        append(&mut grown, &[(number, object.as_bytes())], &format!("/Root 1 0 R{more}/Prev {table}"));
    }
    grown
}

/// A file with so many signatures, each with a picture.
fn signed(signatures: usize) -> Vec<u8> {
    changed(|draft| {
        let picture = draft.add_stream("/Type/XObject/Subtype/Form/BBox[0 0 100 50]", b"0.5 0 0.5 rg 0 0 100 50 re f");
        let fields: String = (0..signatures)
            .map(|n| {
                let value = draft.add(
                    "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 1 2 3]/Contents<00>>>",
                );
                let rect = format!("[200 {} 300 {}]", 60 * n, 60 * n + 50);
                let field = draft.add(&format!(
                    "<</Type/Annot/Subtype/Widget/FT/Sig/T(s{n})/V {value} 0 R/Rect{rect}/F 4/AP<</N {picture} 0 R>>>>"
                ));
                format!("{field} 0 R ")
            })
            .collect();
        draft.extend(page(1), &format!("/Annots[{fields}]"));
        draft.extend(CATALOG, &format!("/AcroForm<</SigFlags 3/Fields[{fields}]>>"))
    })
}

/// A form with a text field, whose widget is apart, and a signed signature field, and an attachment on the page.
pub(crate) fn form(name: &str) -> Vec<u8> {
    changed(|draft| {
        let entries = "/Type/XObject/Subtype/Form/BBox[0 0 100 50]";
        let [green, blue] = ["0 1 0", "0 0 1"]
            .map(|colour| draft.add_stream(entries, format!("{colour} rg 0 0 100 50 re f").as_bytes()));
        let (field, widget) = (green + 2, green + 3);
        draft.add(&format!("<</FT/Tx/T({name})/V(value)/Ff 4096/Kids[{widget} 0 R]>>"));
        draft.add(&format!(
            "<</Type/Annot/Subtype/Widget/Parent {field} 0 R/Rect[50 50 150 100]/F 4/AP<</N {green} 0 R>>>>"
        ));
        let value = draft
            .add("<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 1 2 3]/Contents<00>>>");
        let signature = draft.add(&format!(
            "<</Type/Annot/Subtype/Widget/FT/Sig/T(sig)/V {value} 0 R/Rect[200 50 300 100]/F 4/AP<</N {blue} 0 R>>>>"
        ));
        let file = draft.add_stream("/Type/EmbeddedFile", b"inner");
        let attachment = draft.add(&format!(
            "<</Type/Annot/Subtype/FileAttachment/Rect[350 50 450 100]/F 4/AP<</N {blue} 0 R>>/FS<</F(in)/EF<</F {file} 0 R>>>>>>"
        ));
        draft.extend(page(2), &format!("/Annots[{widget} 0 R {signature} 0 R {attachment} 0 R]"));
        draft.extend(CATALOG, &format!(
            "/AcroForm<</SigFlags 3/XFA[]/DA(/Helv 0 Tf)/DR<</Font<</Helv 3 0 R>>>>/Fields[{field} 0 R {signature} 0 R]>>"
        ))
    })
}

/// Scripts of the document and of a page, and an action that starts a program.
fn scripts() -> Vec<u8> {
    changed(|draft| {
        let script = draft.add("<</S/JavaScript/JS(app.alert\\(1\\))>>");
        draft.extend(
            page(1),
            &format!(
                "/AA<</O {script} 0 R>>/Annots[<</Subtype/Link/Rect[0 0 9 9]/Border[0 0 0]/A<</S/Launch/F(x)>>>>]"
            ),
        );
        draft.extend(CATALOG, &format!("/OpenAction {script} 0 R/Names<</JavaScript<</Names[(a){script} 0 R]>>>>"))
    })
}

/// A red square on a hidden layer and a green one on a shown layer.
fn layers() -> Vec<u8> {
    changed(|draft| {
        let [hidden, shown] = ["hidden", "shown"].map(|name| draft.add(&format!("<</Type/OCG/Name({name})>>")));
        let squares = b"/OC /H BDC 1 0 0 rg 50 50 200 200 re f EMC /OC /S BDC 0 1 0 rg 300 50 200 200 re f EMC";
        let contents = draft.add_stream("", squares);
        let names = format!("/Properties<</H {hidden} 0 R/S {shown} 0 R>>");
        draft.set(page(1), &format!("<</Type/Page/Parent 2 0 R/Contents {contents} 0 R/Resources<<{names}>>>>"));
        draft.extend(CATALOG, &format!("/OCProperties<</OCGs[{hidden} 0 R {shown} 0 R]/D<</OFF[{hidden} 0 R]>>>>"))
    })
}
