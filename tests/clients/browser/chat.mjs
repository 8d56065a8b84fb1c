// Two people in a room: each sees that the other is there, what the other says, and that the other has left. Both lose the
// connection, and miss nothing by it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { input, newContext, scenario, screenshot, url } from "./support.mjs";

const phone = { viewport: { width: 360, height: 640 }, colorScheme: "dark" };

await scenario(async ({ browser, page: ada, heard }) => {
  await enter(ada, "Ada");
  const other = await newContext(browser, phone);
  const bob = await other.newPage();
  await enter(bob, "Bob <b>");
  for (const page of [ada, bob]) await people(page, ["Ada", "Bob <b>"]);

  await say(ada, "Hello, Bob!");
  await said(bob, "Hello, Bob!");
  await say(bob, "<img src=x> hi");
  await said(ada, "<img src=x> hi");
  assert.equal(await ada.locator("img").count(), 0);
  assert.equal(await ada.getByLabel("Say something").inputValue(), "");
  await screenshot(ada, "ada");
  await screenshot(bob, "bob");
  const width = await bob.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= phone.viewport.width, `it is ${width} wide`);

  // What was there before is shown to whoever comes later, once.
  await ada.reload();
  await people(ada, ["Ada", "Bob <b>"]);
  assert.deepEqual(await texts(ada), ["Hello, Bob!", "<img src=x> hi"]);

  guesthouse("components", "remove", "chat");
  for (const page of [ada, bob]) await page.getByRole("status").getByText("Not connected").waitFor();
  guesthouse("deploy", input.component, "--manifest", input.manifest, "--accept-grants");
  const body = new URLSearchParams({ room: "lobby", name: "Cyd", text: "Are you there?" });
  await fetch(`${url}/chat/messages`, { method: "POST", body, redirect: "manual" });
  for (const page of [ada, bob]) {
    await said(page, "Are you there?");
    assert.deepEqual(await texts(page), ["Hello, Bob!", "<img src=x> hi", "Are you there?"]);
    await people(page, ["Ada", "Bob <b>"]);
  }

  await other.close();
  await people(ada, ["Ada"]);
  assert.deepEqual(heard.filter((line) => /content.security|uncaught/i.test(line)), []);
});

function guesthouse(...words) {
  execFileSync(input.binary, ["--data-dir", input.data, ...words]);
}

async function enter(page, name) {
  await page.goto("/chat");
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Enter" }).click();
  await page.getByRole("heading", { level: 1, name: "lobby" }).waitFor();
}

async function say(page, text) {
  await page.getByLabel("Say something").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

/** Waits until this has been said. */
async function said(page, text) {
  await page.getByRole("log").getByText(text, { exact: true }).waitFor();
}

function texts(page) {
  return page.locator("#messages p").allInnerTexts();
}

/** Waits until exactly these people are there. */
async function people(page, names) {
  const shown = () => page.locator("#people li").allInnerTexts();
  const deadline = Date.now() + 20_000;
  while (JSON.stringify((await shown()).sort()) !== JSON.stringify(names)) {
    assert.ok(Date.now() < deadline, `${JSON.stringify(await shown())} are there, and not ${JSON.stringify(names)}`);
    await page.waitForTimeout(50);
  }
}
