//! Rows as pages show them.

use app::model::{
    AuditEntry, DocumentView, Judgement, Moment, Object, PackageNews, Packaging, ResultKind, ResultView, SessionRow,
    SignIn, TeamId,
};

use crate::{
    auth::LoginId,
    store::{
        audit::Stored,
        logins::Seen,
        sessions::{SessionRecord, documents::DocumentRecord, results::ResultRecord},
    },
};

/// A line of the list.
pub(super) fn row(session: &SessionRecord, now: Moment) -> SessionRow {
    let Judgement { standing, urgency, .. } = session.judge(now);
    SessionRow {
        id: session.id,
        standing,
        urgency,
        title: session.title.clone(),
        signer: session.signer.clone(),
        due: session.due,
        created: session.created,
    }
}

/// A sign-in of the person who asks, by `this` one.
pub(super) fn sign_in(seen: Seen, this: Option<LoginId>) -> SignIn {
    SignIn {
        handle: seen.id.handle(),
        is_this: Some(seen.id) == this,
        browser: seen.browser,
        address: seen.address,
        began: seen.created,
        active: seen.active,
    }
}

/// A line of the audit trail.
pub(super) fn entry(stored: Stored) -> AuditEntry {
    let Stored { record, name, .. } = stored;
    let name = name.or_else(|| match record.issuer.as_deref()? {
        "portal" => Some("The portal".to_owned()),
        "key" => Some("A program".to_owned()),
        _ => None,
    });
    AuditEntry {
        team: (!record.chain.is_nil()).then_some(TeamId(record.chain)),
        seq: record.seq,
        at: record.at,
        who: record.subject,
        name,
        action: record.action,
        outcome: record.outcome,
        object: record.object_kind.zip(record.object).map(|(kind, id)| Object { kind, id }),
        detail: record.detail,
        ip: record.ip,
        trace: record.trace,
    }
}

/// A document of a session.
pub(super) fn document(document: DocumentRecord) -> DocumentView {
    DocumentView {
        document: document.document,
        filename: document.filename,
        mime_type: document.mime_type.to_string(),
        size: document.size,
        browser_hash: document.browser_hash,
        server_hash: document.server_hash,
        api_hash: document.api_hash,
    }
}

/// What there is to say of a session's package.
pub(super) fn package(session: &SessionRecord) -> PackageNews {
    match session.packaging {
        Packaging::Awaited if session.is_signed() && session.gone => PackageNews::Missing,
        Packaging::Awaited if session.is_signed() => PackageNews::Awaited,
        Packaging::Failed => PackageNews::Missing,
        Packaging::None | Packaging::Awaited | Packaging::Made => PackageNews::Nothing,
    }
}

/// A result of a session.
pub(super) fn result(result: &ResultRecord, session: &SessionRecord, documents: &[DocumentRecord]) -> ResultView {
    let original =
        documents.iter().find(|document| document.document.is_some() && document.document == result.original);
    let original = original.map(|document| document.filename.clone());
    ResultView {
        document: result.document,
        kind: result.kind,
        filename: result_filename(result.kind, original.as_deref(), &session.title),
        original,
        api_hash: result.api_hash,
    }
}

/// The name that a result is saved under: its original's, and what was made of it.
pub(crate) fn result_filename(kind: ResultKind, original: Option<&str>, title: &str) -> String {
    let base = original.map_or_else(|| plain(title), ToOwned::to_owned);
    let stem = base.strip_suffix(".pdf").or_else(|| base.strip_suffix(".PDF")).unwrap_or(&base);
    match kind {
        ResultKind::Xades => format!("{base}.xades.xml"),
        ResultKind::Pades => format!("{stem}.signed.pdf"),
        ResultKind::Package => format!("{stem}.package.pdf"),
        ResultKind::Other => format!("{base}.signature"),
    }
}

/// A title as a file name.
fn plain(title: &str) -> String {
    title.chars().map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_results_after_what_was_signed() {
        let name = |kind, original| result_filename(kind, original, "Lease 4/26");
        assert_eq!(name(ResultKind::Xades, Some("lease.pdf")), "lease.pdf.xades.xml");
        assert_eq!(name(ResultKind::Pades, Some("lease.pdf")), "lease.signed.pdf");
        assert_eq!(name(ResultKind::Package, None), "Lease 4_26.package.pdf");
        assert_eq!(name(ResultKind::Other, Some("a.txt")), "a.txt.signature");
    }
}
