"""How long a search may be."""

import pytest

from aftercare.ui.search_limits import is_too_long


@pytest.mark.parametrize(
    ("query", "too_long"),
    [
        ("", False),
        ("a" * 100, False),
        ("a" * 101, True),
        (" ".join(["word"] * 10), False),
        (" ".join(["word"] * 11), True),
        ("María del Carmen García López de la Peña", False),
        ("José Zoë " * 5, False),  # an accent is no word of its own
        ("ﷺ" * 10, True),  # one character, and four words
    ],
)
def test_a_search_has_at_most_a_hundred_characters_and_ten_words(query: str, too_long: bool) -> None:
    assert is_too_long(query) == too_long
