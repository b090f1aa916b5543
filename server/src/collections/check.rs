//! A plan as it is stored.

use app::model::NewCollection;
use contract::MimeType;

/// The collection as it will be stored: ends trimmed, names in Unicode's composed
/// form, packaging settled, and without national numbers.
#[must_use]
pub fn tidied(mut new: NewCollection) -> NewCollection {
    new.title = new.title.trim().to_owned();
    for document in &mut new.documents {
        document.filename = unicode_normalization::UnicodeNormalization::nfc(document.filename.trim()).collect();
        document.mime_type = MimeType::from_content_type(&document.mime_type).as_str().to_owned();
    }
    drop(new.withhold_numbers());
    let packaging: Vec<_> = new.signers.iter().map(|signer| new.packaging_of(signer)).collect();
    for (signer, formats) in new.signers.iter_mut().zip(packaging) {
        signer.label = signer.label.trim().to_owned();
        signer.sign_text = signer.sign_text.take().filter(|text| !text.trim().is_empty());
        signer.note = signer.note.take().filter(|text| !text.trim().is_empty());
        signer.package_to = Some(formats);
    }
    new
}
