// What other JavaScript engines have as globals and this one lacks. The build puts in those that an application names.

export { console } from "./console.js";
export { crypto } from "./crypto.js";
export { Headers } from "./headers.js";
export { Request } from "./request.js";
export { Response } from "./response.js";
export { TextDecoder, TextEncoder } from "./text.js";
export { URL, URLSearchParams } from "whatwg-url-without-unicode";
