"""The people of these tests."""

import pytest

from aftercare.guidance.actions.editors import add_editor
from aftercare.people.models import User
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


@pytest.fixture
def editor(db: None) -> User:
    """Somebody who writes guidance, and has nothing to do with patients."""
    return add_editor(email="nina@test.example", first_name="Nina", last_name="Test")
