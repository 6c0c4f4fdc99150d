// Several files in one zip, as they are: pictures are compressed already.

/** @type {Uint32Array} */
const TABLE = new Uint32Array(256).map((_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** @param {Uint8Array} data */
function checksum(data) {
  let value = 0xffffffff;
  for (const byte of data) value = TABLE[(value ^ byte) & 255] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/**
 * A zip of the files, by their names.
 * @param {File[]} files
 * @param {string} name
 * @returns {Promise<File>}
 */
export async function zipOf(files, name) {
  /** @type {BlobPart[]} */
  const parts = [];
  /** @type {BlobPart[]} */
  const directory = [];
  let place = 0;
  let length = 0;
  for (const file of files) {
    const path = new TextEncoder().encode(file.name);
    const sum = checksum(new Uint8Array(await file.arrayBuffer()));
    const local = header(0x04034b50, [20], [0x0800, 0, 0, 0x21], [sum, file.size, file.size], [path.length, 0]);
    const central = header(
      0x02014b50,
      [20, 20],
      [0x0800, 0, 0, 0x21],
      [sum, file.size, file.size],
      [path.length, 0, 0, 0, 0],
      [0, place],
    );
    parts.push(local, path, file);
    directory.push(central, path);
    place += local.length + path.length + file.size;
    length += central.length + path.length;
  }
  const end = header(0x06054b50, [0, 0, files.length, files.length], [], [length, place], [0]);
  return new File([...parts, ...directory, end], name);
}

/**
 * A record of a zip: its mark, then numbers of 2 and of 4 bytes in turns.
 * @param {number} mark
 * @param {number[]} first of 2 bytes
 * @param {number[]} second of 2 bytes
 * @param {number[]} long of 4 bytes
 * @param {number[]} [third] of 2 bytes
 * @param {number[]} [last] of 4 bytes
 */
function header(mark, first, second, long, third = [], last = []) {
  const shorts = first.length + second.length + third.length;
  const data = new DataView(new ArrayBuffer(4 + 2 * shorts + 4 * (long.length + last.length)));
  let at = 0;
  const put = (/** @type {number} */ value, /** @type {number} */ bytes) => {
    if (bytes === 2) data.setUint16(at, value, true);
    else data.setUint32(at, value, true);
    at += bytes;
  };
  put(mark, 4);
  for (const value of [...first, ...second]) put(value, 2);
  for (const value of long) put(value, 4);
  for (const value of third) put(value, 2);
  for (const value of last) put(value, 4);
  return new Uint8Array(data.buffer);
}
