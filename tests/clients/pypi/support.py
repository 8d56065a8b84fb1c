"""What all scenarios use: the published client against the server under test, and one way to expect an error."""

import collections.abc
import os
import typing

# The client annotates with `Generator[Event]`, which `typing` takes since Python 3.13 only. The class that it stands for
# takes it in any Python, and the client itself stays as it was published.
typing.Generator = collections.abc.Generator

import trailbase  # noqa: E402

client = trailbase.Client(os.environ["GUESTHOUSE_URL"])


def expect(actual: object, expected: object) -> None:
    """Fails unless both are the same, of the same type."""
    if repr(actual) != repr(expected):
        raise AssertionError(f"expected {expected!r}, got {actual!r}")


def expect_error(status: int, message: str, attempt: collections.abc.Callable, *arguments, **named) -> None:
    """Fails unless the attempt is refused with this status and this body."""
    try:
        result = attempt(*arguments, **named)
    except trailbase.FetchException as error:
        expect((error.status, error.message), (status, message))
    else:
        raise AssertionError(f"expected {status}, got {result!r}")


def ids(page: trailbase.ListResponse) -> list:
    """The keys of the rows of a page."""
    return [row["id"] for row in page.records]
