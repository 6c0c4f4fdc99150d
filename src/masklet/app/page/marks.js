// What was said, drawn over the picture in the screen's pixels: clicks, boxes, the keyboard's cross.

/** @typedef {(x: number, y: number) => number[]} ToScreen */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./api.js").Prompt} prompt
 * @param {string} colour
 * @param {ToScreen} toScreen
 * @param {number} unit pixels of the canvas per pixel of the page
 * @param {boolean} strong whether its object is the chosen one
 */
export function drawPrompts(context, prompt, colour, toScreen, unit, strong) {
  context.globalAlpha = strong ? 1 : 0.45;
  if (prompt.box) drawBox(context, prompt.box, colour, toScreen, unit);
  (prompt.points ?? []).forEach((point, order) => {
    const [x, y] = toScreen(point[0], point[1]);
    const on = (prompt.labels ?? [])[order] !== 0;
    context.beginPath();
    context.arc(x, y, 8 * unit, 0, 7);
    context.fillStyle = on ? "#147d35" : "#c02626";
    context.fill();
    context.lineWidth = 2 * unit;
    context.strokeStyle = "#ffffff";
    context.stroke();
    context.beginPath();
    context.moveTo(x - 4 * unit, y);
    context.lineTo(x + 4 * unit, y);
    if (on) {
      context.moveTo(x, y - 4 * unit);
      context.lineTo(x, y + 4 * unit);
    }
    context.stroke();
  });
  context.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number[]} box
 * @param {string} colour
 * @param {ToScreen} toScreen
 * @param {number} unit
 */
export function drawBox(context, box, colour, toScreen, unit) {
  const [x0, y0] = toScreen(box[0], box[1]);
  const [x1, y1] = toScreen(box[2], box[3]);
  context.lineWidth = 4 * unit;
  context.strokeStyle = "#000000aa";
  context.strokeRect(x0, y0, x1 - x0, y1 - y0);
  context.lineWidth = 2 * unit;
  context.strokeStyle = colour;
  context.strokeRect(x0, y0, x1 - x0, y1 - y0);
}

/** @param {CanvasRenderingContext2D} context @param {number[]} at @param {number} unit */
export function drawCross(context, at, unit) {
  for (const [width, colour] of /** @type {[number, string][]} */ ([[4, "#000000"], [2, "#ffffff"]])) {
    context.lineWidth = width * unit;
    context.strokeStyle = colour;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(at[0] + dx * 4 * unit, at[1] + dy * 4 * unit);
      context.lineTo(at[0] + dx * 16 * unit, at[1] + dy * 16 * unit);
    }
    context.stroke();
  }
}
