//! What was done, by whom, to what.

use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

use super::{Moment, TeamId};
use crate::error::{FieldError, PortalError};

macro_rules! named {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $slug:literal, $label:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $type {
            $($(#[$variant_doc])* #[serde(rename = $slug)] $variant,)*
        }

        impl $type {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name in addresses, exports and the database.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug),* }
            }

            /// What people call it.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),* }
            }

            /// The one of that name.
            #[must_use]
            pub fn from_slug(slug: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.slug() == slug)
            }
        }
    };
}

pub(super) use named;

named! {
    /// Something that is recorded.
    Action {
        /// The portal began to serve.
        PortalStarted = "portal.started", "Portal started";
        /// The portal ended in order.
        PortalStopped = "portal.stopped", "Portal stopped";
        /// Somebody signed in, or tried to.
        SignIn = "sign-in", "Sign-in";
        /// Somebody who is signed in showed again who they are, or tried to.
        SignInConfirmed = "sign-in.confirmed", "Sign-in confirmed";
        /// Somebody used a recovery code in place of their second factor.
        RecoveryCodeUsed = "recovery-code.used", "Recovery code used";
        /// Somebody has a second factor from now on, or has other recovery codes.
        FactorSet = "factor.set", "Second factor set";
        /// Somebody's second factor was removed.
        FactorRemoved = "factor.removed", "Second factor removed";
        /// Somebody chose another password.
        PasswordChanged = "password.changed", "Password changed";
        /// Somebody signed out.
        SignOut = "sign-out", "Sign-out";
        /// A sign-in ended by time or by an admin.
        SignInEnded = "sign-in.ended", "Sign-in ended";
        /// Somebody asked for what their role does not allow.
        Denied = "denied", "Denied";
        /// An account was made.
        AccountMade = "account.made", "Account made";
        /// The person chose a password by the link that they were given.
        AccountOpened = "account.opened", "Invitation accepted";
        /// An account got another role or team, or was disabled or enabled.
        AccountChanged = "account.changed", "Account changed";
        /// A team was made.
        TeamMade = "team.made", "Team made";
        /// An API key was made.
        KeyMade = "key.made", "API key made";
        /// An API key was taken back.
        KeyRevoked = "key.revoked", "API key revoked";
        /// A widget was made.
        WidgetMade = "widget.made", "Widget made";
        /// A widget was taken back.
        WidgetRevoked = "widget.revoked", "Widget revoked";
        /// A program took a widget's token back.
        TokenRevoked = "token.revoked", "Widget's token revoked";
        /// A session was planned.
        SessionPlanned = "session.planned", "Session planned";
        /// A document was uploaded for it.
        DocumentUploaded = "document.uploaded", "Document uploaded";
        /// Its documents were put into a collection.
        CollectionMade = "collection.made", "Collection made";
        /// The signing API has it.
        SessionSent = "session.sent", "Session sent";
        /// Whether the signing API has it is to be found out.
        SessionDoubted = "session.doubted", "Outcome of sending unknown";
        /// It was not sent.
        SessionFailed = "session.failed", "Session not sent";
        /// Somebody called it off before it was sent.
        SessionCalledOff = "session.called-off", "Session called off";
        /// Something that no session needs was deleted at the signing API.
        LeftoverDeleted = "leftover.deleted", "Leftover deleted";
        /// Somebody was shown the signer's link.
        LinkShown = "link.shown", "Link shown";
        /// Somebody downloaded a document or result.
        FileOpened = "file.opened", "File downloaded";
        /// Somebody exported the trail.
        TrailExported = "trail.exported", "Audit trail exported";
    }
}

named! {
    /// What came of it.
    Outcome {
        /// It was done.
        Done = "done", "Done";
        /// It was refused, or did not succeed.
        Refused = "refused", "Refused";
    }
}

named! {
    /// What kind of thing it was done to.
    ObjectKind {
        /// A session.
        Session = "session", "Session";
        /// A document or result of a session.
        Document = "document", "Document";
        /// A collection of documents at the signing API.
        Collection = "collection", "Collection";
        /// An account.
        Account = "account", "Account";
        /// A team.
        Team = "team", "Team";
        /// An API key.
        Key = "key", "API key";
        /// A widget.
        Widget = "widget", "Widget";
    }
}

/// A thing that something was done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its id.
    pub id: Uuid,
}

/// What the trail is narrowed to. Lives in the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only what this account did.
    pub who: Option<Uuid>,
    /// Only this action.
    pub what: Option<Action>,
    /// Only what was done to the thing of this id.
    pub object: Option<Uuid>,
    /// Only from this day on, in UTC.
    pub from: Option<Date>,
    /// Only to the end of this day, in UTC.
    pub until: Option<Date>,
    /// Page, from 1.
    pub page: u32,
}

impl Default for AuditFilter {
    fn default() -> Self {
        Self { who: None, what: None, object: None, from: None, until: None, page: 1 }
    }
}

impl AuditFilter {
    /// Entries on one page.
    pub const PAGE_SIZE: u32 = 100;

    /// Whether it narrows anything.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        Self { page: 1, ..self.clone() } != Self::default()
    }

    /// Reads an address's query.
    ///
    /// # Errors
    /// What in it makes no sense: an auditor must not take everything for a part.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, PortalError> {
        let mut findings = Vec::new();
        let one = |field: &'static str, message: &str| {
            let text = get(field).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())?;
            Some((text, FieldError { field: field.to_owned(), message: message.to_owned() }))
        };
        let who = parse(one("who", "This is no account."), &mut findings, |text| text.parse().ok());
        let what = parse(one("what", "There is no such act."), &mut findings, Action::from_slug);
        let object = parse(one("object", "Write the id of the thing, or of its session."), &mut findings, |text| {
            text.parse().ok()
        });
        let date = |text: &str| Date::parse(text, DAY).ok();
        let from = parse(one("from", "Write the day as 2026-11-24."), &mut findings, date);
        let until = parse(one("until", "Write the day as 2026-11-24."), &mut findings, date);
        let page = parse(one("page", "Pages are counted from 1."), &mut findings, |text| {
            text.parse().ok().filter(|page| *page > 0)
        });
        if findings.is_empty() {
            return Ok(Self { who, what, object, from, until, page: page.unwrap_or(1) });
        }
        Err(PortalError::invalid(findings))
    }

    /// What an address's query says of it, the page left out.
    #[must_use]
    pub fn query(&self) -> Vec<(&'static str, String)> {
        let day = |date: Date| date.format(DAY).unwrap_or_default();
        [
            ("who", self.who.map(|id| id.to_string())),
            ("what", self.what.map(|action| action.slug().to_owned())),
            ("object", self.object.map(|id| id.to_string())),
            ("from", self.from.map(day)),
            ("until", self.until.map(day)),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect()
    }
}

const DAY: &[time::format_description::BorrowedFormatItem<'_>] =
    time::macros::format_description!("[year]-[month]-[day]");

fn parse<T>(
    given: Option<(String, FieldError)>,
    findings: &mut Vec<FieldError>,
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let (text, finding) = given?;
    let value = read(&text);
    if value.is_none() {
        findings.push(finding);
    }
    value
}

/// A line of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// The team in whose chain it stands; none for the portal as a whole.
    pub team: Option<TeamId>,
    /// Its number in that chain, from 1.
    pub seq: u64,
    /// When.
    pub at: Moment,
    /// The account, when somebody signed in did it.
    pub who: Option<Uuid>,
    /// The name that the account has now, or what did it.
    pub name: Option<String>,
    /// What was done.
    pub action: Action,
    /// What came of it.
    pub outcome: Outcome,
    /// To what.
    pub object: Option<Object>,
    /// What else there is to say.
    pub detail: Option<String>,
    /// From which address.
    pub ip: Option<String>,
    /// Finds the request in the log.
    pub trace: Option<String>,
}

/// A page of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// The lines, newest first.
    pub entries: Vec<AuditEntry>,
    /// Lines on all pages.
    pub total: u64,
    /// The filter that was used, with the page that was found.
    pub filter: AuditFilter,
    /// Accounts to choose from, with their names.
    pub people: Vec<(Uuid, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_as_it_is_written() {
        let filter = AuditFilter {
            who: Some(Uuid::from_u128(1)),
            what: Some(Action::LinkShown),
            object: Some(Uuid::from_u128(2)),
            from: Some(time::macros::date!(2026 - 11 - 01)),
            until: Some(time::macros::date!(2026 - 11 - 24)),
            page: 1,
        };
        let query = filter.query();
        let read = AuditFilter::read(|name| query.iter().find(|(known, _)| *known == name).map(|(_, v)| v.clone()));
        assert_eq!(read, Ok(filter));
        assert_eq!(AuditFilter::read(|_| Some(" ".to_owned())), Ok(AuditFilter::default()));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let fields = AuditFilter::read(|_| Some("x".to_owned())).unwrap_err().fields;
        let names: Vec<&str> = fields.iter().map(|finding| finding.field.as_str()).collect();
        assert_eq!(names, ["who", "what", "object", "from", "until", "page"]);
        assert!(AuditFilter::read(|name| (name == "page").then(|| "0".to_owned())).is_err());
        assert!(AuditFilter::read(|name| (name == "from").then(|| "2026-02-30".to_owned())).is_err());
    }
}
