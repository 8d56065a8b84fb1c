// Answers of an authenticator that says whatever a test wants, with a key that the browser's authenticator made.

import { createHash, createPrivateKey, sign } from "node:crypto";

const sha256 = (data) => createHash("sha256").update(data).digest();
export const PRESENT = 1;
export const VERIFIED = 4;

/**
 * A signature as `toJSON` would show it. Without wishes it is right: by the key of `credential` (as the browser's protocol has it), for
 * the challenge of `options`, on this page.
 */
export function answer(credential, options, origin, wishes = {}) {
  const {
    rpId = options.rpId,
    flags = PRESENT | VERIFIED,
    signCount = credential.signCount + 1,
    type = "webauthn.get",
    challenge = options.challenge,
    crossOrigin = false,
    userHandle = credential.userHandle,
    signature = (bytes) => bytes,
  } = wishes;
  const clientData = Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin }));
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(signCount);
  const authenticatorData = Buffer.concat([sha256(rpId), Buffer.from([flags]), counter]);
  const key = createPrivateKey({ key: Buffer.from(credential.privateKey, "base64"), format: "der", type: "pkcs8" });
  const digest = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  const signed = sign(digest, Buffer.concat([authenticatorData, sha256(clientData)]), key);
  const id = Buffer.from(credential.credentialId, "base64").toString("base64url");
  return {
    id,
    rawId: id,
    type: "public-key",
    clientExtensionResults: {},
    response: {
      authenticatorData: authenticatorData.toString("base64url"),
      clientDataJSON: clientData.toString("base64url"),
      signature: signature(signed).toString("base64url"),
      userHandle: Buffer.from(userHandle, "base64").toString("base64url"),
    },
  };
}
