// All objects of a picture at once: found by the server, shown, and made objects by a click.

import { ask } from "./api.js";
import { decodeMask } from "./rle.js";

/** @typedef {import("./workbench.js").Workbench} Workbench */

const HUES = ["#0091ff", "#ff7800", "#00be78", "#e83ca5", "#deac00", "#845cfa", "#00b4c8", "#f03e32", "#88be14", "#ba703c"];

/** @param {Workbench} bench */
export async function askEverything(bench) {
  const { project, viewer } = bench;
  if (!project || !viewer) return;
  bench.button("everything").disabled = true;
  bench.say("Looking for everything …");
  await bench.act(async () => {
    const told = await ask("POST", `${project.place}/everything`, { frame: project.frame });
    const { width, height } = project.state;
    viewer.regions = told.regions.map((/** @type {import("./api.js").Region} */ region, /** @type {number} */ order) => {
      const mask = decodeMask(region.counts, width, height);
      const holds = (/** @type {number} */ x, /** @type {number} */ y) => mask[Math.floor(y) * width + Math.floor(x)] === 1;
      return { ...region, colour: HUES[order % HUES.length], holds };
    });
    const text = `${told.regions.length} things found. Click on one to make it an object.`;
    if (bench.told) bench.told.textContent = text;
    bench.say(text);
  });
  bench.showPart(null);
  bench.button("everything").disabled = false;
  viewer.draw();
}

/**
 * Make a region that was found an object.
 * @param {Workbench} bench
 * @param {import("./api.js").Region} region
 */
export async function adoptRegion(bench, region) {
  const { project, viewer } = bench;
  if (!project || !viewer) return;
  await bench.act(async () => {
    const { width, height } = project.state;
    if (project.thing === null || Object.keys(project.thing.prompts).length) await project.addThing();
    await project.prompt({ mask: { size: [height, width], counts: region.counts } });
    viewer.regions = (viewer.regions ?? []).filter((one) => one !== region);
    if (!viewer.regions.length) viewer.regions = null;
  });
  viewer.draw();
}
