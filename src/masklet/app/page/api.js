// The server's interface. Every failure is an Error with the one line that the server gave.

/**
 * @typedef {{counts: string, score: number, presence: number}} Mask
 * @typedef {{points?: [number, number][], labels?: number[], box?: [number, number, number, number] | null,
 *   mask?: boolean}} Prompt
 * @typedef {{id: string, name: string, colour: string, prompts: Record<string, Prompt>,
 *   timeline: Record<string, [number, number, number]>, look: number[]}} Thing
 * @typedef {{id: string, title: string, kind: string, width: number, height: number, frames: number, fps: number,
 *   times: number[], sound: boolean, warning: string | null, model: string, objects: Thing[], can_undo: boolean, can_redo: boolean,
 *   following: boolean}} Project
 * @typedef {{version: string, model: string, max_bytes: number, urls: boolean, samples: Record<string, string>}} About
 * @typedef {{counts: string, score: number, area: number}} Region
 */

/**
 * @param {string} method
 * @param {string} path below /api
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export async function ask(method, path, body) {
  let answer;
  try {
    answer = await fetch(`/api${path}`, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error("The server does not answer. Nothing that was accepted is lost: start it and reload.");
  }
  const told = await answer.json().catch(() => ({ error: `The server answered ${answer.status}.` }));
  if (!answer.ok) throw new Error(told.error);
  return told;
}

/**
 * Ask for a picture.
 * @param {string} path below /api
 * @param {unknown} body
 * @returns {Promise<Blob>}
 */
export async function askPicture(path, body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`/api${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (answer.ok) return answer.blob();
  const told = await answer.json().catch(() => ({ error: `The server answered ${answer.status}.` }));
  throw new Error(told.error);
}

/**
 * Upload a file as a new project; a project's own file as that project.
 * @param {File} file
 * @param {(part: number) => void} progress 0 to 1
 * @returns {Promise<Project>}
 */
export function upload(file, progress) {
  if (file.name.endsWith(".masklet.zip")) return send("/bring", file, progress);
  return send(`/projects?title=${encodeURIComponent(file.name.slice(0, 100))}`, file, progress);
}

/**
 * Send a file as a request's body.
 * @param {string} path below /api
 * @param {File} file
 * @param {(part: number) => void} [progress] 0 to 1
 * @returns {Promise<any>}
 */
export function send(path, file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not tell how far an upload is
    request.open("POST", `/api${path}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => progress?.(event.total ? event.loaded / event.total : 0);
    request.onerror = () => reject(new Error("The upload broke off: is the file too large, or the server gone?"));
    request.onload = () => {
      let told;
      try {
        told = JSON.parse(request.responseText);
      } catch {
        told = { error: `The server answered ${request.status}.` };
      }
      if (request.status < 300) resolve(told);
      else reject(new Error(told.error));
    };
    request.send(file);
  });
}
