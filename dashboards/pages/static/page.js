// Keeps the page true: its parts come by server-sent events while it is looked at, its charts once a minute.
"use strict";

const AGAIN_MS = 5_000;
const TURN_MS = 10_000; // between two events
const DEAF_MS = 3.5 * TURN_MS; // a stream that has said nothing for so long is none: the machine slept, or a wire is cut
const MOST_STREAMS = 3; // a browser has six connections to one host, for all its windows
const SVG = "http://www.w3.org/2000/svg";
const FRENCH = { decimal: ",", thousands: "\u202f", grouping: [3], currency: ["", "\u00a0€"] };
const page = document.documentElement;
const assets = document.currentScript.getAttribute("src");
const fresh = document.getElementById("fresh");
const lost = document.querySelector(".lost");
const drawn = new Map(); // figure → the text it was drawn from, its view and its table's columns
const waiting = new Map(); // id → what a part that holds the focus is to become
const windows = new BroadcastChannel("microville-live"); // of this browser, on this service
const thisWindow = Math.random(); // its name among them
let source = null;
let others = 0; // windows that keep a stream open, as far as they have said
let again = 0;
let toldAt = performance.now();
let heardAt = toldAt;

class Refusal extends Error {} // the service answered, that it cannot

async function fetched(url) {
  const response = await fetch(url, { cache: "no-store" });
  const text = await response.text();
  if (response.ok) return text;
  const isProblem = response.headers.get("Content-Type")?.includes("problem+json");
  throw new Refusal(isProblem ? JSON.parse(text).detail : `${response.status} ${response.statusText}`);
}

function swatch(colour) {
  const svg = document.createElementNS(SVG, "svg");
  const rect = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries({ width: 12, height: 12, rx: 3, fill: colour })) rect.setAttribute(name, value);
  svg.setAttribute("width", 12);
  svg.setAttribute("height", 12);
  svg.setAttribute("aria-hidden", "true");
  svg.append(rect);
  return svg;
}

function legendItem([name, colour]) {
  const item = document.createElement("li");
  item.append(swatch(colour), name);
  return item;
}

function cell(kind, text, isNumber) {
  const made = document.createElement(kind);
  made.textContent = text;
  if (isNumber) made.className = "n";
  if (kind === "th") made.scope = "col";
  return made;
}

function fillTable(details) {
  const { view, columns } = drawn.get(details.closest("figure")) ?? {};
  if (!view || !details.open) return;
  const table = details.querySelector("table");
  const words = (value, digits) => {
    if (value === null || value === undefined) return "–";
    return digits === null ? value : value.toLocaleString(page.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  };
  const head = table.createTHead();
  const body = table.tBodies[0] ?? table.createTBody();
  const row = document.createElement("tr");
  row.append(...columns.map(([, title, digits]) => cell("th", title, digits !== null)));
  head.replaceChildren(row);
  body.replaceChildren(...view.data("shown").map((mark) => {
    const line = document.createElement("tr");
    line.append(...columns.map(([field, , digits]) => cell("td", words(mark[field], digits), digits !== null)));
    return line;
  }));
}

async function refreshChart(figure) {
  const text = await fetched(figure.dataset.chart);
  const before = drawn.get(figure);
  const answer = JSON.parse(text);
  figure.classList.toggle("nothing", !answer);
  if (!answer || before?.text === text) return;
  const embedded = await window.vegaEmbed(figure.querySelector(".canvas"), answer.spec, {
    actions: false,
    ast: true, // expressions are interpreted: the page allows no eval
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    renderer: "svg",
    ...(page.lang === "fr" && { formatLocale: FRENCH }),
  });
  before?.view.finalize();
  drawn.set(figure, { text, view: embedded.view, columns: answer.columns });
  figure.querySelector(".legend").replaceChildren(...answer.legend.map(legendItem));
  fillTable(figure.querySelector(".as-table"));
  figure.classList.add("drawn");
}

let drawing = false;

async function refreshCharts() {
  if (drawing) return;
  drawing = true;
  // One after the other: a small machine draws the first one sooner.
  for (const figure of document.querySelectorAll("[data-chart]")) {
    try {
      await refreshChart(figure);
      figure.classList.remove("broken");
    } catch (error) {
      if (error instanceof TypeError) break; // no answer at all: said once, in the header
      const trouble = figure.querySelector(".trouble");
      trouble.textContent = trouble.dataset.words.replace("{}", error.message);
      figure.classList.add("broken");
    }
  }
  drawing = false;
}

function put(id, html) {
  const shown = document.getElementById(id);
  if (!shown || shown.contains(document.activeElement)) return !shown; // nothing is taken from under the fingers
  const made = document.createElement("template");
  made.innerHTML = html;
  if (made.innerHTML !== shown.innerHTML) shown.replaceChildren(made.content);
  return true;
}

function take({ parts, charts, assets: theirs }) {
  if (theirs !== assets) {
    location.reload(); // the service is another one than this page is of
    return;
  }
  for (const [id, html] of Object.entries(parts)) waiting.set(id, html);
  for (const [id, html] of waiting) if (put(id, html)) waiting.delete(id);
  toldAt = performance.now();
  const isBack = page.classList.contains("cut-off");
  page.classList.remove("cut-off");
  const storeAnswers = !document.getElementById("store")?.childElementCount;
  if (charts || isBack || (storeAnswers && document.querySelector(".broken"))) refreshCharts();
}

async function sayWhy() {
  try {
    const response = await fetch(location.href, { method: "HEAD", cache: "no-store" });
    if (response.status === 401) location.reload(); // the page asks for the token
    lost.textContent = lost.dataset.refused.replace("{}", `${response.status} ${response.statusText}`);
    if (response.ok) return; // the next connection tells
  } catch {
    lost.textContent = lost.dataset.absent;
  }
  page.classList.add("cut-off");
}

windows.onmessage = ({ data }) => {
  if (data.asks && source) windows.postMessage({ tells: data.asks });
  if (data.tells === thisWindow) others += 1; // every window hears every answer
};

function hush() {
  clearTimeout(again);
  source?.close();
  source = null;
}

function listen(wait = 0) {
  clearTimeout(again);
  if (wait) again = setTimeout(listen, wait);
  if (wait || source || document.visibilityState !== "visible") return;
  others = 0;
  windows.postMessage({ asks: thisWindow });
  source = new EventSource(location.href);
  heardAt = performance.now();
  source.onmessage = ({ data }) => {
    heardAt = performance.now();
    take(JSON.parse(data));
    if (others < MOST_STREAMS) return;
    hush(); // leaves its connection to others, and asks now and then
    listen(TURN_MS);
  };
  source.onerror = () => {
    sayWhy();
    if (source?.readyState !== EventSource.CLOSED) return; // it tries again by itself
    hush();
    listen(AGAIN_MS);
  };
}

setInterval(() => {
  const now = performance.now();
  fresh.textContent = fresh.dataset.words.replace("{}", Math.round((now - toldAt) / 1000));
  if (!source || now - heardAt < DEAF_MS) return;
  hush();
  listen();
  sayWhy();
}, 1000);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") {
    listen();
    refreshCharts();
  } else hush();
});
window.addEventListener("pagehide", hush);
window.addEventListener("pageshow", ({ persisted }) => persisted && listen());
for (const details of document.querySelectorAll(".as-table")) details.addEventListener("toggle", () => fillTable(details));
refreshCharts();
listen();
