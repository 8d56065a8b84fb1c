// An OpenID Connect server with one client, on a port of its own, whose issuer it prints. It ends when its standard input does.
//
// Whoever signs in says on the server's own pages who they are; the address of `unverified` is one that nobody has verified.

import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'guesthouse',
    client_secret: 'the secret: of the client',
    redirect_uris: ['http://127.0.0.1/unused'],
  }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: id !== 'unverified' }),
  }),
  pkce: { required: () => true },
});
// Each test has a server of its own, whose port is not known before.
provider.Client.prototype.redirectUriAllowed = (uri) =>
  /^http:\/\/127\.0\.0\.1:\d+\/api\/auth\/v1\/oauth\/oidc0\/callback$/.test(uri);

server.on('request', provider.callback());
console.log(issuer);
process.stdin.resume().on('end', () => process.exit(0));
