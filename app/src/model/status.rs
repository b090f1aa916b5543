//! How the system does, for those who run it: facts, and what to make of them.

use super::{Moment, Tone};

/// How many milliseconds a minute has.
const MINUTE: i64 = 60_000;
/// How many bytes a mebibyte has.
const MEBIBYTE: u64 = 1024 * 1024;

/// Less room on the disk than this wants a look, in bytes.
const ROOM_SMALL: u64 = 2048 * MEBIBYTE;
/// With less, writing may soon fail.
const ROOM_LITTLE: u64 = 256 * MEBIBYTE;
/// After this a backup is old.
const BACKUP_OLD: i64 = 7 * 24 * 60 * MINUTE;
/// Background work that was not done for so long does not go on.
const ROUND_LATE: i64 = 10 * MINUTE;
/// What could not be removed for so long will not be by itself.
const LEFTOVER_OLD: i64 = 60 * MINUTE;

/// Facts about the running system.
#[derive(Debug, Clone)]
pub struct SystemStatus {
    /// Version of the portal.
    pub version: &'static str,
    /// When it was started.
    pub started: Moment,
    /// When these facts were gathered.
    pub now: Moment,
    /// Size of the database, in bytes.
    pub database: u64,
    /// Room on its disk, in bytes, where that can be known.
    pub room: Option<u64>,
    /// When the database was last copied by the portal's own command.
    pub backup: Option<Moment>,
    /// The signing service.
    pub signing: SigningStatus,
    /// When background work was last done.
    pub round: Option<Moment>,
    /// Requests that are worked on.
    pub requests: Load,
    /// Uploads under way.
    pub uploads: Load,
    /// Open live streams.
    pub streams: usize,
    /// Sessions of which it is not known yet whether they were sent.
    pub unconfirmed: u64,
    /// Things at the signing service that are still to be removed there.
    pub leftovers: u64,
    /// Since when the oldest of them waits.
    pub leftover_since: Option<Moment>,
    /// Settings that are allowed, but not for every use.
    pub cautions: Vec<Caution>,
}

/// The signing service.
#[derive(Debug, Clone)]
pub struct SigningStatus {
    /// Its address; none for the embedded one.
    pub account: Option<String>,
    /// Since when it does not answer.
    pub stale_since: Option<Moment>,
    /// Whether it is left to rest, because it failed too often or asked for it.
    pub rests: bool,
    /// When it last answered since the start.
    pub answered: Option<Moment>,
    /// Until when the access token that is held is good.
    pub token_until: Option<Moment>,
    /// How often the account's secret was changed since the start.
    pub secrets: u64,
}

/// How much of something there is, and how much there may be.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// At present.
    pub is: usize,
    /// At most.
    pub most: usize,
}

/// A setting that is allowed, but not for every use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caution {
    /// The setting's name.
    pub setting: &'static str,
    /// What follows from it.
    pub effect: &'static str,
    /// What to do.
    pub advice: &'static str,
}

/// One line of the page.
#[derive(Debug, Clone)]
pub struct Check {
    /// What it is about.
    pub name: &'static str,
    /// How it is. `Quiet` for what is neither good nor bad.
    pub tone: Tone,
    /// The fact.
    pub fact: String,
    /// A moment that belongs to the end of the fact.
    pub at: Option<Moment>,
    /// What to do, if anything.
    pub advice: Option<&'static str>,
}

impl Check {
    fn new(name: &'static str, tone: Tone, fact: impl Into<String>) -> Self {
        Self { name, tone, fact: fact.into(), at: None, advice: None }
    }

    fn at(self, at: Moment) -> Self {
        Self { at: Some(at), ..self }
    }

    fn advice(self, advice: &'static str) -> Self {
        Self { advice: Some(advice), ..self }
    }
}

impl SystemStatus {
    /// What to make of the facts, the portal itself first.
    #[must_use]
    pub fn checks(&self) -> Vec<Check> {
        let mut checks = vec![
            Check::new("Portal", Tone::Quiet, format!("Version {}, running since", self.version)).at(self.started),
            self.background(),
            Check::new("Database", Tone::Quiet, crate::ui::size(self.database)),
            self.room(),
            self.backup(),
        ];
        checks.extend(self.signing.checks());
        checks.extend([
            self.unconfirmed(),
            self.leftovers(),
            self.requests.check("Requests in hand"),
            self.uploads.check("Uploads under way"),
            Check::new("Open pages that follow live", Tone::Quiet, self.streams.to_string()),
        ]);
        checks.extend(self.cautions.iter().map(|caution| {
            Check::new("Setting", Tone::Warning, format!("{}: {}", caution.setting, caution.effect))
                .advice(caution.advice)
        }));
        checks
    }

    fn background(&self) -> Check {
        let name = "Background work";
        match self.round {
            Some(round) if self.now.0 - round.0 < ROUND_LATE => Check::new(name, Tone::Good, "Last done").at(round),
            None if self.now.0 - self.started.0 < ROUND_LATE => Check::new(name, Tone::Quiet, "Not done yet"),
            late => {
                let fact = if late.is_some() { "Last done" } else { "Not done since the start" };
                let check = Check::new(name, Tone::Bad, fact)
                    .advice("States and due dates may be old. Look into the log, then restart the portal.");
                Check { at: late, ..check }
            }
        }
    }

    fn room(&self) -> Check {
        let name = "Room on the disk";
        let Some(room) = self.room else { return Check::new(name, Tone::Quiet, "Not known on this system") };
        let fact = crate::ui::size(room);
        if room < ROOM_LITTLE {
            return Check::new(name, Tone::Bad, fact)
                .advice("Make room at once: without it nothing can be sent, and nobody can sign in.");
        }
        if room < ROOM_SMALL {
            return Check::new(name, Tone::Warning, fact).advice("Make room before it runs out.");
        }
        Check::new(name, Tone::Good, fact)
    }

    fn backup(&self) -> Check {
        let name = "Backup";
        match self.backup {
            Some(at) if self.now.0 - at.0 < BACKUP_OLD => Check::new(name, Tone::Good, "Last made").at(at),
            Some(at) => Check::new(name, Tone::Warning, "Last made")
                .at(at)
                .advice("Make another: server backup COPY. If you copy the database in another way, ignore this."),
            None => Check::new(name, Tone::Warning, "None was made here")
                .advice("Make one each day: server backup COPY. If you copy the database in another way, ignore this."),
        }
    }

    fn unconfirmed(&self) -> Check {
        let name = "Sessions being confirmed";
        match self.unconfirmed {
            0 => Check::new(name, Tone::Good, "None"),
            some => Check::new(name, Tone::Warning, some.to_string()).advice(
                "The service's answer was lost. The portal finds out by itself, as soon as the service answers.",
            ),
        }
    }

    fn leftovers(&self) -> Check {
        let name = "Waiting to be removed";
        let fact = match self.leftovers {
            0 => return Check::new(name, Tone::Good, "Nothing"),
            1 => "1 document, collection or session at the signing service, since".to_owned(),
            some => format!("{some} documents, collections or sessions at the signing service, the oldest since"),
        };
        let is_old = self.leftover_since.is_some_and(|since| self.now.0 - since.0 > LEFTOVER_OLD);
        let check = Check { at: self.leftover_since, ..Check::new(name, Tone::Active, fact) };
        if !is_old {
            return check;
        }
        Check { tone: Tone::Warning, ..check }
            .advice("The portal tries again and again. If the service answers otherwise, look into the log for why.")
    }
}

impl SigningStatus {
    fn checks(&self) -> Vec<Check> {
        let name = "Signing service";
        let mut checks = vec![match &self.account {
            Some(address) => Check::new(name, Tone::Quiet, ["Account at ", address].concat()),
            None => Check::new(name, Tone::Warning, "The embedded sandbox")
                .advice("Its signatures have no legal effect. For real work set upstream.client_id and its secret."),
        }];
        let name = "Its answers";
        checks.push(match (self.stale_since, self.answered) {
            (Some(since), _) => Check::new(name, Tone::Bad, "None since").at(since).advice(
                "Look for news of the vendor, and whether this machine reaches it. Nothing is lost meanwhile; what was asked for is tried again.",
            ),
            (None, _) if self.rests => Check::new(name, Tone::Warning, "Left to rest, because it failed too often or asked for it")
                .advice("It is tried again every few seconds. Look for news of the vendor if this goes on."),
            (None, Some(at)) => Check::new(name, Tone::Good, "The last").at(at),
            (None, None) => Check::new(name, Tone::Quiet, "Not asked since the start"),
        });
        let name = "Access to it";
        checks.push(match self.token_until {
            Some(until) => Check::new(name, Tone::Good, "Granted until").at(until),
            None => Check::new(name, Tone::Quiet, "Asked for when it is needed"),
        });
        if self.secrets > 0 {
            let fact = format!("Changed {} since the start", times(self.secrets));
            checks.push(Check::new("The account's secret", Tone::Quiet, fact));
        }
        checks
    }
}

fn times(number: u64) -> String {
    if number == 1 { "once".to_owned() } else { format!("{number} times") }
}

impl Load {
    fn check(self, name: &'static str) -> Check {
        let fact = format!("{} of {}", self.is, self.most);
        if self.is.saturating_mul(10) >= self.most.saturating_mul(9) {
            return Check::new(name, Tone::Warning, fact)
                .advice("More are refused. If this is so often, raise the limit, or see who asks for so much.");
        }
        Check::new(name, Tone::Quiet, fact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_795_507_200_000);

    fn healthy() -> SystemStatus {
        SystemStatus {
            version: "1.2.3",
            started: Moment(NOW.0 - 60 * MINUTE),
            now: NOW,
            database: 5 * MEBIBYTE,
            room: Some(ROOM_SMALL),
            backup: Some(Moment(NOW.0 - MINUTE)),
            signing: SigningStatus {
                account: Some("https://api.example.com/sign".to_owned()),
                stale_since: None,
                rests: false,
                answered: Some(NOW),
                token_until: Some(NOW),
                secrets: 0,
            },
            round: Some(NOW),
            requests: Load { is: 1, most: 256 },
            uploads: Load { is: 0, most: 32 },
            streams: 3,
            unconfirmed: 0,
            leftovers: 0,
            leftover_since: None,
            cautions: Vec::new(),
        }
    }

    /// Names and tones of what is not as it should be.
    fn findings(status: &SystemStatus) -> Vec<(&'static str, Tone)> {
        let checks = status.checks();
        let found = checks.iter().filter(|check| !matches!(check.tone, Tone::Quiet | Tone::Good | Tone::Active));
        found.map(|check| (check.name, check.tone)).collect()
    }

    #[test]
    fn a_healthy_system_asks_for_nothing() {
        assert_eq!(findings(&healthy()), []);
        assert!(healthy().checks().iter().all(|check| check.advice.is_none()));
    }

    #[test]
    fn what_wants_a_look_says_what_to_do() {
        type Break = fn(&mut SystemStatus);
        let cases: [(Break, &str, Tone); 14] = [
            (|s| s.room = Some(ROOM_SMALL - 1), "Room on the disk", Tone::Warning),
            (|s| s.room = Some(ROOM_LITTLE - 1), "Room on the disk", Tone::Bad),
            (|s| s.backup = None, "Backup", Tone::Warning),
            (|s| s.backup = Some(Moment(NOW.0 - BACKUP_OLD)), "Backup", Tone::Warning),
            (|s| s.round = Some(Moment(NOW.0 - ROUND_LATE)), "Background work", Tone::Bad),
            (|s| s.round = None, "Background work", Tone::Bad),
            (|s| s.signing.account = None, "Signing service", Tone::Warning),
            (|s| s.signing.stale_since = Some(NOW), "Its answers", Tone::Bad),
            (|s| s.signing.rests = true, "Its answers", Tone::Warning),
            (|s| s.unconfirmed = 1, "Sessions being confirmed", Tone::Warning),
            (
                |s| (s.leftovers, s.leftover_since) = (2, Some(Moment(NOW.0 - LEFTOVER_OLD - 1))),
                "Waiting to be removed",
                Tone::Warning,
            ),
            (|s| s.requests.is = 250, "Requests in hand", Tone::Warning),
            (|s| s.uploads.is = 32, "Uploads under way", Tone::Warning),
            (
                |s| s.cautions = vec![Caution { setting: "production", effect: "is off", advice: "Turn it on." }],
                "Setting",
                Tone::Warning,
            ),
        ];
        for (harm, name, tone) in cases {
            let mut status = healthy();
            harm(&mut status);
            assert_eq!(findings(&status), [(name, tone)]);
            let checks = status.checks();
            assert!(checks.iter().any(|check| check.name == name && check.advice.is_some()), "{name}");
        }
    }

    #[test]
    fn what_has_just_begun_is_no_fault() {
        let mut status = healthy();
        (status.started, status.round) = (NOW, None);
        (status.leftovers, status.leftover_since) = (1, Some(NOW));
        (status.signing.answered, status.signing.token_until) = (None, None);
        assert_eq!(findings(&status), []);
    }
}
