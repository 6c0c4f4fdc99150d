// Every way to point at the picture: mouse, pen, fingers, and the cross that the keyboard moves.

import { ask } from "./api.js";

/** @typedef {import("./viewer.js").Viewer} Viewer */

const DRAG = 6; // pixels of the screen from which a press is a drag
const REST = 80; // milliseconds that a frame is shown before the server looks at it: not while frames fly by

export class Pointing {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.resting = 0;
  }

  close() {
    clearTimeout(this.resting);
  }

  /** @param {HTMLCanvasElement} canvas */
  addTo(canvas) {
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.release(event));
    canvas.addEventListener("pointercancel", (event) => this.cancel(event));
    canvas.addEventListener("pointerleave", () => {
      this.viewer.wanted = null;
      this.viewer.preview = null;
      this.viewer.draw();
    });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("blur", () => {
      this.viewer.cursor.visible = false;
      this.viewer.draw();
    });
    canvas.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.viewer.zoom(Math.exp(-event.deltaY / (event.deltaMode ? 20 : 400)), this.viewer.onCanvas(event));
      },
      { passive: false },
    );
  }

  /** @param {PointerEvent} event */
  press(event) {
    this.viewer.canvas?.setPointerCapture(event.pointerId);
    this.viewer.pointers.set(event.pointerId, event);
    this.viewer.cursor.visible = false;
    if (this.viewer.pointers.size > 1) {
      this.viewer.pressed = null;
      this.viewer.dragged = null;
      this.viewer.brush?.clear();
      return;
    }
    const at = this.viewer.onPicture(event);
    const panning = event.button === 1 || this.viewer.tool === "pan";
    this.viewer.pressed = { event, at, moved: false, panning };
    if (!panning && (this.viewer.tool === "brush" || this.viewer.tool === "erase")) this.brushAt(at, event.shiftKey);
  }

  /** @param {PointerEvent} event */
  move(event) {
    const before = this.viewer.pointers.get(event.pointerId);
    const pressed = this.viewer.pressed;
    if (this.viewer.pointers.size === 2 && before) {
      this.pinch(before, event);
    } else if (pressed && before) {
      const far = Math.hypot(event.clientX - pressed.event.clientX, event.clientY - pressed.event.clientY);
      pressed.moved ||= far > DRAG;
      // a finger that drags moves the picture, unless its tool needs dragging
      const touching = event.pointerType === "touch" && (this.viewer.tool === "include" || this.viewer.tool === "exclude");
      if (pressed.panning || (touching && pressed.moved)) {
        const ratio = devicePixelRatio || 1;
        this.viewer.pan((event.clientX - before.clientX) * ratio, (event.clientY - before.clientY) * ratio);
      } else if (this.viewer.tool === "brush" || this.viewer.tool === "erase") {
        this.brushAt(this.viewer.onPicture(event), event.shiftKey);
      } else if (pressed.moved) {
        const to = this.viewer.onPicture(event);
        this.viewer.dragged = [pressed.at.x, pressed.at.y, to.x, to.y];
        this.viewer.draw();
      }
    } else if (event.pointerType !== "touch") {
      this.hoverAt(this.viewer.onPicture(event));
    }
    if (before) this.viewer.pointers.set(event.pointerId, event);
  }

  /** @param {PointerEvent} event */
  release(event) {
    this.viewer.pointers.delete(event.pointerId);
    const { pressed, dragged } = this.viewer;
    this.viewer.pressed = null;
    this.viewer.dragged = null;
    if (!pressed || pressed.panning) return;
    const at = this.viewer.onPicture(event);
    if (this.viewer.tool === "brush" || this.viewer.tool === "erase") this.endBrush();
    else if (dragged) this.sayBox(dragged);
    else if (!pressed.moved) this.sayPoint(at, this.viewer.tool === "exclude" || event.shiftKey || event.button === 2);
  }

  /** @param {PointerEvent} event */
  cancel(event) {
    this.viewer.pointers.delete(event.pointerId);
    this.viewer.pressed = null;
    this.viewer.dragged = null;
    this.viewer.brush?.clear();
    this.viewer.draw();
  }

  /** @param {PointerEvent} before @param {PointerEvent} now */
  pinch(before, now) {
    const other = [...this.viewer.pointers.values()].find((one) => one.pointerId !== now.pointerId);
    if (!other) return;
    const span = (/** @type {PointerEvent} */ one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    const ratio = devicePixelRatio || 1;
    this.viewer.pan(((now.clientX - before.clientX) * ratio) / 2, ((now.clientY - before.clientY) * ratio) / 2);
    const middle = { clientX: (now.clientX + other.clientX) / 2, clientY: (now.clientY + other.clientY) / 2 };
    this.viewer.zoom(span(now) / Math.max(span(before), 1), this.viewer.onCanvas(middle));
  }

  /**
   * Show what a click there would give: one question on its way at a time, the latest place next.
   * @param {{x: number, y: number}} at
   */
  async hoverAt(at) {
    this.viewer.wanted = this.viewer.tool === "include" && this.viewer.inside(at) && !this.viewer.regions ? at : null;
    if (!this.viewer.wanted) this.viewer.preview = null;
    if (this.viewer.asking || !this.viewer.project) return;
    this.viewer.asking = true;
    try {
      while (this.viewer.wanted && this.viewer.project) {
        /** @type {{x: number, y: number}} */
        const place = this.viewer.wanted;
        const frame = this.viewer.project.frame;
        const mask = await ask("POST", `${this.viewer.project.place}/hover`, { frame, x: place.x, y: place.y });
        if (this.viewer.wanted) this.viewer.preview = { frame, counts: mask.counts };
        this.viewer.draw();
        if (this.viewer.wanted === place) this.viewer.wanted = null;
        await new Promise((resume) => setTimeout(resume, 25));
      }
    } catch {
      this.viewer.preview = null; // a preview is no reason to complain
    } finally {
      this.viewer.asking = false;
    }
  }

  /** Let the server look at the frame that is shown, so that the first preview or click on it is answered at once. */
  seeAhead() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      const { project, playing } = this.viewer;
      if (project && !playing) ask("POST", `${project.place}/see`, { frame: project.frame }).catch(() => {});
    }, REST);
  }

  /** @param {{x: number, y: number}} at @param {boolean} outside */
  sayPoint(at, outside) {
    if (!this.viewer.inside(at)) return;
    const region = this.regionAt(at);
    if (region) this.viewer.tell("adopt", region);
    else this.say({ points: [[at.x, at.y]], labels: [outside ? 0 : 1] });
  }

  /** @param {number[]} box */
  sayBox(box) {
    const state = this.viewer.project?.state;
    if (!state) return;
    const [x0, x1] = [box[0], box[2]].sort((a, b) => a - b).map((x) => Math.max(0, Math.min(state.width - 1, x)));
    const [y0, y1] = [box[1], box[3]].sort((a, b) => a - b).map((y) => Math.max(0, Math.min(state.height - 1, y)));
    if (x1 - x0 < 2 || y1 - y0 < 2) return;
    this.say({ box: [x0, y0, x1, y1] });
  }

  /** @param {any} prompt */
  async say(prompt) {
    if (!this.viewer.project) return;
    this.viewer.preview = null;
    this.viewer.wanted = null;
    this.viewer.pending = [...(this.viewer.pending), prompt];
    this.viewer.draw();
    try {
      await this.viewer.project.prompt(prompt);
    } catch (error) {
      this.viewer.tell("problem", error);
    } finally {
      this.viewer.pending = this.viewer.pending.filter((one) => one !== prompt);
      this.viewer.draw();
    }
  }

  /** @param {{x: number, y: number}} at @param {boolean} turned */
  brushAt(at, turned) {
    const project = this.viewer.project;
    if (!project) return;
    const counts = project.thing && project.masks.get(project.frame)?.[project.thing.id]?.counts;
    const erase = (this.viewer.tool === "erase") !== turned;
    this.viewer.brush?.stroke(at, erase, counts ?? null, project.thing?.colour ?? "#0091ff");
    this.viewer.draw();
  }

  async endBrush() {
    const mask = this.viewer.brush?.take();
    if (mask) await this.say({ mask });
    this.viewer.brush?.clear();
    this.viewer.draw();
  }

  /** @param {{x: number, y: number}} at */
  regionAt(at) {
    return (this.viewer.regions ?? []).filter((one) => one.holds(at.x, at.y)).sort((a, b) => a.area - b.area)[0];
  }

  /**
   * Point with the keyboard: move the cross, or press at it.
   * @param {number} dx @param {number} dy in the picture's pixels
   */
  moveCross(dx, dy) {
    const state = this.viewer.project?.state;
    if (!state) return;
    this.viewer.cursor = {
      x: Math.max(0, Math.min(state.width - 1, this.viewer.cursor.x + dx)),
      y: Math.max(0, Math.min(state.height - 1, this.viewer.cursor.y + dy)),
      visible: true,
    };
    if (this.viewer.corner) this.viewer.dragged = [this.viewer.corner.x, this.viewer.corner.y, this.viewer.cursor.x, this.viewer.cursor.y];
    else this.hoverAt(this.viewer.cursor);
    this.viewer.draw();
  }

  /** @param {boolean} outside */
  pressCross(outside) {
    const at = { x: this.viewer.cursor.x, y: this.viewer.cursor.y };
    this.viewer.cursor.visible = true;
    if (this.viewer.tool === "brush" || this.viewer.tool === "erase") {
      this.brushAt(at, outside);
      this.endBrush();
    } else if (this.viewer.tool !== "box") {
      this.sayPoint(at, outside || this.viewer.tool === "exclude");
    } else if (this.viewer.corner) {
      this.sayBox([this.viewer.corner.x, this.viewer.corner.y, at.x, at.y]);
      this.viewer.corner = null;
      this.viewer.dragged = null;
    } else {
      this.viewer.corner = at;
    }
    this.viewer.draw();
  }
}
