//! What can be seen in a PDF by reading its words: enough to tell a person at once
//! what the signing service would refuse later, or a signer might stumble over. The
//! service checks again, with all of the file before it.

use crate::{
    Finding,
    lexer::{Event, Lexer, Next, Word, wide},
};

/// How far into the file `%PDF-` may start.
const HEAD: usize = 1024;
const MARK: &[u8] = b"%PDF-";

/// Looks through a PDF that comes in pieces.
#[derive(Debug, Default)]
pub(crate) struct Pdf {
    /// The first bytes, until they are enough to find the mark.
    head: Vec<u8>,
    /// Where the file proper starts, and its words. None while that is not found.
    body: Option<(u64, Lexer)>,
    is_other: bool,
    facts: Facts,
}

#[derive(Debug, Default)]
struct Facts {
    /// What was read last, the latest first.
    last: [Option<Word>; 2],
    object: Object,
    /// Where tables of objects start.
    tables: Vec<u64>,
    /// Where the last `startxref` says that the last table is.
    table: Option<u64>,
    /// `%%EOF` follows it.
    is_ended: bool,
    /// Parts that hold packed objects.
    packed: Vec<(u64, u64)>,
    encrypted: bool,
    signed: bool,
    form: bool,
    dynamic: bool,
    page: bool,
}

/// What is known of the object that is being read.
#[derive(Debug, Default)]
struct Object {
    at: u64,
    /// What streams of it are long, where it says so itself.
    length: Option<u64>,
    is_packed: bool,
    is_deflated: bool,
    is_table: bool,
    names_encryption: bool,
}

impl Pdf {
    /// Takes the next piece.
    pub(crate) fn take(&mut self, piece: &[u8]) {
        if let Some((_, lexer)) = &mut self.body {
            lexer.take(piece, &mut |event| self.facts.hear(event));
        } else if !self.is_other {
            self.head.extend_from_slice(piece);
            if self.head.len() >= HEAD + MARK.len() {
                self.begin();
            }
        }
    }

    /// Parts of the file, from and to, that hold objects and are packed (zlib). They
    /// want to be read too.
    pub(crate) fn packed(&self) -> &[(u64, u64)] {
        if self.facts.encrypted { &[] } else { &self.facts.packed }
    }

    /// A reader of such a part.
    pub(crate) const fn part() -> Lexer {
        Lexer::at(0)
    }

    /// Takes a piece of what such a part unpacks to.
    pub(crate) fn take_unpacked(&mut self, lexer: &mut Lexer, piece: &[u8]) {
        // Objects in there are no streams, whatever they say.
        lexer.take(piece, &mut |event| {
            self.facts.hear(event);
            Next::Words
        });
    }

    /// Ends reading, before the packed parts.
    pub(crate) fn end(&mut self) {
        if self.body.is_none() && !self.is_other {
            self.begin();
        }
        if let Some((_, lexer)) = &mut self.body {
            lexer.end(&mut |event| self.facts.hear(event));
        }
    }

    /// What is worth telling: one refusal, or all else.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let facts = &self.facts;
        let Some((start, lexer)) = &self.body else { return vec![Finding::NotAPdf] };
        // Some count from the mark, some from the first byte.
        let has_table = facts.table.is_some_and(|table| {
            facts.tables.contains(&table) || table.checked_add(*start).is_some_and(|at| facts.tables.contains(&at))
        });
        if facts.encrypted {
            vec![Finding::Encrypted]
        } else if !has_table || !facts.is_ended || !lexer.is_between() {
            vec![Finding::Damaged]
        } else if facts.dynamic {
            vec![Finding::Dynamic]
        } else if !facts.page {
            vec![Finding::NoPages]
        } else {
            let found = [(facts.signed, Finding::Signed), (facts.form, Finding::Form)];
            found.into_iter().filter_map(|(is_so, finding)| is_so.then_some(finding)).collect()
        }
    }

    fn begin(&mut self) {
        let head = std::mem::take(&mut self.head);
        let place = head.windows(MARK.len()).take(HEAD).position(|window| window == MARK);
        let Some(place) = place else {
            self.is_other = true;
            return;
        };
        let mut lexer = Lexer::at(wide(place));
        lexer.take(head.get(place..).unwrap_or_default(), &mut |event| self.facts.hear(event));
        self.body = Some((wide(place), lexer));
    }
}

impl Facts {
    fn hear(&mut self, event: Event) -> Next {
        match event {
            Event::Word(word) => {
                let next = if word.is_name { self.name(&word) } else { self.word(&word) };
                self.last = [Some(word), self.last[0]];
                return next;
            }
            Event::Stream(from, to) => {
                if self.object.is_packed && self.object.is_deflated {
                    self.packed.push((from, to));
                }
                self.end_object();
            }
            Event::EndOfFile => self.is_ended = self.table.is_some(),
        }
        Next::Words
    }

    fn name(&mut self, name: &Word) -> Next {
        match name.text() {
            b"ObjStm" => self.object.is_packed = true,
            b"FlateDecode" | b"Fl" => self.object.is_deflated = true,
            b"XRef" => self.object.is_table = true,
            b"Encrypt" => self.object.names_encryption = true,
            b"ByteRange" => self.signed = true,
            b"XFA" => self.form = true,
            b"Tx" | b"Btn" | b"Ch" => self.form |= self.follows(b"FT"),
            b"Page" => self.page |= self.follows(b"Type"),
            _ => {}
        }
        Next::Words
    }

    fn word(&mut self, word: &Word) -> Next {
        match word.text() {
            b"obj" => {
                // Before it stand the object's number and its generation.
                let at = self.last[1].map_or(word.at, |number| number.at);
                self.object = Object { at, ..Object::default() };
            }
            b"endobj" => self.end_object(),
            b"stream" => return Next::Stream(self.object.length),
            b"xref" => self.tables.push(word.at),
            b"trailer" => self.object = Object { is_table: true, at: u64::MAX, ..Object::default() },
            b"startxref" => {
                self.end_object();
                (self.table, self.is_ended) = (None, false);
            }
            // What seemed to be a length is a reference to one.
            b"R" if self.last[1].is_some_and(|word| word.number() == self.object.length) => self.object.length = None,
            b"true" => self.dynamic |= self.follows(b"NeedsRendering"),
            _ => {
                if let Some(number) = word.number() {
                    if self.follows(b"Length") {
                        self.object.length = Some(number);
                    } else if self.last[0].is_some_and(|last| !last.is_name && last.text() == b"startxref") {
                        self.table = Some(number);
                    }
                }
            }
        }
        Next::Words
    }

    fn end_object(&mut self) {
        let object = std::mem::take(&mut self.object);
        if object.is_table {
            self.encrypted |= object.names_encryption;
            self.tables.push(object.at);
        }
    }

    /// Whether the last word was this name. Of longer names than a word holds, the start.
    fn follows(&self, name: &[u8]) -> bool {
        self.last[0].is_some_and(|last| last.is_name && last.text() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Pdf;
    use crate::Finding;

    /// A PDF of these objects, the first of which is the catalog.
    fn file(objects: &[&str], trailer: &str) -> String {
        let mut file = "%PDF-1.7\n%(\u{e9}\n".to_owned();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
        for (index, object) in objects.iter().enumerate() {
            table += &format!("{:010} 00000 n \n", file.len());
            file += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
        }
        let start = file.len();
        file + &table + &format!("trailer\n<</Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n")
    }

    const CATALOG: &str = "<</Type/Catalog/Pages 2 0 R>>";
    const PAGES: &str = "<</Type/Pages/Kids[3 0 R]/Count 1>>";
    const PAGE: &str = "<</Type/Page/Parent 2 0 R>>";

    fn with(object: &str) -> String {
        file(&[CATALOG, PAGES, PAGE, object], "")
    }

    fn check(bytes: &[u8], expected: &[Finding]) {
        for length in [1, 7, 1 << 20] {
            let mut pdf = Pdf::default();
            bytes.chunks(length).for_each(|piece| pdf.take(piece));
            pdf.end();
            assert_eq!(pdf.findings(), expected, "{} in pieces of {length}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn files_that_can_be_signed_have_no_findings() {
        let plain = file(&[CATALOG, PAGES, PAGE], "");
        let grown =
            format!("{plain}9 0 obj<<>>endobj\nxref\n0 0\ntrailer<</Prev 9>>\nstartxref\n{}\n%%EOF", plain.len() + 18);
        for file in [
            plain.clone(),
            format!("junk (\n{plain}"),
            format!("{plain}\n\n\n"),
            grown,
            with("(not encrypted: /ByteRange \\( /FT/Tx endobj stream)"),
            with("<</Length 9>>stream\r\n/FT/Tx ((\r\nendstream"),
            with("<</Length 27>>stream\n/FT/Tx endstream /FT/Tx ((((\nendstream"),
            with("<</Length 3 0 R>>stream\n/FT/Tx endstrendstrean\nendstream"),
            with("<</FT/Sig/Encrypt 4 0 R>>"),
        ] {
            check(file.as_bytes(), &[]);
        }
    }

    #[test]
    fn each_fault_has_its_name() {
        let plain = file(&[CATALOG, PAGES, PAGE], "");
        let half = &plain[..plain.len() / 2];
        for (file, finding) in [
            (String::new(), Finding::NotAPdf),
            ("GIF89a".repeat(500), Finding::NotAPdf),
            (format!("{}{plain}", " ".repeat(1024)), Finding::NotAPdf),
            (half.to_owned(), Finding::Damaged),
            (plain.replace("%%EOF", ""), Finding::Damaged),
            (plain.replace("startxref\n", "startxref\n1"), Finding::Damaged),
            (with("<</Length 99999>>stream\nendstream"), Finding::Damaged),
            (file(&[CATALOG, PAGES, PAGE], "/Encrypt 9 0 R"), Finding::Encrypted),
            (file(&[CATALOG, "<</Type/Pages/Kids[]/Count 0>>"], ""), Finding::NoPages),
            (file(&["<</Type/Catalog/Pages 2 0 R/NeedsRendering true>>", PAGES, PAGE], ""), Finding::Dynamic),
            (with("<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>"), Finding::Signed),
            (with("<</FT/Btn/T(agree)>>"), Finding::Form),
            (with("<</XFA[]>>"), Finding::Form),
        ] {
            check(file.as_bytes(), &[finding]);
        }
        check(with("<</ByteRange[]/FT /Ch>>").as_bytes(), &[Finding::Signed, Finding::Form]);
    }

    #[test]
    fn packed_objects_are_pointed_at_and_read() {
        let head = "%PDF-1.5\n4 0 obj<</Type/ObjStm/Filter/FlateDecode/Length 9 0 R>>stream\n";
        let middle = "packed!\r\nendstream endobj\n";
        let table = "5 0 obj<</Type/XRef/Length 3>>stream\nabc\nendstream endobj\n";
        let file = format!("{head}{middle}{table}startxref\n{}\n%%EOF", head.len() + middle.len());
        let mut pdf = Pdf::default();
        pdf.take(file.as_bytes());
        pdf.end();
        let from = u64::try_from(head.len()).unwrap();
        assert_eq!(pdf.packed(), [(from, from + 7)]);
        assert_eq!(pdf.findings(), [Finding::NoPages]);
        let mut part = Pdf::part();
        for piece in ["1 0 2 9 <</Type/P", "age>> <</FT/Tx/V(stream)>> stream"] {
            pdf.take_unpacked(&mut part, piece.as_bytes());
        }
        assert_eq!(pdf.findings(), [Finding::Form]);

        let encrypted = file.replace("/XRef", "/XRef/Encrypt 9 0 R");
        let mut pdf = Pdf::default();
        pdf.take(encrypted.as_bytes());
        pdf.end();
        assert_eq!(pdf.findings(), [Finding::Encrypted]);
        assert!(pdf.packed().is_empty());
    }

    #[test]
    fn no_bytes_upset_it() {
        for bytes in
            [&b"%PDF-1.7 ))(((\\"[..], b"%PDF- stream", b"%PDF-/ / R obj endobj startxref 99999999999999999999"]
        {
            check(bytes, &[Finding::Damaged]);
        }
    }
}
