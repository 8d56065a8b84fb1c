// What all scenarios use: a browser with nothing in it, at the server under test.

import { chromium } from "playwright-core";
import { basename, join } from "node:path";

/** Where the browser reaches the server. `localhost`, since an IP address can have no passkeys. */
export const url = process.env.GUESTHOUSE_URL;

/** What the test in Rust says to its scenario. */
export const input = JSON.parse(process.env.GUESTHOUSE_INPUT ?? "null");

const name = basename(process.argv[1], ".mjs");
const screenshots = process.env.GUESTHOUSE_SCREENSHOTS;
const heard = [];

/** Saves what a page looks like, where somebody wants to see it. */
export async function screenshot(page, what) {
  if (screenshots) await page.screenshot({ path: join(screenshots, `${name}-${what}.png`), fullPage: true });
}

/**
 * Runs a scenario with a browser, an empty context of it (cookies and all) and a page there. When it fails, what the page looked like
 * and said is written. What the scenario returns is written for the test in Rust.
 */
export async function scenario(steps) {
  const browser = await launch();
  const context = await newContext(browser);
  context.on("console", (message) => heard.push(`${message.type()}: ${message.text()}`));
  context.on("weberror", (error) => heard.push(`uncaught: ${error.error()}`));
  const page = await context.newPage();
  try {
    const result = await steps({ browser, context, page, heard });
    if (result !== undefined) console.log(JSON.stringify(result));
  } catch (error) {
    process.exitCode = 1;
    console.error(error);
    await describe(context).catch((reason) => console.error(`the pages cannot be described: ${reason}`));
  } finally {
    await browser.close();
  }
}

/** Another visitor, with JavaScript unless the test says that pages have to do without. */
export async function newContext(browser, options = {}) {
  const context = await browser.newContext({ baseURL: url, javaScriptEnabled: input?.javascript ?? true, ...options });
  context.setDefaultTimeout(20_000);
  return context;
}

/** Nothing of it speaks to anybody but the server under test. Inside containers tests run as root, who has no sandbox. */
function launch() {
  return chromium.launch({
    executablePath: process.env.GUESTHOUSE_BROWSER ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

async function describe(context) {
  for (const [index, page] of context.pages().entries()) {
    console.error(`--- ${page.url()} shows:\n${await page.locator("body").innerText({ timeout: 2_000 })}`);
    await screenshot(page, `failed-${index}`);
  }
  if (heard.length > 0) console.error(`--- the pages said:\n${heard.join("\n")}`);
}
