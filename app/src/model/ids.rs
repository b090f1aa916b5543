//! The portal's own ids. They are not the signing API's: a session has a row
//! here before the API knows of it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::try_parse(text).map(Self)
            }
        }
    };
}

id! {
    /// A signing session of this portal, from the moment that somebody pressed Send.
    SessionId
}
id! {
    /// A collection of documents that several people sign, from the moment that somebody pressed Send.
    CollectionId
}
id! {
    /// One document of a session on its way to the signing API.
    UploadId
}
id! {
    /// A team: the owner of what its members make.
    TeamId
}
