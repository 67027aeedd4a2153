// The server, asked by the paths of its native API. The browser sends the cookie by itself.

import { say } from "./words.js";

/** An error that the server told: one sentence and a hint. */
export class ServerError extends Error {
  constructor(status, detail) {
    super(detail.message || `HTTP ${status}`);
    this.status = status;
    this.code = detail.code || "";
  }
}

/** Return the path of an address of the API, with each part encoded. */
export function path(...parts) {
  return "/api/v1/" + parts.map((part) => encodeURIComponent(part)).join("/");
}

/** Ask the server, and return what it tells. Raises `ServerError`. */
export async function ask(address, { method = "GET", body, headers = {}, signal } = {}) {
  const isFile = body instanceof Blob;
  const options = { method, headers: { ...headers }, signal };
  if (body !== undefined) {
    options.body = isFile ? body : JSON.stringify(body);
    options.headers["content-type"] = isFile ? "application/octet-stream" : "application/json";
  }
  let answer;
  try {
    answer = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError(0, { code: "away", message: say("light.away") });
  }
  const text = await answer.text();
  let told = {};
  try {
    told = text ? JSON.parse(text) : {};
  } catch {
    told = { error: { message: text.slice(0, 200) } };
  }
  if (!answer.ok) throw new ServerError(answer.status, told.error || {});
  return told;
}

const EVENTS = ["queued", "running", "interrupted", "searching", "found", "text", "citation", "answer", "progress", "document", "error", "end"];

/**
 * Follow an answer or a job from its first event on. The browser joins again by itself, with the
 * number of the last event, after the tab slept or the server died. Returns a function that leaves.
 */
export function follow(address, hear, { lost = () => {} } = {}) {
  const source = new EventSource(`${address}/events`);
  for (const name of EVENTS) {
    source.addEventListener(name, (event) => {
      if (event.data === undefined) lost(source.readyState === EventSource.CLOSED);
      else {
        hear(name, JSON.parse(event.data));
        if (name === "end") source.close();
      }
    });
  }
  return () => source.close();
}
