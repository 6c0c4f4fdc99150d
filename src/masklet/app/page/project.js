// One project as the page knows it: what the server tells, and the masks that were read or streamed.

import { ask } from "./api.js";
import { decodeMask, paintMask } from "./rle.js";

/** @typedef {import("./api.js").Project} State */
/** @typedef {import("./api.js").Thing} Thing */
/** @typedef {import("./api.js").Mask} Mask */

const PAINTED = 48; // mask pictures that are kept

export class Project extends EventTarget {
  /** @param {State} state */
  constructor(state) {
    super();
    this.state = state;
    /** @type {Map<number, Record<string, Mask>>} */
    this.masks = new Map();
    this.frame = 0;
    /** @type {string | null} */
    this.selected = state.objects[0]?.id ?? null;
    this.speed = 0;
    this.followed = -1;
    /** @type {Map<string, HTMLCanvasElement>} */
    this.painted = new Map();
    /** @type {EventSource | null} */
    this.stream = null;
    /** @type {Promise<unknown>} */
    this.last = Promise.resolve();
    /** @type {Parameters<Project["takeMasks"]>[0][] | null} what came while all masks were asked for */
    this.meanwhile = null;
  }

  get place() {
    return `/projects/${this.state.id}`;
  }

  /** @returns {Thing | null} */
  get thing() {
    return this.state.objects.find((one) => one.id === this.selected) ?? null;
  }

  /** Begin to listen to the server; comes back by itself when the server was away. */
  listen() {
    const stream = new EventSource(`/api${this.place}/events`);
    this.stream = stream;
    stream.addEventListener("hello", (event) => {
      this.state = JSON.parse(event.data);
      if (this.lost) this.tell("back");
      this.lost = false;
      this.keepSelection();
      this.readMasks();
      this.tell("objects");
    });
    stream.addEventListener("objects", (event) => {
      const { masks_changed: changed, ...told } = JSON.parse(event.data);
      this.state = { ...this.state, ...told };
      this.keepSelection();
      if (changed) this.readMasks();
      this.tell("objects");
    });
    stream.addEventListener("masks", (event) => {
      const told = JSON.parse(event.data);
      this.meanwhile?.push(told);
      this.takeMasks(told);
    });
    stream.addEventListener("followed", (event) => {
      this.state.following = false;
      this.dispatchEvent(new CustomEvent("followed", { detail: JSON.parse(event.data) }));
      this.tell("objects");
    });
    for (const kind of ["work", "export"]) {
      stream.addEventListener(kind, (event) => {
        this.dispatchEvent(new CustomEvent(kind, { detail: JSON.parse(event.data) }));
      });
    }
    stream.onerror = () => {
      this.lost = true;
      this.tell("lost");
    };
  }

  close() {
    this.stream?.close();
  }

  /**
   * Do something that changes the project, after what was asked for before.
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   */
  change(method, path, body) {
    const done = this.last.then(() => ask(method, this.place + path, body));
    this.last = done.catch(() => {});
    return done;
  }

  /** The object that prompts go to; made when there is none. */
  async target() {
    if (this.thing) return this.thing.id;
    return (await this.addThing()).id;
  }

  /** @returns {Promise<Thing>} */
  async addThing() {
    const thing = await this.change("POST", "/objects", {});
    if (!this.state.objects.some((one) => one.id === thing.id)) this.state.objects.push(thing);
    this.select(thing.id);
    return thing;
  }

  /** @param {string | null} id */
  select(id) {
    this.selected = id;
    this.tell("objects");
  }

  /**
   * @param {{points?: number[][], labels?: number[], box?: number[], mask?: {size: number[], counts: string}}} said
   * @returns {Promise<Mask>}
   */
  async prompt(said) {
    const frame = this.frame;
    const object = await this.target();
    const mask = await this.change("POST", "/prompts", { object, frame, ...said });
    this.takeMasks({ frame, objects: { [object]: mask } });
    return mask;
  }

  /** @param {number} frame */
  go(frame) {
    const to = Math.max(0, Math.min(this.state.frames - 1, Math.round(frame)));
    if (to === this.frame) return;
    this.frame = to;
    this.tell("frame");
  }

  /**
   * When a frame is shown, in seconds from the first.
   * @param {number} frame
   */
  timeOf(frame) {
    const { times, fps } = this.state;
    return times[frame] ?? (times.length ? times[times.length - 1] + (frame - times.length + 1) / fps : frame / fps);
  }

  /**
   * Which frame is shown at that time.
   * @param {number} seconds
   */
  frameAt(seconds) {
    const { times, fps } = this.state;
    if (!times.length) return Math.floor(seconds * fps + 0.01);
    let [low, high] = [0, times.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (times[middle] <= seconds + 0.001) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Read all masks anew. What is told meanwhile is no older than the answer; a later question makes this one idle. */
  async readMasks() {
    /** @type {NonNullable<Project["meanwhile"]>} */
    const meanwhile = [];
    this.meanwhile = meanwhile;
    const told = await ask("GET", `${this.place}/masks`).catch(() => null);
    if (this.meanwhile !== meanwhile) return;
    this.meanwhile = null;
    if (!told) return;
    this.masks = new Map(Object.entries(told.frames).map(([frame, masks]) => [Number(frame), masks]));
    for (const { frame, objects } of meanwhile) this.masks.set(frame, { ...this.masks.get(frame), ...objects });
    this.tell("masks");
  }

  /** @param {{frame: number, objects: Record<string, Mask>, speed?: number}} told */
  takeMasks(told) {
    this.masks.set(told.frame, { ...this.masks.get(told.frame), ...told.objects });
    for (const thing of this.state.objects) {
      const mask = told.objects[thing.id];
      if (mask) thing.timeline[told.frame] = [mask.presence, mask.score, 0];
    }
    if (told.speed !== undefined) {
      this.speed = told.speed;
      this.followed = told.frame;
    }
    this.tell("masks");
  }

  /**
   * An object's mask on a frame, as a picture to lay over it.
   * @param {Thing} thing
   * @param {number} frame
   * @param {{fill: number, edge: number}} strength
   */
  maskPicture(thing, frame, strength) {
    const mask = this.masks.get(frame)?.[thing.id];
    if (!mask) return null;
    return this.paint(mask.counts, thing.colour, strength);
  }

  /**
   * @param {string} counts
   * @param {string} colour
   * @param {{fill: number, edge: number}} strength
   */
  paint(counts, colour, strength) {
    const key = `${colour} ${strength.fill} ${strength.edge} ${counts}`;
    const known = this.painted.get(key);
    if (known) return known;
    const { width, height } = this.state;
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const image = paintMask(decodeMask(counts, width, height), width, height, rgbOf(colour), strength);
    canvas.getContext("2d")?.putImageData(image, 0, 0);
    this.painted.set(key, canvas);
    if (this.painted.size > PAINTED) this.painted.delete(this.painted.keys().next().value ?? "");
    return canvas;
  }

  /** The frames worth a look, of all objects, in the order of frames. */
  doubtful() {
    return [...new Set(this.state.objects.flatMap((thing) => thing.look))].sort((a, b) => a - b);
  }

  keepSelection() {
    if (!this.thing) this.selected = this.state.objects[0]?.id ?? null;
  }

  /** @param {string} what */
  tell(what) {
    this.dispatchEvent(new Event(what));
  }
}

/**
 * @param {string} colour "#rrggbb"
 * @returns {[number, number, number]}
 */
export function rgbOf(colour) {
  const value = parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
