//! Every rule and limit of requests, one step to either side.

use contract::{
    ArchiveSettings, DocumentAction, DocumentId, DocumentPatch, IdentityProvider, InvalidParam, Language,
    NewDocumentCollection, NewSigningSession, PackageType, PreAuthentication, RedirectSettings, SessionDocument,
    Signer, SignerValidation, SigningFlow, SigningSessionId, SigningSetup, Ui, Vendor,
};
use time::{Duration, OffsetDateTime, macros::datetime};
use uuid::Uuid;

const NOW: OffsetDateTime = datetime!(2026-11-24 12:00 UTC);

fn document(n: usize) -> SessionDocument {
    let uuid = Uuid::from_u128(u128::try_from(n).unwrap());
    SessionDocument {
        document_collection_id: contract::DocumentCollectionId::new(Uuid::nil()),
        document_id: DocumentId::new(uuid),
        action: DocumentAction::Sign,
        extra: Default::default(),
    }
}

fn setup(signing_flow: SigningFlow) -> SigningSetup {
    SigningSetup {
        identity_providers: Vec::new(),
        signing_flow,
        vendor: None,
        additional_parameters: Default::default(),
        requested_attributes: Vec::new(),
        extra: Default::default(),
    }
}

/// The names of what is wrong with a valid session after a change.
fn wrong(change: impl FnOnce(&mut NewSigningSession)) -> Vec<String> {
    let mut session = NewSigningSession {
        title: "Rental agreement".to_owned(),
        documents: vec![document(1)],
        signing_setup: vec![setup(SigningFlow::AuthenticationBased)],
        ..Default::default()
    };
    assert_eq!(session.validate(NOW), []);
    change(&mut session);
    names(session.validate(NOW))
}

fn names(findings: Vec<InvalidParam>) -> Vec<String> {
    assert!(findings.iter().all(|finding| !finding.reason.is_empty()));
    findings.into_iter().map(|finding| finding.name).collect()
}

const FINE: [&str; 0] = [];

#[test]
fn texts_are_counted_in_characters() {
    type Field = fn(&mut NewSigningSession, String);
    let fields: [(&str, usize, Field); 3] = [
        ("title", 255, |session, text| session.title = text),
        ("signText", 2048, |session, text| session.sign_text = Some(text)),
        ("externalReference", 1024, |session, text| session.external_reference = Some(text)),
    ];
    for (name, max, set) in fields {
        assert_eq!(wrong(|session| set(session, "ä".repeat(max))), FINE);
        assert_eq!(wrong(|session| set(session, "ä".repeat(max + 1))), [name]);
    }
    for blank in ["", " \t\n"] {
        assert_eq!(wrong(|session| session.title = blank.to_owned()), ["title"]);
    }
}

#[test]
fn texts_of_documents_are_counted_in_characters() {
    type Field = fn(&mut DocumentPatch) -> &mut Option<String>;
    let fields: [(&str, usize, Field); 3] = [
        ("filename", 255, |patch| &mut patch.filename),
        ("description", 1000, |patch| &mut patch.description),
        ("title", 255, |patch| &mut patch.title),
    ];
    for (name, max, field) in fields {
        for (length, expected) in [(0, vec![]), (max, vec![]), (max + 1, vec![name])] {
            let mut patch = DocumentPatch::default();
            *field(&mut patch) = Some("é".repeat(length));
            assert_eq!(names(patch.validate()), expected, "{length}");
        }
    }
}

#[test]
fn a_signing_link_lives_five_minutes_to_a_year() {
    for minutes in [0, 5, 525_600] {
        assert_eq!(wrong(|session| session.signature_url_ttl = Some(minutes)), FINE, "{minutes}");
    }
    for minutes in [1, 4, 525_601, u32::MAX] {
        assert_eq!(wrong(|session| session.signature_url_ttl = Some(minutes)), ["signatureUrlTTL"], "{minutes}");
    }
}

#[test]
fn the_due_date_lies_ahead_but_not_too_far() {
    let tick = Duration::nanoseconds(1);
    let last = NOW + Duration::days(45);
    for due in [NOW + tick, last] {
        assert_eq!(wrong(|session| session.due_date = Some(due)), FINE, "{due}");
    }
    for due in [OffsetDateTime::UNIX_EPOCH, NOW, last + tick] {
        assert_eq!(wrong(|session| session.due_date = Some(due)), ["dueDate"], "{due}");
    }
}

#[test]
fn a_session_has_one_to_fifty_documents() {
    for n in [1, 50] {
        assert_eq!(wrong(|session| session.documents = (0..n).map(document).collect()), FINE, "{n}");
    }
    for n in [0, 51] {
        assert_eq!(wrong(|session| session.documents = (0..n).map(document).collect()), ["documents"], "{n}");
    }
    assert_eq!(
        wrong(|session| session.documents = vec![document(1), document(2), document(1)]),
        ["documents[2].documentId"]
    );
}

#[test]
fn at_least_one_document_is_to_be_signed() {
    let view = || SessionDocument { action: DocumentAction::View, ..document(2) };
    assert_eq!(wrong(|session| session.documents.push(view())), FINE);
    assert_eq!(wrong(|session| session.documents = vec![view()]), ["documents"]);
    let odd = || SessionDocument { action: DocumentAction::from("sign"), ..document(2) };
    assert_eq!(wrong(|session| session.documents.push(odd())), ["documents[1].action"]);
}

#[test]
fn a_session_has_exactly_one_setup() {
    let pki = || SigningSetup { vendor: Some(Vendor::Nbid), ..setup(SigningFlow::PkiSigning) };
    assert_eq!(wrong(|session| session.signing_setup = vec![pki()]), FINE);
    assert_eq!(wrong(|session| session.signing_setup.clear()), ["signingSetup"]);
    assert_eq!(wrong(|session| session.signing_setup.push(pki())), ["signingSetup"]);
}

#[test]
fn a_setup_is_consistent() {
    let flow = "signingSetup[0].signingFlow";
    assert_eq!(wrong(|session| session.signing_setup[0].signing_flow = SigningFlow::from("PKI")), [flow]);
    let vendor = "signingSetup[0].vendor";
    assert_eq!(wrong(|session| session.signing_setup[0].vendor = Some(Vendor::Sbid)), [vendor]);
    for (name, expected) in [("nbid", vec![]), ("  ", vec!["signingSetup[0].identityProviders[0].idpName"])] {
        let provider = IdentityProvider { idp_name: name.to_owned(), extra: Default::default() };
        assert_eq!(wrong(|session| session.signing_setup[0].identity_providers = vec![provider]), expected);
    }
    let nameless = IdentityProvider { idp_name: " ".to_owned(), extra: Default::default() };
    let asked = PreAuthentication { enabled: true, identity_providers: vec![nameless], ..Default::default() };
    let expected = "preAuthentication.identityProviders[0].idpName";
    assert_eq!(wrong(|session| session.pre_authentication = Some(asked)), [expected]);
}

#[test]
fn a_session_waits_for_fifty_others_at_most() {
    let others = |n: u128| (0..n).map(|n| SigningSessionId::new(Uuid::from_u128(n))).collect::<Vec<_>>();
    assert_eq!(wrong(|session| session.subsequent_to = others(50)), FINE);
    assert_eq!(wrong(|session| session.subsequent_to = others(51)), ["subsequentTo"]);
}

#[test]
fn packages_are_of_known_formats_and_five_at_most() {
    let formats = |n| vec![PackageType::PadesContainer; n];
    assert_eq!(wrong(|session| session.package_to = formats(5)), FINE);
    assert_eq!(wrong(|session| session.package_to = formats(6)), ["packageTo"]);
    assert_eq!(wrong(|session| session.package_to = vec![PackageType::from("ZIP")]), ["packageTo[0]"]);
}

#[test]
fn a_collection_has_one_to_a_hundred_documents() {
    let collection = |n: usize| NewDocumentCollection {
        documents: (0..n).map(|n| document(n).document_id.into()).collect(),
        package_to: Vec::new(),
    };
    for (n, expected) in [(0, vec!["documents"]), (1, vec![]), (100, vec![]), (101, vec!["documents"])] {
        assert_eq!(names(collection(n).validate()), expected, "{n}");
    }
    let mut twice = collection(2);
    twice.documents[1] = twice.documents[0].clone();
    assert_eq!(names(twice.validate()), ["documents[1].documentId"]);
    let odd = NewDocumentCollection { package_to: vec![PackageType::from("ZIP")], ..collection(1) };
    assert_eq!(names(odd.validate()), ["packageTo[0]"]);
}

#[test]
fn a_validation_needs_something_to_compare_with() {
    let signer = |number: Option<&str>, validation| Signer {
        national_identification_number: number.map(str::to_owned),
        validations: vec![validation],
        extra: Default::default(),
    };
    let number = SignerValidation::NationalIdentificationNumber;
    assert_eq!(wrong(|session| session.signer = Some(signer(Some("01017012345"), number.clone()))), FINE);
    for missing in [None, Some(""), Some(" ")] {
        let signer = signer(missing, number.clone());
        assert_eq!(wrong(|session| session.signer = Some(signer)), ["signer.validations[0]"]);
    }
    let odd = signer(Some("01017012345"), SignerValidation::from("SHOE_SIZE"));
    assert_eq!(wrong(|session| session.signer = Some(odd)), ["signer.validations[0]"]);
}

#[test]
fn archiving_needs_a_period() {
    let archive = |signatures, packages, period: Option<&str>| ArchiveSettings {
        send_signature_results_to_archive: signatures,
        send_packaging_result_to_archive: packages,
        retention_period: period.map(str::to_owned),
        extra: Default::default(),
    };
    let period = ["archive.retentionPeriod"];
    assert_eq!(wrong(|session| session.archive = Some(archive(false, false, None))), FINE);
    for (signatures, packages) in [(true, false), (false, true)] {
        assert_eq!(wrong(|session| session.archive = Some(archive(signatures, packages, None))), period);
    }
    for good in ["P1Y", "P18M", "P2W", "P10D", "P1Y2M3DT4H5M6S", "PT36H"] {
        assert_eq!(wrong(|session| session.archive = Some(archive(true, true, Some(good)))), FINE, "{good}");
    }
    for bad in ["", "P", "PT", "1Y", "P1", "PY", "P1H", "P1D1Y", "P1Y1Y", "P1YT", "P-1Y", "p1y", "P1Y ", "P1.5Y"] {
        assert_eq!(wrong(|session| session.archive = Some(archive(true, false, Some(bad)))), period, "{bad}");
    }
}

#[test]
fn only_known_languages_are_asked_for() {
    for language in Language::KNOWN {
        let ui = Ui { language: Some(language.clone()), ..Default::default() };
        assert_eq!(wrong(|session| session.ui = Some(ui)), FINE);
    }
    for odd in ["no", "EN", "is", ""] {
        let ui = Ui { language: Some(Language::from(odd)), ..Default::default() };
        assert_eq!(wrong(|session| session.ui = Some(ui)), ["ui.language"], "{odd}");
    }
}

#[test]
fn redirects_go_together_and_to_web_addresses() {
    let url = |text: &str| Some(text.to_owned());
    let good = || RedirectSettings {
        success: url("https://example.com/done?a=b"),
        cancel: url("http://localhost:3000/later"),
        error: url("https://[::1]/failed"),
        ..Default::default()
    };
    assert_eq!(wrong(|session| session.redirect_settings = Some(Default::default())), FINE, "an empty object is none");
    assert_eq!(wrong(|session| session.redirect_settings = Some(good())), FINE);
    let reject = RedirectSettings { reject: url("https://example.com/no"), ..good() };
    assert_eq!(wrong(|session| session.redirect_settings = Some(reject)), FINE);

    let lone = RedirectSettings { success: url("https://example.com"), ..Default::default() };
    let missing = ["redirectSettings.cancel", "redirectSettings.error"];
    assert_eq!(wrong(|session| session.redirect_settings = Some(lone)), missing);
    for bad in
        ["", "example.com", "/done", "javascript:alert(1)", "https://", "https://a b", "https:///x", "https://a\n"]
    {
        let redirects = RedirectSettings { error: url(bad), ..good() };
        assert_eq!(wrong(|session| session.redirect_settings = Some(redirects)), ["redirectSettings.error"], "{bad:?}");
    }
}

#[test]
fn all_findings_are_told_at_once() {
    let findings = wrong(|session| {
        session.title.clear();
        session.due_date = Some(NOW);
        session.documents.clear();
        session.signing_setup.clear();
    });
    assert_eq!(findings, ["title", "dueDate", "documents", "signingSetup"]);
    let moved = InvalidParam::new("dueDate", "must be in the future").under("[3].");
    assert_eq!(moved.name, "[3].dueDate");
}
