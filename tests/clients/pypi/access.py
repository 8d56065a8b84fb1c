"""Who is signed in may do more, and with their own rows only."""

import json
import os
import pathlib

from support import client, expect, expect_error, ids
from trailbase import Client, Tokens

tokens = json.loads(pathlib.Path("../tokens.json").read_text())


def signed_in(token: str) -> Client:
    return Client(os.environ["GUESTHOUSE_URL"], tokens=Tokens(token, None, None))


anna, ben = signed_in(tokens["anna"]), signed_in(tokens["ben"])
annas, bens = anna.user().id, ben.user().id
expect((annas, anna.user().email), ("AYkAAAAAcACAAAAAAAAAAQ==", "anna@example.org"))
annas_diary, bens_diary, nobodys_diary = (who.records("diaries") for who in (anna, ben, client))

# What is for those who are signed in is for them alone.
expect(len(anna.records("locked").list().records), 7)
expect_error(403, "", client.records("locked").list)
expect_error(403, "", signed_in(tokens["anna"] + "AAAA").records("locked").list)
# What is for everybody is for them as well.
expect(anna.records("rooms").read(1)["name"], "Attic")

# Written under one's own name only; of several, all or none.
entry = annas_diary.create({"writer": annas, "text": "Arrived."})
expect_error(403, "", annas_diary.create, {"writer": bens, "text": "Ben snores."})
expect_error(403, "", annas_diary.create, {"text": "By nobody."})
expect_error(403, "", nobodys_diary.create, {"writer": annas, "text": "Left."})
expect_error(403, "", bens_diary.create_bulk, [{"writer": bens, "text": "a"}, {"writer": annas, "text": "b"}])
bens_entry = bens_diary.create({"writer": bens, "text": "Quiet."})

# Read by its writer only; lists show what one may read, and count no more.
expect(annas_diary.read(entry)["text"], "Arrived.")
expect_error(403, "", bens_diary.read, entry)
expect_error(403, "", nobodys_diary.read, entry)
page = annas_diary.list(count=True)
expect((page.total_count, ids(page)), (1, [int(entry.id)]))
expect_error(403, "", nobodys_diary.list)

# Changed by its writer only, and never handed on.
annas_diary.update(entry, {"text": "Arrived late."})
expect_error(403, "", annas_diary.update, entry, {"writer": bens})
expect_error(403, "", bens_diary.update, entry, {"text": "x"})
expect_error(404, "", annas_diary.update, 4711, {"text": "x"})
kept = annas_diary.read(entry)
expect((kept["writer"], kept["text"]), (annas, "Arrived late."))

# Deleted by its writer only.
expect_error(403, "", annas_diary.delete, bens_entry)
expect_error(403, "", nobodys_diary.delete, bens_entry)
bens_diary.delete(bens_entry)
expect(bens_diary.list(count=True).total_count, 0)
