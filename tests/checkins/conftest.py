"""The people of these tests."""

from tests.checkins.browsing import opened, treated
from tests.people import (
    clinic,
    colleague,
    course_set,
    manager,
    nurse,
    other_clinic,
    outsider,
    patient,
    procedure,
    stranger,
)

__all__ = [
    "clinic",
    "colleague",
    "course_set",
    "manager",
    "nurse",
    "opened",
    "other_clinic",
    "outsider",
    "patient",
    "procedure",
    "stranger",
    "treated",
]
