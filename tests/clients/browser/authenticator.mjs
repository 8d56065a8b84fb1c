// An authenticator that exists in the browser alone, and what pages do with one.

/** A phone or laptop that knows its owner, unless told otherwise, and agrees to everything. */
export async function addAuthenticator(context, page, options = {}) {
  const session = await context.newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...options,
    },
  });
  const send = (method, more = {}) => session.send(`WebAuthn.${method}`, { authenticatorId, ...more });
  return {
    setUserVerified: (isUserVerified) => send("setUserVerified", { isUserVerified }),
    credentials: async () => (await send("getCredentials")).credentials,
    /** Puts the same keys back with another counter, as a copy made then would have it. */
    async turnBack(signCount) {
      const { credentials } = await send("getCredentials");
      await send("clearCredentials");
      for (const credential of credentials) await send("addCredential", { credential: { ...credential, signCount } });
    },
    add: (credential) => send("addCredential", { credential }),
    clear: () => send("clearCredentials"),
    remove: () => send("removeVirtualAuthenticator"),
  };
}

/** Sends JSON to the API of accounts from within a page, as somebody with these tokens. */
export function post(page, path, body, tokens) {
  return send(page, "POST", path, body, tokens);
}

export function send(page, method, path, body, tokens) {
  return page.evaluate(
    async ({ method, path, body, token }) => {
      const headers = { "content-type": "application/json" };
      if (token) headers.authorization = `Bearer ${token}`;
      const response = await fetch(`/api/auth/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.startsWith("application/json");
      return { status: response.status, body: isJson ? JSON.parse(text) : text };
    },
    { method, path, body, token: tokens?.auth_token },
  );
}

/** Has the authenticator make a key for these options; gives what `toJSON` says of it. */
export function create(page, options) {
  return page.evaluate(async (options) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return (await navigator.credentials.create({ publicKey })).toJSON();
  }, options);
}

/** Has the authenticator sign for these options. */
export function get(page, options) {
  return page.evaluate(async (options) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return (await navigator.credentials.get({ publicKey })).toJSON();
  }, options);
}

/** A new passkey of somebody, from beginning to end: the answer of the server. `wishes` change what the authenticator is asked for. */
export async function register(page, tokens, name, wishes = {}) {
  const begun = await post(page, "passkey/register/begin", {}, tokens);
  if (begun.status !== 200) return begun;
  const credential = await create(page, { ...begun.body, ...wishes });
  return post(page, "passkey/register/finish", { credential, name }, tokens);
}

/** Signing in by a passkey, from beginning to end. */
export async function signIn(page) {
  const begun = await post(page, "passkey/login/begin", {});
  if (begun.status !== 200) return begun;
  return post(page, "passkey/login/finish", { credential: await get(page, begun.body) });
}

/** Signing in by a password. */
export async function password(page, email, password) {
  return (await post(page, "login", { email, password })).body;
}
