// Frames with an effect as the server draws them, which is how the finished video will look.

import { askPicture } from "./api.js";

/** @typedef {import("./effects.js").Look} Look */
/** @typedef {import("./project.js").Project} Project */

const KEPT = 12;
const PAUSE = 120; // milliseconds: whoever drags a slider is not answered at each step
const TRAIL = 20; // frames before this one that a trail shows

export class Rendered {
  /**
   * @param {Project} project
   * @param {() => void} arrived called when a picture has come
   * @param {(error: unknown) => void} failed
   */
  constructor(project, arrived, failed) {
    this.project = project;
    this.arrived = arrived;
    this.failed = failed;
    /** @type {Map<string, ImageBitmap | null>} null where the server refused */
    this.pictures = new Map();
    /** @type {{look: Look, frame: number} | null} */
    this.wanted = null;
    this.asking = false;
  }

  /**
   * What the server drew for that frame as it stands, when it is here.
   * @param {Look} look
   * @param {number} frame
   */
  get(look, frame) {
    return this.pictures.get(this.key(look, frame)) ?? null;
  }

  /**
   * Ask for it: one at a time, the latest wish next.
   * @param {Look} look
   * @param {number} frame
   * @param {number} pause milliseconds to wait before the first question
   */
  async want(look, frame, pause = PAUSE) {
    if (this.pictures.has(this.key(look, frame))) return;
    this.wanted = { look, frame };
    if (this.asking) return;
    this.asking = true;
    await new Promise((resume) => setTimeout(resume, pause));
    while (this.wanted) {
      const { look: chosen, frame: number } = this.wanted;
      this.wanted = null;
      const key = this.key(chosen, number);
      if (!this.pictures.has(key)) this.keep(key, await this.ask(chosen, number));
    }
    this.asking = false;
    this.arrived();
  }

  /** @param {Look} look @param {number} frame */
  async ask(look, frame) {
    try {
      const body = { frame, look: { ...look, background: look.effect === "video" ? look.background : null } };
      return await createImageBitmap(await askPicture(`${this.project.place}/preview`, body));
    } catch (error) {
      this.failed(error);
      return null;
    }
  }

  /** @param {string} key @param {ImageBitmap | null} picture */
  keep(key, picture) {
    this.pictures.set(key, picture);
    if (this.pictures.size <= KEPT) return;
    const [oldest] = this.pictures.keys();
    this.pictures.get(oldest)?.close();
    this.pictures.delete(oldest);
  }

  /**
   * All that the picture depends on.
   * @param {Look} look
   * @param {number} frame
   */
  key(look, frame) {
    const { masks, state } = this.project;
    const first = look.effect === "trails" ? Math.max(0, frame - TRAIL) : frame;
    const parts = [JSON.stringify(look), String(frame)];
    for (let then = first; then <= frame; then++) {
      for (const { id, colour } of state.objects) parts.push(id, colour, masks.get(then)?.[id]?.counts ?? "");
    }
    return parts.join(" ");
  }
}
