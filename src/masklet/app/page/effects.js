// Effects as they will look, drawn at once on the canvas; the server's own drawing takes their place as soon as it is here.

/**
 * @typedef {{effect: string, where: "object" | "background", strength: number, colour: string, soft: boolean,
 *   background: string}} Look
 */

/** @type {Record<string, string>} */
export const EFFECTS = {
  highlight: "Highlight",
  outline: "Outline",
  blur: "Blur",
  pixelate: "Pixelate",
  spotlight: "Spotlight",
  grey: "Grey background",
  colour: "On a colour",
  cutout: "Cut out, transparent",
  video: "On another video",
  trails: "Trails",
  erase: "Erase",
  wipe: "Before and after",
};

/**
 * Whether the server alone can draw it.
 * @param {Look} look
 */
export function isServers(look) {
  return look.effect === "erase" || look.soft || (look.effect === "video" && look.background !== "");
}

const TRAIL = 5;
const TRAIL_STEP = 4;

/** @typedef {(frame: number) => (HTMLCanvasElement | null)} Covers a frame's mask, white where the objects are */

export class Effects {
  /** @param {number} width @param {number} height of the picture */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.one = canvasOf(width, height);
    this.two = canvasOf(width, height);
  }

  /**
   * Draw a frame with a look; the masks of "highlight" and "outline" are drawn by the viewer.
   * @param {CanvasRenderingContext2D} context in the picture's pixels
   * @param {Look} look
   * @param {number} frame
   * @param {number} frames
   * @param {(frame: number) => CanvasImageSource | null} pictureOf
   * @param {Covers} coverOf
   */
  draw(context, look, frame, frames, pictureOf, coverOf) {
    const { width, height } = this;
    const picture = pictureOf(frame);
    if (!picture) return;
    const cover = coverOf(frame);
    const longest = Math.max(width, height);
    const filters = /** @type {Record<string, string>} */ ({
      blur: `blur(${Math.max(1, (look.strength * longest) / 30)}px)`,
      spotlight: `brightness(${0.6 - 0.6 * look.strength})`,
      grey: "grayscale(1)",
    });
    if (look.effect === "trails") {
      context.drawImage(picture, 0, 0, width, height);
      for (let back = TRAIL; back > 0; back--) {
        const then = frame - 1 - (back - 1) * TRAIL_STEP;
        const was = then >= 0 ? pictureOf(then) : null;
        const there = Math.min(TRAIL, Math.floor((frame - 1) / TRAIL_STEP) + 1); // fewer near the video's start
        context.globalAlpha = 0.7 * (1 - back / (there + 1));
        if (was) this.cut(context, was, coverOf(then), "");
        context.globalAlpha = 1;
      }
      this.cut(context, picture, coverOf(frame), ""); // the covers share one canvas
    } else if (look.effect === "cutout" || look.effect === "colour") {
      this.ground(context, look);
      this.cut(context, picture, cover, "");
    } else if (look.effect === "pixelate") {
      this.layers(context, look.where, picture, this.blocks(picture, Math.max(2, (look.strength * longest) / 16)), cover, "");
    } else if (look.effect in filters) {
      const where = look.effect === "blur" ? look.where : "background";
      this.layers(context, where, picture, picture, cover, filters[look.effect]);
    } else {
      context.drawImage(picture, 0, 0, width, height);
    }
    if (look.effect === "wipe") this.wipe(context, picture, (frame + 0.5) / frames);
  }

  /**
   * The changed picture below or above, the plain one where it stays.
   * @param {CanvasRenderingContext2D} context
   * @param {string} where
   * @param {CanvasImageSource} plain
   * @param {CanvasImageSource} changed
   * @param {HTMLCanvasElement | null} cover
   * @param {string} filter
   */
  layers(context, where, plain, changed, cover, filter) {
    const { width, height } = this;
    if (where === "background") {
      context.filter = filter || "none";
      context.drawImage(changed, 0, 0, width, height);
      context.filter = "none";
      this.cut(context, plain, cover, "");
    } else {
      context.drawImage(plain, 0, 0, width, height);
      this.cut(context, changed, cover, filter);
    }
  }

  /**
   * Only what the cover covers.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasImageSource} picture
   * @param {HTMLCanvasElement | null} cover
   * @param {string} filter
   */
  cut(context, picture, cover, filter) {
    const inner = this.one.getContext("2d");
    if (!inner || !cover) return;
    const { width, height } = this;
    inner.globalCompositeOperation = "copy";
    inner.filter = filter || "none";
    inner.drawImage(picture, 0, 0, width, height);
    inner.filter = "none";
    inner.globalCompositeOperation = "destination-in";
    inner.drawImage(cover, 0, 0, width, height);
    context.drawImage(this.one, 0, 0, width, height);
  }

  /** @param {CanvasRenderingContext2D} context @param {Look} look */
  ground(context, look) {
    const { width, height } = this;
    context.fillStyle = look.effect === "colour" ? look.colour : "#ffffff";
    context.fillRect(0, 0, width, height);
    if (look.effect === "colour") return;
    const side = Math.max(4, Math.round(width / 60));
    context.fillStyle = "#c8ccd2";
    for (let y = 0; y < height; y += side) {
      for (let x = (y / side) % 2 ? side : 0; x < width; x += 2 * side) context.fillRect(x, y, side, side);
    }
  }

  /** @param {CanvasImageSource} picture @param {number} block */
  blocks(picture, block) {
    const { width, height, two } = this;
    const small = [Math.max(1, Math.ceil(width / block)), Math.max(1, Math.ceil(height / block))];
    const context = two.getContext("2d");
    if (!context) return picture;
    context.globalCompositeOperation = "copy";
    context.imageSmoothingEnabled = true;
    context.drawImage(picture, 0, 0, small[0], small[1]);
    context.imageSmoothingEnabled = false;
    context.drawImage(two, 0, 0, small[0], small[1], 0, 0, small[0] * block, small[1] * block);
    return two;
  }

  /** @param {CanvasRenderingContext2D} context @param {CanvasImageSource} plain @param {number} part */
  wipe(context, plain, part) {
    const { width, height } = this;
    this.edge = part * width;
    context.save();
    context.beginPath();
    context.rect(this.edge, 0, width - this.edge, height);
    context.clip();
    context.drawImage(plain, 0, 0, width, height);
    context.restore();
    context.fillStyle = "#ffffff";
    context.fillRect(this.edge - 1, 0, 2, height);
  }
}

/** @param {number} width @param {number} height */
function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}
