"""A real SMTP server (aiosmtpd) that writes what happens to standard output, one JSON value a line.

Arguments: the port (0 takes a free one), how it is encrypted (`none`, `starttls` or `always`) and, where it is, the files of its
certificate and key. An address that begins with `refused` is refused, one with `later` is refused for now. Whoever is not
`guesthouse` with the key `open sesame` is refused where the last argument is `access`.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def say(**what):
    print(json.dumps(what), flush=True)


class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            say(refused=address)
            return "550 5.1.1 there is nobody of this name"
        if address.startswith("later"):
            say(later=address)
            return "451 4.3.0 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        say(
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            message=envelope.content.decode("utf-8", "replace"),
            encrypted=server.transport.get_extra_info("ssl_object") is not None,
            authenticated=session.authenticated,
        )
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"guesthouse", b"open sesame")
    say(access=known)
    return AuthResult(success=known, handled=known)


async def main():
    port, encryption, *rest = sys.argv[1:]
    context = None
    if encryption != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(rest[0], rest[1])
    access = rest[-1:] == ["access"]

    def connection():
        return SMTP(
            Handler(),
            hostname="relay.example",
            tls_context=context if encryption == "starttls" else None,
            require_starttls=encryption == "starttls",
            authenticator=authenticate if access else None,
            auth_required=access,
            auth_require_tls=False,
        )

    server = await asyncio.get_running_loop().create_server(
        connection, "127.0.0.1", int(port), ssl=context if encryption == "always" else None
    )
    say(port=server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main())
