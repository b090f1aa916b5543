//! Where a person goes after signing in.

use app::paths;
use percent_encoding::percent_decode_str;

/// Longest address that is remembered, in bytes.
const LENGTH_MAX: usize = 2048;

/// The address to go to: `wanted` if it is surely one of this portal's pages,
/// otherwise the first page (ASVS 3.7.2).
#[must_use]
pub fn safe(wanted: Option<&str>) -> &str {
    wanted.filter(|wanted| is_own_page(wanted)).unwrap_or(paths::SESSIONS)
}

fn is_own_page(wanted: &str) -> bool {
    // Browsers take `\` for `/`, drop tabs and line breaks, and servers in between
    // may decode what is encoded; none of that must make another address of it.
    let decoded = percent_decode_str(wanted).collect::<Vec<u8>>();
    let path = wanted.split(['?', '#']).next().unwrap_or_default();
    wanted.len() <= LENGTH_MAX
        && wanted.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && decoded.iter().all(|byte| !byte.is_ascii_control() && *byte != b'\\')
        && decoded.starts_with(b"/")
        && wanted.starts_with('/')
        && !decoded.starts_with(b"//")
        && ![paths::SIGN_IN, paths::SIGN_OUT, paths::SETUP].contains(&path)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn sl_19_own_pages_are_taken() {
        for own in ["/", "/sessions/new", "/?standing=ready&text=%C3%85s%20%26%20co&page=2", "/sessions/x#documents"] {
            assert_eq!(safe(Some(own)), own);
        }
    }

    #[test]
    fn sl_19_everything_else_leads_to_the_first_page() {
        for foreign in [
            "",
            "sessions",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/%2f/evil.example",
            "/%2Fevil.example",
            "/%5cevil.example",
            "%2f%2fevil.example",
            "https:evil.example",
            "https://evil.example/",
            "HTTPS://evil.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "/\t/evil.example",
            "/%09/evil.example",
            "/\r\nSet-Cookie: a=b",
            "/%0d%0aSet-Cookie:%20a=b",
            "\t//evil.example",
            " //evil.example",
            "/\u{0000}",
            "/%00",
            "/ø",
            "@evil.example",
            ".evil.example",
            "/sign-in",
            "/sign-in?return_to=%2F",
            "/sign-out",
            "/setup?token=x",
        ] {
            assert_eq!(safe(Some(foreign)), "/", "{foreign:?}");
        }
        assert_eq!(safe(None), "/");
        assert_eq!(safe(Some(&format!("/{}", "a".repeat(LENGTH_MAX)))), "/");
    }

    proptest! {
        #[test]
        fn sl_19_no_text_leads_to_another_site(
            text in r"[/\\%2fF5cC.:@?#a-z\t\r\n \x00-\x1f]{0,12}(//)?(evil\.example)?",
        ) {
            let here = Url::parse("https://portal.example/sign-in").unwrap();
            let there = here.join(safe(Some(&text))).unwrap();
            prop_assert_eq!(there.origin(), here.origin());
        }
    }
}
