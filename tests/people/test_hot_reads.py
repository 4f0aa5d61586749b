"""The compiled reads of a person find what their query sets find."""

import random
import uuid
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db.models import Model
from pytest_django import DjangoAssertNumQueries

from aftercare.database.compiled_queries import CompiledQuery
from aftercare.people import requests
from aftercare.people.access import patients_of
from aftercare.people.models import Clinic, Patient, StaffMember, User, hot_reads
from tests.factories import ClinicFactory, PatientFactory, ProcedureFactory, UserFactory, at


def columns(instance: Model) -> dict[str, Any]:
    """Return what was loaded of an instance and of the instances loaded with it."""
    cached = instance._state.fields_cache
    loaded = {name: columns(other) for name, other in cached.items() if isinstance(other, Model)}
    return {**{k: v for k, v in vars(instance).items() if not k.startswith("_")}, **loaded}


@pytest.fixture
def people(db: None) -> list[User]:
    """People with no, one and several records, some withdrawn or not accepted yet, with procedures."""
    chance = random.Random(7)
    clinics = ClinicFactory.create_batch(3)
    users = UserFactory.create_batch(12)
    for user in users:
        for clinic in chance.sample(clinics, chance.randint(0, 3)):
            is_withdrawn = chance.random() < 0.3
            patient = PatientFactory.create(
                user=user,
                clinic=clinic,
                call_back_hours=chance.choice(["", "after six"]),
                intake=chance.choice([None, ["iq2"]]),
                withdrawn_at=at(1) if is_withdrawn else None,
                withdrawn_by=users[0] if is_withdrawn else None,
                pending_since=chance.choice([None, None, at(1)]),
            )
            for _ in range(chance.randint(0, 4)):
                days = timedelta(days=chance.randint(-40, 3))
                ProcedureFactory.create(patient=patient, performed_at=at() + days, recorded_by=users[0])
    return users


def test_each_finds_the_rows_of_its_query_set(people: list[User]) -> None:
    found = 0
    for user in people:
        for read in (hot_reads.find_users, hot_reads.find_records):
            expected = [columns(row) for row in read.build(user=user.pk)]
            assert sorted(map(str, (columns(row) for row in read(user=user.pk)))) == sorted(
                map(str, expected)
            )
            found += len(expected)
    for patient in Patient.objects.all():
        rows = hot_reads.find_procedures(patient=patient.pk)
        assert [columns(row) for row in rows] == [columns(row) for row in hot_reads.procedures(patient.pk)]
        assert [one.pk for one in hot_reads.procedures_of(patient)] == [one.pk for one in rows]
        found += len(rows)
    assert found > 30


def test_the_memberships_of_a_user_are_those_of_their_query_set(people: list[User]) -> None:
    chance, clinics = random.Random(8), list(Clinic.objects.all())
    for user in people:
        for clinic in chance.sample(clinics, chance.randint(0, 3)):
            StaffMember.objects.create(
                user=user, clinic=clinic, role="nurse", is_active=chance.random() < 0.8
            )
        for kind in chance.sample(["totp", "recovery_codes"], chance.randint(0, 2)):
            Authenticator.objects.create(user=user, type=kind, data={})
    found = [(row, user) for user in people for row in requests.find_memberships(user=user.pk)]
    expected = [row for user in people for row in requests.memberships(user.pk)]
    assert [columns(row) for row, _user in found] == [columns(row) for row in expected]
    assert {row.has_second_factor for row, _user in found} == {True, False}  # type: ignore[attr-defined]


def test_a_compiled_query_asks_once(
    people: list[User], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert hot_reads.find_users(user=people[0].pk) == [people[0]]
    with django_assert_num_queries(1):
        assert hot_reads.find_users(user=0) == []


def test_a_user_comes_with_the_records_that_the_sign_in_opens(people: list[User]) -> None:
    for user in people:
        loaded = hot_reads.user_with_records(user.pk)
        assert loaded is not None
        own = Patient.objects.opened_by_sign_in().filter(user=user)
        assert {one.pk for one in loaded.opened_records or []} == {one.pk for one in own}
        assert all(one._state.fields_cache["user"] is loaded for one in loaded.opened_records or [])
    assert hot_reads.user_with_records(0) is None


def test_a_parameter_that_the_statement_does_not_take_is_refused(db: None) -> None:
    read = CompiledQuery(
        lambda clinic, name: Clinic.objects.filter(pk=clinic), clinic=-1, name=uuid.UUID(int=2)
    )

    with pytest.raises(ValueError, match="without a place in the statement"):
        read(clinic=1, name=uuid.uuid4())


def test_a_record_withdrawn_between_two_requests_is_gone_at_the_second(client: Any, patient: Patient) -> None:
    client.force_login(patient.user)
    assert patients_of(client.get("/your-details/").wsgi_request) == [patient]

    Patient.objects.update(withdrawn_at=at(), withdrawn_by=patient.user)

    assert patients_of(client.get("/your-details/").wsgi_request) == []


def test_a_session_from_before_the_portals_own_backend_goes_on(client: Any, patient: Patient) -> None:
    client.force_login(patient.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert patients_of(client.get("/your-details/").wsgi_request) == [patient]
