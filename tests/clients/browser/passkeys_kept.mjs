// An authenticator that outlasts a browser: it makes a passkey, or has one already, and somebody signs in by it. What it knows comes back.

import { addAuthenticator, password, register, signIn } from "./authenticator.mjs";
import { input, scenario } from "./support.mjs";

await scenario(async ({ context, page }) => {
  await page.goto("/api/healthcheck");
  const authenticator = await addAuthenticator(context, page);
  if (input.credential) {
    await authenticator.add(input.credential);
  } else {
    await register(page, await password(page, input.email, input.password), "Kept");
  }
  const { status } = await signIn(page);
  const [credential] = await authenticator.credentials();
  return { status, credential };
});
