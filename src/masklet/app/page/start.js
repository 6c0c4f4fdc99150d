// Where one begins: drop a file, choose one, take a sample, go back to an earlier project.

import { ask, upload } from "./api.js";
import { zipOf } from "./zip.js";

const RECENT = "masklet-recent";

/** @typedef {{id: string, title: string, frames: number}} Recent */

/** @returns {Recent[]} */
export function recent() {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]");
  } catch {
    return [];
  }
}

/** @param {Recent} project */
export function remember(project) {
  const others = recent().filter((one) => one.id !== project.id);
  const { id, title, frames } = project;
  localStorage.setItem(RECENT, JSON.stringify([{ id, title, frames }, ...others].slice(0, 12)));
}

/** @param {string} id */
export function forgetRecent(id) {
  localStorage.setItem(RECENT, JSON.stringify(recent().filter((one) => one.id !== id)));
}

export class Start extends HTMLElement {
  connectedCallback() {
    this.innerHTML = `
      <section class="drop" aria-labelledby="drop-title">
        <h2 id="drop-title">Follow anything through a video</h2>
        <p>Click on an object, and it is followed from frame to frame. Everything stays on this machine.</p>
        <label class="file"><span>Choose a video or pictures</span><input type="file" accept="video/*,image/*,.zip" multiple></label>
        <p class="hint">or drop a file anywhere here</p>
        <form class="address" hidden><label>or its address
          <input type="url" required placeholder="https://…"></label> <button type="submit">Fetch</button></form>
        <progress max="1" value="0" hidden aria-label="Upload"></progress>
      </section>
      <section aria-labelledby="samples-title"><h2 id="samples-title">Or try a sample</h2><ul class="samples"></ul></section>
      <section class="recent" aria-labelledby="recent-title" hidden>
        <h2 id="recent-title">Go on with</h2><ul></ul>
      </section>`;
    this.progress = /** @type {HTMLProgressElement} */ (this.querySelector("progress"));
    const input = /** @type {HTMLInputElement} */ (this.querySelector("input"));
    input.addEventListener("change", () => this.take([...(input.files ?? [])]));
    this.addDropping();
    this.listSamples();
    this.listRecent();
  }

  addDropping() {
    this.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.classList.add("over");
    });
    this.addEventListener("dragleave", () => this.classList.remove("over"));
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      this.classList.remove("over");
      this.take([...(event.dataTransfer?.files ?? [])]);
    });
  }

  async listSamples() {
    const list = this.querySelector(".samples");
    const about = await ask("GET", "/about").catch((error) => this.fail(error));
    const form = /** @type {HTMLFormElement} */ (this.querySelector(".address"));
    form.hidden = !about?.urls;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const url = /** @type {HTMLInputElement} */ (form.querySelector("input")).value;
      this.make(() => ask("POST", "/projects", { url }));
    });
    for (const [name, title] of Object.entries(about?.samples ?? {})) {
      const button = document.createElement("button");
      button.type = "button";
      const picture = document.createElement("img");
      picture.src = `/api/samples/${name}/picture`;
      picture.alt = ""; // the words beside it say what it is
      [picture.width, picture.height] = [320, 180];
      button.append(picture, String(title));
      button.dataset.sample = name;
      button.addEventListener("click", () => this.make(() => ask("POST", "/projects", { sample: name })));
      const item = document.createElement("li");
      item.append(button);
      list?.append(item);
    }
  }

  listRecent() {
    const known = recent();
    const section = /** @type {HTMLElement} */ (this.querySelector(".recent"));
    section.hidden = known.length === 0;
    for (const one of known) {
      const link = document.createElement("a");
      link.href = `#${one.id}`;
      link.textContent = `${one.title} (${one.frames === 1 ? "picture" : `${one.frames} frames`})`;
      const item = document.createElement("li");
      item.append(link);
      section.querySelector("ul")?.append(item);
    }
  }

  /**
   * One file as it is; several pictures as the frames of one video, in the order of their names.
   * @param {File[]} files
   */
  async take(files) {
    if (files.length === 1) this.send(files[0]);
    else if (files.length && files.every((file) => file.type.startsWith("image/"))) {
      this.send(await zipOf(files, `${files.length} pictures.zip`));
    } else if (files.length) this.fail(new Error("Several pictures make a video; of other files take one at a time."));
  }

  /** @param {File} file */
  send(file) {
    const { progress } = this;
    if (!progress) return;
    progress.hidden = false;
    this.glimpse(file);
    this.make(() => upload(file, (part) => (progress.value = part)));
  }

  /**
   * Show the file's first picture at once, from this machine, while it is uploaded.
   * @param {File} file
   */
  glimpse(file) {
    const still = file.type.startsWith("image/");
    if (!still && !file.type.startsWith("video/")) return;
    const shown = document.createElement(still ? "img" : "video");
    shown.className = "glimpse";
    shown.src = URL.createObjectURL(file);
    if (shown instanceof HTMLVideoElement) shown.muted = true;
    else shown.alt = "What is being uploaded";
    shown.onerror = () => shown.remove(); // the browser may not know what FFmpeg knows
    this.querySelector(".glimpse")?.remove();
    this.querySelector(".drop")?.append(shown);
  }

  /** @param {() => Promise<import("./api.js").Project>} order */
  async make(order) {
    this.toggleAttribute("busy", true);
    this.dispatchEvent(new CustomEvent("say", { detail: "Opening …" }));
    try {
      const project = await order();
      location.hash = project.id;
    } catch (error) {
      this.fail(error);
    } finally {
      this.toggleAttribute("busy", false);
      if (this.progress) this.progress.hidden = true;
    }
  }

  /** @param {unknown} error */
  fail(error) {
    this.dispatchEvent(new CustomEvent("problem", { detail: error }));
  }
}

customElements.define("masklet-start", Start);
