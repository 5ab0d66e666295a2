// Buttons and forms that change something: sent as JSON, answered where they stand.
"use strict";

class Refused extends Error {
  constructor({ detail, next_step }, spoken) {
    super([detail, next_step].filter(Boolean).join(". "));
    this.spoken = spoken; // the language it is said in: not every cause has words in that of the page
  }
}

async function send(path, body) {
  const headers = { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer, response.headers.get("Content-Language"));
  return answer;
}

function say(place, kind, words, spoken) {
  const said = place.querySelector("output");
  said.className = kind;
  said.lang = spoken || document.documentElement.lang;
  said.textContent = words;
}

function sayWhyNot(place, error, absent) {
  say(place, "failed", error instanceof TypeError ? absent : error.message, error.spoken);
}

async function act(place, { post, busy, done, absent }, body) {
  const controls = place.querySelectorAll("button, input, select");
  for (const control of controls) control.disabled = true;
  say(place, "busy", busy);
  try {
    const answer = await send(post, body);
    say(place, "done", done.replace(/\{(\w*)\}/g, (_, name) => (name ? answer[name] : answer)));
  } catch (error) {
    sayWhyNot(place, error, absent);
    for (const control of controls) control.disabled = false;
  }
}

function filledIn(form) {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
}

function offerZones(form) {
  const offered = document.getElementById("zones").content.querySelectorAll("option");
  const here = [...offered].filter((zone) => zone.dataset.building === form.elements.building.value);
  form.elements.zone.replaceChildren(form.elements.zone.options[0], ...here.map((zone) => zone.cloneNode(true)));
  form.elements.zone.value = "";
}

for (const button of document.querySelectorAll("button[data-post]")) {
  button.addEventListener("click", () => {
    const { confirm, body } = button.dataset;
    if (confirm && !window.confirm(confirm)) return;
    act(button.closest(".actions"), button.dataset, JSON.parse(body));
  });
}

for (const form of document.querySelectorAll("form[data-post]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(form, form.dataset, filledIn(form));
  });
  form.elements.building.addEventListener("change", () => offerZones(form));
  offerZones(form);
}

for (const mark of document.querySelectorAll("pre mark")) {
  const shown = mark.closest("pre");
  shown.scrollTop = mark.offsetTop - shown.offsetTop - shown.clientHeight / 2;
}
