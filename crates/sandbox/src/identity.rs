//! The test identity provider: it believes everybody.

use contract::NewSigningSession;
use serde_json::json;
use time::OffsetDateTime;

use crate::{keys::Purpose, random, service::App, signing::ActError, store::visits::Identity};

/// The provider on offer when a session names none.
pub(crate) const DEFAULT_PROVIDER: &str = "test-eid";
/// The person that the form is prefilled with.
pub(crate) const TEST_NAME: &str = "Kari Test Nordmann";
/// The number that the form is prefilled with when the session names none. It belongs to nobody: month 81.
pub(crate) const TEST_NATIONAL_ID: &str = "01819012345";

/// The providers that a session offers.
pub(crate) fn providers(terms: &NewSigningSession) -> Vec<String> {
    let named: Vec<String> = terms
        .signing_setup
        .iter()
        .flat_map(|setup| &setup.identity_providers)
        .map(|provider| provider.idp_name.clone())
        .collect();
    if named.is_empty() { vec![DEFAULT_PROVIDER.to_owned()] } else { named }
}

/// Whether a person with this number may sign, when the session says who must.
pub(crate) fn is_intended(terms: &NewSigningSession, national_id: Option<&str>) -> bool {
    let Some(signer) = terms.signer.as_ref().filter(|signer| !signer.validations.is_empty()) else { return true };
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

/// Name and number that stand in the form from the beginning: the intended signer's, or a test person's.
pub(crate) fn test_person(terms: &NewSigningSession) -> (String, String) {
    let intended = terms.signer.as_ref().and_then(|signer| signer.national_identification_number.clone());
    (TEST_NAME.to_owned(), intended.unwrap_or_else(|| TEST_NATIONAL_ID.to_owned()))
}
