"""Pictures are kept in a folder of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from aftercare.checkins.models import CheckIn
from aftercare.checkins.photos.consent import agree_to_photos
from aftercare.environment_values import photo_store
from aftercare.people.models import Patient, Procedure
from tests.factories import at, check_in


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """The folder of the encrypted files."""
    settings.STORAGES = {**settings.STORAGES, "photos": photo_store(f"file://{tmp_path}/pictures")}
    return tmp_path / "pictures"


@pytest.fixture
def reported(patient: Patient, procedure: Procedure) -> CheckIn:
    """A check-in of the patient, 20 hours after the treatment of the face."""
    found: CheckIn = check_in(patient, 20).check_in
    return found


@pytest.fixture
def agreed(patient: Patient) -> Patient:
    """The patient, who has agreed to send pictures."""
    agree_to_photos(patient=patient, now=at(20))
    return patient
