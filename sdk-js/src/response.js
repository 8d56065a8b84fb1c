// A response, as `Response` of the Fetch standard has it.

import { Body } from "./body.js";
import { Headers } from "./headers.js";

const WITHOUT_BODY = new Set([204, 205, 304]);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export class Response extends Body {
  constructor(body = null, { status = 200, headers } = {}) {
    super(body);
    if (!Number.isInteger(status) || status < 200 || status > 599) throw new RangeError(`${status} is no status of a response`);
    if (body !== null && WITHOUT_BODY.has(status)) throw new TypeError(`a response with status ${status} has no body`);
    this.status = status;
    this.headers = new Headers(headers);
    if (this.impliedContentType && !this.headers.has("content-type")) {
      this.headers.set("content-type", this.impliedContentType);
    }
  }

  get ok() {
    return this.status < 300;
  }

  static json(value, init = {}) {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError("this has no JSON form");
    const headers = new Headers(init.headers);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    return new Response(text, { ...init, headers });
  }

  static redirect(url, status = 302) {
    if (!REDIRECTS.has(status)) throw new RangeError(`${status} is no status of a redirect`);
    return new Response(null, { status, headers: { location: String(url) } });
  }
}
