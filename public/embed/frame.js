// The life of a widget's frame: it asks the page around it for a token, and shows what
// the token lets it see. It changes nothing, keeps nothing, and knows no cookies.
const { documentElement: root, body } = document;
const words = JSON.parse(body.dataset.words);
const kind = body.dataset.kind;
const origins = body.dataset.origins.split(" ").filter(Boolean);
const main = document.querySelector("main");
const said = document.querySelector("[role=status]");

/** What pages may style, and how such values look. Never CSS itself. */
const COLOUR = /^(#[0-9a-f]{3,8}|[a-z]{3,30}|(rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\([\w\s.,%/+-]{1,80}\))$/i;
const LENGTH = /^\d{1,4}(\.\d{1,4})?(px|rem|em|%|ch|pt)?$/;
const FONT = /^[\w\s,'"-]{1,200}$/;
const STYLES = { "font-family": FONT };
for (const name of ["border-width", "font-size", "gap", "line-height", "padding", "radius", "title-size"]) STYLES[name] = LENGTH;
for (const name of ["accent", "background", "border", "ink", "ink-soft", "line", "shadow-color"]) STYLES[name] = COLOUR;
for (const state of ["ended", "open", "overdue", "rejected", "signed"]) {
  STYLES[`state-${state}`] = COLOUR;
  STYLES[`state-${state}-ground`] = COLOUR;
}

/** How long what is shown counts as fresh without a word from the portal. */
const FRESH = 60_000;
const POLL = 10_000;

const nonce = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
let peer = surrounding();
let token = "";
let shown = null;
let tag = "";
let heard = 0;
let failures = 0;
/** A token was refused, and another was asked for. */
let asked = false;
let run = 0;
let renewal;

/** The origin of the page around this frame, if the browser says. */
function surrounding() {
  let origin = location.ancestorOrigins?.[0];
  if (!origin && document.referrer) origin = new URL(document.referrer).origin;
  return origins.includes(origin) ? origin : "";
}

function tell(type, more) {
  if (parent === self) return;
  for (const origin of peer ? [peer] : origins) {
    parent.postMessage({ v: 1, type: `sign-status/${type}`, nonce, ...more }, origin);
  }
}

addEventListener("message", ({ source, origin, data }) => {
  if (source !== parent || source === self || !origins.includes(origin) || (peer && origin !== peer)) return;
  if (typeof data !== "object" || data?.v !== 1 || data.nonce !== nonce) return;
  if (data.type === "sign-status/token" && typeof data.token === "string" && data.token.length < 8192) {
    peer = origin;
    style(data.styles);
    start(data.token);
  }
});

function style(styles) {
  if (typeof styles !== "object" || styles === null) return;
  for (const [name, form] of Object.entries(STYLES)) {
    const value = styles[name];
    if (typeof value === "string" && form.test(value)) root.style.setProperty(`--sst-${name}`, value);
  }
}

function start(next) {
  token = next;
  run += 1;
  failures = 0;
  clearTimeout(renewal);
  const left = ends(token) - Date.now();
  // In time, but not again and again where clocks differ.
  if (left > 0) renewal = setTimeout(() => tell("token-expiring"), Math.max(left - 60_000, 30_000));
  follow(run);
}

/** When a token ends, by its own word; only to ask for another in time. */
function ends(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).exp * 1000;
  } catch {
    return 0;
  }
}

function get(address, more) {
  const headers = { authorization: `Bearer ${token}`, "x-embed-origin": peer, ...more };
  return fetch(address, { headers, credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" });
}

/** Follows the stream; where none comes through, asks now and then. */
async function follow(mine) {
  while (mine === run) {
    try {
      await (failures < 3 ? stream(mine) : poll(mine));
    } catch {
      failures += 1;
      stale();
      if (!shown && failures > 1) quiet(words.offline);
    }
    if (mine !== run) return;
    await new Promise((wake) => setTimeout(wake, failures < 3 ? (500 + Math.random() * 500) * 2 ** failures : POLL));
  }
}

async function stream(mine) {
  const answer = await get("/embed/v1/live");
  if (answer.status === 401) return refused(mine);
  if (!answer.ok || !answer.body) throw new Error(String(answer.status));
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (mine !== run) return reader.cancel();
    if (done) throw new Error("the stream ended");
    text += value;
    const events = text.split("\n\n");
    text = events.pop();
    live("live");
    for (const event of events) {
      if (event.includes("event: token-expired")) return refused(mine);
      const data = event.split("\n").find((line) => line.startsWith("data: "));
      if (event.includes("event: state") && data) {
        failures = 0;
        asked = false;
        show(JSON.parse(data.slice(6)));
      }
    }
  }
}

async function poll(mine) {
  const answer = await get("/embed/v1/state", tag ? { "if-none-match": tag } : {});
  if (mine !== run) return;
  if (answer.status === 401) return refused(mine);
  if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
  // Now and then it is tried whether a stream comes through again.
  failures = failures > 8 ? 2 : failures + 1;
  asked = false;
  live("polling");
  if (answer.status === 304) return;
  tag = answer.headers.get("etag") ?? "";
  show(await answer.json());
}

/** The token is not good, or not any more: one more is asked for, once. */
function refused(mine) {
  if (mine !== run) return;
  run += 1;
  clearTimeout(renewal);
  tell("token-expired", { final: asked });
  if (asked || parent === self || location.hash) {
    quiet(words.signIn);
    tell("live", { live: "off" });
  }
  asked = true;
}

function live(how) {
  heard = Date.now();
  if (root.dataset.live !== how) {
    root.dataset.live = how;
    tell("live", { live: how });
    stamp();
  }
}

function stale() {
  if (shown && Date.now() - heard > FRESH && root.dataset.live !== "stale") {
    root.dataset.live = "stale";
    tell("live", { live: "stale" });
    stamp();
  }
}
setInterval(stale, 5_000);

function make(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function fill(text, places) {
  return text.replace(/\{(\w+)\}/g, (all, name) => places[name] ?? all);
}

function time(at) {
  return new Intl.DateTimeFormat(root.lang, { dateStyle: "medium", timeStyle: "short" }).format(at);
}

function word({ state, derived }) {
  return words[derived] ?? words[state] ?? words.unknown;
}

function badge(item) {
  const element = make("span", "badge", word(item));
  element.dataset.state = item.state;
  return element;
}

function line(item) {
  const parts = [badge(item)];
  if (item.title) parts.unshift(make("span", "title", item.title));
  if (item.due && item.state === "open") {
    const due = make("time", "due", fill(words.due, { time: time(item.due) }));
    due.dateTime = new Date(item.due).toISOString();
    parts.push(due);
  }
  return parts;
}

function progress({ signed, total }) {
  const text = fill(words.progress, { n: signed, m: total });
  const bar = make("progress");
  bar.max = Math.max(total, 1);
  bar.value = signed;
  bar.setAttribute("aria-label", text);
  return make("div", "progress", make("span", "title", text), bar);
}

function draw({ items, counts }) {
  if (kind === "progress" && counts) return [progress(counts)];
  if (items.length === 0) return [make("p", "quiet", words.empty)];
  if (kind === "badge") return [badge(items[0])];
  if (kind === "card") return [make("div", "card", ...line(items[0]))];
  const list = make(kind === "due" ? "ol" : "ul", "lines", ...items.map((item) => make("li", "", ...line(item))));
  return counts ? [list, make("p", "count", fill(words.total, { m: counts.total }))] : [list];
}

function show(state) {
  const first = shown === null;
  const before = said.textContent;
  shown = state;
  main.replaceChildren(...draw(state));
  stamp();
  const { counts, items } = state;
  const now = kind === "progress" && counts ? fill(words.progress, { n: counts.signed, m: counts.total }) : items[0] ? word(items[0]) : "";
  // What was there from the start is read with the page.
  if (!first && now !== before) said.textContent = now;
  tell("state", { state });
  if (first) tell("ready");
}

/** Says when what is shown was true, if that may be long ago. */
function stamp() {
  main.querySelector(".stamp")?.remove();
  if (!shown) return;
  const at = shown.stale_since ?? (root.dataset.live === "stale" ? heard : 0);
  if (at) main.append(make("p", "stamp", fill(words.asOf, { time: time(at) })));
}

function quiet(text) {
  if (shown) {
    root.dataset.live = "stale";
    stamp();
  }
  main.querySelector(".quiet")?.remove();
  if (!shown) main.replaceChildren();
  main.append(make("p", "quiet", text));
}

let height = 0;
new ResizeObserver(() => {
  const now = Math.ceil(main.getBoundingClientRect().height);
  if (now === height) return;
  height = now;
  tell("resize", { height });
}).observe(main);

if (body.dataset.sample) {
  show(JSON.parse(body.dataset.sample));
} else if (location.hash.startsWith("#t=")) {
  // A plain frame: the token stands in the fragment, which no server sees.
  start(decodeURIComponent(location.hash.slice(3)));
} else {
  tell("hello");
}
