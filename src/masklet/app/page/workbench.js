// One project on the page: tools, picture, timeline, objects, and the work on them.

import { ask } from "./api.js";
import { icon } from "./icons.js";
import { adoptRegion, askEverything } from "./everything.js";
import { Project } from "./project.js";
import { Objects } from "./objects.js";
import { Player } from "./player.js";
import { TakeAway } from "./takeaway.js";
import { Timeline } from "./timeline.js";
import { Viewer } from "./viewer.js";

/** @typedef {import("./viewer.js").Tool} Tool */

const TOOLS = /** @type {[Tool, string, string][]} */ ([
  ["include", "Click on the object", "C"],
  ["exclude", "Click beside the object", "X"],
  ["box", "Box", "B"],
  ["brush", "Brush", "P"],
  ["erase", "Eraser", "E"],
  ["pan", "Move the picture", "H"],
]);

export class Workbench extends HTMLElement {
  connectedCallback() {
    if (this.viewer) return;
    const tools = TOOLS.map(
      ([tool, told, key]) => `<button type="button" data-tool="${tool}" aria-label="${told}" title="${told} (${key})"
        aria-pressed="false" aria-keyshortcuts="${key}">${icon(tool)}</button>`,
    ).join("");
    this.innerHTML = `
      <div class="tools" role="toolbar" aria-label="Tools">${tools}
        <span class="gap"></span>
        <button type="button" data-act="undo" title="Undo (Z)" aria-label="Undo">${icon("undo")}</button>
        <button type="button" data-act="redo" title="Redo (Shift+Z)" aria-label="Redo">${icon("redo")}</button>
        <span class="gap"></span>
        <button type="button" data-act="closer" title="Closer (+)" aria-label="Closer">${icon("closer")}</button>
        <button type="button" data-act="further" title="Further away (−)" aria-label="Further away">${icon("further")}</button>
        <button type="button" data-act="fit" title="Whole picture (0)" aria-label="Whole picture">${icon("fit")}</button>
        <button type="button" data-act="masks" title="Masks (M)" aria-label="Show masks" aria-pressed="true">${icon("masks")}</button>
      </div>
      <masklet-viewer></masklet-viewer>
      <p id="viewer-help" class="hidden">W, A, S and D move a cross over the picture, Enter clicks there. ? lists all keys.</p>
      <aside class="side" aria-label="Objects and work">
        <masklet-objects></masklet-objects>
        <div class="work">
          <button type="button" class="primary" data-act="follow" title="Follow (F)">Follow</button>
          <button type="button" data-act="everything" hidden>Find everything</button>
          <progress max="1" value="0" hidden aria-label="Progress"></progress>
          <p class="told"></p>
        </div>
        <masklet-takeaway></masklet-takeaway>
      </aside>
      <masklet-timeline></masklet-timeline>`;
    this.viewer = /** @type {Viewer} */ (this.querySelector("masklet-viewer"));
    this.timeline = /** @type {Timeline} */ (this.querySelector("masklet-timeline"));
    this.objects = /** @type {Objects} */ (this.querySelector("masklet-objects"));
    this.takeaway = /** @type {TakeAway} */ (this.querySelector("masklet-takeaway"));
    this.followButton = /** @type {HTMLButtonElement} */ (this.querySelector("[data-act=follow]"));
    this.progress = /** @type {HTMLProgressElement} */ (this.querySelector("progress"));
    this.told = /** @type {HTMLElement} */ (this.querySelector(".told"));
    this.addActions();
  }

  disconnectedCallback() {
    this.project?.close();
    this.player?.close();
  }

  addActions() {
    for (const button of this.querySelectorAll("[data-tool]")) {
      const tool = /** @type {Tool} */ (/** @type {HTMLElement} */ (button).dataset.tool);
      button.addEventListener("click", () => this.useTool(tool));
    }
    /** @type {Record<string, () => void>} */
    const actions = {
      undo: () => this.back(false),
      redo: () => this.back(true),
      closer: () => this.viewer?.zoom(1.3),
      further: () => this.viewer?.zoom(1 / 1.3),
      fit: () => this.viewer?.fit(),
      masks: () => this.toggleMasks(),
      follow: () => this.follow(),
      everything: () => askEverything(this),
    };
    for (const button of this.querySelectorAll("[data-act]")) {
      button.addEventListener("click", () => actions[/** @type {HTMLElement} */ (button).dataset.act ?? ""]());
    }
    const transport = /** @type {Record<string, () => void>} */ ({
      first: () => this.project?.go(0),
      back: () => this.step(-1),
      forward: () => this.step(1),
      play: () => this.play(),
      mute: () => this.mute(),
    });
    this.timeline?.addEventListener("do", (event) => transport[/** @type {CustomEvent} */ (event).detail]());
    for (const part of [this.viewer, this.objects, this.takeaway]) {
      part?.addEventListener("problem", (event) => this.fail(/** @type {CustomEvent} */ (event).detail));
    }
    this.takeaway?.addEventListener("look", (event) => this.viewer?.useLook(/** @type {CustomEvent} */ (event).detail));
    this.viewer?.addEventListener("adopt", (event) => adoptRegion(this, /** @type {CustomEvent} */ (event).detail));
  }

  /** @param {import("./api.js").Project} state */
  open(state) {
    const project = new Project(state);
    this.project = project;
    const video = state.kind === "video";
    /** @type {HTMLElement} */ (this.timeline).hidden = !video;
    /** @type {HTMLElement} */ (this.followButton).hidden = !video;
    /** @type {HTMLElement} */ (this.querySelector("[data-act=everything]")).hidden = video;
    for (const part of [this.viewer, this.timeline, this.objects, this.takeaway]) part?.open(project);
    this.player = new Player(project, /** @type {Viewer} */ (this.viewer));
    this.player.addEventListener("changed", () => this.timeline?.showPlayer(/** @type {Player} */ (this.player)));
    this.timeline?.showPlayer(this.player);
    project.addEventListener("objects", () => this.show());
    project.addEventListener("masks", () => this.showProgress());
    project.addEventListener("lost", () => this.say("The server is away; trying to reach it …"));
    project.addEventListener("back", () => this.say("The server is back."));
    project.addEventListener("followed", (event) => this.followEnded(/** @type {CustomEvent} */ (event).detail));
    project.addEventListener("work", (event) => {
      const { done, total } = /** @type {CustomEvent} */ (event).detail;
      this.showPart(done / total);
    });
    project.listen();
    this.useTool("include");
    this.show();
    if (state.warning) this.say(state.warning);
  }

  show() {
    const state = this.project?.state;
    if (!state || !this.followButton) return;
    this.button("undo").disabled = !state.can_undo;
    this.button("redo").disabled = !state.can_redo;
    this.followButton.textContent = state.following ? "Stop" : "Follow";
    this.followButton.classList.toggle("stop", state.following);
    this.followButton.disabled = !state.following && !state.objects.some((one) => Object.keys(one.prompts).length);
    if (!state.following) this.showPart(null);
    else if (!this.following) this.say("Following …");
    if (this.following && !state.following && this.told) this.told.textContent = ""; // how it ended is told next, if at all
    this.following = state.following;
  }

  showProgress() {
    const project = this.project;
    if (!project?.state.following) return;
    const { frames, objects } = project.state;
    const done = objects.map((one) => Object.values(one.timeline).filter((entry) => !entry[2]).length);
    this.showPart(done.reduce((sum, count) => sum + count, 0) / Math.max(1, frames * objects.length));
    const text = `Frame ${project.followed + 1} of ${frames}, ${project.speed.toFixed(1)} frames a second`;
    if (this.told) this.told.textContent = text;
  }

  /** @param {number | null} part */
  showPart(part) {
    if (!this.progress) return;
    this.progress.hidden = part === null;
    this.progress.value = part ?? 0;
  }

  /** @param {{problem: string | null, stopped: boolean}} told */
  followEnded(told) {
    if (told.problem) this.fail(new Error(told.problem));
    const doubtful = this.project?.doubtful().length ?? 0;
    const hint = doubtful ? ` Worth a look (L): ${doubtful} ${doubtful === 1 ? "frame" : "frames"}.` : "";
    const text = told.stopped ? "Stopped." : `Followed to the end.${hint}`;
    if (this.told) this.told.textContent = text;
    this.say(text);
  }

  /** @param {Tool} tool */
  useTool(tool) {
    if (!this.viewer) return;
    this.viewer.tool = tool;
    this.viewer.corner = null;
    this.viewer.dragged = null;
    this.viewer.dataset.tool = tool;
    for (const button of this.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (button).dataset.tool === tool));
    }
    const told = TOOLS.find((one) => one[0] === tool)?.[1] ?? "";
    this.say(told);
  }

  /** @param {number} frames */
  step(frames) {
    this.player?.stop();
    this.project?.go(this.project.frame + frames);
  }

  play() {
    this.player?.toggle();
  }

  mute() {
    if (!this.project?.state.sound || !this.player) return;
    this.player.mute();
    this.say(this.player.muted ? "Sound off" : "Sound on");
  }

  follow() {
    const project = this.project;
    if (!project) return;
    this.act(() => ask("POST", `${project.place}/${project.state.following ? "stop" : "follow"}`));
  }

  /** @param {boolean} redo */
  back(redo) {
    this.act(() => this.project?.change("POST", redo ? "/redo" : "/undo"));
  }

  /** @param {number} way */
  choose(way) {
    const objects = this.project?.state.objects ?? [];
    const at = objects.findIndex((one) => one.id === this.project?.selected);
    if (objects.length) this.chooseAt((at + way + objects.length) % objects.length);
  }

  /** @param {number} order */
  chooseAt(order) {
    const thing = this.project?.state.objects[order];
    if (!thing) return;
    this.project?.select(thing.id);
    this.say(`Object ${order + 1}: ${thing.name}`);
  }

  forget() {
    const thing = this.project?.thing;
    if (thing) this.act(() => this.project?.change("DELETE", `/objects/${thing.id}`));
  }

  nextDoubtful() {
    const frames = this.project?.doubtful() ?? [];
    const next = frames.find((frame) => frame > (this.project?.frame ?? 0)) ?? frames[0];
    if (next === undefined) this.say("No frame is doubtful.");
    else this.project?.go(next);
  }

  /** @param {number} factor */
  brushSize(factor) {
    const brush = this.viewer?.brush;
    if (!brush) return;
    brush.radius = Math.max(1, Math.min(400, brush.radius * factor));
    this.say(`Brush: ${Math.round(brush.radius * 2)} pixels wide`);
  }

  /** @param {boolean} outside */
  press(outside) {
    this.viewer?.pointing.pressCross(outside);
  }

  toggleMasks() {
    if (!this.viewer) return;
    this.viewer.shown = !this.viewer.shown;
    this.button("masks").setAttribute("aria-pressed", String(this.viewer.shown));
    this.viewer.draw();
  }

  /** @param {string} act @returns {HTMLButtonElement} */
  button(act) {
    return /** @type {HTMLButtonElement} */ (this.querySelector(`[data-act=${act}]`));
  }

  /** @param {() => Promise<unknown> | undefined} what */
  async act(what) {
    try {
      await what();
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {string} text */
  say(text) {
    this.dispatchEvent(new CustomEvent("say", { detail: text }));
  }

  /** @param {unknown} error */
  fail(error) {
    this.dispatchEvent(new CustomEvent("problem", { detail: error }));
  }
}

customElements.define("masklet-workbench", Workbench);
