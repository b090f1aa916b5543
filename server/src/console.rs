//! What the command says to the person who started it. The set-up link is shown
//! here and nowhere else; it never goes through the log.

use std::{error::Error, io::Write};

use crate::{audit::Chain, error::chain, live::Change, start::Server};

/// Says something. A closed terminal is no reason to stop.
pub fn say(text: &str) {
    let _ = std::io::stdout().write_all(format!("{text}\n").as_bytes());
}

/// Says why the command fails.
pub fn complain(error: &(dyn Error + 'static)) {
    let _ = writeln!(std::io::stderr(), "error: {}", chain(error));
}

/// Says how long a chain of the audit trail is, and its last hash. Noted down
/// elsewhere, they show later whether the end of the chain was cut off.
pub fn tell_of(chain: &Chain) {
    let whose = if chain.id.is_nil() { "The portal".to_owned() } else { format!("Team {}", chain.id) };
    say(&format!("{whose}: {} entries, the last has the hash {}", chain.entries, hex::encode(chain.head)));
}

/// Says how a session stood, and how it stands now.
pub fn tell_of_change(change: &Change) {
    let Change { session, before, after } = change;
    say(&format!("{session}: {} → {}", before.label(), after.label()));
}

/// Says where the portal is, and how to make the first account.
pub fn greet(server: &Server) {
    let mut lines = vec![format!("Portal: {}", server.portal().config.origin())];
    if let Some(url) = server.sandbox_url() {
        lines.push(format!("Signing service: embedded sandbox at {url} (test signatures, no legal effect)"));
    }
    if let Some(address) = server.metrics_address() {
        lines.push(format!("Metrics: http://{address}/metrics"));
    }
    if let Some(link) = server.setup_link() {
        lines.push(format!("Set-up link (once, valid 1 hour): {link}"));
    }
    // At once, so that whoever waits for the first line has them all.
    say(&lines.join("\n"));
}
