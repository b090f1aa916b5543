//! Strings and names that break careless writers of XML and of references.

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{TestRng, TestRunner},
};

use super::*;

/// As XML 1.0 can hold it.
fn held(text: &str) -> String {
    let forbidden = |char| matches!(char, '\u{FFFE}' | '\u{FFFF}') || char < ' ' && !matches!(char, '\t' | '\n' | '\r');
    text.chars().map(|char| if forbidden(char) { char::REPLACEMENT_CHARACTER } else { char }).collect()
}

fn hostile_text() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        prop::sample::select(vec![
            "\t",
            "\n",
            "\r",
            "\r\n",
            "\0",
            "\u{8}",
            "\u{b}",
            "\u{1f}",
            "\u{7f}",
            "\u{85}",
            "\u{a0}",
            "\u{2028}",
            "\u{feff}",
            "\u{fffd}",
            "\u{fffe}",
            "\u{ffff}",
            "\u{10ffff}",
            "]]>",
            "<![CDATA[",
            "<!--",
            "-->",
            "<?x?>",
            "<!DOCTYPE a>",
            "</cs:Evidence>",
            "<a xmlns=\"b\"/>",
            "&",
            "&amp;",
            "&#13;",
            "&#x0;",
            "&lol;",
            "<",
            ">",
            "\"",
            "'",
            "😀",
            "👩‍👩‍👧‍👦",
            "e\u{301}",
            "漢字かな交じり文",
            "한국어",
            "العربية",
            "עברית",
            "\u{202e}",
            "\u{2066}",
            "\u{200b}",
            "Петров",
            "Ångström ßẞ",
            "{0}{}",
            "%s%n",
            "../..",
            " ",
            "  ",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
        "[ -~]{0,12}",
    ];
    prop::collection::vec(fragment, 0..12).prop_map(|fragments| fragments.concat())
}

#[test]
fn hostile_strings_are_sealed_and_read_back() {
    const CASES: usize = 240;
    let authority = authority(1);
    let judge = Judge::new(&authority);
    let mut runner = TestRunner::new_with_rng(
        ProptestConfig::default(),
        TestRng::from_seed(prop::test_runner::RngAlgorithm::ChaCha, b"two hundred and forty cases, ok!"),
    );
    let mut draw = || hostile_text().new_tree(&mut runner).unwrap().current();

    let mut results = Vec::new();
    for case in 0..CASES {
        let mut strings: [String; 10] = std::array::from_fn(|_| draw());
        // An upload without bytes is refused, so no text to sign is empty.
        strings[3].push('.');
        let [filename, name, consent, text, kind, user_agent, ip, subject, token, language] =
            strings.each_ref().map(String::as_str);
        let other = MimeType::Other(draw());
        let document = match case % 3 {
            0 => document(filename, &MimeType::Pdf, PDF),
            1 => document(filename, &MimeType::Text, text.as_bytes()),
            _ => document(filename, &other, text.as_bytes()),
        };
        let events = [EvidenceEvent { kind, document: None, at: NOW, ip: Some(ip), user_agent: Some(user_agent) }];
        let mut input = signed_by(document, name, consent);
        input.events = &events;
        input.signer = SignerIdentity {
            subject,
            national_id: Some(text),
            provider: kind,
            assurance_level: language,
            transaction_id: subject,
            token,
            ..input.signer
        };
        input.consent = input.consent.map(|consent| Consent { language, ..consent });

        let xml = sign_document(&authority, &input, NOW).unwrap_or_else(|error| panic!("{error:?}: {input:#?}"));
        for (element, text) in [("Name", name), ("Text", consent), ("UserAgent", user_agent), ("FileName", filename)] {
            assert_eq!(text_of(&xml, element), held(text), "{element}");
        }
        judge.put(&document.portable_name(), PDF);
        results.push(format!("result-{case}.xml"));
        judge.put(&results[case], xml.as_bytes());
    }

    let results: Vec<&str> = results.iter().map(String::as_str).collect();
    let (accepted, output) = judge.accepted(&results);
    assert_eq!(accepted, CASES, "{output}");
    judge.others_accept(&results);
}

/// What an XML parser finds in the first element of this name.
fn text_of(xml: &str, element: &str) -> String {
    let doc = uppsala::parse(xml).unwrap();
    let found = doc.get_elements_by_tag_name_ns(crate::evidence::xml::EVIDENCE.uri, element);
    doc.text_content_deep(found[0])
}

/// The consent is kept exactly as shown, also in the eyes of another parser.
#[test]
fn libxml2_reads_the_consent_as_it_was_shown() {
    let consent = "  Line one\r\nline two\rline three\n\t]]> & <b>\"q\"</b> 'é' 漢 \u{202e}\u{1}\u{85}😀 ";
    let authority = authority(1);
    let input = signed_by(document("a.pdf", &MimeType::Pdf, PDF), "Kari", consent);
    let judge = Judge::new(&authority);
    judge.put("result.xml", sign_document(&authority, &input, NOW).unwrap().as_bytes());
    let read = judge.xpath("result.xml", "string(//*[local-name()='Consent']/*[local-name()='Text'])");
    assert_eq!(read, consent.replace('\u{1}', "\u{fffd}"));
}

#[test]
fn any_file_name_leads_to_the_document() {
    let authority = authority(1);
    for (filename, portable, reference) in [
        ("two words.pdf", "two words.pdf", "two%20words.pdf"),
        (
            "Avtale – blåbær 契約.pdf",
            "Avtale – blåbær 契約.pdf",
            "Avtale%20%E2%80%93%20bl%C3%A5b%C3%A6r%20%E5%A5%91%E7%B4%84.pdf",
        ),
        ("50% #1 & more?.pdf", "50% #1 & more?.pdf", "50%25%20%231%20%26%20more%3F.pdf"),
        ("100%25.pdf", "100%25.pdf", "100%2525.pdf"),
        ("-rf.pdf", "-rf.pdf", "-rf.pdf"),
        ("--help", "--help", "--help"),
        ("http:a+b.pdf", "http:a+b.pdf", "http%3Aa%2Bb.pdf"),
        (" \"it's\" <a>.pdf ", " \"it's\" <a>.pdf ", "%20%22it%27s%22%20%3Ca%3E.pdf%20"),
        ("../../secret.pdf", ".._.._secret.pdf", ".._.._secret.pdf"),
        ("C:\\a\n\0b.pdf", "C:_a__b.pdf", "C%3A_a__b.pdf"),
        ("-", "document-0197e4b8-1111-7abc-8def-0123456789ab", "document-0197e4b8-1111-7abc-8def-0123456789ab"),
        ("..", "document-0197e4b8-1111-7abc-8def-0123456789ab", "document-0197e4b8-1111-7abc-8def-0123456789ab"),
        ("", "document-0197e4b8-1111-7abc-8def-0123456789ab", "document-0197e4b8-1111-7abc-8def-0123456789ab"),
    ] {
        let document = document(filename, &MimeType::Pdf, PDF);
        assert_eq!(document.portable_name(), portable);
        let xml = sign_document(&authority, &signed_by(document, "Kari", "Yes"), NOW).unwrap();
        assert!(xml.contains(&format!(" URI=\"{reference}\"")), "{reference}: {xml}");

        let judge = Judge::new(&authority);
        judge.put("result.xml", xml.as_bytes());
        assert!(matches!(judge.verdict("result.xml"), Verdict::Other(_)), "{filename}: the document is missing");
        judge.put(portable, PDF);
        assert_eq!(judge.verdict("result.xml"), Verdict::Accepted, "{filename}");
    }
}

#[test]
fn a_long_file_name_is_shortened_to_one_that_file_systems_take() {
    let authority = authority(1);
    let judge = Judge::new(&authority);
    for (filename, end) in [("漢".repeat(251) + ".pdf", "漢.pdf"), ("é".repeat(255), "é"), ("a.".repeat(127), "a.")]
    {
        let document = document(&filename, &MimeType::Pdf, PDF);
        let portable = document.portable_name();
        assert!(portable.len() <= 220 && portable.ends_with(end), "{portable}");
        let xml = sign_document(&authority, &signed_by(document, "Kari", "Yes"), NOW).unwrap();
        judge.put(&portable, PDF);
        judge.put("result.xml", xml.as_bytes());
        assert_eq!(judge.verdict("result.xml"), Verdict::Accepted);
    }
}
