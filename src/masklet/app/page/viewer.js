// The picture: frame, masks, prompts and preview on a canvas, with zoom, pan, and every way to point at things.

import { Brush } from "./brush.js";
import { drawPrompts, drawCross, drawBox } from "./marks.js";
import { Effects, isServers } from "./effects.js";
import { Frames } from "./frames.js";
import { Pointing } from "./pointing.js";
import { redrawing } from "./redraw.js";
import { Rendered } from "./rendered.js";

/** @typedef {import("./project.js").Project} Project */
/** @typedef {import("./api.js").Region & {colour: string, holds: (x: number, y: number) => boolean}} Found */
/** @typedef {"include" | "exclude" | "box" | "brush" | "erase" | "pan"} Tool */

const STRENGTH = { fill: 105, edge: 255 };
const PREVIEW = { fill: 70, edge: 200 };
const MAX_ZOOM = 40;

export class Viewer extends HTMLElement {
  draw = redrawing(() => this.paint());

  constructor() {
    super();
    this.pointing = new Pointing(this);
    /** @type {Tool} */
    this.tool = "include";
    this.shown = true; // masks
    this.view = { scale: 1, x: 0, y: 0 };
    this.fitted = true;
    /** @type {Map<number, PointerEvent>} */
    this.pointers = new Map();
    /** @type {{event: PointerEvent, at: {x: number, y: number}, moved: boolean, panning: boolean} | null} */
    this.pressed = null;
    /** @type {number[] | null} a box in the making */
    this.dragged = null;
    this.cursor = { x: 0, y: 0, visible: false }; // the keyboard's cross
    /** @type {{x: number, y: number} | null} a box's first corner */
    this.corner = null;
    /** @type {{x: number, y: number} | null} where a preview is wanted */
    this.wanted = null;
    this.asking = false;
    /** @type {{frame: number, counts: string} | null} */
    this.preview = null;
    /** @type {any[]} prompts that the server has not answered yet */
    this.pending = [];
    /** @type {import("./effects.js").Look | null} */
    this.look = null;
    this.playing = false;
    this.cover = document.createElement("canvas");
    /** @type {Found[] | null} what `everything` found */
    this.regions = null;
  }

  connectedCallback() {
    if (this.canvas) return;
    const canvas = document.createElement("canvas");
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-roledescription", "picture to point at");
    canvas.setAttribute("aria-describedby", "viewer-help");
    this.append(canvas);
    this.canvas = canvas;
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this);
    this.pointing.addTo(canvas);
  }

  disconnectedCallback() {
    this.observer?.disconnect();
    this.pointing.close();
  }

  /** @param {Project} project */
  open(project) {
    this.project = project;
    this.frames = new Frames(project.state, () => this.draw());
    this.effects = new Effects(project.state.width, project.state.height);
    this.rendered = new Rendered(project, () => this.draw(), (error) => this.tell("problem", error));
    this.brush = new Brush(project.state.width, project.state.height);
    this.cursor = { x: project.state.width / 2, y: project.state.height / 2, visible: false };
    for (const kind of ["frame", "masks", "objects"]) project.addEventListener(kind, () => this.changed(kind));
    this.resize();
    this.describe();
    this.pointing.seeAhead();
  }

  /** @param {string} kind */
  changed(kind) {
    if (kind === "frame") {
      this.preview = null;
      this.brush?.clear();
      this.pointing.seeAhead();
    }
    this.describe();
    this.draw();
  }

  describe() {
    const project = this.project;
    if (!project || !this.canvas) return;
    const seen = project.state.objects.filter((thing) => project.masks.get(project.frame)?.[thing.id]);
    const names = seen.map((thing) => thing.name).join(", ") || "none";
    this.canvas.setAttribute(
      "aria-label",
      `Frame ${project.frame + 1} of ${project.state.frames}; objects with a mask: ${names}`,
    );
  }

  resize() {
    const canvas = this.canvas;
    if (!canvas || !this.project) return;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.max(1, Math.round(this.clientWidth * ratio));
    canvas.height = Math.max(1, Math.round(this.clientHeight * ratio));
    if (this.fitted) this.fit();
    this.draw();
  }

  fit() {
    const { canvas, project } = this;
    if (!canvas || !project) return;
    const { width, height } = project.state;
    const scale = Math.min(canvas.width / width, canvas.height / height);
    this.view = { scale, x: (canvas.width - width * scale) / 2, y: (canvas.height - height * scale) / 2 };
    this.fitted = true;
    this.draw();
  }

  /**
   * @param {number} factor
   * @param {{x: number, y: number}} [at] in the canvas's pixels; its middle when left out
   */
  zoom(factor, at) {
    const { canvas, project } = this;
    if (!canvas || !project) return;
    const about = at ?? { x: canvas.width / 2, y: canvas.height / 2 };
    const least = 0.5 * Math.min(canvas.width / project.state.width, canvas.height / project.state.height);
    const scale = Math.max(least, Math.min(MAX_ZOOM, this.view.scale * factor));
    const grown = scale / this.view.scale;
    this.view = {
      scale,
      x: about.x - (about.x - this.view.x) * grown,
      y: about.y - (about.y - this.view.y) * grown,
    };
    this.fitted = false;
    if (scale > 1.5) this.frames?.sharpen();
    this.draw();
  }

  /** @param {number} dx @param {number} dy in the canvas's pixels */
  pan(dx, dy) {
    this.view.x += dx;
    this.view.y += dy;
    this.fitted = false;
    this.draw();
  }

  paint() {
    const { canvas, project, frames } = this;
    const context = canvas?.getContext("2d");
    if (!canvas || !context || !project || !frames) return;
    const { width, height } = project.state;
    const { scale, x, y } = this.view;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(scale, 0, 0, scale, x, y);
    context.imageSmoothingEnabled = scale < 3; // pixels are to be seen when one looks closely
    const picture = frames.nearest(project.frame);
    const drawn = this.look && this.rendered?.get(this.look, project.frame);
    if (this.look && this.effects) {
      const coverOf = (/** @type {number} */ frame) => this.coverOf(frame);
      const clip = new Path2D();
      clip.rect(0, 0, width, height);
      context.save();
      context.clip(clip);
      if (drawn && this.look.effect === "cutout") this.effects.ground(context, this.look);
      if (drawn) context.drawImage(drawn, 0, 0, width, height);
      else this.effects.draw(context, this.look, project.frame, project.state.frames, (frame) => frames.nearest(frame), coverOf);
      context.restore();
    } else if (picture) {
      context.drawImage(picture, 0, 0, width, height);
    }
    if (this.look && !this.playing) this.rendered?.want(this.look, project.frame);
    if (this.shown) this.paintMasks(context, width, height, !drawn);
    context.setTransform(1, 0, 0, 1, 0, 0);
    const toScreen = (/** @type {number} */ px, /** @type {number} */ py) => [px * scale + x, py * scale + y];
    const unit = devicePixelRatio || 1;
    if (this.shown) {
      for (const thing of project.state.objects) {
        const prompt = thing.prompts[project.frame];
        if (prompt) drawPrompts(context, prompt, thing.colour, toScreen, unit, thing.id === project.selected);
      }
    }
    for (const mark of this.pending) drawPrompts(context, mark, "#ffffff", toScreen, unit, true);
    if (this.dragged) drawBox(context, this.dragged, project.thing?.colour ?? "#0091ff", toScreen, unit);
    if (this.cursor.visible) drawCross(context, toScreen(this.cursor.x, this.cursor.y), unit);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} width
   * @param {number} height
   * @param {boolean} own whether the masks themselves are to be seen, or are in the picture already
   */
  paintMasks(context, width, height, own) {
    const { project } = this;
    if (!project) return;
    const strength = own ? this.strength() : null;
    for (const thing of strength ? project.state.objects : []) {
      const mask = project.maskPicture(thing, project.frame, strength ?? STRENGTH);
      const shown = this.look?.effect === "wipe" ? (this.effects?.edge ?? width) : width;
      if (mask && shown >= 1) context.drawImage(mask, 0, 0, shown, height, 0, 0, shown, height);
    }
    for (const region of this.regions ?? []) {
      context.drawImage(project.paint(region.counts, region.colour, PREVIEW), 0, 0, width, height);
    }
    if (this.preview && this.preview.frame === project.frame) {
      const colour = project.thing?.colour ?? "#0091ff";
      context.drawImage(project.paint(this.preview.counts, colour, PREVIEW), 0, 0, width, height);
    }
    this.brush?.draw(context);
  }

  /** How strongly masks are drawn over the picture; null when the look shows them in another way. */
  strength() {
    const look = this.look;
    if (!look) return STRENGTH;
    if (look.effect === "highlight" || look.effect === "wipe") return { fill: 255 * look.strength, edge: 255 * look.strength };
    if (look.effect === "outline") return { fill: 0, edge: 255 };
    return ["erase", "video"].includes(look.effect) ? STRENGTH : null;
  }

  /** @param {import("./effects.js").Look | null} look */
  useLook(look) {
    this.look = look;
    this.draw();
  }

  /**
   * Whether a frame can be shown; fetches it otherwise. Effects that only the server can draw are waited for.
   * @param {number} frame
   */
  ready(frame) {
    const { look, rendered } = this;
    if (!this.frames?.get(frame)) return false;
    if (!look || !rendered || !isServers(look)) return true;
    rendered.want(look, frame, 0);
    return rendered.pictures.has(rendered.key(look, frame));
  }

  /**
   * All masks of a frame in one picture, white.
   * @param {number} frame
   */
  coverOf(frame) {
    const project = this.project;
    if (!project) return null;
    const { width, height } = project.state;
    this.cover.width = width; // which empties it, too
    this.cover.height = height;
    const context = this.cover.getContext("2d");
    for (const thing of project.state.objects) {
      const mask = project.masks.get(frame)?.[thing.id];
      if (mask) context?.drawImage(project.paint(mask.counts, "#ffffff", { fill: 255, edge: 255 }), 0, 0);
    }
    return this.cover;
  }

  /** @param {{clientX: number, clientY: number}} event */
  onCanvas(event) {
    const box = /** @type {HTMLCanvasElement} */ (this.canvas).getBoundingClientRect();
    const ratio = devicePixelRatio || 1;
    return { x: (event.clientX - box.left) * ratio, y: (event.clientY - box.top) * ratio };
  }

  /** @param {{clientX: number, clientY: number}} event */
  onPicture(event) {
    const at = this.onCanvas(event);
    return { x: (at.x - this.view.x) / this.view.scale, y: (at.y - this.view.y) / this.view.scale };
  }

  /** @param {{x: number, y: number}} at */
  inside(at) {
    const state = this.project?.state;
    return !!state && at.x >= 0 && at.y >= 0 && at.x < state.width && at.y < state.height;
  }

  /** @param {string} kind @param {any} detail */
  tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}

customElements.define("masklet-viewer", Viewer);
