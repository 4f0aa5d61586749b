"""What is kept for several threads is made by one of them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from aftercare import kept
from aftercare.kept import Kept

THREADS = 4


def always(_value: str) -> bool:
    return True


class Slow:
    """Makes a value once it may."""

    def __init__(self) -> None:
        self.made = 0
        self.begun, self.may = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.made += 1
        self.begun.set()
        assert self.may.wait(10)
        return f"value {self.made}"


def test_of_several_threads_one_makes_the_value() -> None:
    store, make = Kept[str](2), Slow()
    with ThreadPoolExecutor(THREADS) as threads:
        asked = [threads.submit(store.found_or_made, "key", make, always) for _ in range(THREADS)]
        assert make.begun.wait(10)
        make.may.set()
        assert {one.result(10) for one in asked} == {"value 1"}
    assert make.made == 1


def test_who_is_kept_waiting_makes_the_value_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "PATIENCE", 0.05)
    store, make = Kept[str](2), Slow()
    with ThreadPoolExecutor(1) as threads:
        stuck = threads.submit(store.found_or_made, "key", make, always)
        assert make.begun.wait(10)
        assert store.found_or_made("key", lambda: "my own", always) == "my own"
        make.may.set()
        assert stuck.result(10) == "value 1"


def test_after_an_error_the_next_makes_the_value() -> None:
    store = Kept[str](2)

    def fails() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.found_or_made("key", fails, always)
    assert store.found_or_made("key", lambda: "value", always) == "value"


def test_a_value_that_is_no_longer_valid_is_made_anew() -> None:
    store = Kept[str](2)
    store.keep("key", "old")
    assert store.found_or_made("key", lambda: "new", lambda value: value == "new") == "new"
    assert store.get("key") == "new"
