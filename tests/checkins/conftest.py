"""The people of these tests."""

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
    "other_clinic",
    "outsider",
    "patient",
    "procedure",
    "stranger",
]
