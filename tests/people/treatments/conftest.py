"""A procedure of a patient."""

from __future__ import annotations

import pytest

from aftercare.people.models import Clinic, Procedure
from tests.factories import PatientFactory, ProcedureFactory


@pytest.fixture
def treatment(clinic: Clinic) -> Procedure:
    return ProcedureFactory.create(patient=PatientFactory.create(clinic=clinic))
