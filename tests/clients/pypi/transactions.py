"""Several operations in one request: all or none, or one after another."""

from support import client, expect, expect_error

rooms, samples, locked, nothing = (client.records(name) for name in ("rooms", "samples", "locked", "nothing"))
room = {"name": "Loft", "floor": 5, "price": 10}


def results(operations: list, **options: bool) -> list:
    return [str(result) for result in client.execute(operations, **options).results]


# Nothing to do.
expect(results([]), [])

# Creates, changes and deletes over several tables; a later operation sees what an earlier one did.
done = results([
    rooms.create_op({"id": 100, **room}),
    rooms.update_op(100, {"price": 11}),
    samples.create_op({"text_null": "in a transaction", "integer_null": 9223372036854775807}),
    rooms.delete_op("7"),
])
expect((done[:2], done[3:]), (["100", "100"], ["7"]))
expect(rooms.read(100)["price"], 11.0)
expect(samples.read(done[2])["integer_null"], 9223372036854775807)
expect_error(404, "", rooms.read, 7)

# One that fails undoes those before it, and says its own error.
failing = [rooms.create_op({"id": 101, **room}), rooms.create_op({"id": 102, **room, "floor": 99})]
expect_error(400, "db constraint: check", client.execute, failing)
expect_error(404, "", rooms.read, 101)
expect_error(403, "", client.execute, [rooms.delete_op(100), locked.delete_op(1)])
expect_error(405, "", client.execute, [rooms.delete_op(100), nothing.delete_op(1)])
expect_error(400, "Invalid id", client.execute, [rooms.delete_op(100), rooms.delete_op("x")])
expect(rooms.read(100)["name"], "Loft")

# Not as a transaction: what was done before the failure stays.
expect_error(400, "db constraint: check", client.execute, failing, transaction=False)
expect(rooms.read(101)["name"], "Loft")

# As many as are allowed, and one more.
expect(len(results([samples.create_op({})] * 128)), 128)
expect_error(400, "Batch size exceeds limit: 128", client.execute, [samples.create_op({})] * 129)
expect(samples.list(count=True).total_count, 129)
