//! The test identity provider: it believes everybody.

use contract::{IdentityProvider, NewSigningSession, SigningFlow, Vendor};
use serde_json::json;
use time::OffsetDateTime;

use crate::{keys::Purpose, random, service::App, signing::ActError, store::visits::Identity};

/// The provider that a sandbox has when it is not told of others.
pub(crate) const TEST_EID: &str = "test-eid";
/// The person that the form is prefilled with.
pub(crate) const TEST_NAME: &str = "Kari Test Nordmann";
/// The number that the form is prefilled with when the session names none. It belongs to nobody: month 81.
pub(crate) const TEST_NATIONAL_ID: &str = "01819012345";

/// The providers with which the signer can sign: those that the session names, or all there are.
pub(crate) fn providers(app: &App, terms: &NewSigningSession) -> Vec<String> {
    let named = terms.signing_setup.iter().flat_map(|setup| &setup.identity_providers);
    named_or(named, || app.config.identity_providers.clone())
}

/// The providers that let the signer see the documents.
pub(crate) fn pre_providers(app: &App, terms: &NewSigningSession) -> Vec<String> {
    let named = terms.pre_authentication.iter().flat_map(|asked| &asked.identity_providers);
    named_or(named, || providers(app, terms))
}

fn named_or<'a>(
    named: impl Iterator<Item = &'a IdentityProvider>,
    others: impl FnOnce() -> Vec<String>,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for provider in named {
        if !names.contains(&provider.idp_name) {
            names.push(provider.idp_name.clone());
        }
    }
    if names.is_empty() { others() } else { names }
}

/// The name of the method with which the signer signs natively, when the session asks for that.
pub(crate) fn vendor(terms: &NewSigningSession) -> Option<&str> {
    let setup = terms.signing_setup.first().filter(|setup| setup.signing_flow == SigningFlow::PkiSigning)?;
    Some(setup.vendor.as_ref().map_or("PKI", Vendor::as_str))
}

/// What people call a provider or a method. Others than the well-known ones go by the name that the session has for them.
pub(crate) fn display_name(name: &str) -> &str {
    match name {
        TEST_EID => "Test eID",
        "nbid" | "NBID" => "Norwegian BankID",
        "sbid" | "SBID" => "Swedish BankID",
        "ftn" => "Finnish Trust Network",
        "mitid" => "MitID",
        "samleikin" => "Samleikin",
        "BUYPASS" => "Buypass",
        "AUDKENNI" => "Auðkenni",
        "SK_MOBILEID" => "Mobile-ID",
        "ESTEID" => "ID-card",
        other => other,
    }
}

/// Whether the session says who must sign.
pub(crate) fn checks_national_id(terms: &NewSigningSession) -> bool {
    terms.signer.as_ref().is_some_and(|signer| !signer.validations.is_empty())
}

/// Whether the signer has to have a number at all: it is checked, or the session asks to be told of it.
pub(crate) fn needs_national_id(terms: &NewSigningSession) -> bool {
    let mut requested = terms.signing_setup.iter().flat_map(|setup| &setup.requested_attributes);
    checks_national_id(terms) || requested.any(|attribute| attribute == "nin")
}

/// Whether a person with this number may sign, when the session says who must.
pub(crate) fn is_intended(terms: &NewSigningSession, national_id: Option<&str>) -> bool {
    let Some(signer) = terms.signer.as_ref().filter(|_| checks_national_id(terms)) else { return true };
    let digits = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let expected = signer.national_identification_number.as_deref().map(digits);
    expected.is_some() && expected == national_id.map(digits)
}

/// Vouches for a person.
pub(crate) fn authenticate(
    app: &App,
    provider: String,
    name: String,
    national_id: Option<String>,
    now: OffsetDateTime,
) -> Result<Identity, ActError> {
    let transaction_id = random::hex_text::<16>(app.random.as_ref())?;
    // The same person gets the same subject, as from a real provider.
    let subject =
        app.keys.sign(Purpose::Subject, format!("{name}\n{}", national_id.as_deref().unwrap_or("")).as_bytes());
    let token = app.keys.issue(
        Purpose::Assertion,
        &json!({
            "iss": provider,
            "sub": subject,
            "name": name,
            "nin": national_id,
            "auth_time": now.unix_timestamp(),
            "jti": transaction_id,
            "note": "sandbox, no legal effect",
        }),
    )?;
    Ok(Identity { name, national_id, subject, provider, transaction_id, token, at: now })
}

/// Name and number of whoever signs without the pages: the intended signer's, or a test person's.
pub(crate) fn test_person(terms: &NewSigningSession) -> (String, String) {
    let intended = terms.signer.as_ref().and_then(|signer| signer.national_identification_number.clone());
    (TEST_NAME.to_owned(), intended.unwrap_or_else(|| TEST_NATIONAL_ID.to_owned()))
}
