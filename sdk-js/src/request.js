// A request, as `Request` of the Fetch standard has it, in so far as a server needs it.

import { Body } from "./body.js";
import { Headers } from "./headers.js";

export class Request extends Body {
  constructor(url, { method = "GET", headers, body } = {}) {
    super(body);
    this.url = String(url);
    this.method = method;
    this.headers = headers instanceof Headers ? headers : new Headers(headers);
  }
}
