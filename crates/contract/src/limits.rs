//! The API's limits. Lengths are in characters (Unicode scalar values), sizes in bytes.

/// Longest title of a session or a document.
pub const TITLE_MAX: usize = 255;
/// Longest file name of a document.
pub const FILENAME_MAX: usize = 255;
/// Longest description of a document.
pub const DESCRIPTION_MAX: usize = 1_000;
/// Longest text that a signer consents to (`signText`).
pub const SIGN_TEXT_MAX: usize = 2_048;
/// Longest `externalReference`.
pub const EXTERNAL_REFERENCE_MAX: usize = 1_024;
/// Longest reason given by a signer who rejects.
pub const REJECT_REASON_MAX: usize = 2_048;
/// Most documents in one collection; at least one is needed.
pub const COLLECTION_DOCUMENTS_MAX: usize = 100;
/// Most documents in one session; at least one is needed.
pub const SESSION_DOCUMENTS_MAX: usize = 50;
/// Most sessions that one session may have to wait for.
pub const SUBSEQUENT_TO_MAX: usize = 50;
/// Most package formats asked for at once.
pub const PACKAGE_TO_MAX: usize = 5;
/// A session has exactly this many signing set-ups.
pub const SIGNING_SETUPS: usize = 1;
/// Shortest life of a signing link, in minutes.
pub const SIGNATURE_URL_TTL_MIN: u32 = 5;
/// Longest life of a signing link, in minutes (365 days).
pub const SIGNATURE_URL_TTL_MAX: u32 = 525_600;
/// A due date lies at most this many days ahead.
pub const DUE_DATE_MAX_DAYS: i64 = 45;
/// The due date of a session that names none, in days from its creation.
pub const DUE_DATE_DEFAULT_DAYS: i64 = 30;
/// An uploaded document that no session refers to is kept for this many minutes.
pub const ORPHAN_MINUTES: i64 = 30;
/// What is past its due date, or deleted, can still be read about for this many days.
pub const GRACE_DAYS: i64 = 7;
/// Most rows that a list skips.
pub const LIST_OFFSET_MAX: u32 = 100_000;
/// Most rows in one page of a list; at least one.
pub const LIST_LIMIT_MAX: u32 = 1_000;
/// Rows in a page when nothing is said.
pub const LIST_LIMIT_DEFAULT: u32 = 100;
/// Largest document. The API publishes no figure; callers are known to keep to this one.
pub const DOCUMENT_BYTES_MAX: u64 = 25 * 1024 * 1024;
