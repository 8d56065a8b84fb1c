// Header fields, as `Headers` of the Fetch standard has them.

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Header fields by name; upper and lower case are the same. */
export class Headers {
  #fields = new Map();

  constructor(init = []) {
    const entries = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
    for (const [name, value] of entries) this.append(name, value);
  }

  append(name, value) {
    const key = checkedName(name);
    const values = this.#fields.get(key);
    if (values) values.push(checkedValue(value));
    else this.#fields.set(key, [checkedValue(value)]);
  }

  set(name, value) {
    this.#fields.set(checkedName(name), [checkedValue(value)]);
  }

  delete(name) {
    this.#fields.delete(checkedName(name));
  }

  get(name) {
    return this.#fields.get(checkedName(name))?.join(", ") ?? null;
  }

  getSetCookie() {
    return [...(this.#fields.get("set-cookie") ?? [])];
  }

  has(name) {
    return this.#fields.has(checkedName(name));
  }

  forEach(callback, receiver) {
    for (const [name, value] of this) callback.call(receiver, value, name, this);
  }

  *entries() {
    for (const name of [...this.#fields.keys()].sort()) {
      const values = this.#fields.get(name);
      // Cookies are the one field whose values cannot be joined.
      if (name === "set-cookie") for (const value of values) yield [name, value];
      else yield [name, values.join(", ")];
    }
  }

  *keys() {
    for (const [name] of this) yield name;
  }

  *values() {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator]() {
    return this.entries();
  }
}

function checkedName(name) {
  const text = String(name);
  if (!NAME.test(text)) throw new TypeError(`${JSON.stringify(text)} is no name of a header field`);
  return text.toLowerCase();
}

function checkedValue(value) {
  const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
  if (/[\0\n\r]|[^\0-\xff]/.test(text)) throw new TypeError(`${JSON.stringify(text)} is no value of a header field`);
  return text;
}
