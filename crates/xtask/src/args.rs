//! What can be asked for on the command line.

use crate::error::Error;

pub(crate) const USAGE: &str = "\
cargo xtask run [-- SETTINGS]     set up what is missing, build everything, start the portal
cargo xtask test                  set up what is missing, run every check and every test
cargo xtask test PART [ARGS]      one part: fmt, clippy, tidy, unit, conformance, fuzz, site,
                                  budget, e2e; ARGS go to the tool that runs it
cargo xtask setup                 only set up what run and test need
cargo xtask site                  only build what browsers load, into target/site
cargo xtask budget [--write]      compare (or rewrite) the sizes committed in style/budget.toml
cargo xtask conformance           whether the sandbox keeps the contract, or the service that
                                  CONFORMANCE_BASE_URL and its like name
cargo xtask bench hash            hashing in the browser beside WebCrypto and hash-wasm
cargo xtask bench list            the sandbox's list with 100,000 sessions in the store
cargo xtask bench sign            signing and packaging: time and memory against their limits
cargo xtask bench walls           what slow clients, many sign-ins and too much work do to others";

/// One command with its arguments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Setup,
    Site,
    Run { server: Vec<String> },
    Test { part: Option<Part>, rest: Vec<String> },
    Budget { write: bool },
    Conformance,
    BenchHash,
    BenchList,
    BenchSign,
    BenchWalls,
}

/// A part of `cargo xtask test`, in the order in which they run: what is quick
/// to tell comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Fmt,
    Clippy,
    Tidy,
    Unit,
    Conformance,
    Fuzz,
    Site,
    Budget,
    EndToEnd,
}

impl Part {
    pub(crate) const ALL: [Self; 9] = [
        Self::Fmt,
        Self::Clippy,
        Self::Tidy,
        Self::Unit,
        Self::Conformance,
        Self::Fuzz,
        Self::Site,
        Self::Budget,
        Self::EndToEnd,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Clippy => "clippy",
            Self::Tidy => "tidy",
            Self::Unit => "unit",
            Self::Conformance => "conformance",
            Self::Fuzz => "fuzz",
            Self::Site => "site",
            Self::Budget => "budget",
            Self::EndToEnd => "e2e",
        }
    }
}

/// Reads the words after `cargo xtask`.
pub(crate) fn parse(words: Vec<String>) -> Result<Command, Error> {
    let mut words = words.into_iter();
    let Some(name) = words.next() else {
        return Ok(Command::Help);
    };
    let mut rest: Vec<String> = words.collect();
    if rest.first().is_some_and(|word| word == "--") {
        rest.remove(0);
    }
    match (name.as_str(), rest.first().map(String::as_str)) {
        ("help" | "--help" | "-h", _) => Ok(Command::Help),
        ("setup", None) => Ok(Command::Setup),
        ("site", None) => Ok(Command::Site),
        ("run", _) => Ok(Command::Run { server: rest }),
        ("test", None) => Ok(Command::Test { part: None, rest }),
        ("test", Some(part)) => {
            let part = Part::ALL
                .into_iter()
                .find(|known| known.name() == part)
                .ok_or_else(|| Error::Usage(format!("`test {part}`: there is no such part")))?;
            rest.remove(0);
            Ok(Command::Test { part: Some(part), rest })
        }
        ("budget", None) => Ok(Command::Budget { write: false }),
        ("budget", Some("--write")) if rest.len() == 1 => Ok(Command::Budget { write: true }),
        ("conformance", None) => Ok(Command::Conformance),
        ("bench", Some("hash")) if rest.len() == 1 => Ok(Command::BenchHash),
        ("bench", Some("list")) if rest.len() == 1 => Ok(Command::BenchList),
        ("bench", Some("sign")) if rest.len() == 1 => Ok(Command::BenchSign),
        ("bench", Some("walls")) if rest.len() == 1 => Ok(Command::BenchWalls),
        _ => Err(Error::Usage(format!("`{name} {}`: not understood", rest.join(" ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, Part, parse};

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn commands_are_read() {
        let cases = [
            ("", Command::Help),
            ("run -- --port 8080", Command::Run { server: words("--port 8080") }),
            (
                "test e2e signing.spec.ts --headed",
                Command::Test { part: Some(Part::EndToEnd), rest: words("signing.spec.ts --headed") },
            ),
            ("budget --write", Command::Budget { write: true }),
            ("conformance", Command::Conformance),
            ("bench hash", Command::BenchHash),
            ("bench list", Command::BenchList),
            ("bench sign", Command::BenchSign),
            ("bench walls", Command::BenchWalls),
        ];
        for (line, expected) in cases {
            assert_eq!(parse(words(line)).unwrap(), expected, "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for line in ["tset", "test everything", "budget --wirte", "bench", "site now"] {
            let error = parse(words(line)).unwrap_err().to_string();
            let told = line.split_whitespace().last().unwrap();
            assert!(error.contains(told), "{line}: {error}");
        }
    }
}
