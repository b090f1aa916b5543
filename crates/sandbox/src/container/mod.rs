//! The package: one sealed PDF that shows who signed what, and holds all that proves it.
//!
//! Inside, in this order: evidence pages, the pages of every document, the documents
//! themselves and their signatures (XAdES) as attachments, byte for byte, and one seal
//! over everything (PAdES-B-T or B-LT, certified so that no change is allowed). What was signed
//! is the attachment; the pages are a picture of it.
//!
//! Anyone can check a package with common tools:
//!
//! ```text
//! pdfsig package.pdf
//! pdfdetach -saveall -o files package.pdf
//! cd files && xmlsec1 --verify --trusted-pem root.pem "contract.pdf.signature-1.xml"
//! ```
//!
//! Reading order: [`make`], then `copy` for the pages (with `forms`, `layers`,
//! `destinations` and `outlines`), `page` for the evidence pages (drawn by `sheet`),
//! `attachments`, `seal` and `long_term`.

mod attachments;
mod copy;
mod destinations;
mod forms;
mod layers;
mod long_term;
mod outlines;
mod page;
mod seal;
mod sheet;
#[cfg(test)]
mod tests;

use std::{io, panic, str::FromStr};

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary, text_string, xref::XrefType};
use serde::{Deserialize, de::IntoDeserializer};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use self::{copy::Copied, layers::Layers};
use crate::{
    evidence::{Authority, EvidenceError},
    pdf::{self, Pdf, PdfFacts, PdfRefusal},
};

/// How long a package can be verified without asking the authority. Settings name it `b-t` or `b-lt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Level {
    /// As long as the certificates last (PAdES-B-T).
    #[serde(rename = "b-t")]
    Timestamped,
    /// Also after that: it holds the certificates and a list of revoked ones (PAdES-B-LT), in a
    /// second revision. Some readers say that the seal does not cover the whole file, and they are right.
    #[serde(rename = "b-lt")]
    LongTerm,
}

impl FromStr for Level {
    type Err = serde::de::value::Error;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::deserialize(name.into_deserializer())
    }
}

/// What goes into a package.
#[derive(Debug, Clone, Copy)]
pub struct ContainerInput<'a> {
    /// Title of the session or the collection.
    pub title: &'a str,
    /// What the package belongs to, for people who look it up: the id of a session or a collection.
    pub reference: &'a str,
    /// The documents in the collection's order.
    pub documents: &'a [ContainerDocument<'a>],
    /// How long it can be verified.
    pub level: Level,
}

/// A signed document.
#[derive(Debug, Clone, Copy)]
pub struct ContainerDocument<'a> {
    /// Its title, or its name if it has none.
    pub title: &'a str,
    /// The name that its signatures call it by; see [`crate::evidence::SignedDocument::portable_name`].
    pub name: &'a str,
    /// The bytes that were signed.
    pub bytes: &'a [u8],
    /// Its signatures, oldest first.
    pub signatures: &'a [ContainerSignature<'a>],
}

/// A signature, and what the evidence page says about it.
#[derive(Debug, Clone, Copy)]
pub struct ContainerSignature<'a> {
    /// The signature: a XAdES document.
    pub xml: &'a [u8],
    /// Full name of the signer.
    pub signer: &'a str,
    /// Which identity provider vouched.
    pub provider: &'a str,
    /// Level of assurance that the provider stated.
    pub assurance_level: &'a str,
    /// When it was signed.
    pub signed_at: OffsetDateTime,
    /// What the signer agreed to, as shown.
    pub consent: Option<&'a str>,
}

/// Why there is no package. Nothing that was signed is lost by it.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    /// The seal cannot be made; its certificate may have to be renewed by loading the authority again.
    #[error("the package cannot be sealed")]
    Seal(#[from] EvidenceError),
    /// The seal does not find the room that was left for it: a fault of this module.
    #[error("the package has no room for its seal")]
    NoRoom,
    /// The evidence pages cannot be drawn: a fault of this module.
    #[error("the evidence pages cannot be made")]
    EvidencePages,
    /// The file cannot be written, such as when it would pass 4 GiB.
    #[error("the package cannot be written")]
    Write(#[from] io::Error),
}

/// Makes a package. Takes some tens of milliseconds and about five times the documents'
/// memory, so call it where blocking is allowed, for few packages at a time.
///
/// A document whose pages cannot be copied is attached all the same, and a page says so.
/// The same input at the same moment makes the same bytes.
///
/// # Errors
/// See [`ContainerError`].
pub fn make(authority: &Authority, input: &ContainerInput<'_>, now: OffsetDateTime) -> Result<Vec<u8>, ContainerError> {
    let names = attachments::unique_names(input.documents.iter().map(|document| document.name));
    let opened: Vec<_> = input.documents.iter().map(|document| open(document.bytes)).collect();
    let facts: Vec<_> = opened.iter().map(|opened| opened.as_ref().ok().map(|(_, facts)| *facts)).collect();

    let mut package = Package::new();
    let evidence = page::draw(input, &names, &facts, now)?;
    let (evidence, _) = open(&evidence).map_err(|_| ContainerError::EvidencePages)?;
    package.add_pages(evidence, "Signatures");
    for ((document, name), opened) in input.documents.iter().zip(&names).zip(opened) {
        let pdf = match opened {
            Ok((pdf, _)) => pdf,
            Err(_) => open(&page::draw_substitute(name)?).map_err(|_| ContainerError::EvidencePages)?.0,
        };
        package.add_pages(pdf, document.title);
    }
    let files = attachments::all(input, &names);
    package.finish(authority, input, &files, now)
}

/// Opens a document that passed the upload's check. Should it fail all the same, the package goes on without its pages.
fn open(bytes: &[u8]) -> Result<(Pdf, PdfFacts), PdfRefusal> {
    panic::catch_unwind(|| {
        let pdf = Pdf::open(bytes)?;
        let facts = pdf::facts(&pdf);
        Ok((pdf, facts))
    })
    .unwrap_or(Err(PdfRefusal::Damaged("it cannot be read")))
}

/// A package that is being put together.
struct Package {
    file: Document,
    tree: ObjectId,
    bookmarks: ObjectId,
    pages: Vec<ObjectId>,
    titles: Vec<ObjectId>,
    forms: Vec<forms::Form>,
    layers: Layers,
}

impl Package {
    fn new() -> Self {
        let mut file = Document::with_version("1.7");
        file.reference_table.cross_reference_type = XrefType::CrossReferenceTable;
        let (tree, bookmarks) = (file.new_object_id(), file.new_object_id());
        let (pages, titles, forms, layers) = Default::default();
        Self { file, tree, bookmarks, pages, titles, forms, layers }
    }

    /// Adds all pages of a PDF, with a bookmark.
    fn add_pages(&mut self, pdf: Pdf, title: &str) {
        let Copied { pages, bookmark, form } = copy::copy(pdf, &mut self.file, &mut self.layers);
        for page in &pages {
            if let Ok(page) = self.file.get_dictionary_mut(*page) {
                page.set("Parent", self.tree);
            }
        }
        if let (Ok(bookmark), Some(first)) = (self.file.get_dictionary_mut(bookmark), pages.first()) {
            bookmark.set("Title", text_string(&sheet::plain(title)));
            bookmark.set("Dest", vec![(*first).into(), "Fit".into()]);
        }
        self.pages.extend(pages);
        self.titles.push(bookmark);
        self.forms.extend(form);
    }

    fn finish(
        mut self,
        authority: &Authority,
        input: &ContainerInput<'_>,
        files: &[attachments::File<'_>],
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, ContainerError> {
        outlines::chain(&mut self.file, self.bookmarks, &self.titles);
        let ends = (self.titles.first(), self.titles.last());
        if let (Some(first), Some(last)) = ends {
            let count = i64::try_from(self.titles.len()).unwrap_or(i64::MAX);
            let outlines = dictionary! { "Type" => "Outlines", "First" => *first, "Last" => *last, "Count" => count };
            self.file.objects.insert(self.bookmarks, outlines.into());
        }
        let count = i64::try_from(self.pages.len()).unwrap_or(i64::MAX);
        let kids: Vec<Object> = self.pages.iter().copied().map(Object::from).collect();
        let tree = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count };
        self.file.objects.insert(self.tree, tree.into());

        let mut catalog = dictionary! {
            "Type" => "Catalog",
            "Pages" => self.tree,
            "Outlines" => self.bookmarks,
            "PageMode" => "UseAttachments",
        };
        attachments::add(&mut self.file, &mut catalog, files, now);
        if let Some(layers) = self.layers.properties() {
            catalog.set("OCProperties", layers);
        }
        let form = joint_form(&mut self.file, &self.forms);
        let title = sheet::plain(input.title);
        let info = self.file.add_object(dictionary! {
            "Title" => text_string(&title),
            "Producer" => text_string("Countersign sandbox"),
            "CreationDate" => date(now),
        });
        seal::add_field(&mut self.file, &mut catalog, form, self.pages.first().copied(), now);
        let root = self.file.add_object(catalog.clone());
        self.file.trailer = dictionary! { "Root" => root, "Info" => info, "ID" => id(input, files, now) };
        let mut bytes = Vec::new();
        self.file.save_to(&mut bytes)?;
        let Document { trailer, max_id, .. } = self.file;
        let sealed = seal::seal(authority, bytes, now)?;
        match input.level {
            Level::Timestamped => Ok(sealed),
            Level::LongTerm => long_term::append(authority, sealed, (root, catalog), trailer, max_id + 1, now),
        }
    }
}

/// The forms of all documents as one.
fn joint_form(file: &mut Document, forms: &[forms::Form]) -> Dictionary {
    let mut resources = Dictionary::new();
    let mut fields: Vec<Object> = Vec::new();
    for (number, form) in (1..).zip(forms) {
        fields.push(form.hang(file, &format!("document{number}")).into());
        form.join_resources(&mut resources, file);
    }
    let mut joint = dictionary! { "Fields" => fields };
    if !resources.is_empty() {
        joint.set("DR", resources);
    }
    if forms.iter().any(|form| form.needs_appearances) {
        joint.set("NeedAppearances", true);
    }
    joint
}

/// The file's identifier: no two different packages have the same.
fn id(input: &ContainerInput<'_>, files: &[attachments::File<'_>], now: OffsetDateTime) -> Object {
    let mut hasher = Sha256::new_with_prefix(now.unix_timestamp_nanos().to_be_bytes());
    hasher.update(input.reference);
    for file in files {
        hasher.update(Sha256::digest(file.bytes));
    }
    let id = copy::bytes(&hasher.finalize()[..16]);
    Object::Array(vec![id.clone(), id])
}

/// A moment as PDFs write it.
fn date(moment: OffsetDateTime) -> Object {
    let moment = moment.to_offset(time::UtcOffset::UTC);
    let (hour, minute, second) = moment.to_hms();
    let (year, month, day) = moment.to_calendar_date();
    Object::string_literal(format!("D:{year:04}{:02}{day:02}{hour:02}{minute:02}{second:02}Z", u8::from(month)))
}
