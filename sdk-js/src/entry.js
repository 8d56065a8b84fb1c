// What the host calls: turns the request of WASI into a Request, and the Response of the application into that of WASI.

import application from "guesthouse-app";
import { Fields, Request as WasiRequest, Response as WasiResponse } from "wasi:http/types@0.3.0";
import { BodyTooLargeError } from "./body.js";
import { console } from "./console.js";
import { Headers } from "./headers.js";
import { flushLog } from "./log.js";
import { Request } from "./request.js";
import { Response } from "./response.js";

if (typeof application?.fetch !== "function") {
  throw new TypeError("the application has no `export default { async fetch(request) { ... } }`");
}

export const handler = {
  async handle(wasiRequest) {
    const response = await answer(wasiRequest);
    const result = toWasi(response);
    await flushLog();
    return result;
  },
};

async function answer(wasiRequest) {
  try {
    const response = await application.fetch(fromWasi(wasiRequest));
    if (response instanceof Response) return response;
    throw new TypeError("fetch did not return a Response");
  } catch (error) {
    if (error instanceof BodyTooLargeError) return new Response("Payload Too Large", { status: 413 });
    console.error(error);
    return new Response("Internal Server Error", { status: 500 });
  }
}

function fromWasi(request) {
  const method = request.getMethod();
  const scheme = request.getScheme()?.tag === "HTTPS" ? "https" : "http";
  const authority = request.getAuthority() ?? "localhost";
  const target = request.getPathWithQuery() ?? "/";
  const headers = new Headers();
  for (const [name, value] of request.getHeaders().copyAll()) headers.append(name, decodeFieldValue(value));
  return new Request(`${scheme}://${authority}${target}`, {
    method: method.tag === "other" ? method.val : method.tag.toUpperCase(),
    headers,
    body: () => contentsOf(request),
  });
}

/** The chunks of a request's body. The request is given up with this, so it is done only once the body is asked for. */
async function* contentsOf(request) {
  const done = wit.Future.from({ tag: "ok" }, wit.Future.RESULT_VOID_WASI_HTTP_TYPES_0_3_0_ERROR_CODE);
  const [contents, trailers] = WasiRequest.consumeBody(request, done.readable);
  for await (const chunk of contents) yield chunk;
  const end = await trailers.read();
  if (end?.tag !== "err") return;
  if (end.val.tag === "HTTP-request-body-size") throw new BodyTooLargeError();
  throw new Error(`the body of the request ended early: ${end.val.tag}`);
}

function toWasi(response) {
  const { bytes, chunks } = response.takeBody();
  const fields = [...response.headers].map(([name, value]) => [name, encodeFieldValue(value)]);
  if (bytes) fields.push(["content-length", encodeFieldValue(String(bytes.length))]);
  const none = wit.Future.from({ tag: "ok", val: null }, wit.Future.RESULT_OPTION_OTHER_ERROR_CODE);
  const contents = chunks ?? (bytes.length ? once(bytes) : null);
  const [made] = WasiResponse.new(Fields.fromList(fields), contents, none.readable);
  made.setStatusCode(response.status);
  return made;
}

async function* once(bytes) {
  yield bytes;
}

/** Values of header fields are bytes; as in browsers each byte is one character. */
function decodeFieldValue(bytes) {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function encodeFieldValue(text) {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
