// A correction that is painted: the object's mask with strokes added to it or taken from it.

import { decodeMask, encodeMask, paintMask } from "./rle.js";
import { rgbOf } from "./project.js";

export class Brush {
  /** @param {number} width @param {number} height of the picture */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.radius = Math.max(3, Math.round(Math.min(width, height) / 40));
    /** @type {Uint8Array | null} */
    this.mask = null;
    /** @type {{x: number, y: number} | null} */
    this.last = null;
    this.canvas = document.createElement("canvas");
    this.canvas.width = width;
    this.canvas.height = height;
  }

  /**
   * Paint from the last place to this one. The first stroke begins with the mask that is shown.
   * @param {{x: number, y: number}} at
   * @param {boolean} erase
   * @param {string | null} counts
   * @param {string} colour
   */
  stroke(at, erase, counts, colour) {
    const { width, height } = this;
    this.mask ??= counts ? decodeMask(counts, width, height) : new Uint8Array(width * height);
    const from = this.last ?? at;
    const steps = Math.max(1, Math.ceil(Math.hypot(at.x - from.x, at.y - from.y) / (this.radius / 2)));
    for (let step = 0; step <= steps; step++) {
      const part = step / steps;
      this.dab(from.x + (at.x - from.x) * part, from.y + (at.y - from.y) * part, erase ? 0 : 1);
    }
    this.last = at;
    const image = paintMask(this.mask, width, height, rgbOf(colour), { fill: 150, edge: 255 });
    this.canvas.getContext("2d")?.putImageData(image, 0, 0);
  }

  /** @param {number} cx @param {number} cy @param {number} value */
  dab(cx, cy, value) {
    const { width, height, radius, mask } = this;
    if (!mask) return;
    for (let y = Math.max(0, Math.floor(cy - radius)); y <= Math.min(height - 1, cy + radius); y++) {
      for (let x = Math.max(0, Math.floor(cx - radius)); x <= Math.min(width - 1, cx + radius); x++) {
        if ((x - cx) ** 2 + (y - cy) ** 2 <= radius ** 2) mask[y * width + x] = value;
      }
    }
  }

  /** What was painted, for the server; null when nothing was. */
  take() {
    if (!this.mask) return null;
    this.last = null;
    return { size: [this.height, this.width], counts: encodeMask(this.mask, this.width, this.height) };
  }

  clear() {
    this.mask = null;
    this.last = null;
  }

  /** @param {CanvasRenderingContext2D} context */
  draw(context) {
    if (this.mask) context.drawImage(this.canvas, 0, 0, this.width, this.height);
  }
}
