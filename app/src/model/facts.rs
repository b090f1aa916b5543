//! How a session stands, and what that asks of people: the one place where it is derived.

use contract::LifecycleState;
use serde::{Deserialize, Serialize};

use super::{Moment, Standing};

/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

/// How far the portal got with sending a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sending {
    /// Nothing is at the signing service yet.
    Underway,
    /// The service may have it: its answer was lost.
    Unconfirmed,
    /// It was not sent.
    Failed,
    /// The service has it.
    Sent,
}

/// How the sealed package of a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Packaging {
    /// None was asked for.
    #[default]
    None,
    /// It is still to come.
    Awaited,
    /// It is among the results.
    Made,
    /// It did not come in time, or the service said that it cannot be made.
    Failed,
}

impl Packaging {
    /// All of them.
    pub const ALL: &[Self] = &[Self::None, Self::Awaited, Self::Made, Self::Failed];

    /// The name in the database.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Awaited => "awaited",
            Self::Made => "made",
            Self::Failed => "failed",
        }
    }

    /// Reads [`Self::slug`].
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|packaging| packaging.slug() == slug)
    }
}

/// All that a session's standing depends on, besides the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// How far the portal got with sending it.
    pub sending: Sending,
    /// The state that the API last reported.
    pub api_state: Option<LifecycleState>,
    /// When it must be signed; also when the service deletes its results.
    pub due: Moment,
    /// When the signing link dies, if it is known.
    pub link_expires: Option<Moment>,
    /// Whether the API said that it has no such session (any more).
    pub gone: bool,
    /// How its sealed package stands.
    pub packaging: Packaging,
    /// How many sessions come before it and are not signed yet.
    pub waits_for: u32,
    /// Whether one of these can never be signed.
    pub waits_in_vain: bool,
}

/// How soon somebody should look. The order is that of a list by urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// It goes no further without somebody.
    Now,
    /// Within a day.
    Today,
    /// Within three days.
    ThreeDays,
    /// Within seven days.
    SevenDays,
    /// Later than that.
    Later,
    /// Nothing is to be done.
    Never,
}

/// What the facts come to at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// How it stands.
    pub standing: Standing,
    /// How soon somebody should look.
    pub urgency: Urgency,
    /// How many sessions it waits for, while it waits.
    pub waits_for: u32,
    /// Until when the results can be saved. In the past: they are deleted.
    pub save_by: Option<Moment>,
}

/// How a session stands at `now`.
#[must_use]
pub fn judge(facts: &Facts, now: Moment) -> Judgement {
    let standing = match facts.sending {
        Sending::Underway => Standing::Sending,
        Sending::Unconfirmed => Standing::BeingConfirmed,
        Sending::Failed => Standing::NotSent,
        Sending::Sent => sent(facts, now),
    };
    Judgement {
        standing,
        urgency: urgency(standing, facts.due, now),
        waits_for: if standing == Standing::Blocked { facts.waits_for } else { 0 },
        save_by: standing.is_signed().then_some(facts.due),
    }
}

fn sent(facts: &Facts, now: Moment) -> Standing {
    let link_is_dead = facts.link_expires.is_some_and(|at| now >= at);
    // A result outlives the API's memory of it: signed stays signed.
    match &facts.api_state {
        Some(LifecycleState::Signed) => match facts.packaging {
            Packaging::Failed => Standing::PackageFailed,
            // Nobody can still make it.
            Packaging::Awaited if facts.gone || now >= facts.due => Standing::PackageFailed,
            Packaging::Awaited => Standing::Packaging,
            Packaging::None | Packaging::Made => Standing::Signed,
        },
        Some(LifecycleState::Rejected) => Standing::Rejected,
        _ if facts.gone => Standing::Gone,
        _ if now >= facts.due => Standing::Overdue,
        // Never ready, never blocked: what is not known is not guessed.
        Some(LifecycleState::Other(_)) | None => Standing::Unknown,
        Some(LifecycleState::Blocked) if facts.waits_in_vain => Standing::Stuck,
        Some(LifecycleState::Ready | LifecycleState::Blocked) if link_is_dead => Standing::LinkExpired,
        Some(LifecycleState::Blocked) => Standing::Blocked,
        Some(LifecycleState::Ready) => Standing::Ready,
    }
}

fn urgency(standing: Standing, due: Moment, now: Moment) -> Urgency {
    let left = due.since(now);
    match standing {
        Standing::NotSent | Standing::Stuck | Standing::LinkExpired | Standing::Overdue | Standing::Rejected => {
            Urgency::Now
        }
        Standing::Gone => Urgency::Never,
        // Their results are deleted already.
        _ if standing.is_signed() && left <= 0 => Urgency::Never,
        Standing::PackageFailed => Urgency::Now,
        _ if left <= DAY_MS => Urgency::Today,
        _ if left <= 3 * DAY_MS => Urgency::ThreeDays,
        _ if left <= 7 * DAY_MS => Urgency::SevenDays,
        _ => Urgency::Later,
    }
}

impl Urgency {
    /// The words beside a state; none where the state says it all.
    #[must_use]
    pub const fn label(self) -> Option<&'static str> {
        match self {
            Self::Today => Some("within a day"),
            Self::ThreeDays => Some("within 3 days"),
            Self::SevenDays => Some("within 7 days"),
            Self::Now | Self::Later | Self::Never => None,
        }
    }
}

impl Judgement {
    /// What it means and what happens next, at `now`.
    #[must_use]
    pub fn explanation(&self, now: Moment) -> String {
        match (self.standing, self.waits_for) {
            (Standing::Blocked, 1) => "One other signer comes first; this one can sign then.".to_owned(),
            (Standing::Blocked, n @ 2..) => format!("{n} other signers come first; this one can sign when they have."),
            _ if self.save_by.is_some_and(|by| now >= by) => {
                "The signer signed. The due date has passed, and the signing service deleted the results then."
                    .to_owned()
            }
            (standing, _) => standing.explanation().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_800_000_000_000);
    const HOUR_MS: i64 = 3_600_000;

    /// `+3h`, `-1h`, `+7d`, `0`, or `-` for none.
    fn moment(text: &str) -> Option<Moment> {
        let (number, unit) = match text {
            "-" => return None,
            "0" => return Some(NOW),
            _ => text.split_at(text.len() - 1),
        };
        let unit = if unit == "d" { DAY_MS } else { HOUR_MS };
        Some(Moment(NOW.0 + number.parse::<i64>().unwrap() * unit))
    }

    #[test]
    fn point_14_facts_come_to_states_as_the_table_says() {
        let table = include_str!("states.txt");
        let mut count = 0;
        for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let cells: Vec<_> = line.split_whitespace().collect();
            let [sending, api, due, link, gone, packaging, waits, standing, urgency, says] = cells[..] else {
                panic!("{line}")
            };
            let facts = Facts {
                sending: match sending {
                    "underway" => Sending::Underway,
                    "unconfirmed" => Sending::Unconfirmed,
                    "failed" => Sending::Failed,
                    "sent" => Sending::Sent,
                    _ => panic!("{line}"),
                },
                api_state: (api != "-").then(|| LifecycleState::from(api)),
                due: moment(due).unwrap(),
                link_expires: moment(link),
                gone: gone == "gone",
                packaging: Packaging::from_slug(packaging).unwrap(),
                waits_for: waits.trim_end_matches('!').parse().unwrap(),
                waits_in_vain: waits.ends_with('!'),
            };
            let judged = judge(&facts, NOW);
            assert_eq!(judged.standing.slug(), standing, "{line}");
            assert_eq!(format!("{:?}", judged.urgency), urgency, "{line}");
            let explanation = judged.explanation(NOW);
            assert!(explanation.contains(&says.replace('_', " ")), "{line}: {explanation}");
            count += 1;
        }
        assert!(count >= 40, "{count}");
    }

    #[test]
    fn point_14_every_standing_is_reached_and_has_words_of_its_own() {
        let table = include_str!("states.txt");
        for standing in Standing::ALL {
            let is_there = table.lines().any(|line| line.split_whitespace().nth(7) == Some(standing.slug()));
            assert!(is_there, "{standing:?}");
            assert_eq!(Standing::from_slug(standing.slug()), Some(*standing));
            let same = Standing::ALL.iter().filter(|other| other.label() == standing.label()).count();
            assert_eq!(same, 1, "{standing:?}");
        }
    }
}
