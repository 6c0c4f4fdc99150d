// Playing: frames one after another, in time with the video's own sound where it has any.

import { isServers } from "./effects.js";

/** @typedef {import("./project.js").Project} Project */
/** @typedef {import("./viewer.js").Viewer} Viewer */

const LATE = 0.4; // seconds that the picture may be behind before the sound waits for it
const MUTED = "masklet-muted";

export class Player extends EventTarget {
  /** @param {Project} project @param {Viewer} viewer */
  constructor(project, viewer) {
    super();
    this.project = project;
    this.viewer = viewer;
    this.playing = false;
    this.muted = localStorage.getItem(MUTED) === "yes";
    /** @type {HTMLAudioElement | null} */
    this.audio = null;
    this.due = 0;
  }

  /** Play, from the start when the end is reached; or pause. */
  toggle() {
    const { project, viewer } = this;
    if (project.state.frames < 2) return;
    this.playing = !this.playing;
    viewer.playing = this.playing;
    this.tell();
    if (!this.playing) {
      this.audio?.pause();
      viewer.draw();
      return;
    }
    if (project.frame === project.state.frames - 1) project.go(0);
    if (project.state.sound && !this.audio) this.addSound();
    this.sound(project.frame);
    this.due = performance.now();
    requestAnimationFrame((now) => this.tick(now));
  }

  stop() {
    if (this.playing) this.toggle();
  }

  close() {
    this.stop();
    this.audio?.removeAttribute("src");
    this.audio = null;
  }

  mute() {
    this.muted = !this.muted;
    localStorage.setItem(MUTED, this.muted ? "yes" : "no");
    if (this.audio) this.audio.muted = this.muted;
    this.tell();
  }

  /** The server makes the file when it is first asked for; the pictures do not wait for it. */
  addSound() {
    const audio = new Audio(`/api${this.project.place}/sound`);
    audio.preload = "auto";
    audio.muted = this.muted;
    audio.onerror = () => (this.audio = this.audio === audio ? null : this.audio);
    this.audio = audio;
  }

  /**
   * Let the sound go on from a frame, when it is here and the pictures can keep up.
   * @param {number} frame
   */
  sound(frame) {
    const { audio, viewer } = this;
    if (!audio || !audio.paused || audio.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) return;
    if (viewer.look && isServers(viewer.look)) return;
    const at = this.project.timeOf(frame);
    if (at > audio.duration - 0.1) return; // it would begin anew
    audio.currentTime = at;
    audio.play().catch(() => {}); // the browser may want a click first
  }

  /** @param {number} now milliseconds */
  tick(now) {
    if (!this.playing) return;
    const { project, viewer, audio } = this;
    const { frames } = project.state;
    viewer.frames?.ahead(project.frame);
    let next = project.frame + 1;
    if (next >= frames) {
      this.toggle();
      return;
    }
    const heard = audio && !audio.paused && !audio.ended ? project.frameAt(audio.currentTime) : null;
    if (heard === null || (viewer.look && isServers(viewer.look))) {
      audio?.pause();
      if (now >= this.due && viewer.ready(next)) {
        this.due = Math.max(this.due + 1000 * (project.timeOf(next + 1) - project.timeOf(next)), now - 100);
        project.go(next);
        this.sound(next);
      }
    } else {
      next = Math.min(heard, frames - 1); // frames that come too late are left out
      if (next > project.frame && viewer.ready(next)) project.go(next);
      else if (project.timeOf(next) - project.timeOf(project.frame) > LATE) audio?.pause();
      this.due = now;
    }
    requestAnimationFrame((then) => this.tick(then));
  }

  tell() {
    this.dispatchEvent(new Event("changed"));
  }
}
