// Painting at most once per frame of the screen, however often it is asked for.

/**
 * @param {() => void} paint
 * @returns {() => void}
 */
export function redrawing(paint) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      paint();
    });
  };
}
