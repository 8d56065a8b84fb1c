// Text to UTF-8 and back.

/** As in the Encoding standard. */
export class TextEncoder {
  get encoding() {
    return "utf-8";
  }

  encode(text = "") {
    const bytes = [];
    for (const character of String(text).toWellFormed()) {
      const code = character.codePointAt(0);
      if (code < 0x80) bytes.push(code);
      else if (code < 0x800) bytes.push(0xc0 | (code >> 6), continuation(code));
      else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), continuation(code >> 6), continuation(code));
      else bytes.push(0xf0 | (code >> 18), continuation(code >> 12), continuation(code >> 6), continuation(code));
    }
    return Uint8Array.from(bytes);
  }
}

function continuation(bits) {
  return 0x80 | (bits & 0x3f);
}

/** As in the Encoding standard, but for UTF-8 alone and not chunk by chunk. */
export class TextDecoder {
  constructor(label = "utf-8", { fatal = false, ignoreBOM = false } = {}) {
    if (!/^\s*(utf-?8|unicode-1-1-utf-8)\s*$/i.test(label)) throw new RangeError(`${label} is not supported`);
    this.fatal = fatal;
    this.ignoreBOM = ignoreBOM;
  }

  get encoding() {
    return "utf-8";
  }

  decode(input = new Uint8Array(), { stream = false } = {}) {
    if (stream) throw new TypeError("decoding chunk by chunk is not supported");
    const bytes = toBytes(input);
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    let text = "";
    for (let at = hasMark && !this.ignoreBOM ? 3 : 0; at < bytes.length; ) {
      const [code, length] = decodeOne(bytes, at);
      if (code < 0 && this.fatal) throw new TypeError("this is not UTF-8");
      text += code < 0 ? "\ufffd" : String.fromCodePoint(code);
      at += length;
    }
    return text;
  }
}

/** The bytes of a buffer or a view. */
export function toBytes(input) {
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  throw new TypeError("this is neither a buffer nor a view of one");
}

/** The code point at `at`, or -1, and the number of bytes that are done with. */
function decodeOne(bytes, at) {
  const first = bytes[at];
  if (first < 0x80) return [first, 1];
  if (first < 0xc2 || first > 0xf4) return [-1, 1];
  const more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  let code = first & (0x3f >> more);
  for (let index = 1; index <= more; index++) {
    const byte = bytes[at + index];
    const [least, greatest] = index === 1 ? secondByte(first) : [0x80, 0xbf];
    if (!(byte >= least && byte <= greatest)) return [-1, index];
    code = (code << 6) | (byte & 0x3f);
  }
  return [code, more + 1];
}

/** What may follow `first`: this leaves out surrogates, overlong forms and what is beyond Unicode. */
function secondByte(first) {
  if (first === 0xe0) return [0xa0, 0xbf];
  if (first === 0xed) return [0x80, 0x9f];
  if (first === 0xf0) return [0x90, 0xbf];
  if (first === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}
