//! What widgets say, in the languages of the signer's pages.

use serde_json::{Value, json};

use super::show::Coarse;

/// A language of widgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    En,
    Nb,
    Nn,
    Sv,
    Da,
    Fi,
    De,
}

impl Language {
    pub(super) const ALL: [Self; 7] = [Self::En, Self::Nb, Self::Nn, Self::Sv, Self::Da, Self::Fi, Self::De];

    /// BCP 47.
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Nb => "nb",
            Self::Nn => "nn",
            Self::Sv => "sv",
            Self::Da => "da",
            Self::Fi => "fi",
            Self::De => "de",
        }
    }

    /// The language of this tag or of a part of it, as browsers write it; English otherwise.
    pub(super) fn of(tag: &str) -> Self {
        let base = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let base = if base == "no" { "nb" } else { &base };
        Self::ALL.into_iter().find(|language| language.tag() == base).unwrap_or(Self::En)
    }
}

/// The words of one language. `{…}` stand for a time or a number.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) loading: &'static str,
    sign_in: &'static str,
    offline: &'static str,
    empty: &'static str,
    due: &'static str,
    as_of: &'static str,
    progress: &'static str,
    total: &'static str,
    /// In the order of [`Coarse::ALL`].
    coarse: [&'static str; 6],
    /// The open states that have a word of their own.
    blocked: &'static str,
    sending: &'static str,
}

impl Words {
    pub(super) fn coarse(&self, state: Coarse) -> &'static str {
        let at = Coarse::ALL.iter().position(|known| *known == state);
        at.and_then(|at| self.coarse.get(at)).copied().unwrap_or_default()
    }

    /// As the frame's script reads them. States of the portal that have no word of
    /// their own are called by the coarse one.
    pub(super) fn json(&self) -> Value {
        let mut words = json!({
            "title": self.title, "loading": self.loading, "signIn": self.sign_in, "offline": self.offline,
            "empty": self.empty, "due": self.due, "asOf": self.as_of, "progress": self.progress,
            "total": self.total, "blocked": self.blocked, "sending": self.sending,
        });
        for state in Coarse::ALL {
            words[state.slug()] = json!(self.coarse(state));
        }
        words
    }
}

/// The words of this language.
pub(super) const fn words(language: Language) -> &'static Words {
    match language {
        Language::En => &EN,
        Language::Nb => &NB,
        Language::Nn => &NN,
        Language::Sv => &SV,
        Language::Da => &DA,
        Language::Fi => &FI,
        Language::De => &DE,
    }
}

const EN: Words = Words {
    title: "Signing status",
    loading: "Loading…",
    sign_in: "Sign-in needed. Load the page again.",
    offline: "Not available at the moment.",
    empty: "Nothing to show.",
    due: "Due {time}",
    as_of: "As of {time}",
    progress: "{n} of {m} signed",
    total: "{m} in all",
    coarse: ["Waiting for signature", "Signed", "Rejected", "Overdue", "Ended", "Unknown"],
    blocked: "Waiting for others",
    sending: "Being sent",
};

const NB: Words = Words {
    title: "Signeringsstatus",
    loading: "Laster…",
    sign_in: "Du må logge inn. Last siden på nytt.",
    offline: "Ikke tilgjengelig akkurat nå.",
    empty: "Ingenting å vise.",
    due: "Frist {time}",
    as_of: "Per {time}",
    progress: "{n} av {m} signert",
    total: "{m} i alt",
    coarse: ["Venter på signatur", "Signert", "Avvist", "Fristen er ute", "Avsluttet", "Ukjent"],
    blocked: "Venter på andre",
    sending: "Sendes",
};

const NN: Words = Words {
    title: "Signeringsstatus",
    loading: "Lastar…",
    sign_in: "Du må logge inn. Last sida på nytt.",
    offline: "Ikkje tilgjengeleg akkurat no.",
    empty: "Ingenting å vise.",
    due: "Frist {time}",
    as_of: "Per {time}",
    progress: "{n} av {m} signerte",
    total: "{m} i alt",
    coarse: ["Ventar på signatur", "Signert", "Avvist", "Fristen er ute", "Avslutta", "Ukjend"],
    blocked: "Ventar på andre",
    sending: "Blir send",
};

const SV: Words = Words {
    title: "Signeringsstatus",
    loading: "Laddar…",
    sign_in: "Inloggning krävs. Ladda om sidan.",
    offline: "Inte tillgängligt just nu.",
    empty: "Inget att visa.",
    due: "Senast {time}",
    as_of: "Per {time}",
    progress: "{n} av {m} signerade",
    total: "{m} totalt",
    coarse: ["Väntar på signatur", "Signerad", "Avvisad", "Försenad", "Avslutad", "Okänd"],
    blocked: "Väntar på andra",
    sending: "Skickas",
};

const DA: Words = Words {
    title: "Underskriftsstatus",
    loading: "Indlæser…",
    sign_in: "Log ind for at se status. Genindlæs siden.",
    offline: "Ikke tilgængelig lige nu.",
    empty: "Intet at vise.",
    due: "Frist {time}",
    as_of: "Pr. {time}",
    progress: "{n} af {m} underskrevet",
    total: "{m} i alt",
    coarse: ["Venter på underskrift", "Underskrevet", "Afvist", "Fristen er overskredet", "Afsluttet", "Ukendt"],
    blocked: "Venter på andre",
    sending: "Sendes",
};

const FI: Words = Words {
    title: "Allekirjoituksen tila",
    loading: "Ladataan…",
    sign_in: "Kirjautuminen vaaditaan. Lataa sivu uudelleen.",
    offline: "Ei saatavilla juuri nyt.",
    empty: "Ei näytettävää.",
    due: "Määräaika {time}",
    as_of: "Tilanne {time}",
    progress: "{n}/{m} allekirjoitettu",
    total: "Yhteensä {m}",
    coarse: ["Odottaa allekirjoitusta", "Allekirjoitettu", "Hylätty", "Myöhässä", "Päättynyt", "Tuntematon"],
    blocked: "Odottaa muita",
    sending: "Lähetetään",
};

const DE: Words = Words {
    title: "Signaturstatus",
    loading: "Wird geladen…",
    sign_in: "Anmeldung nötig. Laden Sie die Seite neu.",
    offline: "Zurzeit nicht verfügbar.",
    empty: "Nichts anzuzeigen.",
    due: "Fällig {time}",
    as_of: "Stand {time}",
    progress: "{n} von {m} signiert",
    total: "{m} insgesamt",
    coarse: ["Wartet auf Signatur", "Signiert", "Abgelehnt", "Überfällig", "Beendet", "Unbekannt"],
    blocked: "Wartet auf andere",
    sending: "Wird gesendet",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_says_everything_and_keeps_the_places() {
        for language in Language::ALL {
            let said = words(language).json();
            for (name, word) in said.as_object().unwrap() {
                let word = word.as_str().unwrap();
                assert!(!word.is_empty(), "{language:?} {name}");
                let english = EN.json()[name].as_str().unwrap().to_owned();
                for place in ["{time}", "{n}", "{m}"] {
                    assert_eq!(word.contains(place), english.contains(place), "{language:?} {name}");
                }
            }
        }
    }

    #[test]
    fn languages_are_found_as_browsers_name_them() {
        for (tag, language) in [
            ("nb-NO", Language::Nb),
            ("no", Language::Nb),
            ("DE_at", Language::De),
            ("fr", Language::En),
            ("", Language::En),
        ] {
            assert_eq!(Language::of(tag), language, "{tag}");
        }
    }
}
