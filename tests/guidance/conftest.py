"""Fixtures for the guidance: an editor."""

import pytest

from aftercare.guidance.actions.editors import add_editor
from aftercare.people.models import User


@pytest.fixture
def editor(db: None) -> User:
    """Somebody who writes guidance, and has nothing to do with patients."""
    return add_editor(email="nina@test.example", first_name="Nina", last_name="Test")
