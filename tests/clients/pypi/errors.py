"""Errors that applications tell apart. This client shows a body, or nothing."""

from support import client, expect, expect_error

rooms, guests, samples, locked, nights = (
    client.records(name) for name in ("rooms", "guests", "samples", "locked", "nights")
)

# An API that is not there, for every operation. A table without an API is none.
for name in ("nothing", "room", "_record_api"):
    nothing = client.records(name)
    expect_error(405, "", nothing.list)
    expect_error(405, "", nothing.read, 1)
    expect_error(405, "", nothing.create, {})
    expect_error(405, "", nothing.create_bulk, [{}])
    expect_error(405, "", nothing.update, 1, {})
    expect_error(405, "", nothing.delete, 1)

# A row that is not there.
expect_error(404, "", rooms.read, 77)
expect_error(404, "", rooms.update, 77, {"name": "x"})
expect_error(404, "", rooms.delete, 77)
expect_error(404, "", guests.read, "01890000-0000-7000-8000-0000000000ff")

# What is no id at all.
for wrong in ("x", "1.5", "99999999999999999999"):
    expect_error(400, "Invalid id", rooms.read, wrong)
expect_error(400, "Invalid id", guests.read, 1)
expect_error(400, "Invalid id", guests.update, "AAAA", {"name": "x"})
expect_error(400, "Invalid id", rooms.delete, "x")

# What is not allowed.
room = {"name": "x", "floor": 1, "price": 1}
expect_error(403, "", locked.list)
expect_error(403, "", locked.read, 1)
expect_error(403, "", locked.create, room)
expect_error(403, "", locked.update, 1, {"name": "x"})
expect_error(403, "", locked.delete, 1)
expect_error(403, "", nights.create, {"weekday": 1})
expect_error(403, "", nights.delete, 1)

# What the table does not take.
expect_error(400, "db constraint: check", rooms.create, {**room, "floor": 99})
expect_error(400, "db constraint: not null", rooms.create, {**room, "name": None})
expect_error(400, "db constraint: not null", rooms.create, {"floor": 1, "price": 1})
expect_error(400, "db constraint: pk", rooms.create, {**room, "id": 1})
expect_error(400, "db constraint: unique", guests.update, "01890000-0000-7000-8000-000000000002", {"name": "Anna"})

# Values of the wrong type are never bent into the right one.
for wrong in (
    {"integer_null": "1"},
    {"integer_null": 1.5},
    {"real_null": "1.5"},
    {"text_null": 1},
    {"text_null": {}},
    {"blob_null": "no base64!"},
    {"id": "no uuid"},
):
    expect_error(400, "Invalid Parameters", samples.create, wrong)
# JSON columns want the value, not its text.
for wishes in ({}, {"pillows": -1}, '{"pillows": 1}', "{ 4: 1 }"):
    expect_error(400, "db constraint: check", guests.update, "01890000-0000-7000-8000-000000000001", {"wishes": wishes})

# Nothing of all this left a trace.
expect_error(400, "no values provided", samples.create_bulk, [])
expect([api.list(count=True).total_count for api in (rooms, guests, samples)], [7, 2, 0])
