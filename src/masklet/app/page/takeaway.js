// Effects to try and render, and everything that can be taken away or brought back.

import { ask, send } from "./api.js";
import { recent } from "./start.js";
import { EFFECTS } from "./effects.js";

/** @typedef {import("./project.js").Project} Project */

/** @type {Record<string, string>} */
const FORMS = { mp4: "Video (mp4)", mov: "ProRes 4444 (mov)", webm: "VP9 with alpha (webm)", png: "Pictures (PNG, zip)" };
/** @type {Record<string, string>} */
const FILES = {
  masks: "Masks (PNG, zip)",
  sav: "SA-V (JSON)",
  coco: "COCO (zip)",
  yolo: "YOLO-seg (zip)",
  davis: "DAVIS (zip)",
  project: "The project itself (zip)",
};

export class TakeAway extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    const options = (/** @type {Record<string, string>} */ all) =>
      Object.entries(all).map(([value, told]) => `<option value="${value}">${told}</option>`).join("");
    this.innerHTML = `<details><summary>Effects</summary><form class="effect">
        <label>Effect <select name="effect" aria-label="Effect"><option value="">Masks over the picture</option>${options(EFFECTS)}</select></label>
        <label data-for="blur pixelate">Of <select name="where" aria-label="Of"><option value="background">the background</option>
          <option value="object">the objects</option></select></label>
        <label data-for="highlight outline blur pixelate spotlight erase wipe">Strength
          <input type="range" name="strength" min="0" max="1" step="0.05" value="0.5"></label>
        <label data-for="colour">Colour <input type="color" name="colour" value="#00b140"></label>
        <label data-for="video">Behind <select name="background" aria-label="Behind"></select></label>
        <p class="hint alone" hidden>Open the video that is to be behind on the start page first; then it can be chosen here.</p>
        <label class="check" data-for="highlight outline blur pixelate spotlight grey colour cutout video trails wipe"><input type="checkbox" name="soft"> Soft edges</label>
        <label>As <select name="form" aria-label="As">${options(FORMS)}</select></label>
        <button type="submit" class="primary">Make the video</button></form></details>
      <details><summary>Take away, bring back</summary>
        <ul class="files">${Object.entries(FILES)
          .map(([what, told]) => `<li><button type="button" data-what="${what}">${told}</button></li>`)
          .join("")}</ul>
        <label class="file small"><span>Bring masks in</span><input type="file" accept=".json,.zip"></label>
        <p class="hint">JSON of SA-V or COCO; a zip of NAME/00000.png, or of DAVIS, COCO or YOLO-seg</p></details>
      <progress max="1" value="0" hidden aria-label="Making the file"></progress>
      <p class="made" aria-live="polite"></p>`;
    this.form = /** @type {HTMLFormElement} */ (this.querySelector("form"));
    this.progress = /** @type {HTMLProgressElement} */ (this.querySelector("progress"));
    this.made = /** @type {HTMLElement} */ (this.querySelector(".made"));
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const { form, ...look } = this.values();
      const background = look.effect === "video" ? look.background : null;
      this.make({ what: "effect", form, look: { ...look, background, effect: look.effect || "highlight" } });
    });
    for (const button of this.querySelectorAll("[data-what]")) {
      button.addEventListener("click", () => this.make({ what: /** @type {HTMLElement} */ (button).dataset.what }));
    }
    const input = /** @type {HTMLInputElement} */ (this.querySelector("input[type=file]"));
    input.addEventListener("change", () => input.files?.[0] && this.bring(input.files[0]));
    this.changed();
  }

  /** @param {Project} project */
  open(project) {
    this.project = project;
    const behind = /** @type {HTMLSelectElement} */ (this.querySelector("[name=background]"));
    behind.replaceChildren(...recent().filter((one) => one.id !== project.state.id).map((one) => new Option(one.title, one.id)));
    project.addEventListener("export", (event) => this.showStep(/** @type {CustomEvent} */ (event).detail));
  }

  values() {
    const data = new FormData(/** @type {HTMLFormElement} */ (this.form));
    const where = data.get("where") === "object" ? "object" : "background";
    return {
      effect: String(data.get("effect") ?? ""),
      where: /** @type {"object" | "background"} */ (where),
      strength: Number(data.get("strength")),
      colour: String(data.get("colour")),
      soft: data.get("soft") !== null,
      form: String(data.get("form")),
      background: String(data.get("background") ?? ""),
    };
  }

  changed() {
    const { form, ...look } = this.values();
    for (const label of this.querySelectorAll("[data-for]")) {
      const wanted = (/** @type {HTMLElement} */ (label).dataset.for ?? "").split(" ");
      /** @type {HTMLElement} */ (label).hidden = !wanted.includes(look.effect);
    }
    const select = /** @type {HTMLSelectElement} */ (this.querySelector("[name=form]"));
    const mp4 = /** @type {HTMLOptionElement} */ (select.querySelector("[value=mp4]"));
    mp4.disabled = look.effect === "cutout"; // an mp4 holds no transparency
    if (mp4.disabled && form === "mp4") select.value = "webm";
    const alone = look.effect === "video" && !look.background;
    /** @type {HTMLElement} */ (this.querySelector(".alone")).hidden = !alone;
    /** @type {HTMLButtonElement} */ (this.querySelector("[type=submit]")).disabled = alone;
    this.dispatchEvent(new CustomEvent("look", { detail: look.effect ? look : null }));
  }

  /** @param {Record<string, unknown>} wanted */
  async make(wanted) {
    try {
      if (this.made) this.made.textContent = "Making it …";
      await ask("POST", `${this.project?.place}/exports`, wanted);
    } catch (error) {
      if (this.made) this.made.textContent = "";
      this.dispatchEvent(new CustomEvent("problem", { detail: error }));
    }
  }

  /** @param {{done?: number, total?: number, file?: string, problem?: string}} told */
  showStep(told) {
    const { progress, made, project } = this;
    if (!progress || !made || !project) return;
    progress.hidden = told.done === undefined;
    progress.value = (told.done ?? 0) / (told.total || 1);
    if (told.problem) {
      made.textContent = "";
      this.dispatchEvent(new CustomEvent("problem", { detail: new Error(told.problem) }));
    } else if (told.file) {
      const link = document.createElement("a");
      link.href = `/api${project.place}/exports/${told.file}`;
      link.textContent = "Download it";
      link.download = "";
      made.replaceChildren("It is ready. ", link);
    }
  }

  /** @param {File} file */
  async bring(file) {
    try {
      await send(`${this.project?.place}/bring`, file);
    } catch (error) {
      this.dispatchEvent(new CustomEvent("problem", { detail: error }));
    }
  }
}

customElements.define("masklet-takeaway", TakeAway);
