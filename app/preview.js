// Shows a chosen file before it is sent: the pages of a PDF through pdf.js, or text as
// text. The form's code loads this when somebody first asks for a preview, and then
// sends the dialog an event "preview" whose detail is { file, type }. The markup is the
// server's; this fills it. Only pages in sight are drawn, and others give their
// memory back.
import { GlobalWorkerOptions, getDocument } from "./pdfjs/pdf.min.mjs";

const at = (name) => new URL(`./pdfjs/${name}`, import.meta.url).href;
GlobalWorkerOptions.workerSrc = at("pdf.worker.min.mjs");

const [LEAST, MOST] = [0.5, 4];
// CSS pixels of a PDF's point, and of a thumbnail's width.
const [POINT, THUMB] = [96 / 72, 96];
// Most pixels of one drawing: an A0 sheet at 400 % would take a gigabyte.
const PIXELS = 16 * 1024 * 1024;

const dialog = document.getElementById("preview");
const part = (name) => dialog.querySelector(`[data-part=${name}]`);
const [sheets, thumbs, zoomed, paged] = ["sheets", "thumbs", "zoom", "page"].map(part);

// What is shown: { task, doc, zoom, pages: [{ sheet, thumb, size }], seen }.
let shown;

dialog.addEventListener("preview", ({ detail: { file, type } }) => show(file, type));
dialog.addEventListener("close", put);
part("close").addEventListener("click", () => dialog.close());
part("in").addEventListener("click", () => zoom(shown?.zoom * 1.25));
part("out").addEventListener("click", () => zoom(shown?.zoom / 1.25));
dialog.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !shown?.doc) return;
  const act = {
    "+": () => zoom(shown.zoom * 1.25),
    "-": () => zoom(shown.zoom / 1.25),
    0: () => zoom(1),
    PageDown: () => go(current() + 1),
    PageUp: () => go(current() - 1),
    Home: () => go(0),
    End: () => go(shown.pages.length - 1),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
sheets.addEventListener("scroll", () => shown?.doc && tell(), { passive: true });

async function show(file, type) {
  put();
  const own = { pages: [], zoom: 1 };
  shown = own;
  part("name").textContent = file.name;
  dialog.showModal();
  sheets.focus();
  try {
    if (type === "application/pdf") await open(file, own);
    else text(await file.text(), own);
  } catch {
    if (shown === own) said("This file cannot be shown here. That does not mean that it cannot be signed.");
  }
}

function text(content, own) {
  if (shown !== own) return;
  const page = document.createElement("pre");
  page.textContent = content;
  sheets.replaceChildren(page);
}

async function open(file, own) {
  own.task = getDocument({
    data: await file.arrayBuffer(),
    isEvalSupported: false,
    enableXfa: false,
    useSystemFonts: true,
    standardFontDataUrl: at("standard_fonts/"),
    wasmUrl: at("wasm/"),
    verbosity: 0,
  });
  const doc = await own.task.promise;
  const first = await doc.getPage(1);
  if (shown !== own) return;
  own.doc = doc;
  dialog.classList.add("paged");
  const size = sizeOf(first);
  const room = sheets.clientWidth - 32;
  own.zoom = limited(Math.min(1, room / (size.width * POINT)));
  own.seen = new IntersectionObserver(see, { rootMargin: "50% 0px" });
  for (let number = 1; number <= doc.numPages; number += 1) {
    const sheet = document.createElement("figure");
    sheet.setAttribute("aria-label", `Page ${number}`);
    const item = document.createElement("li");
    const thumb = document.createElement("button");
    thumb.type = "button";
    thumb.setAttribute("aria-label", `Page ${number}`);
    thumb.dataset.number = number;
    thumb.addEventListener("click", () => go(number - 1));
    item.append(thumb);
    // Pages are taken to be like the first until they are seen.
    const page = { number, sheet, thumb, size };
    own.pages.push(page);
    fit(page);
    for (const place of [sheet, thumb]) {
      own.seen.observe(place);
      places.set(place, page);
    }
  }
  sheets.replaceChildren(...own.pages.map(({ sheet }) => sheet));
  thumbs.replaceChildren(...own.pages.map(({ thumb }) => thumb.parentNode));
  tell();
}

const places = new WeakMap();
const limited = (zoom) => Math.min(MOST, Math.max(LEAST, zoom));
const sizeOf = (page) => page.getViewport({ scale: 1 });

/** Gives a page's places the size that its drawing will have. */
function fit({ sheet, thumb, size }) {
  const scale = shown.zoom * POINT;
  sheet.style.setProperty("inline-size", `${Math.round(size.width * scale)}px`);
  sheet.style.setProperty("block-size", `${Math.round(size.height * scale)}px`);
  thumb.style.setProperty("aspect-ratio", `${size.width} / ${size.height}`);
}

function see(entries) {
  for (const { target, isIntersecting } of entries) {
    const page = places.get(target);
    if (isIntersecting) draw(page, target);
    else clear(target);
  }
}

async function draw(page, place) {
  clear(place);
  const own = shown;
  const isThumb = place === page.thumb;
  const turn = {};
  place.turn = turn;
  const isStale = () => shown !== own || place.turn !== turn;
  try {
    const source = await own.doc.getPage(page.number);
    if (isStale()) return;
    page.size = sizeOf(source);
    fit(page);
    const scale = (isThumb ? THUMB / page.size.width : own.zoom * POINT) * devicePixelRatio;
    const most = Math.sqrt(PIXELS / (page.size.width * page.size.height));
    const viewport = source.getViewport({ scale: Math.min(scale, most) });
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(viewport.width);
    canvas.height = Math.ceil(viewport.height);
    turn.drawing = source.render({ canvas, viewport });
    await turn.drawing.promise;
    if (isStale()) return void (canvas.width = 0);
    place.replaceChildren(canvas);
    if (!isThumb) await read(source, place, isStale);
    // What drawing it took is not kept: pages are many.
    source.cleanup();
  } catch {
    // Given up because the page went out of sight; or it cannot be drawn, and stays blank.
  }
}

/** Puts a page's words where screen readers find them. */
async function read(source, place, isStale) {
  const { items } = await source.getTextContent();
  if (isStale()) return;
  const words = document.createElement("figcaption");
  words.className = "visually-hidden";
  words.textContent = items.map(({ str, hasEOL }) => (hasEOL ? `${str}\n` : str)).join("");
  place.append(words);
}

function clear(place) {
  place.turn?.drawing?.cancel();
  place.turn = undefined;
  for (const canvas of place.querySelectorAll("canvas")) canvas.width = 0;
  place.replaceChildren();
}

function zoom(to) {
  if (!shown?.doc) return;
  const index = current();
  shown.zoom = limited(to);
  for (const page of shown.pages) {
    fit(page);
    if (page.sheet.firstChild) draw(page, page.sheet);
  }
  go(index);
}

/** The page at the top of what is in sight, from 0. */
function current() {
  const line = sheets.getBoundingClientRect().top + 64;
  const index = shown.pages.findIndex(({ sheet }) => sheet.getBoundingClientRect().bottom > line);
  return index < 0 ? shown.pages.length - 1 : index;
}

function go(index) {
  const page = shown.pages[Math.min(Math.max(index, 0), shown.pages.length - 1)];
  page.sheet.scrollIntoView({ block: "start" });
  tell();
}

function tell() {
  const index = current();
  zoomed.textContent = `${Math.round(shown.zoom * 100)} %`;
  paged.textContent = `Page ${index + 1} of ${shown.pages.length}`;
  for (const [other, { thumb }] of shown.pages.entries()) {
    if (other === index) thumb.setAttribute("aria-current", "page");
    else thumb.removeAttribute("aria-current");
  }
}

function said(words) {
  const note = document.createElement("p");
  note.textContent = words;
  sheets.replaceChildren(note);
}

/** Puts away what is shown, and gives its memory back. */
function put() {
  shown?.seen?.disconnect();
  shown?.task?.destroy();
  shown = undefined;
  dialog.classList.remove("paged");
  for (const place of [sheets, thumbs, zoomed, paged]) place.replaceChildren();
}
