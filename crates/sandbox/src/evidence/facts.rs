//! Reading back what a signature says, for those who show it to people.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uppsala::NodeId;

use super::{
    CheckError,
    verify::Reader,
    xades::id,
    xml::{EVIDENCE, Namespace, XADES},
};

/// What a signature says about how it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFacts {
    /// Full name of the signer.
    pub signer: String,
    /// Which identity provider vouched.
    pub provider: String,
    /// Level of assurance that the provider stated.
    pub assurance_level: String,
    /// When it was signed, to the second.
    pub signed_at: OffsetDateTime,
    /// What the signer agreed to, as shown.
    pub consent: Option<String>,
}

impl SignatureFacts {
    /// Reads a signature that [`super::sign_document`] made. It is not verified again.
    ///
    /// # Errors
    /// [`CheckError::Malformed`]: it is no such signature.
    pub fn read(xml: &str) -> Result<Self, CheckError> {
        let doc = uppsala::parse(xml).map_err(|_| CheckError::Malformed("not well-formed"))?;
        let reader = Reader { doc: &doc };
        let evidence = reader.by_id(id::EVIDENCE)?;
        let properties = reader.by_id(id::PROPERTIES)?;
        let text = |parent: NodeId, namespace: Namespace, path: [&'static str; 2]| {
            let [outer, inner] = path;
            let node = reader.child(reader.child(parent, namespace, outer)?, namespace, inner)?;
            Ok(doc.text_content_deep(node))
        };
        let signed_at = text(properties, XADES, ["SignedSignatureProperties", "SigningTime"])?;
        Ok(Self {
            signer: text(evidence, EVIDENCE, ["Signer", "Name"])?,
            provider: text(evidence, EVIDENCE, ["Signer", "IdentityProvider"])?,
            assurance_level: text(evidence, EVIDENCE, ["Signer", "AssuranceLevel"])?,
            signed_at: OffsetDateTime::parse(&signed_at, &Rfc3339).map_err(|_| CheckError::Malformed("SigningTime"))?,
            consent: text(evidence, EVIDENCE, ["Consent", "Text"]).ok(),
        })
    }
}

#[cfg(test)]
mod tests {
    use contract::MimeType;

    use super::*;
    use crate::evidence::{
        sign_document,
        tests::{NOW, authority, document, signed_by},
    };

    #[test]
    fn what_was_sealed_is_read_back() {
        let input =
            signed_by(document("a.pdf", &MimeType::Pdf, b"%PDF-"), "<Łukasz> & \r\nПетров", "I agree ]]> to all.");
        let xml = sign_document(&authority(1), &input, NOW).unwrap();
        let facts = SignatureFacts::read(&xml).unwrap();
        assert_eq!(facts.signer, input.signer.name);
        assert_eq!(facts.provider, input.signer.provider);
        assert_eq!(facts.assurance_level, input.signer.assurance_level);
        assert_eq!(facts.signed_at, NOW.truncate_to_second());
        assert_eq!(facts.consent.as_deref(), Some("I agree ]]> to all."));
    }

    #[test]
    fn what_is_no_signature_is_refused() {
        for xml in ["", "<a/>", "not xml", "<Evidence Id=\"evidence\"/>"] {
            assert!(SignatureFacts::read(xml).is_err(), "{xml}");
        }
    }
}
