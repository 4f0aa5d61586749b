"""Texts are encrypted with the newest key, and read with any."""

import os

import pytest

from aftercare.people.encryption.cipher import Cipher, DecryptionError, key_id

OLD, NEW = os.urandom(32), os.urandom(32)
PLACE = "checkins_checkin.note"


@pytest.mark.parametrize("text", ["It itches.", "Zoë: “heiß” 🙂", "enc1.aaaaaaaa.bbbb", "x" * 2000, "a\nb"])
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    stored = Cipher([NEW]).encrypt(text, PLACE)
    assert text not in stored
    assert Cipher([NEW]).decrypt(stored, PLACE) == text


def test_an_empty_text_stays_empty() -> None:
    assert Cipher([NEW]).encrypt("", PLACE) == ""
    assert Cipher([NEW]).decrypt("", PLACE) == ""


def test_the_same_text_is_stored_differently_each_time() -> None:
    assert len({Cipher([NEW]).encrypt("It itches.", PLACE) for _ in range(20)}) == 20


def test_the_first_key_writes_and_every_key_reads() -> None:
    before = Cipher([OLD]).encrypt("It itches.", PLACE)
    both = Cipher([NEW, OLD])
    assert both.decrypt(before, PLACE) == "It itches."
    after = both.encrypt("It itches.", PLACE)
    assert after.startswith(f"enc1.{key_id(NEW)}.")
    assert Cipher([NEW]).decrypt(after, PLACE) == "It itches."


def test_a_text_without_its_key_is_never_taken_for_another() -> None:
    stored = Cipher([OLD]).encrypt("It itches.", PLACE)
    with pytest.raises(DecryptionError, match=f"needs the key {key_id(OLD)}, which is not among DATA_KEYS"):
        Cipher([NEW]).decrypt(stored, PLACE)


@pytest.mark.parametrize("change", ["changed", "cut", "moved"])
def test_a_text_that_was_changed_or_moved_is_refused(change: str) -> None:
    stored = Cipher([NEW]).encrypt("It itches.", PLACE)
    place = "alerts_alert.note" if change == "moved" else PLACE
    if change == "changed":
        stored = stored[:-4] + ("AAA" if not stored.endswith("AAA=") else "BBB") + stored[-1]
    if change == "cut":
        stored = stored[:30]
    with pytest.raises(DecryptionError):
        Cipher([NEW]).decrypt(stored, place)


@pytest.mark.parametrize(
    "text", ["It itches.", "enc1", "enc1.short.x", "enc2.0123abcd.AAAA", " enc1.0123abcd.AA"]
)
def test_a_text_from_before_is_read_as_it_is(text: str) -> None:
    assert Cipher([NEW]).decrypt(text, PLACE) == text
