// <sign-status>: how a signing session stands, in a page of yours. It does one thing:
// it puts a frame of the portal into the page, and hands it the token that your own
// server asked for. No dependencies. Types: sign-status.d.ts; guide: docs/embedding.md.
const HOME = new URL(import.meta.url).origin;
const KINDS = ["badge", "card", "progress", "list", "due"];
const THEMES = ["auto", "light", "dark", "contrast"];
/** What the page may style: custom properties on the element, and nothing else. */
const STYLES = [
  "accent", "background", "border", "border-width", "font-family", "font-size", "gap", "ink", "ink-soft", "line",
  "line-height", "padding", "radius", "shadow-color", "state-ended", "state-ended-ground", "state-open",
  "state-open-ground", "state-overdue", "state-overdue-ground", "state-rejected", "state-rejected-ground",
  "state-signed", "state-signed-ground", "title-size",
];
const NAMES = {
  en: "Signing status", nb: "Signeringsstatus", nn: "Signeringsstatus", sv: "Signeringsstatus",
  da: "Underskriftsstatus", fi: "Allekirjoituksen tila", de: "Signaturstatus",
};
const HEIGHT_MAX = 2000;
/** A frame that does not speak by then is not there. */
const SILENCE = 10_000;

const sheet = new CSSStyleSheet();
sheet.replaceSync(
  ":host{display:block}:host([hidden]){display:none}iframe{display:block;inline-size:100%;border:0;background:none}" +
    "iframe[hidden]{display:block;position:absolute;inline-size:1px;block-size:1px;opacity:0;pointer-events:none}",
);

class SignStatus extends HTMLElement {
  static observedAttributes = ["widget", "session", "view", "theme", "lang", "portal"];
  #frame;
  #slot;
  #nonce;
  #state = null;
  #getToken = null;
  #pulling = false;
  #resizes = [];
  #wait = 0;
  #timer;
  #planned = false;
  #stop;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.#slot = root.appendChild(document.createElement("slot"));
  }

  /** What the widget showed last; null before it showed anything. */
  get state() {
    return this.#state;
  }

  /** Your function that asks your own server for a token. */
  get getToken() {
    return this.#getToken;
  }

  set getToken(get) {
    this.#getToken = typeof get === "function" ? get : null;
    if (this.#nonce) this.#pull();
  }

  /** Asks for a new token, and shows what is true now. */
  refresh() {
    if (this.#nonce) this.#pull();
    else this.#load();
  }

  connectedCallback() {
    // A property that was set before the module came hides the accessor.
    if (Object.hasOwn(this, "getToken")) {
      const get = this.getToken;
      delete this.getToken;
      this.getToken = get;
    }
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    addEventListener("message", (event) => this.#hear(event), { signal });
    document.addEventListener("securitypolicyviolation", (event) => this.#blocked(event), { signal });
    this.#load();
  }

  disconnectedCallback() {
    this.#stop.abort();
    clearTimeout(this.#timer);
    this.#frame?.remove();
    this.#frame = this.#nonce = undefined;
  }

  attributeChangedCallback(_, before, now) {
    if (!this.isConnected || before === now || this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      if (this.isConnected) this.#load();
    });
  }

  get #portal() {
    try {
      return new URL(this.getAttribute("portal") ?? HOME).origin;
    } catch {
      return HOME;
    }
  }

  #load() {
    clearTimeout(this.#timer);
    this.#nonce = undefined;
    this.#frame?.remove();
    this.#frame = undefined;
    const widget = this.getAttribute("widget");
    if (!/^wid_[\w-]{22}$/.test(widget ?? "")) {
      this.#mark("unset", "off");
      return;
    }
    const url = new URL(`/embed/v1/frame/${widget}`, this.#portal);
    const lang = this.getAttribute("lang") ?? document.documentElement.lang;
    const theme = this.getAttribute("theme");
    const view = this.getAttribute("view");
    if (lang) url.searchParams.set("lang", lang);
    if (THEMES.includes(theme)) url.searchParams.set("theme", theme);
    if (KINDS.includes(view)) url.searchParams.set("view", view);
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin");
    frame.referrerPolicy = "strict-origin";
    frame.title = this.getAttribute("label") ?? NAMES[lang.slice(0, 2)] ?? NAMES.en;
    // A frame of another colour scheme than its page gets a white ground.
    frame.style.colorScheme = theme === "dark" ? "dark" : theme === "light" || theme === "contrast" ? "light" : "light dark";
    frame.hidden = true;
    frame.src = url;
    this.#frame = frame;
    this.#mark("loading", "off");
    this.shadowRoot.append(frame);
    this.#timer = setTimeout(() => this.#silent(), SILENCE);
  }

  /** The portal is down, or the browser did not let the frame in. Tries again, ever more seldom. */
  #silent() {
    this.#fail("unreachable", true);
    this.#mark(this.#state ? this.dataset.state : "offline", "off");
    this.#wait = Math.min(Math.max(this.#wait * 2, 20_000), 600_000);
    this.#timer = setTimeout(() => this.#load(), this.#wait);
  }

  #blocked({ blockedURI, effectiveDirective, disposition }) {
    if (disposition !== "enforce" || !blockedURI.startsWith(this.#portal)) return;
    const line = `${effectiveDirective} ${this.#portal}`;
    console.warn(`<sign-status>: this page's Content-Security-Policy lacks: ${line}`);
    this.#fail("host-csp", false, { directive: effectiveDirective, add: line });
  }

  #hear({ source, origin, data }) {
    const frame = this.#frame;
    if (!frame || source !== frame.contentWindow || origin !== this.#portal) return;
    if (typeof data !== "object" || data?.v !== 1 || typeof data.type !== "string") return;
    const { type, nonce } = data;
    if (typeof nonce !== "string" || !type.startsWith("sign-status/")) return;
    if (type === "sign-status/hello") {
      clearTimeout(this.#timer);
      this.#wait = 0;
      this.#nonce = nonce;
      frame.hidden = false;
      this.#slot.hidden = true;
      this.#pull();
    }
    if (nonce !== this.#nonce) return;
    if (type === "sign-status/state" && data.state && typeof data.state === "object") {
      this.#state = data.state;
      const { rev, items } = data.state;
      this.dataset.rev = String(rev);
      this.#mark(items?.[0]?.state ?? "empty", this.dataset.live ?? "off");
      this.#tell("state", data.state);
    } else if (type === "sign-status/ready") {
      this.#tell("ready", {});
    } else if (type === "sign-status/live" && ["live", "polling", "stale", "off"].includes(data.live)) {
      this.dataset.live = data.live;
    } else if (type === "sign-status/resize") {
      this.#resize(frame, data.height);
    } else if (type === "sign-status/token-expiring") {
      this.#tell("token-expiring", {});
      this.#pull();
    } else if (type === "sign-status/token-expired") {
      this.#tell("token-expired", { final: data.final === true });
      if (data.final === true) this.#mark("sign-in", "off");
      else this.#pull();
    } else if (type === "sign-status/error") {
      this.#fail(String(data.code), data.retryable === true);
    }
  }

  /** No more than some a second, so that frame and page cannot chase each other. */
  #resize(frame, height) {
    const now = performance.now();
    this.#resizes = this.#resizes.filter((at) => now - at < 1000);
    if (!Number.isFinite(height) || this.#resizes.length >= 10) return;
    this.#resizes.push(now);
    frame.style.blockSize = `${Math.min(Math.max(Math.ceil(height), 16), HEIGHT_MAX)}px`;
  }

  async #pull() {
    if (this.#pulling) return;
    this.#pulling = true;
    try {
      const { widget, session, view } = Object.fromEntries(
        ["widget", "session", "view"].map((name) => [name, this.getAttribute(name)]),
      );
      const address = this.getAttribute("token-url");
      const get = this.#getToken ?? (address ? () => ask(address) : null);
      // It comes with `getToken`.
      if (!get) return;
      const token = await get({ widget, session, view });
      if (typeof token !== "string") throw new TypeError("getToken must answer a string");
      this.#send({ type: "sign-status/token", token: token.trim(), styles: this.#styles() });
    } catch (error) {
      console.warn("<sign-status>: no token:", error);
      this.#fail("no-token", true);
      if (!this.#state) this.#mark("sign-in", "off");
    } finally {
      this.#pulling = false;
    }
  }

  #styles() {
    const computed = getComputedStyle(this);
    const entries = STYLES.map((name) => [name, computed.getPropertyValue(`--sst-${name}`).trim()]);
    return Object.fromEntries(entries.filter(([, value]) => value !== "" && value.length < 200));
  }

  #send(message) {
    if (this.#nonce) this.#frame?.contentWindow?.postMessage({ v: 1, nonce: this.#nonce, ...message }, this.#portal);
  }

  #mark(state, live) {
    this.dataset.state = state;
    this.dataset.live = live;
  }

  #fail(code, retryable, more = {}) {
    this.#tell("error", { code, retryable, ...more });
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(`sign-status:${name}`, { bubbles: true, composed: true, detail }));
  }
}

async function ask(address) {
  const answer = await fetch(address, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.text();
}

if (!customElements.get("sign-status")) customElements.define("sign-status", SignStatus);
export { SignStatus };
