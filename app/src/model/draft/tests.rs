use contract::{Language, PackageType, Sha256Digest, SigningFlow, Vendor, limits};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    check::{findings, number_findings},
    *,
};

const NOW: Moment = Moment(1_790_000_000_000);
const DAY: i64 = 24 * 3600 * 1000;

fn draft(name: &str, mime_type: &str, size: u64, digest: u8) -> DraftDocument {
    DraftDocument { filename: name.into(), mime_type: mime_type.into(), size, sha256: Sha256Digest::new([digest; 32]) }
}

fn pdf(name: &str, digest: u8) -> DraftDocument {
    draft(name, "application/pdf", 10, digest)
}

fn signer(label: &str, stage: u32) -> NewSigner {
    NewSigner { label: label.into(), stage, ..NewSigner::default() }
}

fn good() -> NewCollection {
    NewCollection {
        title: "Lease".into(),
        due: Moment(NOW.0 + DAY),
        documents: vec![pdf("lease.pdf", 1), pdf("annex.pdf", 2)],
        signers: vec![signer("Kari", 1), signer("Ola", 1), signer("Board", 2)],
        settings: CollectionSettings::default(),
    }
}

fn fields(change: impl FnOnce(&mut NewCollection)) -> Vec<String> {
    let mut new = good();
    change(&mut new);
    findings(&new, NOW).into_iter().map(|finding| finding.field).collect()
}

#[test]
fn a_small_body_is_enough() {
    let body = json!({
        "title": "Lease",
        "due": NOW.0 + DAY,
        "documents": [{"filename": "a.pdf", "mimeType": "application/pdf", "size": 1, "sha256": Sha256Digest::new([1; 32])}],
        "signers": [{"label": "Kari"}],
    });
    let new: NewCollection = serde_json::from_value(body.clone()).unwrap();
    assert!(findings(&new, NOW).is_empty());
    assert_eq!(new.packaging_of(&new.signers[0]), [PackageType::PadesContainer]);
    let mut surplus = body;
    surplus["signers"][0]["sgnText"] = "misspelt".into();
    assert!(serde_json::from_value::<NewCollection>(surplus).is_err());
}

#[test]
fn what_is_good_is_found_good() {
    assert_eq!(fields(|_| ()), [""; 0]);
    assert_eq!(fields(|new| new.signers[0].parts = vec![Part::Sign, Part::View]), [""; 0]);
    // Each signer's documents are of one type; the collection's need not be.
    assert_eq!(
        fields(|new| {
            new.documents[1] = draft("note.txt", "text/plain", 1, 2);
            new.signers[0].parts = vec![Part::Sign, Part::None];
            new.signers[1].parts = vec![Part::None, Part::Sign];
            new.signers[2].parts = vec![Part::Sign, Part::None];
        }),
        [""; 0]
    );
}

#[test]
fn names_each_field_of_the_whole_that_is_wrong() {
    assert_eq!(fields(|new| new.title = " ".into()), ["title"]);
    assert_eq!(fields(|new| new.title = "x".repeat(256)), ["title"]);
    assert_eq!(fields(|new| new.title = "a\nb".into()), ["title"]);
    assert_eq!(fields(|new| new.due = NOW), ["due"]);
    assert_eq!(fields(|new| new.due = Moment(NOW.0 + 45 * DAY + 1)), ["due"]);
    assert_eq!(fields(|new| new.due = Moment(i64::MAX)), ["due"]);
    assert_eq!(fields(|new| new.signers.clear()), ["signers"]);
    assert_eq!(fields(|new| new.signers = vec![signer("x", 1); 201]), ["signers"]);
    let archive = |retention: &str| Some(Archive { signatures: true, packages: false, retention: retention.into() });
    assert_eq!(fields(|new| new.settings.archive = archive("")), ["settings.archive.retention"]);
    assert_eq!(fields(|new| new.settings.archive = archive("a year")), ["settings.archive.retention"]);
    assert_eq!(fields(|new| new.settings.archive = archive("P1Y")), [""; 0]);
    assert_eq!(fields(|new| new.settings.package_to = vec!["ZIP".to_owned().into()]), ["settings.packageTo"]);
}

#[test]
fn names_each_field_of_a_signer_that_is_wrong() {
    let of = |name: &str, change: &dyn Fn(&mut NewSigner)| {
        assert_eq!(fields(|new| change(&mut new.signers[1])), [format!("signers[1].{name}")], "{name}");
    };
    of("label", &|signer| signer.label.clear());
    of("label", &|signer| signer.label = "x".repeat(256));
    of("note", &|signer| signer.note = Some("x".repeat(1025)));
    of("signText", &|signer| signer.sign_text = Some("x".repeat(2049)));
    of("language", &|signer| signer.language = Language::from("no"));
    of("signatureUrlTTL", &|signer| signer.signature_url_ttl = Some(4));
    of("signatureUrlTTL", &|signer| signer.signature_url_ttl = Some(525_601));
    of("parts", &|signer| signer.parts = vec![Part::Sign]);
    of("parts", &|signer| signer.parts = vec![Part::View; 2]);
    of("parts", &|signer| signer.parts = vec![Part::None; 2]);
    of("packageTo[0]", &|signer| signer.package_to = Some(vec!["ZIP".to_owned().into()]));
    of("signing.flow", &|signer| signer.signing.flow = SigningFlow::PkiSigning);
    of("signing.vendor", &|signer| signer.signing.vendor = Some(Vendor::Nbid));
    of("signing.identityProviders[0]", &|signer| signer.signing.identity_providers = vec![" ".into()]);
    of("signing.requestedAttributes", &|signer| signer.signing.requested_attributes = vec![String::new()]);
    of("signing.additionalParameters", &|signer| {
        signer.signing.additional_parameters.insert(String::new(), "x".into());
    });
    of("preAuthentication.identityProviders[0]", &|signer| {
        signer.pre_authentication = Some(IdentifyFirst { identity_providers: vec![String::new()] });
    });
    let redirects = |change: &dyn Fn(&mut Redirects)| {
        let to = |name: &str| format!("https://desk.example/{name}");
        let mut redirects = Redirects { success: to("a"), cancel: to("b"), error: to("c"), reject: None };
        change(&mut redirects);
        Some(redirects)
    };
    of("redirects.cancel", &|signer| signer.redirects = redirects(&|to| to.cancel.clear()));
    of("redirects.success", &|signer| signer.redirects = redirects(&|to| to.success = "javascript:x".into()));
    of("redirects.reject", &|signer| signer.redirects = redirects(&|to| to.reject = Some("x".into())));
    assert_eq!(fields(|new| new.signers[1].redirects = redirects(&|_| ())), [""; 0]);
    assert_eq!(fields(|new| new.signers[0].stage = 0), ["signers[0].stage"]);
    assert_eq!(fields(|new| new.signers[2].stage = 3), ["signers[2].stage"]);
}

#[test]
fn names_each_document_that_is_wrong() {
    let document = |name: &str, mime_type: &str, size: u64| {
        let draft = draft(name, mime_type, size, 1);
        fields(move |new| new.documents = vec![draft])
    };
    for (name, mime_type, size) in [
        ("a.pdf", "application/pdf", 0),
        ("a.pdf", "application/pdf", limits::DOCUMENT_BYTES_MAX + 1),
        ("a.docx", "application/msword", 1),
        ("a.pdf", "application/xml", 1),
        ("a.txt", "application/pdf", 1),
        ("a.pdf", "text/plain", 1),
        ("", "text/plain", 1),
        ("../a.pdf", "application/pdf", 1),
        ("a\u{202e}fdp.pdf", "application/pdf", 1),
        (&format!("{}.pdf", "x".repeat(252)), "application/pdf", 1),
    ] {
        assert_eq!(document(name, mime_type, size), ["documents[0]"], "{name} {mime_type} {size}");
    }
    assert_eq!(fields(|new| new.documents[1] = pdf("again.pdf", 1)), ["documents[1]"]);
    let nobodys = |new: &mut NewCollection| {
        new.signers.iter_mut().for_each(|signer| signer.parts = vec![Part::Sign, Part::None]);
    };
    assert_eq!(fields(nobodys), ["documents[1]"]);
    assert_eq!(fields(|new| new.documents.clear()), ["documents"]);
    let many = |n: u8| (0..n).map(|i| pdf(&format!("{i}.pdf"), i)).collect::<Vec<_>>();
    assert_eq!(fields(|new| new.documents = many(101))[0], "documents");
    // More than a session takes, and divided among two signers.
    assert_eq!(fields(|new| new.documents = many(60)), ["signers[0].parts", "signers[1].parts", "signers[2].parts"]);
    let halves = |new: &mut NewCollection| {
        new.documents = many(100);
        new.signers.truncate(2);
        let half = |first: bool| (0..100).map(|i| if (i < 50) == first { Part::Sign } else { Part::None }).collect();
        new.signers[0].parts = half(true);
        new.signers[1].parts = half(false);
    };
    assert_eq!(fields(halves), [""; 0]);
    assert_eq!(
        fields(|new| {
            new.documents[1] = draft("b.txt", "text/plain", 1, 2);
            new.signers.truncate(1);
        }),
        ["signers[0].parts"]
    );
}

#[test]
fn packaging_suits_documents_and_flow() {
    let pki = |new: &mut NewCollection| {
        new.signers.iter_mut().for_each(|signer| signer.signing.flow = SigningFlow::PkiSigning);
    };
    let container = vec![PackageType::PadesContainer];
    assert_eq!(fields(pki), [""; 0]);
    assert_eq!(fields(|new| (pki(new), new.settings.package_to = container.clone()).0), ["settings.packageTo"]);
    assert_eq!(
        fields(|new| (pki(new), new.signers[0].package_to = Some(container.clone())).0),
        ["signers[0].packageTo"]
    );
    let texts = |new: &mut NewCollection| {
        new.documents = vec![draft("b.txt", "text/plain", 1, 2)];
        new.signers.truncate(1);
    };
    assert_eq!(fields(|new| (texts(new), new.settings.package_to = container.clone()).0), ["settings.packageTo"]);
    assert_eq!(
        fields(|new| (texts(new), new.signers[0].package_to = Some(container.clone())).0),
        ["signers[0].packageTo"]
    );
    let mut new = good();
    assert_eq!(new.packaging_of(&new.signers[0]), container);
    new.settings.package_to = container;
    assert!(new.packaging_of(&new.signers[0]).is_empty());
}

#[test]
fn a_stage_that_is_waited_for_takes_fifty() {
    let stage = |first: usize, new: &mut NewCollection| {
        new.signers = (0..first).map(|_| signer("x", 1)).chain([signer("last", 2)]).collect();
    };
    assert_eq!(fields(|new| stage(50, new)), [""; 0]);
    assert_eq!(fields(|new| stage(51, new)), ["signers"]);
    assert_eq!(fields(|new| new.signers = vec![signer("x", 1); 51]), [""; 0]);
}

#[test]
fn national_numbers_stay_out_of_sight() {
    let mut new = good();
    let number = Some(NationalNumber::new(" 01017012345 "));
    new.signers[1].person = Some(ExpectedPerson { purpose: NumberPurpose::Validate, number });
    assert!(!format!("{new:?}").contains("01017012345"));
    assert!(!new.preview().to_string().contains("01017012345"));
    assert_eq!(new.preview()["stages"][0][1]["signer"]["nationalIdentificationNumber"], "•••");

    let numbers = new.withhold_numbers();
    assert!(!serde_json::to_string(&new).unwrap().contains("01017012345"));
    assert_eq!(findings(&new, NOW), []);
    let found = |numbers: &[Option<NationalNumber>]| {
        number_findings(&new, |i| numbers.get(i)?.as_ref()).into_iter().map(|finding| finding.field).collect::<Vec<_>>()
    };
    assert_eq!(found(&numbers), [""; 0]);
    assert_eq!(found(&[]), ["signers[1].person.number"]);
    assert_eq!(found(&[None, Some(NationalNumber::new(" "))]), ["signers[1].person.number"]);
}

#[test]
fn the_preview_says_what_ids_stand_for() {
    let mut new = good();
    new.signers[2].parts = vec![Part::View, Part::Sign];
    let preview = new.preview();
    assert_eq!(preview["collection"]["documents"][1]["documentId"], "‹annex.pdf›");
    let last = &preview["stages"][1][0];
    assert_eq!(last["subsequentTo"], json!(["‹session of signer 1›", "‹session of signer 2›"]));
    assert_eq!(last["documents"][0]["documentId"], "‹lease.pdf›");
    assert_eq!(last["documents"][0]["action"], "VIEW");
    assert_eq!(last["externalReference"], "‹our id for signer 3›");
    assert!(!preview.to_string().contains("Board"));
}

prop_compose! {
    /// Documents × signers, with stages without gaps.
    fn matrix()(documents in 1..6usize, signers in 1..7usize)(
        parts in prop::collection::vec(prop::collection::vec(prop_oneof![Just(Part::Sign), Just(Part::View), Just(Part::None)], documents), signers),
        mut stages in prop::collection::vec(1..4u32, signers),
        documents in Just(documents),
    ) -> NewCollection {
        let mut used = stages.clone();
        used.sort_unstable();
        used.dedup();
        stages.iter_mut().for_each(|stage| *stage = u32::try_from(used.iter().position(|s| s == stage).unwrap() + 1).unwrap());
        let signers = parts.into_iter().zip(stages).map(|(parts, stage)| NewSigner { parts, ..signer("x", stage) });
        NewCollection {
            documents: (0..documents).map(|i| pdf(&format!("{i}.pdf"), u8::try_from(i).unwrap())).collect(),
            signers: signers.collect(),
            ..good()
        }
    }
}

proptest! {
    /// features: the matrix becomes exactly this JSON.
    #[test]
    fn the_matrix_becomes_exactly_these_requests(new in matrix()) {
        let plan = serde_json::to_value(new.plan()).unwrap();
        let stage_of = |n: u32| (0..).zip(&new.signers).filter(move |(_, s)| s.stage == n).map(|(i, _)| i).collect::<Vec<usize>>();
        let last = new.signers.iter().map(|signer| signer.stage).max().unwrap();
        let expected: Vec<Vec<Value>> = (1..=last).map(|stage| stage_of(stage).into_iter().map(|i| {
            let documents: Vec<Value> = (0..new.documents.len()).filter_map(|d| {
                let action = match new.signers[i].parts[d] { Part::Sign => "SIGN", Part::View => "VIEW", Part::None => return None };
                Some(json!({
                    "documentCollectionId": placeholder(Kind::Collection, 0),
                    "documentId": placeholder(Kind::Document, d),
                    "action": action,
                }))
            }).collect();
            let mut request = json!({
                "title": "Lease",
                "dueDate": "2026-09-22T14:13:20Z",
                "documents": documents,
                "externalReference": placeholder(Kind::Reference, i),
                "signingSetup": [{"signingFlow": "AUTHENTICATION_BASED"}],
                "packageTo": ["PADES_CONTAINER"],
                "ui": {"language": "en"},
            });
            if stage > 1 {
                request["subsequentTo"] = stage_of(stage - 1).into_iter().map(|i| json!(placeholder(Kind::Session, i))).collect();
            }
            request
        }).collect()).collect();
        prop_assert_eq!(plan, serde_json::to_value(expected).unwrap());
    }

    /// What is found good is taken by the contract's own rules.
    #[test]
    fn nothing_is_sent_that_the_contract_refuses(new in matrix()) {
        let now = NOW.to_time().unwrap();
        if findings(&new, NOW).is_empty() {
            for request in new.plan().iter().flatten() {
                prop_assert_eq!(request.validate(now), []);
            }
        }
    }
}
