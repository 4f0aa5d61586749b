"""New rows are written as `bulk_create` writes them."""

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model
from pytest_django import DjangoAssertNumQueries

from aftercare.alerts.models import Alert, Dispatch
from aftercare.checkins.models import Assessment, CheckIn, Finding
from aftercare.database.new_rows import NewRows
from aftercare.people.models import Patient, Procedure
from tests.factories import check_in

# Numbers that the database gives.
GIVEN = {"id", "number"}


def values(instance: Model, *left_out: str) -> dict[str, Any]:
    return {
        field.attname: getattr(instance, field.attname)
        for field in instance._meta.concrete_fields
        if field.attname not in left_out
    }


def stored(patient: Patient) -> list[Model]:
    """Return the rows of a flagged check-in, in the order of their dependence."""
    check_in(patient, 24, signs=["pus", "spreading"], note="It’s 100 % sore")
    links = Dispatch.alerts.through.objects.all()
    models = (CheckIn, Alert, Dispatch)
    rows: list[Model] = [row for model in models for row in model._default_manager.all()]
    return [*rows, *links, *Assessment.objects.all(), *Finding.objects.all()]


def test_the_rows_of_a_flagged_check_in_are_written_as_they_were(
    patient: Patient, procedure: Procedure, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    rows = stored(patient)
    before = [values(row) for row in rows]
    for row in reversed(rows):
        type(row)._base_manager.filter(pk=row.pk).delete()
    copies = [type(row)(**values(row)) for row in rows]
    new = NewRows()
    new.add(copies)

    new.write()

    assert [values(type(row)._base_manager.get(pk=row.pk)) for row in rows] == before
    assert len(rows) > 7
    assert not any(copy._state.adding for copy in copies)
    assert new.instances == []


def test_the_database_numbers_alerts_and_links(patient: Patient, procedure: Procedure) -> None:
    rows = stored(patient)

    numbers = [row.number for row in rows if isinstance(row, Alert)]
    assert len(set(numbers)) == 2
    assert None not in numbers


def test_nothing_is_written_where_one_row_is_refused(patient: Patient, procedure: Procedure) -> None:
    rows = stored(patient)
    [first] = [row for row in rows if isinstance(row, CheckIn)]
    fine = CheckIn(**(values(first) | {"id": uuid.uuid4(), "token": uuid.uuid4(), "number": 1}))
    taken = CheckIn(**(values(first) | {"id": uuid.uuid4(), "token": uuid.uuid4()}))
    new = NewRows()
    new.add([fine, taken])

    with pytest.raises(IntegrityError), transaction.atomic():
        new.write()

    assert list(CheckIn.objects.all()) == [first]


def test_no_rows_are_no_query(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        NewRows().write()
