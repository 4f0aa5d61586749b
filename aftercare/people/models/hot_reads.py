"""Reads of a person that each check-in makes, compiled once; `aftercare.checkins.models.hot_reads` has the others."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from aftercare.database.compiled_queries import SAMPLE, CompiledQuery
from aftercare.people.models import Patient, Procedure, User
from aftercare.people.models.patients import PatientQuerySet


def users(user: int) -> QuerySet[User]:
    return User.objects.filter(pk=user)


def records(user: int) -> PatientQuerySet:
    opened: PatientQuerySet = Patient.objects.opened_by_sign_in()
    return opened.filter(user=user).select_related("clinic", "user")


def procedures(patient: uuid.UUID) -> QuerySet[Procedure]:
    ordered: QuerySet[Procedure] = Procedure.objects.filter(patient=patient).in_order()
    return ordered


find_users = CompiledQuery(users, user=-1)
find_records = CompiledQuery(records, user=-1)
find_procedures = CompiledQuery(procedures, patient=SAMPLE)


def user_alone(pk: int) -> User | None:
    return next(iter(find_users(user=pk)), None)


def user_with_records(pk: int) -> User | None:
    """Return the user with `opened_records`: the patient records that the sign-in opens, each with clinic and user."""
    if opened := find_records(user=pk):
        return user_of_records(opened)
    user = user_alone(pk)
    if user is not None:
        user.opened_records = []
    return user


def user_of_records(records: list[Patient]) -> User:
    """Return the user of these records, of which there is at least one, with them as `opened_records`."""
    user = records[0].user
    user.opened_records = share(user, records)
    return user


def opened_records(user: User) -> list[Patient]:
    """Return the patient records that the user's sign-in opens, each with its clinic."""
    return share(user, find_records(user=user.pk))


def share(user: User, records: list[Patient]) -> list[Patient]:
    """Give the records one object for their user."""
    for record in records:
        record.user = user
    return records


def procedures_of(patient: Patient) -> list[Procedure]:
    """Return the patient's procedures, oldest first, each with `patient`."""
    found = find_procedures(patient=patient.pk)
    for procedure in found:
        procedure.patient = patient
    return found
