"""Fixtures: people with telephones."""

from __future__ import annotations

import pytest

from aftercare.alerts.models import ContactStep
from aftercare.people.models import StaffMember
from tests.fixtures import MakePoint


@pytest.fixture
def telephones(nurse: StaffMember, clinician: StaffMember, make_point: MakePoint) -> None:
    """Each of the two has a telephone; the nurse is the first contact step, the clinician the second."""
    for position, member in enumerate((nurse, clinician)):
        ContactStep.objects.create(clinic=nurse.clinic, position=position).members.add(member)
        make_point(member.user, address=f"+44770090016{position}")
