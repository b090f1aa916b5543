//! Odd documents: each looks in its package as it does alone, and nothing in it acts.

use lopdf::{Document, Object, Writer};

use super::{super::make, *};
use crate::pdf::{
    odd::{self, form},
    samples::{CATALOG, PAGES, changed, page},
};

/// A file whose package was judged, opened again.
struct Packaged {
    doc: Document,
    judge: Judge,
}

/// Packages one document and judges the result.
fn packaged(original: &[u8]) -> Packaged {
    let authority = authority(1);
    crate::pdf::check(original).unwrap();
    let documents = [ContainerDocument { title: "Odd", name: "odd.pdf", bytes: original, signatures: &[] }];
    let input = ContainerInput { title: "Odd", reference: "odd", documents: &documents, level: Level::Timestamped };
    let package = make(&authority, &input, NOW).unwrap();
    let judge = Judge::new(&authority, &package);
    judge.is_sound_pdf();
    judge.is_sealed_as_a_whole();
    judge.holds(&[("odd.pdf".into(), original.to_vec())]);
    judge.shows(&[original]);
    Packaged { doc: Document::load_mem(&package).unwrap(), judge }
}

impl Packaged {
    /// How often the package's structure says this; what is inside streams is no part of it.
    fn count(&self, words: &str) -> usize {
        let mut structure = Vec::new();
        for object in self.doc.objects.values() {
            let object = object.as_stream().map_or(object.clone(), |stream| stream.dict.clone().into());
            Writer::write_object(&mut structure, &object).unwrap();
        }
        String::from_utf8_lossy(&structure).matches(words).count()
    }

    /// The n-th page after the evidence page.
    fn page(&self, n: u32) -> &lopdf::Dictionary {
        self.doc.get_dictionary(self.doc.get_pages()[&(n + 1)]).unwrap()
    }
}

#[test]
fn files_of_every_kind_look_the_same() {
    let packages: Vec<_> = odd::accepted().into_iter().map(|(name, file)| (name, packaged(&file))).collect();
    let (_, first) = &packages[0];
    let names: Vec<String> = (0..packages.len()).map(|n| format!("{n}.pdf")).collect();
    for (name, (_, package)) in names.iter().zip(&packages) {
        first.judge.put(name, package.judge.package());
    }
    for ([validate, ades, _], (name, _)) in first.judge.by_pyhanko(&names).iter().zip(&packages) {
        assert!(validate.accepts && ades.accepts, "{name}: {validate:?} {ades:?}");
        assert!(validate.words.contains("INTACT:TRUSTED") && validate.words.contains("UNTOUCHED"), "{validate:?}");
    }
}

#[test]
fn pages_keep_what_they_have_from_their_group() {
    packaged(&changed(|draft| {
        let kids = format!("{} 0 R {} 0 R", page(2), page(3));
        let group = draft.add(&format!(
            "<</Type/Pages/Parent 2 0 R/Kids[{kids}]/Count 2/Rotate 90/CropBox[50 50 400 800]/MediaBox[0 0 500 900]>>"
        ));
        draft.extend(page(3), "/UserUnit 2/Rotate 0");
        draft.set(PAGES, &format!("<</Type/Pages/Kids[4 0 R {group} 0 R]/Count 3/MediaBox[0 0 300 842]>>"))
    }));
}

#[test]
fn links_and_bookmarks_lead_to_the_copies() {
    let package = packaged(&changed(|draft| {
        draft.extend(page(1), "/Annots[<</Subtype/Link/Rect[0 0 9 9]/Border[0 0 0]/Dest(third)>><</Subtype/Link/Rect[0 0 9 9]/Border[0 0 0]/A<</S/GoTo/D/second>>>>]");
        let kids = draft.add(&format!("<</Limits[(third)(third)]/Names[(third)<</D[{} 0 R/Fit]>>]>>", page(3)));
        let outlines = draft.add("null");
        let item = draft.add(&format!("<</Title(Deep)/Parent {outlines} 0 R/Dest(third)/SE 3 0 R>>"));
        draft.set(outlines, &format!("<</Type/Outlines/First {item} 0 R/Last {item} 0 R/Count 1>>"));
        let second = page(2);
        draft.extend(
            CATALOG,
            &format!(
                "/Outlines {outlines} 0 R/Dests<</second[{second} 0 R/Fit]>>/Names<</Dests<</Kids[{kids} 0 R]>>>>"
            ),
        )
    }));
    let pages = package.doc.get_pages();
    let annotations = package.page(1).get(b"Annots").unwrap().as_array().unwrap();
    let page_of = |place: &Object| place.as_array().unwrap()[0].as_reference().unwrap();
    assert_eq!(page_of(annotations[0].as_dict().unwrap().get(b"Dest").unwrap()), pages[&4]);
    let action = annotations[1].as_dict().unwrap().get(b"A").unwrap().as_dict().unwrap();
    assert_eq!(page_of(action.get(b"D").unwrap()), pages[&3]);
    let bookmarks: Vec<_> = package
        .doc
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok())
        .filter(|item| item.has(b"Title") && item.has(b"Dest"))
        .collect();
    assert_eq!(bookmarks.len(), 3, "the evidence, the document, and the document's own");
    let deep = bookmarks.iter().find(|item| item.get(b"Title").unwrap().as_str().unwrap() == b"Deep").unwrap();
    assert_eq!(page_of(deep.get(b"Dest").unwrap()), pages[&4]);
    assert!(!deep.has(b"SE"));
}

#[test]
fn bookmarks_that_go_in_circles_are_dropped() {
    packaged(&changed(|draft| {
        let outlines = draft.add("null");
        let item = outlines + 1;
        draft.add(&format!("<</Title(Loop)/Parent {outlines} 0 R/Next {item} 0 R>>"));
        draft.set(outlines, &format!("<</First {item} 0 R/Last {item} 0 R>>"));
        draft.extend(CATALOG, &format!("/Outlines {outlines} 0 R"))
    }));
}

#[test]
fn whatever_acts_is_gone() {
    let package = packaged(&changed(|draft| {
        let script = draft.add("<</S/JavaScript/JS(app.alert\\(1\\))>>");
        let chained = draft.add(&format!("<</S/URI/URI(http://localhost)/Next[{script} 0 R]>>"));
        draft.extend(
            page(1),
            &format!(
                "/AA<</O {script} 0 R>>/Annots[<</Subtype/Link/Rect[0 0 9 9]/Border[0 0 0]/A {script} 0 R>>\
             <</Subtype/Link/Rect[0 0 9 9]/Border[0 0 0]/A {chained} 0 R>>\
             <</Subtype/Link/Rect[0 0 9 9]/Border[0 0 0]/A<</S/Launch/F(x)>>/AA<</E {script} 0 R>>>>]"
            ),
        );
        draft.extend(
            CATALOG,
            &format!("/OpenAction {script} 0 R/AA<</WC {script} 0 R>>/Names<</JavaScript<</Names[(a){script} 0 R]>>>>"),
        )
    }));
    for gone in ["JavaScript", "app.alert", "/Launch", "/OpenAction", "/AA"] {
        assert_eq!(package.count(gone), 0, "{gone}");
    }
    assert_eq!(package.count("http://localhost"), 1, "an address may stay");
    assert!(package.judge.text_of_page(1).contains("Scripts and actions were left out"));
}

#[test]
fn hidden_layers_stay_hidden() {
    for settings in ["/OFF[HIDDEN]", "/BaseState/OFF/ON[SHOWN]"] {
        packaged(&changed(|draft| {
            let [hidden, shown] = ["hidden", "shown"].map(|name| draft.add(&format!("<</Type/OCG/Name({name})>>")));
            let contents = draft.add_stream(
                "",
                b"/OC /H BDC 1 0 0 rg 50 50 200 200 re f EMC /OC /S BDC 0 1 0 rg 300 50 200 200 re f EMC",
            );
            let settings =
                settings.replace("HIDDEN", &format!("{hidden} 0 R")).replace("SHOWN", &format!("{shown} 0 R"));
            draft.set(page(1), &format!(
                "<</Type/Page/Parent 2 0 R/Contents {contents} 0 R/Resources<</Properties<</H {hidden} 0 R/S {shown} 0 R>>>>>>"
            ));
            draft.extend(CATALOG, &format!("/OCProperties<</OCGs[{hidden} 0 R {shown} 0 R]/D<<{settings}>>>>"))
        }));
    }
}

#[test]
fn forms_look_the_same_and_can_only_be_read() {
    let package = packaged(&form("name"));
    assert_eq!(package.count("/Sig/"), 2, "our own seal: its value and its field");
    assert_eq!(package.count("XFA") + package.count("inner"), 0);
    let text = package.judge.text_of_page(1);
    assert!(text.contains("It was signed before") && text.contains("XFA"), "{text}");
    let fields: Vec<_> = package.doc.objects.values().filter_map(|object| object.as_dict().ok()).collect();
    let ours =
        fields.iter().find(|field| field.get(b"T").and_then(Object::as_str).is_ok_and(|name| name == b"name")).unwrap();
    assert_eq!(ours.get(b"Ff").unwrap().as_i64().unwrap(), 4096 | 1);
    let parent = package.doc.get_dictionary(ours.get(b"Parent").unwrap().as_reference().unwrap()).unwrap();
    assert_eq!(parent.get(b"T").unwrap().as_str().unwrap(), b"document1");
}

#[test]
fn forms_with_the_same_names_do_not_clash() {
    let authority = authority(1);
    let [one, other] = [form("name"), form("name")];
    let (package, attached) = package(&authority, &[("one.pdf", &one), ("other.pdf", &other)]);
    let judge = Judge::new(&authority, &package);
    judge.is_sound_pdf();
    judge.is_sealed_as_a_whole();
    judge.holds(&attached);
    judge.shows(&[&one, &other]);
}

#[test]
fn a_package_can_be_packaged_again() {
    let authority = authority(1);
    let contract = Draft::with_pages(2).finish();
    for level in [Level::Timestamped, Level::LongTerm] {
        let documents = [ContainerDocument { title: "a", name: "a.pdf", bytes: &contract, signatures: &[] }];
        let input = ContainerInput { title: "a", reference: "a", documents: &documents, level };
        let package = packaged(&make(&authority, &input, NOW).unwrap());
        assert_eq!(package.count("/DocMDP"), 2, "one seal and its permission");
        assert_eq!(package.count("/DSS"), 0, "what proved the inner seal is in the attachment");
    }
}

/// Nobody draws these pages, since that would take a minute.
#[test]
fn a_bomb_in_a_page_is_packaged_without_going_off() {
    let authority = authority(1);
    let bomb = changed(|draft| {
        let contents = draft.add_stream("/Filter/FlateDecode", &odd::zeros(600 * 1024 * 1024));
        draft.set(page(1), &format!("<</Type/Page/Parent 2 0 R/Contents {contents} 0 R>>"))
    });
    let (package, attached) = package(&authority, &[("bomb.pdf", &bomb)]);
    assert!(package.len() < 3 * bomb.len(), "as it came, once as a page and once as an attachment");
    let judge = Judge::new(&authority, &package);
    judge.is_sealed_as_a_whole();
    judge.holds(&attached);
}

#[test]
fn fields_nested_without_end_do_no_harm() {
    packaged(&changed(|draft| {
        let first = draft.add("null");
        for _ in 0..5000 {
            draft.add("null");
        }
        for number in first..first + 5000 {
            draft.set(number, &format!("<</T(a)/Kids[{} 0 R]>>", number + 1));
        }
        draft.extend(CATALOG, &format!("/AcroForm<</Fields[{first} 0 R]>>"))
    }));
}
