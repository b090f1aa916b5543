//! Judged by others: qpdf, poppler, NSS, OpenSSL and pyHanko, which share no code with this crate.

mod judge;
mod odd;

use contract::MimeType;

use self::judge::Judge;
use super::{ContainerDocument, ContainerInput, ContainerSignature, Level, make};
use crate::{
    clock::{Clock, SystemClock},
    evidence::{
        Authority, sign_document,
        tests::{NOW, authority, document, signed_by},
    },
    pdf::samples::Draft,
};

/// A package of these documents, each signed by two people; also what was attached, by name.
fn package(authority: &Authority, documents: &[(&str, &[u8])]) -> (Vec<u8>, Vec<(String, Vec<u8>)>) {
    let mut attached = Vec::new();
    let signed: Vec<_> = documents
        .iter()
        .map(|(name, bytes)| {
            attached.push(((*name).to_owned(), bytes.to_vec()));
            let xml = ["Kari Nordmann", "Łukasz Петров"].map(|signer| {
                let document = document(name, &MimeType::Pdf, bytes);
                sign_document(authority, &signed_by(document, signer, "I agree."), NOW).unwrap()
            });
            attached
                .extend((1..).zip(&xml).map(|(n, xml)| (format!("{name}.signature-{n}.xml"), xml.as_bytes().to_vec())));
            xml
        })
        .collect();
    let signatures: Vec<_> = signed
        .iter()
        .map(|xml| {
            ["Kari Nordmann", "Łukasz Петров"]
                .into_iter()
                .zip(xml)
                .map(|(signer, xml)| signature(signer, xml.as_bytes()))
        })
        .map(Vec::from_iter)
        .collect();
    let documents: Vec<_> = documents
        .iter()
        .zip(&signatures)
        .map(|((name, bytes), signatures)| ContainerDocument { title: name, name, bytes, signatures })
        .collect();
    let input = ContainerInput {
        title: "Lease – flat 4",
        reference: "0197e4b8-2222",
        documents: &documents,
        level: Level::Timestamped,
    };
    (make(authority, &input, NOW).unwrap(), attached)
}

fn signature<'a>(signer: &'a str, xml: &'a [u8]) -> ContainerSignature<'a> {
    ContainerSignature {
        xml,
        signer,
        provider: "nbid",
        assurance_level: "substantial",
        signed_at: NOW,
        consent: Some("I agree."),
    }
}

#[test]
fn a_small_contract_satisfies_every_judge() {
    let authority = authority(1);
    let contract = Draft::with_pages(3).finish();
    let (package, attached) = package(&authority, &[("contract.pdf", &contract)]);
    let judge = Judge::new(&authority, &package);
    judge.is_sound_pdf();
    judge.is_sealed_as_a_whole();
    judge.seal_is_cades();
    judge.seal_is_time_stamped();
    judge.holds(&attached);
    judge.signatures_verify(&["contract.pdf.signature-1.xml", "contract.pdf.signature-2.xml"]);
    judge.shows(&[&contract]);
    let text = judge.text_of_page(1);
    for said in ["Lease – flat 4", "Kari Nordmann", "Łukasz Петров", "2026-11-24 09:30:15 UTC", "I agree.", "Pages: 3"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn pyhanko_trusts_a_package_and_its_time() {
    let authority = authority(1);
    let contract = Draft::with_pages(2).finish();
    let (package, _) = package(&authority, &[("contract.pdf", &contract)]);
    let documents = [ContainerDocument { title: "a", name: "a.pdf", bytes: &contract, signatures: &[] }];
    let input = ContainerInput { title: "a", reference: "a", documents: &documents, level: Level::LongTerm };
    let judge = Judge::new(&authority, &package);
    judge.put("long-term.pdf", &make(&authority, &input, NOW).unwrap());
    let opinions = judge.by_pyhanko(&["package.pdf", "long-term.pdf"]);
    let trusted = "INTACT:TRUSTED,TIMESTAMP_TOKEN<INTACT:TRUSTED>";
    for (opinions, changes) in opinions.iter().zip(["UNTOUCHED", "EXTENDED_WITH_LTA_UPDATES,ACCEPTABLE_MODIFICATIONS"])
    {
        for opinion in &opinions[..2] {
            assert!(opinion.accepts && opinion.words.contains(&format!("{trusted},{changes}")), "{opinion:?}");
        }
    }
    let [with_questions, without] = [&opinions[0][2], &opinions[1][2]];
    assert!(!with_questions.accepts && with_questions.words.contains("no revocation information"));
    assert!(without.accepts && without.words.contains(trusted), "{without:?}");
}

#[test]
fn poppler_trusts_the_seal() {
    let now = SystemClock.now();
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::load_or_create(dir.path(), now, &mut getrandom::fill).unwrap();
    let contract = Draft::with_pages(1).finish();
    let documents = [ContainerDocument { title: "a", name: "a.pdf", bytes: &contract, signatures: &[] }];
    let input = ContainerInput { title: "a", reference: "a", documents: &documents, level: Level::Timestamped };
    Judge::new(&authority, &make(&authority, &input, now).unwrap()).seal_is_trusted();
}

#[test]
fn several_documents_with_names_of_all_kinds_go_into_one() {
    let authority = authority(1);
    let [one, two, three] = [1, 2, 4].map(|pages| Draft::with_pages(pages).finish());
    let documents: [(&str, &[u8]); 3] =
        [("b – 契約.pdf", &one), ("a (draft) \\ 50%.pdf", &two), ("\u{202e}fdp.z", &three)];
    let (package, attached) = package(&authority, &documents);
    let judge = Judge::new(&authority, &package);
    judge.is_sound_pdf();
    judge.is_sealed_as_a_whole();
    judge.holds(&attached);
    judge.shows(&[&one, &two, &three]);
}

#[test]
fn documents_with_the_same_name_are_told_apart() {
    let authority = authority(1);
    let [one, two] = [1, 2].map(|pages| Draft::with_pages(pages).finish());
    let documents =
        [&one, &two].map(|bytes| ContainerDocument { title: "Offer", name: "offer.pdf", bytes, signatures: &[] });
    let input = ContainerInput { title: "", reference: "", documents: &documents, level: Level::Timestamped };
    let judge = Judge::new(&authority, &make(&authority, &input, NOW).unwrap());
    judge.holds(&[("offer.pdf".into(), one), ("offer (2).pdf".into(), two)]);
    assert!(judge.text_of_page(1).contains("save it as offer.pdf"));
}

#[test]
fn the_same_input_makes_the_same_bytes_and_another_moment_others() {
    let authority = authority(1);
    let contract = Draft::with_pages(1).finish();
    let documents = [ContainerDocument { title: "a", name: "a.pdf", bytes: &contract, signatures: &[] }];
    let input = ContainerInput { title: "a", reference: "a", documents: &documents, level: Level::Timestamped };
    let first = make(&authority, &input, NOW).unwrap();
    assert!(first == make(&authority, &input, NOW).unwrap());
    assert!(first != make(&authority, &input, NOW + time::Duration::MILLISECOND).unwrap());
}

#[test]
fn a_package_for_the_long_term_holds_what_the_authority_would_say() {
    let authority = authority(1);
    let contract = Draft::with_pages(2).finish();
    let documents = [ContainerDocument { title: "a", name: "a.pdf", bytes: &contract, signatures: &[] }];
    let input = ContainerInput { title: "a", reference: "a", documents: &documents, level: Level::LongTerm };
    let package = make(&authority, &input, NOW).unwrap();
    let judge = Judge::new(&authority, &package);
    judge.is_sound_pdf();
    judge.holds(&[("a.pdf".into(), contract.clone())]);
    judge.shows(&[&contract]);
    judge.seal_is_cades();
    assert!(judge.seal_is_valid() && !judge.covers_everything(), "the seal does not cover what proves it");

    let file = lopdf::Document::load_mem(&package).unwrap();
    let store = file.catalog().unwrap().get(b"DSS").unwrap().as_dict().unwrap();
    let list = file.dereference(&store.get(b"CRLs").unwrap().as_array().unwrap()[0]).unwrap().1;
    judge.put("list.crl", &list.as_stream().unwrap().content);
    let said =
        judge.run("openssl", "openssl", &["crl", "-inform", "DER", "-in", "list.crl", "-CAfile", "root.pem", "-noout"]);
    assert!(String::from_utf8_lossy(&said.stderr).contains("verify OK"), "{said:?}");
    assert_eq!(store.get(b"Certs").unwrap().as_array().unwrap().len(), 3);
}

#[test]
fn whatever_is_changed_is_noticed() {
    let authority = authority(1);
    let contract = Draft::with_pages(1).finish();
    let (package, _) = package(&authority, &[("contract.pdf", &contract)]);
    let find = |text: &[u8]| package.windows(text.len()).position(|window| window == text).unwrap();
    let mut names = Vec::new();
    let all = Judge::new(&authority, &package);
    for at in [10, find(b"/MediaBox"), find(b"EmbeddedFile"), find(b"cs:Evidence"), package.len() - 30] {
        let mut changed = package.clone();
        changed[at] ^= 1;
        let judge = Judge::new(&authority, &changed);
        assert!(!judge.seal_verifies() && judge.poppler_says("Digest Mismatch"), "byte {at}");
        names.push(format!("{at}.pdf"));
        all.put(&names[names.len() - 1], &changed);
    }
    for opinion in all.by_pyhanko(&names).as_flattened() {
        assert!(!opinion.accepts && !opinion.words.contains("INTACT"), "{opinion:?}");
    }
    let appended = [&*package, b"\n% more\n"].concat();
    assert!(!Judge::new(&authority, &appended).covers_everything());
    assert!(Judge::new(&authority, &package).seal_verifies());

    let stranger = crate::evidence::tests::authority(2);
    let judge = Judge::new(&stranger, &package);
    assert!(!judge.seal_verifies(), "another root");
    for opinion in judge.by_pyhanko(&["package.pdf"]).as_flattened() {
        assert!(!opinion.accepts && opinion.words.contains("INTACT:UNTRUSTED"), "{opinion:?}");
    }
}

#[test]
fn nothing_is_sealed_outside_the_certificate_s_life() {
    let input = ContainerInput { title: "", reference: "", documents: &[], level: Level::Timestamped };
    for outside in [NOW - time::Duration::days(2), NOW + time::Duration::days(823)] {
        let refused = make(&authority(1), &input, outside);
        assert!(matches!(refused, Err(super::ContainerError::Seal(_))), "{refused:?}");
    }
}

#[test]
fn a_document_that_cannot_be_shown_is_attached_all_the_same() {
    let authority = authority(1);
    let (package, attached) = package(&authority, &[("broken.pdf", b"%PDF-1.7 broken"), ("text.pdf", b"no PDF")]);
    let judge = Judge::new(&authority, &package);
    judge.is_sound_pdf();
    judge.is_sealed_as_a_whole();
    judge.holds(&attached);
    assert!(judge.text_of_page(2).contains("broken.pdf"));
}
