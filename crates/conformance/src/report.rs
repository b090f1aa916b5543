//! What came out.

use std::fmt;

use crate::{Check, Finding, Source};

/// What a check came to.
#[derive(Debug)]
pub enum Outcome {
    /// The service keeps the rule.
    Passed,
    /// It does not.
    Failed(Finding),
    /// It does not, and need not: the rule is our own decision.
    DecidedOtherwise(Finding),
}

/// What all checks came to.
pub struct Report {
    /// The checks in the order in which they ran.
    pub outcomes: Vec<(&'static Check, Outcome)>,
    /// Paths of what could not be deleted afterwards.
    pub left: Vec<String>,
}

impl Report {
    /// Names of the checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = &'static str> {
        let failed = self.outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_)));
        failed.map(|(check, _)| check.name)
    }

    /// Whether nothing failed and nothing was left behind.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.failed().next().is_none() && self.left.is_empty()
    }
}

/// A line per check; what is wrong below it.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (check, outcome) in &self.outcomes {
            let ours = if check.source == Source::Ours { " (ours)" } else { "" };
            let (word, finding) = match outcome {
                Outcome::Passed => ("passed", None),
                Outcome::Failed(finding) => ("FAILED", Some(finding)),
                Outcome::DecidedOtherwise(finding) => ("differs", Some(finding)),
            };
            writeln!(f, "{word:<8}{}{ours}: {}", check.name, check.rule)?;
            if let Some(finding) = finding {
                writeln!(f, "        {finding}")?;
            }
        }
        for path in &self.left {
            writeln!(f, "left behind: {path}")?;
        }
        let count = |wanted: fn(&Outcome) -> bool| self.outcomes.iter().filter(|(_, outcome)| wanted(outcome)).count();
        write!(
            f,
            "{} passed, {} failed, {} decided otherwise",
            count(|outcome| matches!(outcome, Outcome::Passed)),
            count(|outcome| matches!(outcome, Outcome::Failed(_))),
            count(|outcome| matches!(outcome, Outcome::DecidedOtherwise(_))),
        )
    }
}
