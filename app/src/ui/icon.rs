//! Icons. Each page carries their outlines once, as an SVG sprite; what shows one
//! only points there.

use leptos::prelude::*;

/// An icon of the sprite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the pictures")]
pub enum Glyph {
    Check,
    Clock,
    Close,
    Copy,
    Cross,
    Dots,
    Download,
    Eye,
    EyeOff,
    File,
    Info,
    Mark,
    Pen,
    Plus,
    Search,
    Shield,
    Upload,
    Warning,
}

impl Glyph {
    /// Where the sprite has it.
    #[must_use]
    pub const fn href(self) -> &'static str {
        match self {
            Self::Check => "#i-check",
            Self::Clock => "#i-clock",
            Self::Close => "#i-close",
            Self::Copy => "#i-copy",
            Self::Cross => "#i-cross",
            Self::Dots => "#i-dots",
            Self::Download => "#i-download",
            Self::Eye => "#i-eye",
            Self::EyeOff => "#i-eye-off",
            Self::File => "#i-file",
            Self::Info => "#i-info",
            Self::Mark => "#i-mark",
            Self::Pen => "#i-pen",
            Self::Plus => "#i-plus",
            Self::Search => "#i-search",
            Self::Shield => "#i-shield",
            Self::Upload => "#i-upload",
            Self::Warning => "#i-warning",
        }
    }
}

/// An icon beside words that say the same; screen readers skip it.
#[component]
pub fn Icon(
    /// Which one; may change.
    #[prop(into)]
    glyph: Signal<Glyph>,
) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=move || glyph.get().href()></use>
        </svg>
    }
}

/// The outlines of all icons. Once per page, first thing in the body.
#[cfg(feature = "ssr")]
#[component]
pub fn Sprite() -> impl IntoView {
    view! {
        <svg class="sprite" aria-hidden="true" xmlns="http://www.w3.org/2000/svg">
            <symbol id="i-check" viewBox="0 0 20 20">
                <circle cx="10" cy="10" r="7.25"></circle>
                <path d="M6.7 10.3 9 12.6l4.4-5"></path>
            </symbol>
            <symbol id="i-clock" viewBox="0 0 20 20">
                <circle cx="10" cy="10" r="7.25"></circle>
                <path d="M10 5.8V10l2.9 1.9"></path>
            </symbol>
            <symbol id="i-close" viewBox="0 0 20 20">
                <path d="m5 5 10 10M15 5 5 15"></path>
            </symbol>
            <symbol id="i-copy" viewBox="0 0 20 20">
                <path d="M7.2 7.2h9v9.2h-9zM12.8 7V3.6h-9v9.2H7"></path>
            </symbol>
            <symbol id="i-cross" viewBox="0 0 20 20">
                <circle cx="10" cy="10" r="7.25"></circle>
                <path d="m7.3 7.3 5.4 5.4m0-5.4-5.4 5.4"></path>
            </symbol>
            <symbol id="i-dots" viewBox="0 0 20 20">
                <circle cx="10" cy="10" r="7.25"></circle>
                <path d="M6.6 10h.01M10 10h.01M13.4 10h.01"></path>
            </symbol>
            <symbol id="i-download" viewBox="0 0 20 20">
                <path d="M10 3v9.2M6.2 8.6l3.8 3.8 3.8-3.8M3.8 16.6h12.4"></path>
            </symbol>
            <symbol id="i-eye" viewBox="0 0 20 20">
                <path d="M2.4 10S5.1 4.8 10 4.8 17.6 10 17.6 10 14.9 15.2 10 15.2 2.4 10 2.4 10z"></path>
                <circle cx="10" cy="10" r="2.3"></circle>
            </symbol>
            <symbol id="i-eye-off" viewBox="0 0 20 20">
                <path d="M2.4 10S5.1 4.8 10 4.8 17.6 10 17.6 10 14.9 15.2 10 15.2 2.4 10 2.4 10z"></path>
                <path d="M4 16.4 16 3.6"></path>
            </symbol>
            <symbol id="i-file" viewBox="0 0 20 20">
                <path d="M4.8 2.8h6.4l4 4v10.4H4.8zM11 2.8V7h4.2"></path>
            </symbol>
            <symbol id="i-info" viewBox="0 0 20 20">
                <circle cx="10" cy="10" r="7.25"></circle>
                <path d="M10 9.2v4.6M10 6.3h.01"></path>
            </symbol>
            <symbol id="i-mark" viewBox="0 0 32 32">
                <path
                    class="mark-stroke"
                    d="M23.2 9.4C21.4 7.1 18.8 5.9 16 5.9 10.5 5.9 6.4 10.2 6.4 15.7c0 5.4 3.8 9.5 9 9.5 4.3 0 6.2-2.6 11.4-1.1"
                ></path>
                <circle class="mark-seal" cx="20.2" cy="15.4" r="2.6"></circle>
            </symbol>
            <symbol id="i-pen" viewBox="0 0 20 20">
                <path d="m13.4 3.4 3.2 3.2-8.9 8.9-4 .8.8-4zM11.5 5.3l3.2 3.2"></path>
            </symbol>
            <symbol id="i-plus" viewBox="0 0 20 20">
                <path d="M10 4v12M4 10h12"></path>
            </symbol>
            <symbol id="i-search" viewBox="0 0 20 20">
                <circle cx="8.8" cy="8.8" r="5.2"></circle>
                <path d="m12.8 12.8 4 4"></path>
            </symbol>
            <symbol id="i-shield" viewBox="0 0 20 20">
                <path d="m10 2.6 6.2 2.3v4.6c0 3.9-2.6 6.6-6.2 8-3.6-1.4-6.2-4.1-6.2-8V4.9z"></path>
                <path d="m7 10 2.2 2.2 3.8-4.1"></path>
            </symbol>
            <symbol id="i-upload" viewBox="0 0 20 20">
                <path d="M10 13V3.8M6.2 7.4 10 3.6l3.8 3.8M3.8 16.6h12.4"></path>
            </symbol>
            <symbol id="i-warning" viewBox="0 0 20 20">
                <path d="M10 3.1 17.4 16.4H2.6zM10 8v3.9M10 14.1h.01"></path>
            </symbol>
        </svg>
    }
}
