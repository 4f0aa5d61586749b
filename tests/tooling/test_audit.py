"""What bin/audit makes of the report of pip-audit."""

from __future__ import annotations

from tools.audit import findings, known_packages

SOUND = {"name": "django", "version": "5.2.19", "vulns": []}
BAD = {
    "name": "pillow",
    "version": "9.0",
    "vulns": [{"id": "X-1", "fix_versions": ["9.1", "10"]}, {"id": "X-2", "fix_versions": []}],
}
SKIPPED = {"name": "wagtail", "skip_reason": "not found"}


def test_each_vulnerability_is_named_with_the_version_that_mends_it() -> None:
    assert findings([SOUND, BAD]) == [
        "pillow 9.0: X-1, mended in 9.1, 10",
        "pillow 9.0: X-2, mended in no version yet",
    ]


def test_a_package_that_was_not_looked_up_does_not_count_as_sound() -> None:
    assert known_packages([SOUND, SKIPPED]) == [SOUND]
    assert known_packages([SKIPPED]) is None
    assert known_packages([]) is None
