// What Request and Response have in common: a body that is read once.

import { TextDecoder, TextEncoder, toBytes } from "./text.js";

/** Bytes of a body that are read at most, so that no client can fill the memory of an instance. */
export const BODY_BYTES_MAX = 10 * 1024 * 1024;

/** A body is longer than that. Where an application does not catch it the client gets a 413. */
export class BodyTooLargeError extends Error {
  constructor() {
    super(`the body is longer than ${BODY_BYTES_MAX} bytes`);
    this.name = "BodyTooLargeError";
  }
}

export class Body {
  #bytes = null;
  #chunks = null;
  #used = false;
  #contentType = null;

  /** `body`: nothing, text, a buffer or a view, URLSearchParams, an async iterable of these, or a function that makes one. */
  constructor(body) {
    if (body === null || body === undefined) this.#bytes = new Uint8Array();
    else if (typeof body === "function") this.#chunks = body;
    else if (typeof body === "object" && Symbol.asyncIterator in body) this.#chunks = () => chunksOf(body);
    else {
      this.#bytes = encode(body);
      if (typeof body === "string") this.#contentType = "text/plain;charset=UTF-8";
      else if (isSearchParams(body)) this.#contentType = "application/x-www-form-urlencoded;charset=UTF-8";
    }
  }

  get bodyUsed() {
    return this.#used;
  }

  /** The media type that follows from what the body was made of; null if none does. */
  get impliedContentType() {
    return this.#contentType;
  }

  /** The body, to be read by whoever asks first: `bytes`, or else `chunks`. */
  takeBody() {
    if (this.#used) throw new TypeError("the body has been read already");
    this.#used = true;
    return { bytes: this.#bytes, chunks: this.#bytes ? null : this.#chunks() };
  }

  async bytes() {
    const { bytes, chunks } = this.takeBody();
    if (bytes) return bytes;
    const parts = [];
    let length = 0;
    for await (const chunk of chunks) {
      length += chunk.length;
      if (length > BODY_BYTES_MAX) throw new BodyTooLargeError();
      parts.push(chunk);
    }
    const whole = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  async arrayBuffer() {
    const bytes = await this.bytes();
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  }

  async text() {
    return new TextDecoder().decode(await this.bytes());
  }

  async json() {
    return JSON.parse(await this.text());
  }
}

async function* chunksOf(iterable) {
  for await (const part of iterable) yield encode(part);
}

function encode(part) {
  if (part instanceof ArrayBuffer || ArrayBuffer.isView(part)) return toBytes(part);
  return new TextEncoder().encode(String(part));
}

/** Known by its looks, for the class itself is in a component only where the application names it. */
function isSearchParams(body) {
  return typeof body === "object" && typeof body.getAll === "function" && typeof body.sort === "function";
}
