//! Settings that are allowed, but not for every use. The status page tells of them.

use app::model::Caution;
use upstream::Reach;

use super::{Config, UpstreamKind};

impl Config {
    /// Those that there are.
    #[must_use]
    pub fn cautions(&self) -> Vec<Caution> {
        let (control_plane, private) = match &self.upstream {
            UpstreamKind::Sandbox(sandbox) => (sandbox.control_plane, false),
            UpstreamKind::Http(account) => (false, account.settings.reach == Reach::Private),
        };
        let is_talkative = ["debug", "trace"].iter().any(|level| self.log.filter.to_lowercase().contains(level));
        let all = [
            (
                !self.production,
                Caution {
                    setting: "production",
                    effect: "is off, so the portal also starts with settings that are good for trying things out alone",
                    advice: "Set it to true for real work.",
                },
            ),
            (
                !self.is_https(),
                Caution {
                    setting: "public_url",
                    effect: "has no https, so the portal is for browsers on this machine alone",
                    advice: "Put a TLS proxy before the portal and name its https:// address.",
                },
            ),
            (
                control_plane,
                Caution {
                    setting: "sandbox.control_plane",
                    effect: "is on: whoever can reach the sandbox on this machine commands it without credentials",
                    advice: "Turn it off unless tests need it.",
                },
            ),
            (
                private,
                Caution {
                    setting: "upstream.reach",
                    effect: "is private: plain http and addresses of this network are used as well",
                    advice: "Set it to public for a vendor's account.",
                },
            ),
            (
                is_talkative,
                Caution {
                    setting: "log.filter",
                    effect: "asks for much detail: the log grows fast",
                    advice: "Set it to info when you found what you were looking for.",
                },
            ),
        ];
        all.into_iter().filter_map(|(is_so, caution)| is_so.then_some(caution)).collect()
    }
}
