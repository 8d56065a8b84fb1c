"""Accounts: signs in and out, keeps a session going, gives a second factor, and makes new accounts."""

import base64
import hashlib
import hmac
import os
import time

from support import expect, expect_error, trailbase

EMAIL = "alice@example.org"
PASSWORD = "secret"
NEW_PASSWORD = "long enough"


def somebody() -> trailbase.Client:
    """A client that nobody has signed in with."""
    return trailbase.Client(os.environ["GUESTHOUSE_URL"])


def totp(secret: str) -> str:
    """The code that an app shows now (RFC 6238)."""
    counter = int(time.time() // 30).to_bytes(8, "big")
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[19] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


# A wrong password is refused.
client = somebody()
expect_error(401, "", client.login, EMAIL, "wrong")
expect(client.user(), None)

# Signing in tells who somebody is, and so does another client with the same tokens.
expect(client.login(EMAIL, PASSWORD), None)
expect((client.user().email, client.user().username, len(client.user().id)), (EMAIL, "alice", 24))
first = client.tokens()
other = trailbase.Client(os.environ["GUESTHOUSE_URL"], tokens=first)
expect(other.user().id, client.user().id)

# A new auth token for the same session.
expect(client.refresh_auth_tokens(), False)
expect(client.refresh_auth_tokens(force=True), True)
expect((client.tokens().auth == first.auth, client.tokens().refresh == first.refresh), (False, True))

# Signing out ends the session for whoever else has its tokens.
client.logout()
expect((client.user(), client.tokens()), (None, None))
other.refresh_auth_tokens(force=True)
expect(other.user(), None)

# A second factor.
carol = somebody()
mfa = carol.login("carol@example.org", PASSWORD)
expect(carol.user(), None)
expect_error(401, "", carol.login_second, mfa, "000")
carol.login_second(mfa, totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"))
expect(carol.user().email, "carol@example.org")

# A code by mail: asking for one tells nothing of accounts, and nobody guesses it.
guessing = somebody()
for address in ("admin@localhost", "nobody@example.org"):
    guessing.request_otp(address)
    expect_error(429, "", guessing.request_otp, address)
    expect_error(401, "", guessing.login_otp, address, "AAAAAA")

# An account without a name, which is given one once.
anonymous = somebody()
expect_error(401, "", anonymous.promote_anonymous, NEW_PASSWORD, email="dave@test.org")
anonymous.login_anonymously()
expect((anonymous.user().email, anonymous.user().username[:4]), (None, "anon"))
expect_error(400, "the password must have at least 8 characters", anonymous.promote_anonymous, "short", email="dave@test.org")
expect_error(400, "an address is needed", anonymous.promote_anonymous, NEW_PASSWORD)
anonymous.promote_anonymous(NEW_PASSWORD, email="dave@test.org", username="dave")
expect_error(424, "", anonymous.promote_anonymous, NEW_PASSWORD, email="dave@test.org")
expect_error(401, "", somebody().login, "dave@test.org", NEW_PASSWORD)

# Registering is answered alike whether or not there is such an account, which does not open before its address is verified.
for address in ("erin@example.org", EMAIL):
    somebody().register(NEW_PASSWORD, email=address)
    expect_error(401, "", somebody().login, address, NEW_PASSWORD)
expect_error(400, "the passwords differ", somebody().register, NEW_PASSWORD, email="erin@example.org", password_repeat="x")
