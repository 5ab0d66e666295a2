// Keeps the page fresh: live parts every 10 s, charts every minute, both only while the page is looked at.
"use strict";

const LIVE_MS = 1000 * (document.getElementById("fresh").dataset.every || 10);
const CHART_MS = 60_000;
const SVG = "http://www.w3.org/2000/svg";
const FRENCH = { decimal: ",", thousands: "\u202f", grouping: [3], currency: ["", "\u00a0€"] };
const page = document.documentElement;
const drawn = new Map(); // figure → the text it was drawn from, and its view
let answeredAt = performance.now();

class Refusal extends Error {} // the service answered, that it cannot

async function fetched(url) {
  const response = await fetch(url, { cache: "no-store" });
  const text = await response.text();
  if (response.ok) return text;
  const isProblem = response.headers.get("Content-Type")?.includes("problem+json");
  throw new Refusal(isProblem ? JSON.parse(text).detail : `${response.status} ${response.statusText}`);
}

async function refreshLive() {
  const fresh = new DOMParser().parseFromString(await fetched(location.href), "text/html");
  for (const part of fresh.querySelectorAll("[data-live]")) {
    const shown = document.getElementById(part.id);
    if (shown && shown.innerHTML !== part.innerHTML) shown.replaceChildren(...part.childNodes);
  }
  answeredAt = performance.now();
  const storeAnswers = !document.getElementById("store").childElementCount;
  if (storeAnswers && document.querySelector(".broken")) charts();
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

async function refreshChart(figure) {
  const text = await fetched(figure.dataset.chart);
  const before = drawn.get(figure);
  if (before?.text === text) return;
  const answer = JSON.parse(text);
  figure.classList.toggle("nothing", !answer);
  if (!answer) return;
  const embedded = await window.vegaEmbed(figure.querySelector(".canvas"), answer.spec, {
    actions: false,
    ast: true, // expressions are interpreted: the page allows no eval
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    renderer: "svg",
    ...(page.lang === "fr" && { formatLocale: FRENCH }),
  });
  before?.view.finalize();
  drawn.set(figure, { text, view: embedded.view });
  figure.querySelector(".legend").replaceChildren(...answer.legend.map(legendItem));
  figure.classList.add("drawn");
}

async function refreshCharts() {
  // One after the other: a small machine draws the first one sooner.
  for (const figure of document.querySelectorAll("[data-chart]")) {
    try {
      await refreshChart(figure);
      figure.classList.remove("broken");
    } catch (error) {
      if (error instanceof TypeError) throw error; // no answer at all: said once, in the header
      const trouble = figure.querySelector(".trouble");
      trouble.textContent = trouble.dataset.words.replace("{}", error.message);
      figure.classList.add("broken");
    }
  }
}

function guarded(work) {
  let busy = false;
  return async () => {
    if (busy || document.visibilityState !== "visible") return;
    busy = true;
    try {
      await work();
      page.classList.remove("cut-off");
    } catch (error) {
      console.warn(error);
      const { absent, refused } = lost.dataset;
      lost.textContent = error instanceof Refusal ? refused.replace("{}", error.message) : absent;
      page.classList.add("cut-off"); // the next turn tries again
    } finally {
      busy = false;
    }
  };
}

const fresh = document.getElementById("fresh");
const lost = document.querySelector(".lost");
const live = guarded(refreshLive);
const charts = guarded(refreshCharts);
setInterval(() => {
  fresh.textContent = fresh.dataset.words.replace("{}", Math.round((performance.now() - answeredAt) / 1000));
}, 1000);
setInterval(live, LIVE_MS);
setInterval(charts, CHART_MS);
document.addEventListener("visibilitychange", () => {
  live();
  charts();
});
charts();
