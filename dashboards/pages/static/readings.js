// The form for a meter reading: shows the last one, asks before a register goes back, sends JSON by `actions.js`.
"use strict";

const form = document.getElementById("reading");
const words = form?.dataset;

function chosen() {
  return form.elements.meter.selectedOptions[0];
}

function showMeter() {
  document.getElementById("last").textContent = chosen().dataset.last || words.none;
  const units = chosen().dataset.units.split(";").map((text) => {
    const [unit, scale] = text.split(" ");
    const option = new Option(unit, unit);
    option.dataset.scale = scale;
    return option;
  });
  form.elements.unit.replaceChildren(...units);
}

function doubt(value, time) {
  const { lastValue, lastTime } = chosen().dataset;
  if (lastValue === "") return "";
  const shown = value * Number(form.elements.unit.selectedOptions[0].dataset.scale);
  const later = time === "" || time.slice(0, 16) >= lastTime; // both in the site's local time
  if (later && shown < Number(lastValue)) return words.back;
  return !later && shown > Number(lastValue) ? words.ahead : "";
}

async function store(value, time) {
  const { device, channel, quantity } = chosen().dataset;
  const reading = { device, channel, quantity, value, unit: form.elements.unit.value, time };
  const answer = await send("/api/readings", { readings: [reading] });
  const [reason] = Object.keys(answer.quarantined);
  if (reason) throw new Error(words.refused.replace("{}", JSON.parse(words.reasons)[reason]));
  const text = `${form.elements.value.value} ${reading.unit}`;
  if (time === "" || time.slice(0, 16) >= chosen().dataset.lastTime) {
    const scale = Number(form.elements.unit.selectedOptions[0].dataset.scale);
    Object.assign(chosen().dataset, { last: text, lastValue: value * scale, lastTime: time.slice(0, 16) || chosen().dataset.lastTime });
  }
  showMeter();
  say(form, "done", words.stored.replace("{}", text));
  form.elements.value.value = "";
}

async function submitted(event) {
  event.preventDefault();
  const text = form.elements.value.value.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
  const value = /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) return say(form, "failed", words.noNumber);
  const time = form.elements.time.value;
  const question = doubt(value, time);
  if (question && !window.confirm(question)) return;
  const button = form.querySelector("button");
  button.disabled = true;
  say(form, "busy", words.busy);
  try {
    await store(value, time);
  } catch (error) {
    sayWhyNot(form, error, words.absent);
  } finally {
    button.disabled = false;
  }
}

if (form) {
  form.elements.meter.addEventListener("change", showMeter);
  form.addEventListener("submit", submitted);
  showMeter();
}
