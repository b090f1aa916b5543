//! The check that every result passes before it is handed out.
//!
//! It reads the finished XML back with a parser and a canonicaliser that did
//! not write it, and follows the references as a verifier would. Trust in the
//! certificates is not its subject.

use base64::{Engine, prelude::BASE64_STANDARD};
use bergshamra_c14n::C14nMode;
use contract::Sha256Digest;
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};
use sha2::{Digest, Sha256};
use uppsala::{Document, NodeId};

use super::xml::{DS, Namespace};

/// Why a finished signature does not verify.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// It is not the XML that it should be.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// What a reference names has another digest.
    #[error("reference `{uri}` has another digest")]
    Digest {
        /// The reference's URI.
        uri: String,
    },
    /// The signature value is not the seal's signature.
    #[error("the signature value does not verify")]
    Signature,
}

/// Checks the digests of all three references, and the signature over them.
pub(super) fn check(xml: &str, document: &Sha256Digest, seal: &VerifyingKey) -> Result<(), CheckError> {
    let doc = uppsala::parse(xml).map_err(|_| CheckError::Malformed("not well-formed"))?;
    let reader = Reader { doc: &doc };
    let signature = doc.document_element().ok_or(CheckError::Malformed("no document element"))?;
    let signed_info = reader.child(signature, DS, "SignedInfo")?;

    let value = reader.base64(reader.child(signature, DS, "SignatureValue")?)?;
    let value = Signature::from_slice(&value).map_err(|_| CheckError::Signature)?;
    seal.verify(&reader.canonical(signed_info)?, &value).map_err(|_| CheckError::Signature)?;

    let references = doc.child_elements_by_name_ns(signed_info, DS.uri, "Reference");
    if references.len() != 3 {
        return Err(CheckError::Malformed("not three references"));
    }
    for reference in references {
        let uri = doc.get_attribute(reference, "URI").ok_or(CheckError::Malformed("a reference without URI"))?;
        let claimed = reader.base64(reader.child(reference, DS, "DigestValue")?)?;
        let actual = match uri.strip_prefix('#') {
            None => *document.bytes(),
            Some(id) => reader.digest(reader.by_id(id)?, reference)?,
        };
        if claimed != actual {
            return Err(CheckError::Digest { uri: uri.to_owned() });
        }
    }
    Ok(())
}

/// A finished signature, parsed.
pub(super) struct Reader<'a> {
    pub(super) doc: &'a Document<'a>,
}

impl Reader<'_> {
    /// The first child with this name.
    pub(super) fn child(&self, parent: NodeId, namespace: Namespace, name: &'static str) -> Result<NodeId, CheckError> {
        self.doc.first_child_element_by_name_ns(parent, namespace.uri, name).ok_or(CheckError::Malformed(name))
    }

    /// The one element with this `Id`. Two would let a verifier look at another one than the reader.
    pub(super) fn by_id(&self, id: &str) -> Result<NodeId, CheckError> {
        let nodes = self.doc.descendants(self.doc.root());
        let mut found = nodes.into_iter().filter(|node| self.doc.get_attribute(*node, "Id") == Some(id));
        match (found.next(), found.next()) {
            (Some(node), None) => Ok(node),
            (Some(_), Some(_)) => Err(CheckError::Malformed("an Id is not unique")),
            (None, _) => Err(CheckError::Malformed("a reference to nothing")),
        }
    }

    fn base64(&self, node: NodeId) -> Result<Vec<u8>, CheckError> {
        let text = self.doc.text_content_deep(node);
        BASE64_STANDARD.decode(text).map_err(|_| CheckError::Malformed("not Base64"))
    }

    /// The digest of an element, through the transform that its reference asks for.
    fn digest(&self, node: NodeId, reference: NodeId) -> Result<[u8; 32], CheckError> {
        let transform = self.child(self.child(reference, DS, "Transforms")?, DS, "Transform")?;
        let bytes = match self.doc.get_attribute(transform, "Algorithm") {
            Some(super::xades::EXCLUSIVE_C14N) => self.canonical(node)?,
            Some(super::xades::BASE64) => self.base64(node)?,
            _ => return Err(CheckError::Malformed("an unknown transform")),
        };
        Ok(Sha256::digest(&bytes).into())
    }

    /// The canonical form of an element, by its source text: what is signed declares all that it uses.
    fn canonical(&self, node: NodeId) -> Result<Vec<u8>, CheckError> {
        let source = self.doc.node_source(node).ok_or(CheckError::Malformed("an element without source"))?;
        bergshamra_c14n::canonicalize::<&str>(source, C14nMode::Exclusive, None, &[])
            .map_err(|_| CheckError::Malformed("a signed element does not stand for itself"))
    }
}
