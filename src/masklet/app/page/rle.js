// Masks as COCO's compressed run-length encoding, down the columns, the first run outside the mask.

/**
 * The lengths of the runs.
 * @param {string} counts
 * @returns {number[]}
 */
export function runsOf(counts) {
  /** @type {number[]} */
  const runs = [];
  let at = 0;
  while (at < counts.length) {
    let value = 0;
    let shift = 0;
    let more = true;
    while (more) {
      const code = counts.charCodeAt(at++) - 48;
      value += (code & 31) * 2 ** shift;
      shift += 5;
      more = (code & 32) !== 0;
      if (!more && code & 16) value -= 2 ** shift;
    }
    runs.push(runs.length > 2 ? value + runs[runs.length - 2] : value);
  }
  return runs;
}

/**
 * The runs as text.
 * @param {number[]} runs
 * @returns {string}
 */
export function countsOf(runs) {
  let text = "";
  for (let i = 0; i < runs.length; i++) {
    let value = i > 2 ? runs[i] - runs[i - 2] : runs[i];
    let more = true;
    while (more) {
      let code = value & 31;
      value >>= 5;
      more = code & 16 ? value !== -1 : value !== 0;
      if (more) code |= 32;
      text += String.fromCharCode(code + 48);
    }
  }
  return text;
}

/**
 * A mask's pixels, row by row: 1 on the object.
 * @param {string} counts
 * @param {number} width
 * @param {number} height
 * @returns {Uint8Array}
 */
export function decodeMask(counts, width, height) {
  const mask = new Uint8Array(width * height);
  let place = 0;
  let inside = false;
  for (const run of runsOf(counts)) {
    if (inside) {
      let x = Math.floor(place / height);
      let y = place % height;
      for (let left = run; left > 0; left--) {
        mask[y * width + x] = 1;
        if (++y === height) {
          y = 0;
          x++;
        }
      }
    }
    place += run;
    inside = !inside;
  }
  return mask;
}

/**
 * A mask's run lengths as text.
 * @param {Uint8Array} mask row by row
 * @param {number} width
 * @param {number} height
 * @returns {string}
 */
export function encodeMask(mask, width, height) {
  const runs = [];
  let value = 0;
  let length = 0;
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if (mask[y * width + x] !== value) {
        runs.push(length);
        length = 0;
        value ^= 1;
      }
      length++;
    }
  }
  runs.push(length);
  return countsOf(runs);
}

/**
 * A mask as a picture: tinted inside, in full colour along its edge.
 * @param {Uint8Array} mask
 * @param {number} width
 * @param {number} height
 * @param {[number, number, number]} colour
 * @param {{fill: number, edge: number}} strength opacity inside and along the edge, 0 to 255
 * @returns {ImageData}
 */
export function paintMask(mask, width, height, colour, strength) {
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const rgb = (colour[2] << 16) | (colour[1] << 8) | colour[0];
  const fill = ((strength.fill << 24) | rgb) >>> 0;
  const edge = ((strength.edge << 24) | rgb) >>> 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0, at = y * width; x < width; x++, at++) {
      if (!mask[at]) continue;
      const inner =
        (x === 0 || mask[at - 1]) &&
        (x === width - 1 || mask[at + 1]) &&
        (y === 0 || mask[at - width]) &&
        (y === height - 1 || mask[at + width]);
      pixels[at] = inner ? fill : edge;
    }
  }
  return image;
}
