//! Keys by which programs ask, on the few addresses that are for programs.
//!
//! A key is for one team and one role, lives a year at most, and is shown once; the
//! database knows its hash alone. It counts in `Authorization` and nowhere else, and
//! where it counts, cookies do not.

mod acts;
mod guard;
mod secret;

use app::{
    model::{Moment, Permission, Role, TeamId},
    paths,
};
use axum::Json;
use serde::Serialize;

use crate::rights::{Access, Agent, Routes};

pub use guard::Program;
pub(crate) use guard::{bearer, identify, unauthorised};
pub use secret::{ApiSecret, KeyHash};

/// What is done about keys. Their page is among the other pages.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes.post(paths::API_KEYS, Access::MayFresh(Permission::ManageKeys), acts::act).get(
        paths::EMBED_KEY,
        Access::Key(Permission::Embed),
        what_for,
    )
}

/// What a key is good for.
#[derive(Serialize)]
struct KeyNews {
    role: Role,
    team: TeamId,
    expires: Moment,
}

/// Lets a program see that its key works, and for how long.
async fn what_for(Agent { program, .. }: Agent) -> Json<KeyNews> {
    Json(KeyNews { role: program.role, team: program.team, expires: program.expires })
}
