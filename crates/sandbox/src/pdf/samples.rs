//! PDFs for tests, written object by object so that every byte can be wrong on purpose.

use std::{fmt::Write, fs};

use crate::tools;

/// The objects of a PDF; the first is number 1, the catalog.
#[derive(Debug, Clone)]
pub(crate) struct Draft(Vec<Vec<u8>>);

/// Numbers of the objects that [`Draft::with_pages`] makes.
pub(crate) const CATALOG: usize = 1;
pub(crate) const PAGES: usize = 2;

/// Number of the n-th page, counted from 1, of [`Draft::with_pages`]. Its contents follow it.
pub(crate) const fn page(n: usize) -> usize {
    2 + 2 * n
}

impl Draft {
    /// A4 pages that say which they are.
    pub(crate) fn with_pages(count: usize) -> Self {
        let kids: String = (1..=count).map(|n| format!("{} 0 R ", page(n))).collect();
        let mut draft = Self(Vec::new());
        draft.add("<</Type/Catalog/Pages 2 0 R>>");
        draft.add(&format!("<</Type/Pages/Kids[{kids}]/Count {count}/MediaBox[0 0 595 842]>>"));
        draft.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
        for n in 1..=count {
            let contents = page(n) + 1;
            let resources = "/Resources<</Font<</F1 3 0 R>>>>";
            draft.add(&format!("<</Type/Page/Parent 2 0 R{resources}/Contents {contents} 0 R>>"));
            let text = format!("BT /F1 36 Tf 72 700 Td (Page {n}) Tj ET 0.2 0.4 0.8 rg 72 72 {} 40 re f", 50 * n);
            draft.add_stream("", text.as_bytes());
        }
        draft
    }

    /// Adds an object and returns its number.
    pub(crate) fn add(&mut self, object: &str) -> usize {
        self.0.push(object.as_bytes().to_vec());
        self.0.len()
    }

    /// Adds a stream and returns its number.
    pub(crate) fn add_stream(&mut self, entries: &str, content: &[u8]) -> usize {
        let start = format!("<<{entries}/Length {}>>stream\n", content.len());
        self.0.push([start.as_bytes(), content, b"\nendstream"].concat());
        self.0.len()
    }

    /// Replaces an object.
    pub(crate) fn set(&mut self, number: usize, object: &str) -> &mut Self {
        self.0[number - 1] = object.as_bytes().to_vec();
        self
    }

    /// Adds entries to a dictionary.
    pub(crate) fn extend(&mut self, number: usize, entries: &str) -> &mut Self {
        let object = &mut self.0[number - 1];
        assert!(object.ends_with(b">>"), "a dictionary");
        object.truncate(object.len() - 2);
        object.extend(entries.as_bytes());
        object.extend(b">>");
        self
    }

    /// The file, with a classic table.
    pub(crate) fn finish(&self) -> Vec<u8> {
        self.finish_as("%PDF-1.7", "")
    }

    /// The file with another first line and more trailer entries.
    pub(crate) fn finish_as(&self, header: &str, trailer: &str) -> Vec<u8> {
        let mut file = format!("{header}\n%\u{e9}\u{e9}\n").into_bytes();
        let all: Vec<(usize, &[u8])> = (1..).zip(self.0.iter().map(Vec::as_slice)).collect();
        append(&mut file, &all, &format!("/Root 1 0 R{trailer}"));
        file
    }
}

/// The sample of three pages, changed.
pub(crate) fn changed(change: impl FnOnce(&mut Draft) -> &mut Draft) -> Vec<u8> {
    let mut draft = Draft::with_pages(3);
    change(&mut draft);
    draft.finish()
}

/// Appends a revision with these objects.
pub(crate) fn append(file: &mut Vec<u8>, objects: &[(usize, &[u8])], trailer: &str) {
    let mut table = String::from("xref\n0 1\n0000000000 65535 f \n");
    for (number, object) in objects {
        write!(table, "{number} 1\n{:010} 00000 n \n", file.len()).unwrap();
        file.extend(format!("{number} 0 obj\n").as_bytes());
        file.extend(*object);
        file.extend(b"\nendobj\n");
    }
    let size = objects.iter().map(|(number, _)| number + 1).max().unwrap_or(1);
    let end = format!("trailer\n<</Size {size}{trailer}>>\nstartxref\n{}\n%%EOF\n", file.len());
    file.extend(table.as_bytes());
    file.extend(end.as_bytes());
}

/// Where the last table of a file starts.
pub(crate) fn last_table(file: &[u8]) -> usize {
    let text = String::from_utf8_lossy(&file[file.len() - 40..]).into_owned();
    text.split_once("startxref\n").unwrap().1.lines().next().unwrap().parse().unwrap()
}

/// What qpdf makes of a file with these options.
pub(crate) fn by_qpdf(file: &[u8], options: &[&str]) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("in.pdf"), file).unwrap();
    let output = tools::run(dir.path(), "qpdf", "qpdf", [&["in.pdf"], options, &["out.pdf"]].concat());
    assert!(output.status.success(), "{options:?}: {}", String::from_utf8_lossy(&output.stderr));
    fs::read(dir.path().join("out.pdf")).unwrap()
}
