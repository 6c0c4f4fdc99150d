// Every key, what it does, and the help that lists them.

/** @typedef {import("./workbench.js").Workbench} Workbench */

/** @type {{keys: string[], shown: string, told: string, run: (bench: Workbench, event: KeyboardEvent) => void}[]} */
export const KEYS = [
  { keys: [" "], shown: "Space", told: "play or pause", run: (bench) => bench.play() },
  { keys: ["v", "V"], shown: "V", told: "sound on or off", run: (bench) => bench.mute() },
  { keys: ["ArrowLeft"], shown: "← (Shift: 10)", told: "frame back", run: (b, e) => b.step(e.shiftKey ? -10 : -1) },
  { keys: ["ArrowRight"], shown: "→ (Shift: 10)", told: "frame on", run: (b, e) => b.step(e.shiftKey ? 10 : 1) },
  { keys: ["Home"], shown: "Home", told: "first frame", run: (bench) => bench.project?.go(0) },
  { keys: ["End"], shown: "End", told: "last frame", run: (bench) => bench.project?.go(Infinity) },
  { keys: ["l", "L"], shown: "L", told: "next doubtful frame", run: (bench) => bench.nextDoubtful() },
  { keys: ["f", "F"], shown: "F", told: "follow, or stop following", run: (bench) => bench.follow() },
  { keys: ["z", "Z"], shown: "Z", told: "undo (Shift+Z: redo)", run: (b, e) => b.back(e.shiftKey) },
  { keys: ["y", "Y"], shown: "Y", told: "redo", run: (bench) => bench.back(true) },
  { keys: ["n", "N"], shown: "N", told: "new object", run: (bench) => bench.act(() => bench.project?.addThing()) },
  { keys: ["o", "O"], shown: "O", told: "next object (Shift: the one before)", run: (b, e) => b.choose(e.shiftKey ? -1 : 1) },
  { keys: [..."123456789"], shown: "1 … 9", told: "that object", run: (b, e) => b.chooseAt(Number(e.key) - 1) },
  { keys: ["Delete"], shown: "Delete", told: "forget the object", run: (bench) => bench.forget() },
  { keys: ["c", "C"], shown: "C", told: "tool: click on the object", run: (bench) => bench.useTool("include") },
  { keys: ["x", "X"], shown: "X", told: "tool: click beside the object", run: (bench) => bench.useTool("exclude") },
  { keys: ["b", "B"], shown: "B", told: "tool: box", run: (bench) => bench.useTool("box") },
  { keys: ["p", "P"], shown: "P", told: "tool: brush", run: (bench) => bench.useTool("brush") },
  { keys: ["e", "E"], shown: "E", told: "tool: eraser", run: (bench) => bench.useTool("erase") },
  { keys: ["h", "H"], shown: "H", told: "tool: move the picture", run: (bench) => bench.useTool("pan") },
  { keys: ["[", "]"], shown: "[ ]", told: "smaller or larger brush", run: (b, e) => b.brushSize(e.key === "]" ? 1.25 : 0.8) },
  { keys: ["w", "a", "s", "d", "W", "A", "S", "D"], shown: "W A S D (Shift: finer)", told: "move the cross", run: moveCross },
  { keys: ["Enter"], shown: "Enter", told: "press at the cross (Shift: beside the object)", run: (b, e) => b.press(e.shiftKey) },
  { keys: ["m", "M"], shown: "M", told: "show or hide masks", run: (bench) => bench.toggleMasks() },
  { keys: ["+", "="], shown: "+", told: "closer", run: (bench) => bench.viewer?.zoom(1.3) },
  { keys: ["-"], shown: "−", told: "further away", run: (bench) => bench.viewer?.zoom(1 / 1.3) },
  { keys: ["0"], shown: "0", told: "the whole picture", run: (bench) => bench.viewer?.fit() },
];

/** @param {Workbench} bench @param {KeyboardEvent} event */
function moveCross(bench, event) {
  const far = event.shiftKey ? 1 : Math.max(2, Math.round((bench.project?.state.width ?? 500) / 60));
  const [dx, dy] = { w: [0, -1], a: [-1, 0], s: [0, 1], d: [1, 0] }[event.key.toLowerCase()] ?? [0, 0];
  bench.viewer?.pointing.moveCross(dx * far, dy * far);
}

/**
 * Do what a key says; whether it says anything.
 * @param {Workbench} bench
 * @param {KeyboardEvent} event
 */
export function runKey(bench, event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const command = event.ctrlKey || event.metaKey;
  if (event.altKey || (command && !["z", "y"].includes(event.key.toLowerCase()))) return false;
  if (target.matches("input[type=text], select, textarea, dialog *")) return false;
  if (target.matches("button, a, label, input") && [" ", "Enter"].includes(event.key)) return false;
  if (target.matches("input[type=range]") && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return false;
  const found = KEYS.find((one) => one.keys.includes(event.key));
  if (!found) return false;
  event.preventDefault();
  found.run(bench, event);
  return true;
}

/** @param {HTMLDialogElement} dialog */
export function fillHelp(dialog) {
  const rows = KEYS.map((one) => `<tr><th scope="row"><kbd>${one.shown}</kbd></th><td>${one.told}</td></tr>`).join("");
  dialog.innerHTML = `<h2 id="help-title">How it works</h2>
    <ol><li>Click on the object. Drag a box around it where a click is not enough.</li>
    <li>Shift-click (or the right button) on what does not belong to it.</li>
    <li>Follow. Masks appear as they are computed; you can look at any frame meanwhile.</li>
    <li>Go to a frame that is wrong and click there. Follow again: only what depends on it is computed anew.</li></ol>
    <p>Wheel or pinch: closer and further. Middle button, or a finger: move the picture.</p>
    <div class="keys" tabindex="0" role="region" aria-label="Keys"><table><caption>Keys</caption><tbody>${rows}</tbody></table></div>
    <button type="button" class="primary" autofocus>Close</button>`;
  dialog.querySelector("button")?.addEventListener("click", () => dialog.close());
}
