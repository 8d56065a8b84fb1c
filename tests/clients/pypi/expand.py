"""References are objects, and carry the row that they lead to where that is asked for."""

from support import client, expect, expect_error, ids

stays = client.records("stays")
anna, ben = "AYkAAAAAcACAAAAAAAAAAQ==", "AYkAAAAAcACAAAAAAAAAAg=="
attic = {"id": 1, "name": "Attic", "floor": 4, "price": 79.5, "outlook": "sea", "key_card": "AP8="}
annas_row = {"id": anna, "name": "Anna", "wishes": {"pillows": 2, "tea": ["mint", None]}}


def expect_row(row: dict, **expected: object) -> None:
    """The order of an object's members means nothing."""
    if row != expected:
        raise AssertionError(f"expected {expected!r}, got {row!r}")


# Unasked: the key alone, and null where nothing is referred to.
expect_row(stays.read(1), id=1, room={"id": 1}, guest={"id": anna}, nights=3)
expect_row(stays.read(2), id=2, room={"id": 4}, guest=None, nights=1)

# A row with all of what it refers to, or some.
room, guest = {"id": 1, "data": attic}, {"id": anna, "data": annas_row}
expect_row(stays.read(1, expand=["room", "guest"]), id=1, room=room, guest=guest, nights=3)
expect_row(stays.read(1, expand=["guest"]), id=1, room={"id": 1}, guest=guest, nights=3)
expect(stays.read(2, expand=["guest"])["guest"], None)

# Lists, whose order and pages stay what they are.
page = stays.list(expand=["room", "guest"], order=["+id"], limit=1, count=True)
expect(page.total_count, 3)
expect_row(page.records[0], id=1, room=room, guest=guest, nights=3)
rest = stays.list(expand=["guest"], order=["+id"], cursor=page.cursor)
expect(ids(rest), [2, 3])
expect_row(rest.records[0], id=2, room={"id": 4}, guest=None, nights=1)
expect(rest.records[1]["guest"]["data"]["name"], "Ben")

# Written as a bare key.
new = stays.create({"room": 7, "guest": ben, "nights": 1})
expect_row(stays.read(new), id=int(new.id), room={"id": 7}, guest={"id": ben}, nights=1)
stays.update(new, {"guest": None})
expect(stays.read(new)["guest"], None)
stays.delete(new)

# What leads nowhere is refused.
expect_error(400, "db constraint: fk", stays.create, {"room": 99, "nights": 1})
expect_error(400, "Invalid expansion", stays.read, 1, expand=["nights"])
expect_error(400, "Invalid expansion", stays.list, expand=["nothing"])
expect_error(400, "Invalid expansion", client.records("rooms").list, expand=["name"])
