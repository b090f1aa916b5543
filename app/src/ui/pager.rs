//! From page to page of what is newest first.

use leptos::prelude::*;

/// Links to the page before and the page after; nothing when there is one page alone.
#[component]
pub fn Pager<F: Fn(u32) -> String>(
    /// The page that is shown, from 1.
    page: u32,
    /// How many lines there are on all pages.
    total: u64,
    /// How many lines a page holds.
    page_size: u32,
    /// The address of a page.
    to: F,
) -> impl IntoView {
    let last = u32::try_from(total.div_ceil(u64::from(page_size))).unwrap_or(u32::MAX).max(1);
    (last > 1).then(|| {
        view! {
            <nav class="pages" aria-label="Pages">
                {(page > 1)
                    .then(|| {
                        view! {
                            <a class="button" rel="prev" href=to(page - 1)>
                                "Newer"
                            </a>
                        }
                    })}
                <span>{format!("Page {page} of {last}")}</span>
                {(page < last)
                    .then(|| {
                        view! {
                            <a class="button" rel="next" href=to(page + 1)>
                                "Older"
                            </a>
                        }
                    })}
            </nav>
        }
    })
}
