"""Fixtures for the guidance: an editor."""

import pytest

from aftercare.guidance.actions.editors import add_editor
from aftercare.people.models import User


@pytest.fixture
def editor(db: None) -> User:
    """An editor without any role at a clinic."""
    return add_editor(email="nina@test.example", first_name="Nina", last_name="Test")
