"""Every address of the resolver, as ten kinds of person, with own, foreign and mixed records, against a table.

What a request writes is undone, so that the records are made once. A token of a row is the status; `in` is a
redirect to the sign-in, `ok` any answer but that and a fault, and `any` a fault too.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.access.addresses import Address, addresses
from tests.access.table import GROUPS, PEOPLE, TABLE, Row
from tests.access.world import NOW, World, build
from tests.clock import frozen_at

ADDRESSES = list(addresses())
OWN: frozenset[str] = frozenset()


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock(), frozen_at(NOW), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def row_of(address: Address) -> Row | None:
    """Return the row of the address; in a group that of the longest beginning of its route."""
    if address.route in TABLE:
        return TABLE[address.route]
    begins = [route for route in GROUPS if address.route.startswith(route)]
    return GROUPS[max(begins, key=len)] if begins else None


def answers(world: World, address: Address, method: str, foreign: frozenset[str], expected: str) -> str:
    """Return the ten answers; `ok` and `any` where the row says so and the answer is one of them."""
    path, found = address.path(world, foreign), []
    for who, wanted in zip(PEOPLE, expected.split(), strict=True):
        answer = world.answer(who, method, path)
        token = str(answer.status_code)
        if answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/login/"):
            token = "in"
        is_fine = token != "in" and answer.status_code < 500
        found.append(wanted if wanted == "any" or (wanted == "ok" and is_fine) else token)
    return " ".join(found)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    missing = [address.route for address in ADDRESSES if row_of(address) is None]
    assert missing == []
    assert set(TABLE) - {address.route for address in ADDRESSES} == set()


@pytest.mark.django_db
@pytest.mark.frozen_at(NOW)
@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.route or "/")
def test_each_person_gets_what_the_row_says(world: World, address: Address) -> None:
    row, records = row_of(address), address.records(world)
    assert row is not None, "an address without a row"
    asked = {"own": OWN}
    if records:
        asked["foreign"] = frozenset(records)
    if len(records) > 1:
        asked |= {"foreign first": frozenset(records[:1]), "foreign second": frozenset(records[1:])}
    expected, found = {}, {}
    for method, sets in (("GET", row.get), ("POST", row.post)):
        for kind, foreign in asked.items():
            wanted = sets.of(kind)
            expected[method, kind] = wanted
            found[method, kind] = answers(world, address, method, foreign, wanted)
    assert found == expected
