//! Markdown as signers see it: the forms that Swedish BankID's `simpleMarkdownV1` has
//! (headings, emphasis, lists, tables, rules, and lines that end where the author ended
//! them) and the harmless rest of CommonMark.
//!
//! What could fetch, run or lead anywhere comes out as text: HTML as it is written, a
//! link as its words and its address, a picture as its description.

use maud::{Markup, PreEscaped};
use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};

/// The document as HTML. Its headings come below the page's own, which is of level 1.
pub(super) fn render(source: &str) -> Markup {
    let mut addresses = Vec::new();
    let events = Parser::new_ext(source, Options::ENABLE_TABLES).filter_map(|event| harmless(event, &mut addresses));
    let mut rendered = String::new();
    html::push_html(&mut rendered, events);
    PreEscaped(rendered)
}

/// What is made of one event. `addresses` holds those of the links that are open.
fn harmless<'a>(event: Event<'a>, addresses: &mut Vec<Option<String>>) -> Option<Event<'a>> {
    Some(match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::SoftBreak => Event::HardBreak,
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Link { link_type, dest_url, .. }) => {
            let is_shown = matches!(link_type, LinkType::Autolink | LinkType::Email);
            addresses.push((!is_shown).then(|| format!(" ({dest_url})")));
            return None;
        }
        Event::End(TagEnd::Link) => Event::Text(addresses.pop().flatten()?.into()),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => return None,
        Event::Start(Tag::Heading { level, .. }) => {
            Event::Start(Tag::Heading { level: below(level), id: None, classes: Vec::new(), attrs: Vec::new() })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
        // Aligned cells have a `style`, which the pages' policy forbids.
        Event::Start(Tag::Table(columns)) => Event::Start(Tag::Table(vec![Alignment::None; columns.len()])),
        Event::Start(Tag::CodeBlock(_)) => Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)),
        Event::Start(Tag::BlockQuote(_)) => Event::Start(Tag::BlockQuote(None)),
        event => event,
    })
}

fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All tags that may come out, as they come out.
    const TAGS: &[&str] = &[
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "br",
        "hr",
        "em",
        "strong",
        "ul",
        "ol",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "code",
        "pre",
        "blockquote",
    ];

    /// Fails when there is a tag of another name, or any attribute but a list's first number.
    fn assert_harmless(source: &str) {
        let rendered = render(source).into_string();
        for tag in rendered.split('<').skip(1) {
            let tag = tag.split_once('>').unwrap_or_else(|| panic!("an open end in {rendered}")).0;
            let name = tag.trim_start_matches('/').trim_end_matches('/').trim_end();
            let name = name.strip_prefix("ol start=").map_or(name, |number| {
                assert!(number.trim_matches('"').bytes().all(|digit| digit.is_ascii_digit()), "{rendered}");
                "ol"
            });
            assert!(TAGS.contains(&name), "<{tag}> in {rendered} of {source:?}");
        }
    }

    #[test]
    fn the_simple_forms_are_rendered() {
        let cases = [
            ("# One\n## Two", "<h2>One</h2>\n<h3>Two</h3>\n"),
            ("*weak* **strong**", "<p><em>weak</em> <strong>strong</strong></p>\n"),
            ("one\ntwo", "<p>one<br />\ntwo</p>\n"),
            ("+ one\n+ two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"),
            ("a\n\n---\nb", "<p>a</p>\n<hr />\n<p>b</p>\n"),
        ];
        for (source, expected) in cases {
            assert_eq!(render(source).into_string(), expected);
        }
        let table = render("| a | b |\n|:--|--:|\n| 1 | 2 |").into_string();
        assert!(table.contains("<th>a</th><th>b</th>") && table.contains("<td>1</td><td>2</td>"), "{table}");
    }

    #[test]
    fn what_could_do_harm_comes_out_as_text() {
        let cases = [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("a <b onclick=x>b</b>", "a &lt;b onclick=x&gt;b&lt;/b&gt;"),
            ("[pay](javascript:alert(1))", "pay (javascript:alert(1))"),
            ("[pay](https://evil.example \"t\")", "pay (https://evil.example)"),
            ("<https://bank.example>", "<p>https://bank.example</p>"),
            ("![a *cat*](https://evil.example/cat.png)", "<p>a <em>cat</em></p>"),
            ("[![cat](x.png)](y)", "cat (y)"),
            ("```html\n<i>\n```", "<pre><code>&lt;i&gt;"),
        ];
        for (source, expected) in cases {
            let rendered = render(source).into_string();
            assert!(rendered.contains(expected), "{rendered} of {source}");
            assert_harmless(source);
        }
    }

    proptest! {
        #[test]
        fn nothing_else_ever_comes_out(source in "([a-z<>\"'&#*_!|`\\[\\]():/ \\n+-]|<script>|<img src=x|\\]\\(|--\\||javascript:|1\\. ){0,60}") {
            assert_harmless(&source);
        }
    }
}
