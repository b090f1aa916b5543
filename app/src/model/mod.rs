//! What the browser may see. Server functions and JSON routes answer only with
//! types of this module; none of them can hold a token, a secret or an upstream
//! body. The one signing link that a person asks for is [`SigningLink`].

#[cfg(feature = "ssr")]
mod account;
#[cfg(feature = "ssr")]
mod audit;
pub mod draft;
mod facts;
#[cfg(feature = "ssr")]
mod host_policy;
mod ids;
#[cfg(feature = "ssr")]
mod keys;
mod live;
mod moment;
#[cfg(feature = "ssr")]
mod people;
#[cfg(feature = "ssr")]
mod provider;
mod rights;
mod session;
mod staff;
mod standing;
#[cfg(feature = "ssr")]
mod status;
#[cfg(feature = "ssr")]
mod widgets;

#[cfg(feature = "ssr")]
pub use account::{Account, FactorState, SignIn};
#[cfg(feature = "ssr")]
pub use audit::{Action, AuditEntry, AuditFilter, AuditPage, Object, ObjectKind, Outcome};
pub use draft::{
    CollectionPlan, DraftDocument, NewCollection, NewSession, NewSigner, SendOrder, SendOutcome, SendPlan,
    UploadReceipt, field,
};
pub use facts::{Facts, Judgement, Packaging, Sending, Urgency, judge};
#[cfg(feature = "ssr")]
pub use host_policy::{Lack, lacks};
pub use ids::{CollectionId, SessionId, TeamId, UploadId};
#[cfg(feature = "ssr")]
pub use keys::{ApiKey, ApiKeys, KEY_DAYS_MAX, KEY_ROLES, KeyState};
pub use live::LiveEvent;
pub use moment::Moment;
#[cfg(feature = "ssr")]
pub use people::{AccountState, People, Person, Team};
#[cfg(feature = "ssr")]
pub use provider::ProviderView;
pub use rights::{Permission, Role, Scope};
pub use session::{
    DocumentView, HashVerdict, Hearing, ListFilter, PackageNews, ResultKind, ResultView, SessionDetail, SessionList,
    SessionRow, SigningLink,
};
pub use staff::Staff;
pub use standing::{Standing, Tone};
#[cfg(feature = "ssr")]
pub use status::{Caution, Check, Load, SigningStatus, SystemStatus};
#[cfg(feature = "ssr")]
pub use widgets::{EmbedField, Widget, WidgetKind, WidgetTheme, Widgets};
