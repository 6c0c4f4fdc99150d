// Frames as pictures: fetched when they are needed, a bounded number kept, the next ones fetched ahead.

const KEPT = 90;
const AHEAD = 10;

export class Frames {
  /**
   * @param {import("./api.js").Project} project
   * @param {() => void} arrived called when a frame has come
   */
  constructor(project, arrived) {
    this.project = project;
    this.arrived = arrived;
    this.width = Math.min(project.width, 1920);
    /** @type {Map<number, HTMLImageElement>} */
    this.pictures = new Map();
  }

  /**
   * The frame's picture; null while it is on its way.
   * @param {number} frame
   * @returns {HTMLImageElement | null}
   */
  get(frame) {
    const picture = this.load(frame);
    return picture.complete && picture.naturalWidth > 0 ? picture : null;
  }

  /**
   * The frame's picture, or the nearest one that is here.
   * @param {number} frame
   */
  nearest(frame) {
    const here = this.get(frame);
    if (here) return here;
    let best = null;
    let distance = Infinity;
    for (const [number, picture] of this.pictures) {
      const far = Math.abs(number - frame);
      if (far < distance && picture.complete && picture.naturalWidth > 0) {
        best = picture;
        distance = far;
      }
    }
    return best;
  }

  /** @param {number} frame */
  ahead(frame) {
    for (let next = frame + 1; next <= Math.min(frame + AHEAD, this.project.frames - 1); next++) this.load(next);
  }

  /** Fetch frames in full, for looking at pixels. */
  sharpen() {
    const full = Math.min(this.project.width, 8192);
    if (this.width === full) return;
    this.width = full;
    this.pictures.clear();
  }

  /** @param {number} frame */
  load(frame) {
    const known = this.pictures.get(frame);
    if (known) {
      this.pictures.delete(frame); // back in as the latest
      this.pictures.set(frame, known);
      return known;
    }
    const picture = new Image();
    picture.decoding = "async";
    picture.onload = this.arrived;
    picture.onerror = () => this.pictures.delete(frame);
    picture.src = `/api/projects/${this.project.id}/frames/${frame}?width=${this.width}`;
    this.pictures.set(frame, picture);
    if (this.pictures.size > KEPT) this.pictures.delete(this.pictures.keys().next().value ?? -1);
    return picture;
  }
}
