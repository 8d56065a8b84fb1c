"""Rows are created, read, changed and deleted, and every value comes back as it was sent."""

import re

from support import client, expect, expect_error, ids

samples, guests, rooms = (client.records(name) for name in ("samples", "guests", "rooms"))


def same(row: dict, expected: dict) -> None:
    expect(dict(sorted(row.items())), dict(sorted(expected.items())))


# Defaults, NULLs, and nothing beyond the columns.
first = samples.create({})
assert re.fullmatch("[A-Za-z0-9_-]{22}==", first.id), first
defaults = samples.read(first)
expect(len(defaults), 13)
same(defaults, {
    "id": first.id,
    "text_null": None, "text_default": "", "text_not_null": "",
    "integer_null": None, "integer_default": 5, "integer_not_null": 7,
    "real_null": None, "real_default": 5.5, "real_not_null": 7.25,
    "blob_null": None, "blob_default": "qrvM3Q==",
    "any_null": None,
})

# Every type, and text that wants to break out.
values = {
    "text_null": "\U0001f600 \"quoted\" \\ \n ' -- %", "text_default": "007", "text_not_null": " ",
    "integer_null": 9223372036854775807, "integer_default": -9223372036854775808, "integer_not_null": 2,
    "real_null": -0.125, "real_default": 1e-300, "real_not_null": 3.0,
    "blob_null": "AP-_", "blob_default": "",
    "any_null": "text",
}
full = samples.create(values)
same(samples.read(full), {"id": full.id, **values})

# A change touches what it names.
samples.update(full, {"text_null": None, "integer_default": 9})
same(samples.read(full), {"id": full.id, **values, "text_null": None, "integer_default": 9})

# Several at once, in order; all or none.
several = samples.create_bulk([{"text_null": "a"}, {"text_null": "b"}, {"text_null": "c"}])
expect([samples.read(one)["text_null"] for one in several], ["a", "b", "c"])
expect_error(
    400, "db constraint: check",
    rooms.create_bulk, [{"name": "x", "floor": 1, "price": 1}, {"name": "y", "floor": 99, "price": 1}],
)
expect(rooms.list(count=True).total_count, 7)

# Integer keys: text in answers to a create, numbers in rows, both accepted.
room = rooms.create({"id": 4711, "name": "Loft", "floor": 5, "price": 10})
expect(room.id, "4711")
expect(rooms.read(4711)["id"], 4711)
rooms.delete(room)
expect_error(404, "", rooms.read, room)

# UUID keys in both forms, JSON columns as values, columns that are nobody's business.
anna = "01890000-0000-7000-8000-000000000001"
known = {"id": "AYkAAAAAcACAAAAAAAAAAQ==", "name": "Anna", "wishes": {"pillows": 2, "tea": ["mint", None]}}
same(guests.read(anna), known)
same(guests.read(known["id"]), known)
guests.update(anna, {"wishes": {"pillows": 0}})
expect(guests.read(anna)["wishes"], {"pillows": 0})
guests.update(anna, {"wishes": None})
expect(guests.read(anna)["wishes"], None)

for one in (full, *several):
    samples.delete(one)
expect(ids(samples.list()), [first.id])
