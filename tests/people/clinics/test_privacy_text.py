"""Whoever changes the text on data and privacy counts its version up, so that patients are asked again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from aftercare.people.models.clinics import DATA_TEXT_VERSION

TEMPLATES = ("privacy.html", "privacy_of_clinic.html")
# By version: the beginning of the SHA-256 of the text. Nothing here is ever changed, but for what no patient was shown.
DIGESTS = {
    1: "4c31a344d370f0e4",
    2: "355ae990fed20c74",
}
TEXT = re.compile(
    r'{% translate "(.*?)"|{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}', flags=re.DOTALL
)


def texts() -> Iterator[str]:
    """Yield what the two templates say, without markup around it."""
    for name in TEMPLATES:
        source = (Path(settings.BASE_DIR) / "templates/people/clinics" / name).read_text()
        source = re.sub(r"{% comment %}.*?{% endcomment %}", "", source, flags=re.DOTALL)
        for found in TEXT.finditer(source):
            yield " ".join((found[1] or found[2]).split())


def test_the_text_is_that_of_its_version() -> None:
    digest = sha256("\n".join(texts()).encode()).hexdigest()[:16]

    said = "the text on data and privacy has changed: count DATA_TEXT_VERSION up, and keep the digest of the new one"
    assert DIGESTS.get(DATA_TEXT_VERSION) == digest, said
    assert max(DIGESTS) == DATA_TEXT_VERSION
    assert len(set(DIGESTS.values())) == len(DIGESTS)


def test_the_digest_is_of_everything_that_patients_agree_to() -> None:
    said = " ".join(texts())
    for part in (
        "A companion, if you invite one",
        "Pictures that you send",
        "On your phone:",
        "My clinic may keep",
    ):
        assert part in said
