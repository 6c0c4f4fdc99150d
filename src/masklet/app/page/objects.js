// The list of objects: choose one, name it, colour it, forget it.

import { icon } from "./icons.js";

/** @typedef {import("./project.js").Project} Project */

export class Objects extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    this.innerHTML = `<h2 id="objects-title">Objects</h2><ul aria-labelledby="objects-title"></ul>
      <p class="hint">Click on something in the picture.</p>
      <button type="button" class="add" title="New object (N)">New object</button>`;
    this.list = /** @type {HTMLUListElement} */ (this.querySelector("ul"));
    this.querySelector(".add")?.addEventListener("click", () => this.act(() => this.project?.addThing()));
  }

  /** @param {Project} project */
  open(project) {
    this.project = project;
    project.addEventListener("objects", () => this.show());
    this.show();
  }

  show() {
    const { list, project } = this;
    if (!list || !project) return;
    /** @type {HTMLElement} */ (this.querySelector(".hint")).hidden = project.state.objects.length > 0;
    const wanted = new Set(project.state.objects.map((thing) => thing.id));
    for (const item of [...list.children]) {
      if (!wanted.has(/** @type {HTMLElement} */ (item).dataset.id ?? "")) item.remove();
    }
    project.state.objects.forEach((thing, order) => {
      let item = /** @type {HTMLLIElement | null} */ (list.querySelector(`[data-id="${thing.id}"]`));
      item ??= this.addItem(thing.id);
      if (list.children[order] !== item) list.insertBefore(item, list.children[order] ?? null);
      this.showItem(item, thing, order);
    });
  }

  /** @param {string} id */
  addItem(id) {
    const item = document.createElement("li");
    item.dataset.id = id;
    item.innerHTML = `<button type="button" class="choose"></button>
      <input type="color"><input type="text" class="name" maxlength="60" spellcheck="false">
      <button type="button" class="forget" title="Forget (Delete)">${icon("forget")}</button>`;
    const [choose, forget] = item.querySelectorAll("button");
    const [tint, name] = item.querySelectorAll("input");
    choose.addEventListener("click", () => this.project?.select(id));
    name.addEventListener("focus", () => this.project?.select(id));
    name.addEventListener("change", () => {
      if (name.value.trim()) this.act(() => this.project?.change("PATCH", `/objects/${id}`, { name: name.value.trim() }));
    });
    tint.addEventListener("change", () => {
      this.act(() => this.project?.change("PATCH", `/objects/${id}`, { colour: tint.value }));
    });
    forget.addEventListener("click", () => this.act(() => this.project?.change("DELETE", `/objects/${id}`)));
    this.list?.append(item);
    return item;
  }

  /**
   * @param {HTMLLIElement} item
   * @param {import("./api.js").Thing} thing
   * @param {number} order
   */
  showItem(item, thing, order) {
    const chosen = thing.id === this.project?.selected;
    const [choose, forget] = item.querySelectorAll("button");
    const [tint, name] = item.querySelectorAll("input");
    item.classList.toggle("chosen", chosen);
    choose.textContent = String(order + 1);
    choose.setAttribute("aria-pressed", String(chosen));
    choose.setAttribute("aria-label", `Choose ${thing.name}`);
    choose.title = `Choose (${order + 1})`;
    forget.setAttribute("aria-label", `Forget ${thing.name}`);
    tint.setAttribute("aria-label", `Colour of ${thing.name}`);
    tint.value = thing.colour;
    name.setAttribute("aria-label", `Name of object ${order + 1}`);
    if (document.activeElement !== name) name.value = thing.name;
  }

  /** @param {() => Promise<unknown> | undefined} what */
  async act(what) {
    try {
      await what();
    } catch (error) {
      this.dispatchEvent(new CustomEvent("problem", { detail: error }));
    }
  }
}

customElements.define("masklet-objects", Objects);
