"""Whoever listens hears of each change once, in order: of all records, and of one."""

import collections.abc
import queue
import threading

from support import client, expect

import trailbase

watched = client.records("watched")
TIMEOUT_SECONDS = 30


def listen(events: collections.abc.Iterable) -> queue.Queue:
    """Puts what comes into a queue. This client begins to listen when it is asked for the first event, and then waits for it."""
    heard: queue.Queue = queue.Queue()
    threading.Thread(target=lambda: [heard.put(event) for event in events], daemon=True).start()
    return heard


def until_heard(heard: queue.Queue, touch: collections.abc.Callable) -> int:
    """Changes something again and again until it is heard of; how many events that were."""
    count = 0
    while True:
        touch()
        try:
            event = heard.get(timeout=0.1)
        except queue.Empty:
            continue
        count += 1
        expect(event.seq, count)
        while True:
            try:
                event = heard.get(timeout=1)
            except queue.Empty:
                return count
            count += 1
            expect(event.seq, count)


def expect_next(heard: queue.Queue, kind: type, value: dict, seq: int) -> None:
    event = heard.get(timeout=TIMEOUT_SECONDS)
    expect((type(event), dict(sorted(event.value.items())), event.seq), (kind, dict(sorted(value.items())), seq))


every, attic = listen(watched.subscribe_all()), listen(watched.subscribe(1))
attic_seq = until_heard(attic, lambda: watched.update(1, {"price": 80.0}))
every_seq = until_heard(every, lambda: watched.update(2, {"price": 61.0}))

room = {"id": 500, "name": "Watched", "floor": 3, "price": 10.5, "outlook": None}
watched.create(room)
watched.update(500, {"floor": 6})
watched.update(1, {"outlook": "wall"})
watched.delete(500)

changed = {**room, "floor": 6}
attic_now = {"id": 1, "name": "Attic", "floor": 4, "price": 80.0, "outlook": "wall"}
expect_next(every, trailbase.InsertEvent, room, every_seq + 1)
expect_next(every, trailbase.UpdateEvent, changed, every_seq + 2)
expect_next(every, trailbase.UpdateEvent, attic_now, every_seq + 3)
expect_next(every, trailbase.DeleteEvent, changed, every_seq + 4)
expect_next(attic, trailbase.UpdateEvent, attic_now, attic_seq + 1)
