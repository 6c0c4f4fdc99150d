// The signs on buttons, drawn here: not every machine's letters have them.

/** @type {Record<string, string>} */
const LINES = {
  include: '<path d="M5 3l7 17 2.3-7.2L21 10z"/><path d="M17 15v6M14 18h6"/>',
  exclude: '<path d="M5 3l7 17 2.3-7.2L21 10z"/><path d="M14 18h6"/>',
  box: '<rect x="4" y="6" width="16" height="12" rx="1" stroke-dasharray="4 2.5"/>',
  brush: '<path d="M20 4c-5 2-8 5-10 9l2 2c4-2 6-5 8-11z"/><path d="M9 14c-3 0-4 2-5 6 4 0 7-1 7-4z"/>',
  erase: '<path d="M9 19l-5-5a1.5 1.5 0 010-2l8-8a1.5 1.5 0 012 0l6 6a1.5 1.5 0 010 2l-7 7zM8.5 7.5l8 8M9 19h11"/>',
  pan: '<path d="M12 3v18M3 12h18M12 3l-3 3M12 3l3 3M12 21l-3-3M12 21l3-3M3 12l3-3M3 12l3 3M21 12l-3-3M21 12l-3 3"/>',
  undo: '<path d="M8 5L4 9l4 4M4 9h10a6 6 0 010 12h-3"/>',
  redo: '<path d="M16 5l4 4-4 4M20 9H10a6 6 0 000 12h3"/>',
  closer: '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21M10.5 7.5v6M7.5 10.5h6"/>',
  further: '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21M7.5 10.5h6"/>',
  fit: '<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>',
  masks: '<circle cx="12" cy="12" r="8"/><path d="M12 4a8 8 0 010 16z" fill="currentColor"/>',
  first: '<path d="M6 5v14M19 5L9 12l10 7z"/>',
  back: '<path d="M16 5L6 12l10 7z"/>',
  forward: '<path d="M8 5l10 7-10 7z"/>',
  play: '<path d="M7 4l13 8-13 8z" fill="currentColor"/>',
  pause: '<path d="M8 5v14M16 5v14" stroke-width="4"/>',
  sound: '<path d="M4 9.5v5h4l5 4v-13l-5 4zM16 9a4 4 0 010 6M18.5 6.5a8 8 0 010 11"/>',
  silent: '<path d="M4 9.5v5h4l5 4v-13l-5 4zM16.5 9.5l5 5M21.5 9.5l-5 5"/>',
  forget: '<path d="M6 6l12 12M18 6L6 18"/>',
};

/**
 * A sign as SVG text; it says nothing to screen readers, its button does.
 * @param {string} name
 */
export function icon(name) {
  return `<svg viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" stroke-width="2"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${LINES[name]}</svg>`;
}
