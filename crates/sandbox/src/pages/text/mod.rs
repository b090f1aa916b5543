//! What the pages say. A page needs a text that a language lacks: it does not compile.

mod da;
mod de;
mod en;
mod fi;
mod nb;
mod nn;
mod sv;

use contract::Language;
use http::{HeaderMap, header};

pub(super) use en::EN;

/// A heading and the sentence below it: what happened, and what to do next.
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct Message {
    pub(super) heading: &'static str,
    pub(super) body: &'static str,
}

/// All texts in one language. In braces stands what [`fill`] puts in.
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct Texts {
    /// BCP 47 tag, for the `lang` attribute.
    pub(super) tag: &'static str,
    /// The banner in this language; it follows the English one.
    pub(super) banner: &'static str,
    pub(super) step: &'static str,
    pub(super) proceed: &'static str,
    pub(super) back: &'static str,
    pub(super) more_actions: &'static str,
    pub(super) download: &'static str,
    pub(super) downloads_lead: &'static str,
    pub(super) save: &'static str,
    pub(super) signature_file: &'static str,
    pub(super) problem: &'static str,
    pub(super) error: &'static str,

    pub(super) welcome_lead: &'static str,
    pub(super) documents: &'static str,
    pub(super) to_sign: &'static str,
    pub(super) for_information: &'static str,
    pub(super) sign_by: &'static str,
    pub(super) link_works_until: &'static str,
    pub(super) start: &'static str,

    pub(super) document_of: &'static str,
    pub(super) read_already: &'static str,
    pub(super) view_note: &'static str,
    pub(super) open_document: &'static str,
    pub(super) opens_in_new_tab: &'static str,
    pub(super) no_viewer: &'static str,
    pub(super) have_read: &'static str,

    pub(super) consent_heading: &'static str,
    pub(super) default_consent: &'static str,
    pub(super) agree: &'static str,
    pub(super) agree_missing: &'static str,

    pub(super) pre_heading: &'static str,
    pub(super) pre_lead: &'static str,
    pub(super) choose_provider: &'static str,
    pub(super) another_provider: &'static str,
    pub(super) identify_heading: &'static str,
    pub(super) identify_note: &'static str,
    pub(super) provider: &'static str,
    pub(super) name: &'static str,
    pub(super) name_missing: &'static str,
    pub(super) national_id: &'static str,
    pub(super) national_id_checked: &'static str,
    pub(super) national_id_missing: &'static str,
    pub(super) mismatch: &'static str,
    pub(super) identify: &'static str,

    pub(super) vendor_heading: &'static str,
    pub(super) vendor_lead: &'static str,
    pub(super) sign_heading: &'static str,
    pub(super) signer: &'static str,
    pub(super) agreed_to: &'static str,
    pub(super) sign: &'static str,

    pub(super) reject: &'static str,
    pub(super) reject_lead: &'static str,
    pub(super) reason: &'static str,
    pub(super) reason_hint: &'static str,
    pub(super) reason_too_long: &'static str,
    pub(super) reject_for_good: &'static str,
    pub(super) cancel: &'static str,

    pub(super) signed: Message,
    pub(super) rejected: Message,
    pub(super) put_off: Message,
    pub(super) already_signed: Message,
    pub(super) already_rejected: Message,
    pub(super) blocked: Message,
    pub(super) expired: Message,
    pub(super) overdue: Message,
    pub(super) unknown: Message,
    pub(super) deleted: Message,
    pub(super) withdrawn: Message,
    pub(super) too_many_attempts: Message,
    pub(super) too_long: Message,
    pub(super) stale_form: Message,
    pub(super) failed: Message,
}

/// The texts in this language; English for one that this code does not know.
pub(super) fn in_language(language: &Language) -> &'static Texts {
    match language {
        Language::Da => &da::DA,
        Language::De => &de::DE,
        Language::Fi => &fi::FI,
        Language::Nb => &nb::NB,
        Language::Nn => &nn::NN,
        Language::Sv => &sv::SV,
        Language::En | Language::Other(_) => &EN,
    }
}

/// Puts values in a text's places: `fill("{n} of {all}", &[("n", &1), ("all", &2)])`.
pub(super) fn fill(text: &str, values: &[(&str, &dyn std::fmt::Display)]) -> String {
    values
        .iter()
        .fold(text.to_owned(), |text, (place, value)| text.replace(&format!("{{{place}}}"), &value.to_string()))
}

/// The language that the browser likes best among ours (`Accept-Language`, RFC 9110 §12.5.4); English if it says nothing.
pub(super) fn preferred(headers: &HeaderMap) -> Language {
    let wishes = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best = (Language::En, 0.0);
    for wish in wishes.split(',') {
        let (tag, parameter) = wish.split_once(';').unwrap_or((wish, ""));
        let quality: f32 = match parameter.trim().strip_prefix("q=") {
            Some(quality) => quality.parse().unwrap_or(0.0),
            None => 1.0,
        };
        let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        // Browsers still ask for Norwegian as such.
        let language = Language::from(if primary == "no" { "nb" } else { primary.as_str() });
        if language.is_known() && quality > best.1 {
            best = (language, quality);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use http::HeaderValue;
    use serde_json::Value;

    use super::*;

    /// All texts by name; a message is two.
    fn by_name(texts: &Texts) -> BTreeMap<String, String> {
        let Value::Object(fields) = serde_json::to_value(texts).unwrap() else { panic!("no struct") };
        let mut all = BTreeMap::new();
        for (name, value) in fields {
            match value {
                Value::String(text) => drop(all.insert(name, text)),
                message => {
                    for part in ["heading", "body"] {
                        all.insert(format!("{name}.{part}"), message[part].as_str().unwrap().to_owned());
                    }
                }
            }
        }
        all
    }

    fn places(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> = text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn every_language_says_everything_in_its_own_words() {
        // Words that are the same in both languages.
        let alike = ["start", "provider", "documents", "document_of"];
        let english = by_name(&EN);
        for language in Language::KNOWN {
            let texts = by_name(in_language(language));
            assert_eq!(texts["tag"], language.as_str());
            for (name, text) in &texts {
                assert_eq!(text.trim(), text, "{language}: {name}");
                assert!(!text.is_empty(), "{language}: {name}");
                assert_eq!(places(text), places(&english[name]), "{language}: {name}");
                let untranslated = *language != Language::En && *text == english[name];
                assert!(!untranslated || alike.contains(&name.as_str()), "{language}: {name} is English");
            }
        }
    }

    #[test]
    fn places_are_filled() {
        assert_eq!(fill("{n} of {all}", &[("n", &1), ("all", &"{n}")]), "1 of {n}");
    }

    #[test]
    fn the_browsers_wish_counts() {
        let cases = [
            ("", "en"),
            ("fr-FR, fr", "en"),
            ("fr, de-AT;q=0.5", "de"),
            ("en;q=0.5, sv-SE;q=0.8, fi;q=0.8", "sv"),
            ("no-NO, en;q=0.9", "nb"),
            ("NN", "nn"),
            ("da;q=0, fi; q=0.1", "fi"),
            ("da;q=NaN, ;;,,=", "en"),
        ];
        for (wish, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(wish));
            assert_eq!(preferred(&headers).as_str(), expected, "{wish}");
        }
        assert_eq!(preferred(&HeaderMap::new()), Language::En);
    }
}
