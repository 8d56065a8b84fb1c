"""Lists: order, pages by cursor and by offset, and how many there are."""

from support import client, expect, expect_error, ids
from trailbase import Filter

nights, rooms = client.records("nights"), client.records("rooms")
countdown = list(range(120, 0, -1))

# Unasked: from the highest key down, 50 at most, not counted.
unasked = nights.list()
expect(ids(unasked), countdown[:50])
expect(unasked.total_count, None)

# By cursor to the end: the last page has one as well, and after it comes nothing.
for order, expected in ((None, countdown), (["+id"], countdown[::-1]), (["-id"], countdown)):
    seen, sizes, cursor = [], [], None
    while True:
        page = nights.list(limit=55, cursor=cursor, order=order)
        seen += ids(page)
        sizes.append(len(page.records))
        cursor = page.cursor
        if cursor is None:
            break
    expect(seen, expected)
    expect(sizes, [55, 55, 10, 0])

# By offset.
expect(ids(nights.list(offset=118)), [2, 1])
expect(ids(nights.list(offset=120)), [])

# None at all, but counted.
nothing = nights.list(limit=0, count=True)
expect((nothing.records, nothing.total_count), ([], 120))

# Ordered by several columns, where a cursor means nothing.
ordered = rooms.list(order=["-floor", "price", "+id"])
expect(ids(ordered), [1, 7, 5, 4, 2, 6, 3])
expect(ordered.cursor, None)
expect_error(
    400, "Only TABLEs with PK primary order support cursors. Use offset instead.",
    rooms.list, order=["price"], cursor=unasked.cursor,
)

# Counted before the page is cut, after the filter.
counted = nights.list(count=True, limit=1, filters=[Filter("weekday", "3")])
expect((counted.total_count, ids(counted)), (17, [115]))

# Wrong questions.
expect_error(400, "limit exceeds max limit of 1024", nights.list, limit=1025)
expect_error(400, "Bad cursor: b64", nights.list, cursor="made up")
expect_error(400, "Bad cursor", rooms.list, cursor=unasked.cursor)
expect_error(400, "rejected", rooms.list, order=["nothing"])
