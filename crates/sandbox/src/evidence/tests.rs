//! Judged by others: what is sealed here must be accepted by verifiers that share no
//! code with this crate (xmlsec1, signxml, Java), and refused once anything was changed.

mod authority;
mod hostile;
pub(crate) mod judge;

use base64::{Engine, prelude::BASE64_STANDARD};
use contract::{DocumentId, MimeType, Sha256Digest, SigningSessionId};
use sha2::{Digest, Sha256};
use time::{OffsetDateTime, macros::datetime};
use uuid::uuid;

use self::judge::{Judge, Verdict};
use super::{
    Authority, CheckError, Consent, ENVELOPED_TEXT_MAX, EvidenceError, EvidenceEvent, EvidenceInput, SignedDocument,
    SignerIdentity, sign_document, verify,
};

pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-24 09:30:15.25 UTC);
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n";

/// An authority in a directory that is gone already: it lives in memory from here on.
pub(crate) fn authority(seed: u8) -> Authority {
    let dir = tempfile::tempdir().unwrap();
    Authority::load_or_create(dir.path(), NOW, &mut seeded(seed)).unwrap()
}

/// Random bytes for tests: SHA-256 in counter mode.
fn seeded(seed: u8) -> impl FnMut(&mut [u8]) -> Result<(), getrandom::Error> {
    let mut counter = 0_u64;
    move |bytes| {
        for chunk in bytes.chunks_mut(32) {
            counter += 1;
            let block = Sha256::digest([&[seed][..], &counter.to_be_bytes()].concat());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }
}

fn digest(bytes: &[u8]) -> Sha256Digest {
    Sha256Digest::new(Sha256::digest(bytes).into())
}

const DOCUMENT: DocumentId = DocumentId::new(uuid!("0197e4b8-1111-7abc-8def-0123456789ab"));

pub(crate) fn document<'a>(filename: &'a str, mime_type: &'a MimeType, bytes: &'a [u8]) -> SignedDocument<'a> {
    SignedDocument {
        id: DOCUMENT,
        filename,
        mime_type,
        digest: digest(bytes),
        size: bytes.len().try_into().unwrap(),
        text: (*mime_type != MimeType::Pdf).then_some(bytes),
    }
}

pub(crate) fn signed_by<'a>(document: SignedDocument<'a>, name: &'a str, consent: &'a str) -> EvidenceInput<'a> {
    const EVENTS: &[EvidenceEvent<'static>] = &[
        EvidenceEvent {
            kind: "viewed",
            document: Some(DOCUMENT),
            at: NOW,
            ip: Some("192.0.2.7"),
            user_agent: Some("Browser/1.0 (X; \"Y\")"),
        },
        EvidenceEvent { kind: "signed", document: None, at: NOW, ip: None, user_agent: None },
    ];
    EvidenceInput {
        session: SigningSessionId::new(uuid!("0197e4b8-2222-7abc-8def-0123456789ab")),
        document,
        signer: SignerIdentity {
            name,
            subject: "person-4711",
            national_id: Some("01019012345"),
            provider: "nbid",
            assurance_level: "substantial",
            authenticated_at: NOW,
            transaction_id: "tx-1",
            token: "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln",
        },
        pre_authenticated: None,
        consent: Some(Consent { text: consent, language: "nb", given_at: NOW }),
        events: EVENTS,
    }
}

fn contract_pdf() -> EvidenceInput<'static> {
    signed_by(document("contract.pdf", &MimeType::Pdf, PDF), "Kari Nordmann", "I agree to the terms.")
}

#[test]
fn a_detached_pdf_is_accepted() {
    let authority = authority(1);
    let xml = sign_document(&authority, &contract_pdf(), NOW).unwrap();
    assert!(xml.contains(&format!("<ds:DigestValue>{}</ds:DigestValue>", digest(PDF).base64())), "documentHash");
    assert!(xml.contains("URI=\"contract.pdf\""), "{xml}");

    let judge = Judge::new(&authority);
    judge.put("contract.pdf", PDF);
    judge.put("result.xml", xml.as_bytes());
    assert_eq!(judge.verdict("result.xml"), Verdict::Accepted);
    judge.others_accept(&["result.xml"]);
}

#[test]
fn the_time_stamp_is_over_the_signature_value() {
    let authority = authority(1);
    let xml = sign_document(&authority, &contract_pdf(), NOW).unwrap();
    let between = |start: &str, end: &str| xml.split_once(start).unwrap().1.split_once(end).unwrap().0.to_owned();
    let token = between("<xades:EncapsulatedTimeStamp>", "</xades:EncapsulatedTimeStamp>");
    let token = BASE64_STANDARD.decode(token).unwrap();
    let value =
        between("<ds:SignatureValue xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"signature-value\">", "<");
    let canonical = format!(
        "<ds:SignatureValue xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"signature-value\">{value}</ds:SignatureValue>"
    );
    assert!(Judge::new(&authority).stamps(&token, canonical.as_bytes()));
    assert!(!Judge::new(&authority).stamps(&token, canonical.replace(&value[..9], "AAAAAAAAA").as_bytes()));
    assert!(!Judge::new(&crate::evidence::tests::authority(2)).stamps(&token, canonical.as_bytes()), "another root");
}

#[test]
fn an_enveloped_text_is_accepted_alone() {
    let authority = authority(1);
    let text = "Jeg samtykker.\r\nÅ, ø og æ — 同意します\n".as_bytes();
    for mime_type in [MimeType::Text, MimeType::Markdown] {
        let input = signed_by(document("agreement.txt", &mime_type, text), "Kari Nordmann", "Yes");
        let xml = sign_document(&authority, &input, NOW).unwrap();
        let judge = Judge::new(&authority);
        judge.put("result.xml", xml.as_bytes());
        assert_eq!(judge.verdict("result.xml"), Verdict::Accepted);
        judge.others_accept(&["result.xml"]);

        let (sealed, forged) = (BASE64_STANDARD.encode(text), BASE64_STANDARD.encode(&text[1..]));
        judge.put("result.xml", xml.replace(&sealed, &forged).as_bytes());
        assert_eq!(judge.verdict("result.xml"), Verdict::Changed);
        judge.others_refuse(&["result.xml"]);
    }
}

#[test]
fn the_longest_text_is_accepted_and_a_longer_one_refused() {
    let authority = authority(1);
    let text = vec![b'x'; ENVELOPED_TEXT_MAX + 1];
    let longest = document("long.txt", &MimeType::Text, &text[..ENVELOPED_TEXT_MAX]);
    let xml = sign_document(&authority, &signed_by(longest, "Kari", "Yes"), NOW).unwrap();
    let judge = Judge::new(&authority);
    judge.put("result.xml", xml.as_bytes());
    assert_eq!(judge.verdict("result.xml"), Verdict::Accepted);
    judge.others_accept(&["result.xml"]);

    let longer = document("longer.txt", &MimeType::Text, &text);
    let refused = sign_document(&authority, &signed_by(longer, "Kari", "Yes"), NOW);
    assert!(matches!(refused, Err(EvidenceError::TextTooLong { size }) if size == text.len()), "{refused:?}");
}

#[test]
fn another_document_is_refused() {
    let authority = authority(1);
    let judge = Judge::new(&authority);
    let xml = sign_document(&authority, &contract_pdf(), NOW).unwrap();
    judge.put("result.xml", xml.as_bytes());
    let flipped = [0, PDF.len() / 2, PDF.len() - 1].map(|at| {
        let mut changed = PDF.to_vec();
        changed[at] ^= 1;
        changed
    });
    let others = [&b"%PDF-1.7 another"[..], &PDF[..PDF.len() - 1], &[PDF, b"\n"].concat(), b""].map(<[u8]>::to_vec);
    let mut results = Vec::new();
    for (n, other) in flipped.iter().chain(&others).enumerate() {
        judge.put("contract.pdf", other);
        assert_eq!(judge.verdict("result.xml"), Verdict::Changed, "{other:?}");
        judge.put_in(&n.to_string(), "contract.pdf", other);
        judge.put_in(&n.to_string(), "result.xml", xml.as_bytes());
        results.push(format!("{n}/result.xml"));
    }
    judge.others_refuse(&results);
}

#[test]
fn changed_evidence_is_refused() {
    let authority = authority(1);
    let xml = sign_document(&authority, &contract_pdf(), NOW).unwrap();
    let other = digest(b"another").base64();
    let judge = Judge::new(&authority);
    judge.put("contract.pdf", PDF);
    let mut results = Vec::new();
    for (original, forged) in [
        ("I agree to the terms.", "I agree to all terms."),
        (">Kari Nordmann<", ">Kari Normann<"),
        ("01019012345", "01019012346"),
        (">nbid<", ">none<"),
        ("<cs:At>2026-11-24T09:30:15.250Z</cs:At>", "<cs:At>2026-11-23T09:30:15.250Z</cs:At>"),
        ("<cs:Kind>viewed</cs:Kind>", "<cs:Kind>opened</cs:Kind>"),
        ("<xades:SigningTime>2026-11-24T", "<xades:SigningTime>2026-11-25T"),
        ("ProofOfApproval", "ProofOfReceipt"),
        ("<xades:MimeType>application/pdf", "<xades:MimeType>application/pdx"),
        (&format!("<cs:Sha256>{}", digest(PDF).base64()), &format!("<cs:Sha256>{other}")),
        (&format!("<ds:DigestValue>{}", digest(PDF).base64()), &format!("<ds:DigestValue>{other}")),
        ("xml-exc-c14n#\"></ds:Transform>", "xml-exc-c14n#WithComments\"></ds:Transform>"),
    ] {
        assert!(xml.contains(original), "{original} is not in the result");
        let changed = xml.replacen(original, forged, 1);
        let result = format!("result-{}.xml", results.len());
        judge.put(&result, changed.as_bytes());
        assert_eq!(judge.verdict(&result), Verdict::Changed, "{forged}");
        assert!(own_check(&authority, &changed, PDF).is_err(), "{forged}");
        results.push(result);
    }
    judge.others_refuse(&results);
}

/// What our own check says before a result is handed out.
fn own_check(authority: &Authority, xml: &str, document: &[u8]) -> Result<(), CheckError> {
    verify::check(xml, &digest(document), authority.seal_verifying_key())
}

#[test]
fn our_own_check_names_what_is_wrong() {
    let (ours, theirs) = (authority(1), authority(2));
    let xml = sign_document(&ours, &contract_pdf(), NOW).unwrap();
    assert_eq!(own_check(&ours, &xml, PDF), Ok(()));
    assert_eq!(own_check(&ours, &xml, b"another"), Err(CheckError::Digest { uri: "contract.pdf".into() }));
    assert_eq!(own_check(&theirs, &xml, PDF), Err(CheckError::Signature));

    let wrong = |from: &str, to: &str| own_check(&ours, &xml.replacen(from, to, 1), PDF).unwrap_err();
    assert_eq!(wrong("Nordmann", "Normann"), CheckError::Digest { uri: "#evidence".into() });
    assert_eq!(wrong("24T09:30:15Z", "24T09:30:16Z"), CheckError::Digest { uri: "#signed-properties".into() });
    assert_eq!(wrong("<ds:Object>", "<ds:Object Id=\"evidence\">"), CheckError::Malformed("an Id is not unique"));
    assert_eq!(wrong(" Id=\"evidence\"", ""), CheckError::Malformed("a reference to nothing"));
    assert_eq!(wrong("</ds:Signature>", ""), CheckError::Malformed("not well-formed"));
}

#[test]
fn another_root_is_refused() {
    let (ours, theirs) = (authority(1), authority(2));
    let xml = sign_document(&ours, &contract_pdf(), NOW).unwrap();
    let judge = Judge::new(&theirs);
    judge.put("contract.pdf", PDF);
    judge.put("result.xml", xml.as_bytes());
    assert_eq!(judge.verdict("result.xml"), Verdict::Untrusted);
    judge.signxml_refuses(&["result.xml"]);

    // Nor does it help to present their certificates for our signature.
    let (ours, theirs) = (ours.seal_identity(), theirs.seal_identity());
    let swapped = xml.replace(&ours.certificate, &theirs.certificate).replace(&ours.root, &theirs.root);
    judge.put("result.xml", swapped.as_bytes());
    assert_eq!(judge.verdict("result.xml"), Verdict::Changed);
    judge.others_refuse(&["result.xml"]);
}

#[test]
fn a_session_without_consent_or_national_id_is_accepted() {
    let authority = authority(1);
    let mut input = contract_pdf();
    input.consent = None;
    input.signer.national_id = None;
    input.events = &[];
    let xml = sign_document(&authority, &input, NOW).unwrap();
    assert!(!xml.contains("Consent") && !xml.contains("NationalId"), "{xml}");
    let judge = Judge::new(&authority);
    judge.put("contract.pdf", PDF);
    judge.put("result.xml", xml.as_bytes());
    assert_eq!(judge.verdict("result.xml"), Verdict::Accepted);
    judge.others_accept(&["result.xml"]);
}

#[test]
fn a_text_that_is_not_what_its_digest_says_is_not_signed() {
    let authority = authority(1);
    let honest = document("a.txt", &MimeType::Text, b"text");
    for dishonest in [
        SignedDocument { text: Some(b"tex7"), ..honest },
        SignedDocument { digest: digest(b"tex7"), ..honest },
        SignedDocument { size: 5, ..honest },
    ] {
        let refused = sign_document(&authority, &signed_by(dishonest, "Kari", "Yes"), NOW);
        assert!(matches!(refused, Err(EvidenceError::DocumentMismatch(id)) if id == honest.id), "{refused:?}");
    }
}
