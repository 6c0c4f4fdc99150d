// The page: a start, or the project that the address names.

import { ask } from "./api.js";
import { fillHelp, runKey } from "./keys.js";
import { Start, forgetRecent, remember } from "./start.js";
import { Workbench } from "./workbench.js";

const main = /** @type {HTMLElement} */ (document.querySelector("#main"));
const title = /** @type {HTMLElement} */ (document.querySelector("#title"));
const status = /** @type {HTMLElement} */ (document.querySelector("#status"));
const problem = /** @type {HTMLElement} */ (document.querySelector("#problem"));
const help = /** @type {HTMLDialogElement} */ (document.querySelector("#help"));

/** @type {Workbench | null} */
let bench = null;
let clearing = 0;

/** @param {string} text */
function say(text) {
  status.textContent = text;
}

/** @param {unknown} error */
function complain(error) {
  problem.textContent = error instanceof Error ? error.message : String(error);
  problem.hidden = false;
  clearTimeout(clearing);
  clearing = setTimeout(() => (problem.hidden = true), 12000);
}

/** @param {Start | Workbench} part */
function show(part) {
  part.addEventListener("say", (event) => say(/** @type {CustomEvent} */ (event).detail));
  part.addEventListener("problem", (event) => complain(/** @type {CustomEvent} */ (event).detail));
  main.replaceChildren(part);
}

async function route() {
  problem.hidden = true;
  bench = null;
  const id = location.hash.slice(1);
  if (!id) {
    title.textContent = "";
    document.title = "masklet";
    show(/** @type {Start} */ (document.createElement("masklet-start")));
    return;
  }
  try {
    const state = await ask("GET", `/projects/${encodeURIComponent(id)}`);
    if (location.hash.slice(1) !== id) return;
    remember(state);
    title.textContent = state.title;
    document.title = `${state.title} – masklet`;
    bench = /** @type {Workbench} */ (document.createElement("masklet-workbench"));
    show(bench);
    say(`${state.title} is open.`);
    bench.open(state);
  } catch (error) {
    if (String(error).includes("no such project")) forgetRecent(id);
    location.hash = "";
    setTimeout(() => complain(error), 50);
  }
}

const light = /** @type {HTMLLinkElement} */ (document.querySelector("#light"));
const chosen = localStorage.getItem("masklet-theme");
if (chosen) light.media = chosen === "light" ? "all" : "not all";
document.querySelector("#theme")?.addEventListener("click", () => {
  const theme = matchMedia(light.media).matches ? "dark" : "light";
  light.media = theme === "light" ? "all" : "not all";
  localStorage.setItem("masklet-theme", theme);
  bench?.timeline?.draw(); // canvases do not follow the colours by themselves
});
matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => bench?.timeline?.draw());

function openHelp() {
  help.showModal();
  help.scrollTop = 0; // the button that has the focus is at the end
}

fillHelp(help);
document.querySelector("#help-open")?.addEventListener("click", openHelp);
addEventListener("keydown", (event) => {
  if (help.open) return;
  if (event.key === "?" && !(/** @type {HTMLElement} */ (event.target).matches("input[type=text]"))) openHelp();
  else if (event.key === "Escape") problem.hidden = true;
  else if (bench) runKey(bench, event);
});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => event.preventDefault());
addEventListener("hashchange", route);
route();
