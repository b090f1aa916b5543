//! The studio: widgets for pages of others, made, shown, and taken back.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    layout::{Desk, Place},
    problem::Problem,
    sign_in::{FormMessage, finding},
};
use crate::{
    backend::authorised,
    form::FormOutcome,
    model::{EmbedField, Standing, Tone, Widget, WidgetKind, WidgetTheme, Widgets, lacks},
    paths,
    ui::{Field, Notice, TextArea, TextField, Time, language_name},
};

/// Languages of widgets.
const LANGUAGES: [&str; 7] = ["en", "nb", "nn", "sv", "da", "fi", "de"];

/// The page for those who may make widgets.
#[component]
pub(crate) fn WidgetsPage() -> impl IntoView {
    let outcome = use_context::<FormOutcome>().unwrap_or_default();
    let (chosen, policy) = use_query_map().with_untracked(|query| (query.get("widget"), query.get("policy")));
    let asked = authorised();
    Suspend::new(async move {
        let found = match asked {
            Ok((backend, staff)) => backend.widgets(&staff).await,
            Err(error) => Err(error),
        };
        match found {
            Ok(widgets) => view! { <Studio outcome=outcome widgets=widgets chosen=chosen policy=policy /> }.into_any(),
            Err(error) => view! { <Problem error=error /> }.into_any(),
        }
    })
}

#[component]
fn Studio(outcome: FormOutcome, widgets: Widgets, chosen: Option<String>, policy: Option<String>) -> impl IntoView {
    let one = widgets.widgets.iter().find(|widget| Some(&widget.public_id) == chosen.as_ref()).cloned();
    let one = one.filter(|widget| widget.revoked.is_none());
    let one = one.map(|widget| {
        view! { <One widget=widget origin=widgets.origin.clone() integrity=widgets.integrity.clone() policy=policy /> }
    });
    let list = if widgets.widgets.is_empty() {
        view! { <p class="panel hint">"No page of others shows anything yet."</p> }.into_any()
    } else {
        let lines = widgets.widgets.iter().cloned().map(line).collect_view();
        view! {
            <section class="panel" aria-label="Widgets">
                <table class="table widgets" role="table">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"Widget"</th>
                            <th role="columnheader" scope="col">"Origins"</th>
                            <th role="columnheader" scope="col">"Last shown"</th>
                            <th role="columnheader" scope="col">
                                <span class="visually-hidden">"Acts"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{lines}</tbody>
                </table>
            </section>
        }
        .into_any()
    };
    view! {
        <Desk title="Widgets" place=Place::Widgets>
            <div class="page-head">
                <h1>"Widgets"</h1>
            </div>
            <p class="hint">"Let pages of others show how your team's signing sessions stand: states, and what you allow."</p>
            <FormMessage outcome=outcome.clone() />
            {one}
            {list}
            <Make outcome=outcome widgets=widgets />
        </Desk>
    }
    .into_any()
}

fn line(widget: Widget) -> impl IntoView {
    let Widget { id, public_id, name, kind, origins, used, revoked, .. } = widget;
    let title = match revoked {
        None => view! { <a href=paths::widget(&public_id)>{name.clone()}</a> }.into_any(),
        Some(at) => view! { <span class="name">{name.clone()}</span> ", revoked " <Time at=at /> }.into_any(),
    };
    let revoke = revoked.is_none().then(|| {
        view! {
            <form method="post" action=paths::WIDGETS class="actions">
                <input type="hidden" name="widget" value=id.to_string() />
                <button class="button plain" type="submit" name="act" value="revoke">
                    "Revoke"
                    <span class="visually-hidden">{[": ", &name].concat()}</span>
                </button>
            </form>
        }
    });
    view! {
        <tr role="row">
            <td role="cell" data-label="Widget">
                {title}
                <p class="meta">{kind.label()}</p>
            </td>
            <td role="cell" data-label="Origins">
                {origins.join(", ")}
            </td>
            <td role="cell" data-label="Last shown">
                {used.map_or_else(|| "Never".into_any(), |at| view! { <Time at=at /> }.into_any())}
            </td>
            <td role="cell">{revoke}</td>
        </tr>
    }
    .into_any()
}

/// What one widget's pages need.
#[component]
fn One(widget: Widget, origin: String, integrity: Option<String>, policy: Option<String>) -> impl IntoView {
    let id = &widget.public_id;
    let view = widget.kind.slug();
    let session = if widget.kind.is_of_one() { " session=\"<id of the session>\"" } else { "" };
    let integrity = integrity.map(|hash| format!(" integrity=\"{hash}\"")).unwrap_or_default();
    let pinned = paths::EMBED_MODULE_PINNED;
    let snippet = format!(
        "<script type=\"module\" src=\"{origin}{pinned}\"{integrity} crossorigin></script>\n\
         <sign-status widget=\"{id}\" view=\"{view}\"{session} token-url=\"/your/own/token\"></sign-status>"
    );
    let plain = format!(
        "<iframe src=\"{origin}/embed/v1/frame/{id}#t=<token>\" title=\"Signing status\" \
         sandbox=\"allow-scripts allow-same-origin\"></iframe>"
    );
    let badge = format!(
        "<img src=\"{origin}{}?t=<badge token>\" alt=\"Signing status: see {origin}\">",
        paths::embed_badge(id)
    );
    let resource = if widget.kind.is_of_one() { "session:<id of the session>" } else { "view" };
    let mint = format!(
        "curl {origin}{} -H \"Authorization: Bearer $COUNTERSIGN_KEY\" --json '{{\"widget\":\"{id}\",\"resources\":[\"{resource}\"]}}'",
        paths::EMBED_TOKENS
    );
    let lines = format!("script-src {origin}; frame-src {origin}; img-src {origin}");
    let checked = policy.clone().filter(|policy| !policy.trim().is_empty()).map(|policy| verdict(&policy, &origin));
    view! {
        <section class="panel" aria-labelledby="widget-heading">
            <h2 id="widget-heading">{widget.name.clone()}</h2>
            <Snippet id="snippet" label="In your page" text=snippet />
            <Snippet id="mint" label="On your server, for each reader" text=mint />
            <Snippet id="policy-lines" label="Add to your page's Content-Security-Policy" text=lines />
            <details>
                <summary>"Pages without scripts"</summary>
                <Snippet id="plain" label="A plain frame" text=plain />
                <Snippet id="badge" label="An image" text=badge />
            </details>
            <form method="get" action=paths::WIDGETS>
                <h3>"Does your page let it in?"</h3>
                {checked}
                <input type="hidden" name="widget" value=id.clone() />
                <TextArea
                    id="policy"
                    label="Content-Security-Policy of your page"
                    hint="As your server sends it."
                    rows="3"
                    optional=false
                    value=policy.unwrap_or_default()
                />
                <button class="button" type="submit">
                    "Check"
                </button>
            </form>
        </section>
    }
    .into_any()
}

/// What a page's policy says to the widget.
fn verdict(policy: &str, origin: &str) -> AnyView {
    let lacks = lacks(policy, origin);
    if lacks.is_empty() {
        return view! {
            <Notice tone=Tone::Good>
                <p>"This policy lets the widget in."</p>
            </Notice>
        }
        .into_any();
    }
    let lines = lacks
        .into_iter()
        .map(|lack| {
            view! {
                <li>
                    <code>{lack.directive}</code>
                    " refuses it. Make it: "
                    <code>{lack.line}</code>
                </li>
            }
        })
        .collect_view();
    view! {
        <Notice tone=Tone::Warning>
            <ul>{lines}</ul>
        </Notice>
    }
    .into_any()
}

/// Text to copy.
#[component]
fn Snippet(id: &'static str, label: &'static str, text: String) -> impl IntoView {
    view! {
        <figure class="snippet">
            <figcaption id=id>{label}</figcaption>
            <pre tabindex="0" role="group" aria-labelledby=id>
                <code>{text}</code>
            </pre>
        </figure>
    }
}

#[component]
fn Make(outcome: FormOutcome, widgets: Widgets) -> impl IntoView {
    let kinds =
        WidgetKind::ALL.iter().map(|kind| view! { <option value=kind.slug()>{kind.label()}</option> }).collect_view();
    let themes = WidgetTheme::ALL
        .iter()
        .map(|theme| view! { <option value=theme.slug()>{theme.label()}</option> })
        .collect_view();
    let languages = LANGUAGES
        .map(|tag| view! { <option value=tag>{language_name(&contract::Language::from(tag)).to_owned()}</option> })
        .collect_view();
    let teams = widgets.teams.into_iter().map(|team| view! { <option value=team.id.to_string()>{team.name}</option> });
    let standings = Standing::ALL
        .iter()
        .map(|standing| view! { <option value=standing.slug()>{standing.label()}</option> })
        .collect_view();
    let fields = EmbedField::ALL
        .iter()
        .map(|field| {
            let slug = field.slug();
            view! {
                <label class="choice">
                    <input type="checkbox" name=slug value="on" checked=*field != EmbedField::Title />
                    {field.label()}
                </label>
            }
        })
        .collect_view();
    view! {
        <section class="panel" aria-labelledby="make-heading">
            <h2 id="make-heading">"Make a widget"</h2>
            <div class="split even">
                <form method="post" action=paths::WIDGETS novalidate>
                    <TextField
                        id="name"
                        label="Name"
                        hint="For this list, for example the page that shows it."
                        value=outcome.name.clone()
                        error=finding(&outcome, "name")
                    />
                    <Field id="kind" label="Kind">
                        <select id="kind" name="kind">
                            {kinds}
                        </select>
                    </Field>
                    <Field id="theme" label="Colours">
                        <select id="theme" name="theme">
                            {themes}
                        </select>
                    </Field>
                    <fieldset class="choices">
                        <legend>"Shows, beside the state"</legend>
                        {fields}
                    </fieldset>
                    <Field id="standing" label="Its own view shows" hint="Of lists that are not given single sessions.">
                        <select id="standing" name="standing">
                            <option value="">"All sessions"</option>
                            {standings}
                        </select>
                    </Field>
                    <Field id="team" label="Team" hint="Only sessions of this team are ever shown.">
                        <select id="team" name="team">
                            {teams.collect_view()}
                        </select>
                    </Field>
                    <TextArea
                        id="origins"
                        label="Origins"
                        hint="Of the pages that may show it, one on each line: https://intranet.example.com"
                        rows="3"
                        optional=false
                        value=outcome.username.clone()
                        error=finding(&outcome, "origins")
                    />
                    <Field id="lang" label="Language of the preview">
                        <select id="lang" name="lang">
                            {languages}
                        </select>
                    </Field>
                    <div class="actions">
                        <button class="button primary" type="submit" name="act" value="make">
                            "Make widget"
                        </button>
                        <button class="button" type="submit" formmethod="get" formaction=paths::EMBED_SAMPLE formtarget="preview">
                            "Preview"
                        </button>
                    </div>
                </form>
                <figure class="preview-of">
                    <figcaption>"Preview, with made-up sessions"</figcaption>
                    <iframe class="preview" name="preview" title="Preview of the widget" src=SAMPLE></iframe>
                </figure>
            </div>
        </section>
    }
    .into_any()
}

/// What the form says when the page is opened.
const SAMPLE: &str = "/embed/v1/sample?kind=badge&due=on&counts=on";
