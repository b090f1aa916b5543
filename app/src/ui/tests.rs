//! What Leptos does not escape, we do.

use leptos::prelude::*;

use super::TextArea;

fn html(value: &'static str) -> String {
    Owner::new().with(|| view! { <TextArea id="text" label="Text" value=value /> }.to_html())
}

#[test]
fn a_text_area_holds_its_text_and_nothing_else() {
    let hostile = html("</textarea><script>alert(1)</script>");
    assert!(!hostile.contains("<script"), "{hostile}");
    assert!(hostile.contains("&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;</textarea>"), "{hostile}");
}

#[test]
fn a_text_area_keeps_ampersands_and_line_breaks() {
    assert!(html("a & b &amp; c").contains(">a &amp; b &amp;amp; c</textarea>"));
    // The first line break after the tag is not part of the text.
    assert!(html("\nsecond line").contains(">\n\nsecond line</textarea>"));
}

#[test]
fn an_empty_text_area_is_empty() {
    assert!(html("").contains("></textarea>"));
}
