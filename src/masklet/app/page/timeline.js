// The way through the video: a slider, and a row per object with presence, confidence, prompts and doubtful frames.

import { icon } from "./icons.js";
import { redrawing } from "./redraw.js";

/** @typedef {import("./project.js").Project} Project */

const ROW = 22;

export class Timeline extends HTMLElement {
  draw = redrawing(() => this.paint());

  connectedCallback() {
    if (this.canvas) return;
    this.innerHTML = `
      <div class="transport">
        <button type="button" data-do="first" title="First frame (Home)" aria-label="First frame">${icon("first")}</button>
        <button type="button" data-do="back" title="Frame back (←)" aria-label="Frame back">${icon("back")}</button>
        <button type="button" data-do="play" title="Play (Space)" aria-label="Play">${icon("play")}</button>
        <button type="button" data-do="forward" title="Frame on (→)" aria-label="Frame on">${icon("forward")}</button>
        <button type="button" data-do="mute" title="Sound (V)" aria-label="Sound" hidden></button>
        <label class="scrub"><span class="hidden">Frame</span><input type="range" min="0" value="0" step="1"></label>
        <output class="place"></output>
      </div>
      <div class="rows"><canvas role="img"></canvas></div>
      <div class="look" hidden></div>`;
    this.canvas = /** @type {HTMLCanvasElement} */ (this.querySelector("canvas"));
    this.slider = /** @type {HTMLInputElement} */ (this.querySelector("input"));
    this.output = /** @type {HTMLOutputElement} */ (this.querySelector("output"));
    this.slider.addEventListener("input", () => this.project?.go(Number(this.slider?.value)));
    for (const button of this.querySelectorAll("button")) {
      button.addEventListener("click", () => this.dispatchEvent(new CustomEvent("do", { detail: button.dataset.do })));
    }
    this.addScrubbing(this.canvas);
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this);
  }

  disconnectedCallback() {
    this.observer?.disconnect();
  }

  /** @param {Project} project */
  open(project) {
    this.project = project;
    if (this.slider) this.slider.max = String(project.state.frames - 1);
    for (const kind of ["frame", "masks", "objects"]) project.addEventListener(kind, () => this.draw());
    project.addEventListener("objects", () => this.listDoubtful());
    this.listDoubtful();
    this.draw();
  }

  /** @param {{playing: boolean, muted: boolean}} player */
  showPlayer({ playing, muted }) {
    const play = /** @type {HTMLElement} */ (this.querySelector("[data-do=play]"));
    play.innerHTML = icon(playing ? "pause" : "play");
    play.setAttribute("aria-label", playing ? "Pause" : "Play");
    const mute = /** @type {HTMLElement} */ (this.querySelector("[data-do=mute]"));
    mute.hidden = !this.project?.state.sound;
    mute.innerHTML = icon(muted ? "silent" : "sound");
    mute.setAttribute("aria-pressed", String(!muted));
  }

  /** @param {HTMLCanvasElement} canvas */
  addScrubbing(canvas) {
    const scrub = (/** @type {PointerEvent} */ event) => {
      const box = canvas.getBoundingClientRect();
      const count = this.project?.state.frames ?? 1;
      this.project?.go(Math.floor(((event.clientX - box.left) / box.width) * count));
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      const row = Math.floor((event.clientY - canvas.getBoundingClientRect().top) / ROW);
      const thing = this.project?.state.objects[row];
      if (thing && thing.id !== this.project?.selected) this.project?.select(thing.id);
      scrub(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons) scrub(event);
    });
  }

  paint() {
    const { project, canvas, slider, output } = this;
    const context = canvas?.getContext("2d");
    if (!project || !canvas || !context || !slider || !output) return;
    const { frames, objects } = project.state;
    slider.value = String(project.frame);
    const seconds = project.timeOf(project.frame).toFixed(2);
    slider.setAttribute("aria-valuetext", `frame ${project.frame + 1} of ${frames}, ${seconds} seconds`);
    output.textContent = `${project.frame + 1} / ${frames} · ${seconds} s`;
    const ratio = devicePixelRatio || 1;
    const width = canvas.parentElement?.clientWidth ?? 300;
    const rows = Math.max(1, objects.length);
    canvas.style.height = `${rows * ROW}px`;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(rows * ROW * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const style = getComputedStyle(this);
    objects.forEach((thing, row) => this.paintRow(context, thing, row * ROW, width, style));
    const x = ((project.frame + 0.5) / frames) * width;
    context.fillStyle = style.getPropertyValue("--text");
    context.fillRect(Math.round(x) - 1, 0, 2, rows * ROW);
    canvas.setAttribute("aria-label", this.summary());
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import("./api.js").Thing} thing
   * @param {number} top
   * @param {number} width
   * @param {CSSStyleDeclaration} style
   */
  paintRow(context, thing, top, width, style) {
    const count = this.project?.state.frames ?? 1;
    const step = width / count;
    const selected = thing.id === this.project?.selected;
    context.fillStyle = style.getPropertyValue(selected ? "--row-chosen" : "--row");
    context.fillRect(0, top + 1, width, ROW - 2);
    for (const [key, [presence, score, stale]] of Object.entries(thing.timeline)) {
      const x = Number(key) * step;
      // the bar's height is how sure the mask is, its strength how sure it is that the object is there
      context.globalAlpha = (stale ? 0.3 : 1) * (0.15 + 0.85 * presence);
      context.fillStyle = thing.colour;
      const high = (ROW - 6) * Math.max(0.12, Math.min(1, score));
      context.fillRect(x, top + ROW - 3 - high, Math.max(step, 1) + 0.3, high);
    }
    context.globalAlpha = 1;
    for (const frame of thing.look) {
      const x = (frame + 0.5) * step;
      context.fillStyle = style.getPropertyValue("--warn");
      context.beginPath();
      context.moveTo(x - 5, top + 1);
      context.lineTo(x + 5, top + 1);
      context.lineTo(x, top + 9);
      context.fill();
    }
    for (const key of Object.keys(thing.prompts)) {
      context.beginPath();
      context.arc((Number(key) + 0.5) * step, top + ROW / 2, 4.5, 0, 7);
      context.fillStyle = "#ffffff";
      context.fill();
      context.lineWidth = 2;
      context.strokeStyle = "#10151c";
      context.stroke();
    }
  }

  summary() {
    const objects = this.project?.state.objects ?? [];
    if (!objects.length) return "No objects yet";
    return objects
      .map((thing) => {
        const known = Object.values(thing.timeline);
        const seen = known.filter(([presence]) => presence > 0.5).length;
        const prompts = Object.keys(thing.prompts).map((key) => Number(key) + 1).join(", ");
        return `${thing.name}: masks on ${known.length} frames, visible on ${seen}; prompts on frame ${prompts || "none"}`;
      })
      .join(". ");
  }

  listDoubtful() {
    const place = /** @type {HTMLElement} */ (this.querySelector(".look"));
    const frames = this.project?.doubtful() ?? [];
    place.hidden = frames.length === 0;
    place.replaceChildren();
    if (!frames.length) return;
    const label = document.createElement("span");
    label.textContent = "Look here next:";
    place.append(label);
    for (const frame of frames.slice(0, 8)) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = String(frame + 1);
      button.setAttribute("aria-label", `Go to doubtful frame ${frame + 1}`);
      button.addEventListener("click", () => this.project?.go(frame));
      place.append(button);
    }
  }
}

customElements.define("masklet-timeline", Timeline);
