"""Views are read like tables, by the key that they show, and cannot be written."""

from support import client, expect, expect_error, ids
from trailbase import Filter

bills, samples = client.records("bills"), client.records("samples")

# A whole table, and a part of it, under the ids of the table.
sample = samples.create({"text_not_null": "seen", "integer_null": 9223372036854775807})
expect(client.records("samples_whole").read(sample) == samples.read(sample), True)
part = client.records("samples_part").read(sample)
expect((part["id"], part["label"], part["large"]), (sample.id, "seen", 9223372036854775807))
expect(len(part), 3)

# Joined, with computed columns.
bill = bills.read(1)
expect(
    [bill[column] for column in ("id", "room", "guest", "total", "currency")],
    [1, "Attic", "Anna", 238.5, "EUR"],
)
expect(bills.read(2)["guest"], None)
expect_error(404, "", bills.read, 77)
expect_error(400, "Invalid id", bills.read, "x")

# Lists: filtered, ordered, counted, paged by offset alone.
page = bills.list(order=["-total"], filters=[Filter("room", "Attic")], count=True, limit=1, offset=1)
expect((ids(page), page.total_count, page.cursor), ([3], 2, None))
expect(ids(bills.list()), [3, 2, 1])
expect_error(
    400, "Only TABLEs with PK primary order support cursors. Use offset instead.",
    bills.list, cursor=client.records("nights").list().cursor,
)

# Grouped.
grouped = client.records("room_stays").list(order=["id"]).records
expect([(row["id"], row["room"], row["nights"]) for row in grouped], [(2, 4, 1), (3, 1, 5)])

# Never written, whatever the access list says.
expect_error(405, "", bills.create, {"room": "Attic"})
expect_error(405, "", bills.create_bulk, [{"room": "Attic"}])
expect_error(405, "", bills.update, 1, {"total": 0})
expect_error(405, "", bills.delete, 1)
