// What people do on the sign-in pages, by the words that they read there.

import { createHmac } from "node:crypto";

/** Fills in the form for signing in, and sends it. */
export async function signIn(page, name, password) {
  await page.getByLabel("E-mail address or user name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** What a page says about the step before. */
export function alert(page) {
  return page.getByRole("status").innerText();
}

/** Waits until a page is there that is headed so. */
export async function heading(page, name) {
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

/** The code of an authenticator app, now or some half minutes from now. */
export function code(secret, later = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const mac = createHmac("sha1", base32(secret)).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

function base32(text) {
  const bits = [...text].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"));
  return Buffer.from(bits.join("").match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}
