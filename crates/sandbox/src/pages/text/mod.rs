//! What the pages say. A page needs a text that a language lacks: it does not compile.

mod da;
mod de;
mod en;
mod fi;
mod nb;
mod nn;
mod sv;

use contract::Language;

pub(super) use en::EN;

/// A heading and the sentence below it.
pub(super) struct Message {
    pub(super) heading: &'static str,
    pub(super) body: &'static str,
}

/// All texts in one language.
pub(super) struct Texts {
    /// BCP 47 tag, for the `lang` attribute.
    pub(super) tag: &'static str,
    /// The banner in this language; it follows the English one.
    pub(super) banner: &'static str,
    pub(super) step: &'static str,
    pub(super) proceed: &'static str,
    pub(super) back: &'static str,
    pub(super) other_choices: &'static str,

    pub(super) welcome_lead: &'static str,
    pub(super) documents: &'static str,
    pub(super) to_sign: &'static str,
    pub(super) to_read: &'static str,
    pub(super) sign_by: &'static str,
    pub(super) link_works_until: &'static str,
    pub(super) start: &'static str,

    pub(super) read_heading: &'static str,
    pub(super) open_document: &'static str,
    pub(super) opens_in_new_tab: &'static str,
    pub(super) have_read: &'static str,

    pub(super) consent_heading: &'static str,
    pub(super) default_consent: &'static str,
    pub(super) agree: &'static str,
    pub(super) agree_missing: &'static str,

    pub(super) identify_heading: &'static str,
    pub(super) identify_note: &'static str,
    pub(super) provider: &'static str,
    pub(super) name: &'static str,
    pub(super) name_missing: &'static str,
    pub(super) national_id: &'static str,
    pub(super) mismatch: &'static str,
    pub(super) identify: &'static str,

    pub(super) sign_heading: &'static str,
    pub(super) signer: &'static str,
    pub(super) agreed_to: &'static str,
    pub(super) sign: &'static str,

    pub(super) reject: &'static str,
    pub(super) reject_lead: &'static str,
    pub(super) reason: &'static str,
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
    pub(super) withdrawn: Message,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_its_own_texts() {
        for language in Language::KNOWN {
            assert_eq!(in_language(language).tag, language.as_str());
        }
    }
}
