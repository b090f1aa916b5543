//! One package, from its rows to its row.

use std::error::Error;

use contract::{DocumentId, EventName, Extra, MimeType, Package, PackageType};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use crate::{
    container::{self, ContainerDocument, ContainerError, ContainerInput, ContainerSignature},
    control::{self, Moment, Planned},
    evidence::{CheckError, SignatureFacts, SignedDocument},
    problem::internal_causes,
    random,
    service::App,
    store::{
        archive,
        documents::{self, StoredDocument},
        events,
        packages::{self, Contents, Job, SignedPdf, Subject},
    },
};

/// Bytes of documents for which there is room at a time: one document of the largest size. A job with more runs alone.
const ROOM_BYTES: u64 = contract::limits::DOCUMENT_BYTES_MAX;
/// The same, as permits.
pub(super) const ROOM: usize = 400;

/// Why there is no package. Nothing that was signed is lost by it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// All that was to go into it is deleted or past its due date.
    #[error("nothing is left to package")]
    NothingLeft,
    /// The process died over it again and again.
    #[error("it was begun too often without an end")]
    Deadly,
    /// A file is not what was stored.
    #[error("the file of document {0} is damaged")]
    Damaged(DocumentId),
    /// A signature is not one of ours.
    #[error("signature {0} cannot be read")]
    Signature(DocumentId, #[source] CheckError),
    /// It cannot be put together.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// A test wants it so.
    #[error(transparent)]
    Planned(#[from] Planned),
    /// The service failed.
    #[error("the package could not be made")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

internal_causes!(Failure);

impl Failure {
    /// Whether another try may go better.
    pub(super) fn may_pass(&self) -> bool {
        !matches!(self, Self::NothingLeft | Self::Deadly)
    }
}

/// Makes a package and stores it, unless it is no longer wanted or what is in it changed on the way.
pub(super) async fn make(app: &App, job: &Job) -> Result<(), Failure> {
    app.crash.at(Moment::PackagingBegun);
    let mut db = app.store.read().await?;
    let contents = Contents::find(&mut db, job.subject, app.clock.now()).await?.ok_or(Failure::NothingLeft)?;
    drop(db);
    let _room = app.packaging.room.acquire_many(permits(contents.size())).await;
    control::packaging_fault(app).await?;

    let (ids, subject) = (contents.ids(), job.subject);
    let sealer = app.clone();
    // Not on the runtime's threads: each would keep for itself what the allocator does not give back.
    let (report, made) = oneshot::channel();
    std::thread::Builder::new()
        .name("packaging".into())
        .spawn(move || drop(report.send(put_together(&sealer, subject, &contents))))?;
    let package = made.await.map_err(|panicked| Failure::Internal(Box::new(panicked)))??;

    let pin = app.blobs.pin().await;
    let (digest, size) = app.blobs.store(&package, app.random.as_ref(), &pin).await?;
    drop(package);
    let mut tx = app.store.write().await?;
    let now = app.clock.now();
    let current = Contents::find(&mut tx, job.subject, now).await?;
    let same = current.as_ref().is_some_and(|current| current.ids() == ids);
    // What was deleted on the way must not come back in a package: a job that is still wanted is tried anew.
    let Some(contents) = current.filter(|_| same) else { return Ok(()) };
    if !packages::is_wanted(&mut tx, job.id).await? {
        return Ok(());
    }
    let document = StoredDocument {
        id: random::document_id(app.random.as_ref(), now)?,
        mime_type: MimeType::Pdf,
        digest,
        size,
        created_at: now,
        expires_at: contents.due(),
        filename: None,
        description: None,
        title: Some(contents.title().to_owned()),
        signed_as: None,
    };
    documents::insert(&mut tx, &document).await?;
    let asked = contents.sessions.iter().filter_map(|session| session.terms.archive.as_ref()?.packages_until(now));
    let mut result_archive_id = None;
    if let Some(until) = asked.max() {
        let id = random::archive_id(app.random.as_ref(), now)?;
        archive::insert(&mut tx, id, &document, until).await?;
        result_archive_id = Some(id);
    }
    let package = Package {
        package_id: random::package_id(app.random.as_ref(), now)?,
        result_document_id: document.id,
        result_archive_id,
        package_type: PackageType::PadesContainer,
        extra: Extra::new(),
    };
    packages::finish(&mut tx, job.id, &package).await?;
    for session in &contents.sessions {
        let reference = session.terms.external_reference.as_deref();
        events::record(&mut tx, EventName::PackageCompleted, session.id, reference, now).await?;
    }
    app.crash.at(Moment::PackagingBeforeCommit);
    tx.commit().await?;
    app.crash.at(Moment::PackagingAfterCommit);
    drop(pin);
    tracing::info!(package.id = %package.package_id, "the package of {subject} is made");
    Ok(())
}

/// How much of the room a job takes.
fn permits(size: u64) -> u32 {
    let room = u64::try_from(ROOM).unwrap_or(u64::MAX);
    let share = size.saturating_mul(room).div_ceil(ROOM_BYTES);
    u32::try_from(share.clamp(1, room)).unwrap_or(u32::MAX)
}

/// A document with its signatures, read from disk.
struct Piece {
    title: String,
    name: String,
    original: File,
    signatures: Vec<File>,
}

struct File {
    document: DocumentId,
    bytes: Vec<u8>,
}

impl File {
    fn read(app: &App, document: &StoredDocument) -> Result<Self, Failure> {
        let bytes = app.blobs.read_blocking(&document.digest.hex())?;
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        let intact = digest == *document.digest.bytes();
        intact.then_some(Self { document: document.id, bytes }).ok_or(Failure::Damaged(document.id))
    }
}

impl Piece {
    fn read(app: &App, SignedPdf { original, signatures }: &SignedPdf) -> Result<Self, Failure> {
        let filename = original.signing_name();
        let signed = SignedDocument {
            id: original.id,
            filename: &filename,
            mime_type: &original.mime_type,
            digest: original.digest,
            size: original.size,
            text: None,
        };
        let name = signed.portable_name();
        Ok(Self {
            title: original.title.clone().unwrap_or_else(|| filename.clone()),
            name,
            original: File::read(app, original)?,
            signatures: signatures.iter().map(|signature| File::read(app, signature)).collect::<Result<_, _>>()?,
        })
    }

    /// What the signatures say.
    fn facts(&self) -> Result<Vec<SignatureFacts>, Failure> {
        let read = |file: &File| {
            let xml = std::str::from_utf8(&file.bytes).map_err(|_| CheckError::Malformed("not UTF-8"));
            xml.and_then(SignatureFacts::read).map_err(|error| Failure::Signature(file.document, error))
        };
        self.signatures.iter().map(read).collect()
    }
}

/// Makes the file. Takes some tens of milliseconds and about five times the memory of the documents.
fn put_together(app: &App, subject: Subject, contents: &Contents) -> Result<Vec<u8>, Failure> {
    let pieces = contents.documents.iter().map(|document| Piece::read(app, document)).collect::<Result<Vec<_>, _>>()?;
    let facts = pieces.iter().map(Piece::facts).collect::<Result<Vec<_>, _>>()?;
    let signatures: Vec<Vec<_>> = pieces
        .iter()
        .zip(&facts)
        .map(|(piece, facts)| piece.signatures.iter().zip(facts).map(|(file, facts)| signature(file, facts)).collect())
        .collect();
    let documents: Vec<_> = pieces
        .iter()
        .zip(&signatures)
        .map(|(piece, signatures)| ContainerDocument {
            title: &piece.title,
            name: &piece.name,
            bytes: &piece.original.bytes,
            signatures,
        })
        .collect();
    let reference = match subject {
        Subject::Session(id) => id.to_string(),
        Subject::Collection(id) => id.to_string(),
    };
    let level = app.config.package_level;
    let input = ContainerInput { title: contents.title(), reference: &reference, documents: &documents, level };
    Ok(container::make(&app.authority, &input, app.clock.now())?)
}

fn signature<'a>(file: &'a File, facts: &'a SignatureFacts) -> ContainerSignature<'a> {
    ContainerSignature {
        xml: &file.bytes,
        signer: &facts.signer,
        provider: &facts.provider,
        assurance_level: &facts.assurance_level,
        signed_at: facts.signed_at,
        consent: facts.consent.as_deref(),
    }
}
