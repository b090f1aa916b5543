//! What a page's own content security policy (CSP 3) says to our widgets.

/// What a page's policy lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// The directive that refuses us.
    pub directive: &'static str,
    /// That directive as it would let us in.
    pub line: String,
}

/// What is loaded from the portal: each directive with those that stand in for it.
const NEEDS: [&[&str]; 2] = [
    &["script-src", "script-src-elem", "script-src", "default-src"],
    &["frame-src", "frame-src", "child-src", "default-src"],
];

/// What the policies lack to let in the module and the frame of the portal at `origin`.
/// The text is as the page sends it, one header on each line; an empty one forbids nothing.
#[must_use]
pub fn lacks(text: &str, origin: &str) -> Vec<Lack> {
    let mut lacks = Vec::new();
    for policy in text.split(['\n', ',']).map(bare).filter(|policy| !policy.is_empty()) {
        for need in NEEDS {
            let [name, candidates @ ..] = need else { continue };
            let Some(sources) = candidates.iter().find_map(|candidate| sources(policy, candidate)) else { continue };
            if sources.iter().any(|source| matches(source, origin)) && !is_strict(&sources) {
                continue;
            }
            let kept = sources.iter().filter(|source| !source.eq_ignore_ascii_case("'none'")).copied();
            let added = if is_strict(&sources) { "'nonce-…'" } else { origin };
            let line = [*name].into_iter().chain(kept).chain([added]).collect::<Vec<_>>().join(" ");
            let lack = Lack { directive: name, line };
            if !lacks.contains(&lack) {
                lacks.push(lack);
            }
        }
    }
    lacks
}

/// A policy without the name of its header.
fn bare(line: &str) -> &str {
    const NAME: &str = "content-security-policy:";
    let line = line.trim();
    match line.split_at_checked(NAME.len()) {
        Some((name, rest)) if name.eq_ignore_ascii_case(NAME) => rest.trim(),
        _ => line,
    }
}

/// The sources of a directive, if it is there; the first of a name counts.
fn sources<'a>(policy: &'a str, directive: &str) -> Option<Vec<&'a str>> {
    policy.split(';').find_map(|part| {
        let mut words = part.split_whitespace();
        words.next().filter(|name| name.eq_ignore_ascii_case(directive))?;
        Some(words.collect())
    })
}

/// Whether sources by name do not count: scripts are let in by their nonce.
fn is_strict(sources: &[&str]) -> bool {
    sources.iter().any(|source| source.eq_ignore_ascii_case("'strict-dynamic'"))
}

/// Whether a source lets this origin in.
fn matches(source: &str, origin: &str) -> bool {
    let source = source.trim_end_matches('/').to_ascii_lowercase();
    let (scheme, rest) = origin.split_once("://").unwrap_or(("", origin));
    let (wanted, named) = match source.split_once("://") {
        Some((wanted, named)) => (Some(wanted), named),
        None => (None, &*source),
    };
    if source == "*" || source.strip_suffix(':') == Some(scheme) {
        return true;
    }
    // A source without a scheme takes the page's, or a safer one.
    if wanted.is_some_and(|wanted| wanted != scheme && !(wanted == "http" && scheme == "https")) {
        return false;
    }
    match named.strip_prefix("*.") {
        Some(domain) => rest.strip_suffix(domain).is_some_and(|host| host.ends_with('.')),
        None => named == rest || named.strip_suffix(":*").is_some_and(|host| rest.split(':').next() == Some(host)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTAL: &str = "https://portal.example";

    fn lacking(policy: &str) -> Vec<String> {
        lacks(policy, PORTAL).into_iter().map(|lack| lack.line).collect()
    }

    #[test]
    fn names_the_directive_that_is_missing_and_then_is_content() {
        for (policy, lines) in [
            ("", &[][..]),
            ("img-src 'self'", &[]),
            (
                "default-src 'self'",
                &["script-src 'self' https://portal.example", "frame-src 'self' https://portal.example"],
            ),
            ("default-src 'none'", &["script-src https://portal.example", "frame-src https://portal.example"]),
            (
                "Content-Security-Policy: default-src 'self'; script-src 'self' https://portal.example",
                &["frame-src 'self' https://portal.example"],
            ),
            ("default-src 'self'; child-src https://portal.example; script-src *", &[]),
            ("script-src 'nonce-x' 'strict-dynamic'", &["script-src 'nonce-x' 'strict-dynamic' 'nonce-…'"]),
            ("script-src https:; frame-src *.example", &[]),
            ("script-src http://portal.example; frame-src portal.example", &[]),
            (
                "script-src https://portal.example:8443",
                &["script-src https://portal.example:8443 https://portal.example"],
            ),
            ("script-src *\nframe-src 'none'", &["frame-src https://portal.example"]),
            ("SCRIPT-SRC https://PORTAL.example/", &[]),
            ("frame-src *.other.example", &["frame-src *.other.example https://portal.example"]),
        ] {
            assert_eq!(lacking(policy), lines, "{policy}");
            // What is shown is enough.
            let mended: Vec<String> = lacking(policy).into_iter().filter(|line| !line.contains("nonce")).collect();
            assert!(mended.iter().all(|line| lacks(line, PORTAL).is_empty()), "{policy}");
        }
    }
}
