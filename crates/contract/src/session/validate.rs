//! What the API would refuse about a request for a session.

use time::{Duration, OffsetDateTime};

use super::{DocumentAction, IdentityProvider, NewSigningSession, RedirectSettings, SigningFlow};
use crate::{
    InvalidParam,
    collection::{count, package_to, unknown},
    document::too_long,
    limits, period_end,
};

impl NewSigningSession {
    /// All that the API would refuse about this request at `now`, whatever is stored.
    #[must_use]
    pub fn validate(&self, now: OffsetDateTime) -> Vec<InvalidParam> {
        let mut findings = Vec::new();
        if self.title.trim().is_empty() {
            findings.push(InvalidParam::new("title", "is required"));
        }
        findings.extend(too_long("title", &self.title, limits::TITLE_MAX));
        if let Some(text) = &self.sign_text {
            findings.extend(too_long("signText", text, limits::SIGN_TEXT_MAX));
        }
        if let Some(text) = &self.external_reference {
            findings.extend(too_long("externalReference", text, limits::EXTERNAL_REFERENCE_MAX));
        }
        if let Some(minutes) = self.signature_url_ttl
            && minutes != 0
            && !(limits::SIGNATURE_URL_TTL_MIN..=limits::SIGNATURE_URL_TTL_MAX).contains(&minutes)
        {
            let (min, max) = (limits::SIGNATURE_URL_TTL_MIN, limits::SIGNATURE_URL_TTL_MAX);
            findings
                .push(InvalidParam::new("signatureUrlTTL", format!("must be {min} to {max} minutes, is {minutes}")));
        }
        self.validate_due_date(now, &mut findings);
        self.validate_documents(&mut findings);
        self.validate_setup(&mut findings);
        count("subsequentTo", self.subsequent_to.len(), 0, limits::SUBSEQUENT_TO_MAX, &mut findings);
        package_to(&self.package_to, &mut findings);
        self.validate_options(now, &mut findings);
        findings
    }

    fn validate_due_date(&self, now: OffsetDateTime, findings: &mut Vec<InvalidParam>) {
        let Some(due) = self.due_date else { return };
        if due <= now {
            findings.push(InvalidParam::new("dueDate", "must be in the future"));
        } else if due - now > Duration::days(limits::DUE_DATE_MAX_DAYS) {
            let days = limits::DUE_DATE_MAX_DAYS;
            findings.push(InvalidParam::new("dueDate", format!("must be at most {days} days ahead")));
        }
    }

    fn validate_documents(&self, findings: &mut Vec<InvalidParam>) {
        count("documents", self.documents.len(), 1, limits::SESSION_DOCUMENTS_MAX, findings);
        for (i, document) in self.documents.iter().enumerate() {
            if !document.action.is_known() {
                findings.push(unknown(format!("documents[{i}].action"), document.action.as_str(), "SIGN or VIEW"));
            }
            if self.documents.iter().take(i).any(|earlier| earlier.document_id == document.document_id) {
                findings.push(InvalidParam::new(format!("documents[{i}].documentId"), "is already in this session"));
            }
        }
        if !self.documents.is_empty() && self.documents.iter().all(|d| d.action == DocumentAction::View) {
            findings.push(InvalidParam::new("documents", "must have at least one document to SIGN"));
        }
    }

    fn validate_setup(&self, findings: &mut Vec<InvalidParam>) {
        count("signingSetup", self.signing_setup.len(), limits::SIGNING_SETUPS, limits::SIGNING_SETUPS, findings);
        for (i, setup) in self.signing_setup.iter().enumerate() {
            let known = "AUTHENTICATION_BASED or PKISIGNING";
            if !setup.signing_flow.is_known() {
                findings.push(unknown(format!("signingSetup[{i}].signingFlow"), setup.signing_flow.as_str(), known));
            }
            if setup.vendor.is_some() && setup.signing_flow == SigningFlow::AuthenticationBased {
                let reason = "belongs to PKISIGNING only; leave it out";
                findings.push(InvalidParam::new(format!("signingSetup[{i}].vendor"), reason));
            }
            named(&setup.identity_providers, &format!("signingSetup[{i}]"), findings);
        }
    }

    fn validate_options(&self, now: OffsetDateTime, findings: &mut Vec<InvalidParam>) {
        if let Some(language) = self.ui.as_ref().and_then(|ui| ui.language.as_ref())
            && !language.is_known()
        {
            findings.push(unknown("ui.language", language.as_str(), "one of da, de, en, fi, nb, nn, sv"));
        }
        if let Some(asked) = &self.pre_authentication {
            named(&asked.identity_providers, "preAuthentication", findings);
        }
        if let Some(signer) = &self.signer {
            for (i, validation) in signer.validations.iter().enumerate() {
                let name = format!("signer.validations[{i}]");
                if !validation.is_known() {
                    findings.push(unknown(name, validation.as_str(), "NATIONAL_IDENTIFICATION_NUMBER"));
                } else if signer.national_identification_number.as_deref().is_none_or(|nin| nin.trim().is_empty()) {
                    findings.push(InvalidParam::new(name, "needs signer.nationalIdentificationNumber"));
                }
            }
        }
        if let Some(archive) = &self.archive {
            let asked = archive.send_signature_results_to_archive || archive.send_packaging_result_to_archive;
            match archive.retention_period.as_deref() {
                None if asked => findings.push(InvalidParam::new("archive.retentionPeriod", "is required to archive")),
                Some(period) if period_end(period, now).is_none() => {
                    findings
                        .push(InvalidParam::new("archive.retentionPeriod", "must be an ISO 8601 duration such as P1Y"));
                }
                _ => {}
            }
        }
        if let Some(redirects) = &self.redirect_settings {
            redirects.validate(findings);
        }
    }
}

impl RedirectSettings {
    fn validate(&self, findings: &mut Vec<InvalidParam>) {
        // The three go together or not at all; an empty object is a known habit of clients.
        let three = [("success", &self.success), ("cancel", &self.cancel), ("error", &self.error)];
        let any = self.reject.is_some() || three.iter().any(|(_, url)| url.is_some());
        for (name, url) in three.into_iter().chain([("reject", &self.reject)]) {
            let path = format!("redirectSettings.{name}");
            match url {
                Some(url) if !is_web_address(url) => {
                    findings.push(InvalidParam::new(path, "must be an http or https address"));
                }
                None if any && name != "reject" => {
                    findings.push(InvalidParam::new(path, "is required when any redirect is given"));
                }
                _ => {}
            }
        }
    }
}

/// `http://` or `https://` followed by a host, without white space or control characters.
fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['))
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}

fn named(providers: &[IdentityProvider], of: &str, findings: &mut Vec<InvalidParam>) {
    for (i, provider) in providers.iter().enumerate() {
        if provider.idp_name.trim().is_empty() {
            findings.push(InvalidParam::new(format!("{of}.identityProviders[{i}].idpName"), "is required"));
        }
    }
}
