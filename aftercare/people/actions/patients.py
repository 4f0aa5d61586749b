"""Enrolment of patients, and their consent to the text on data and privacy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.people.actions.events import record_event
from aftercare.people.actions.invitations import signs_in_elsewhere
from aftercare.people.models import (
    AT_RISK_QUESTIONS,
    Clinic,
    Event,
    Patient,
    User,
)
from aftercare.people.models.clinics import DATA_TEXT_VERSION
from aftercare.people.name_matching import is_same_name

ANOTHER_NAME = gettext_lazy(
    "Somebody with another name uses this e-mail address. If it is this person, write the name as it was given "
    "elsewhere. If not, ask for another address: each person needs their own."
)


def is_at_risk(intake: Iterable[str] | None) -> bool:
    """Return True if an intake answer raises the risk: IQ4, IQ7, IQ8 or IQ10."""
    return any(key in AT_RISK_QUESTIONS for key in intake or [])


class PatientDetails(TypedDict, total=False):
    """Values of a new patient record; an empty `time_zone` means the clinic's."""

    date_of_birth: date | None
    record_number: str
    call_back_telephone: str
    call_back_hours: str
    time_zone: str
    intake: list[str] | None
    intake_asked: list[str] | None
    guardian_name: str


@transaction.atomic
def enrol_patient(
    *,
    clinic: Clinic,
    by: User,
    now: datetime,
    email: str,
    first_name: str,
    last_name: str,
    language: str = "",
    consent: bool = False,
    **details: Unpack[PatientDetails],
) -> Patient:
    """Enrol a person at `clinic`; a user with the same e-mail address and name is the same person.

    A person who signs in elsewhere is asked first: until they accept, the record is pending, and nothing of
    theirs changes. `consent`: the patient has read how data is used and that the portal is not monitored round
    the clock, and agrees.

    Raise ValidationError if the user has another name or is a patient of the clinic already.
    """
    user = user_to_enrol(
        clinic=clinic, email=email, first_name=first_name, last_name=last_name, language=language
    )
    details["time_zone"] = details.get("time_zone") or clinic.time_zone
    patient = Patient.objects.create(
        user=user, clinic=clinic, at_risk=is_at_risk(details.get("intake")), enrolled_at=now, **details
    )
    if signs_in_elsewhere(patient):
        patient.pending_since = now
        patient.save(update_fields=["pending_since"])
    data = {"consent": consent}
    record_event(verb=Event.Verb.ENROLLED, actor=by, now=now, patient=patient, subject=patient.pk, data=data)
    return patient


def user_to_enrol(*, clinic: Clinic, email: str, first_name: str, last_name: str, language: str) -> User:
    """Return the user with this e-mail address, or create one; raise ValidationError as `enrol_patient`."""
    address = email.strip().lower()
    user = User.objects.filter(email=address).first()
    if user is None:
        return User.objects.create_user(
            address, first_name=first_name, last_name=last_name, language=language
        )
    if Patient.objects.filter(user=user, clinic=clinic).exists():
        raise ValidationError({"email": _("A patient of this clinic has this e-mail address already.")})
    if is_only_companion(user):
        user.first_name, user.last_name, user.language = first_name, last_name, language
        user.save(update_fields=["first_name", "last_name", "language"])
        return user
    if not is_same_name(user.get_full_name(), f"{first_name} {last_name}"):
        raise ValidationError({"email": ANOTHER_NAME})
    return user


def is_only_companion(user: User) -> bool:
    """Return True for a companion of patients without any other role, whose name a patient wrote."""
    has_role = user.is_staff or user.patients.exists() or user.staff_memberships.exists()
    return user.companionships.exists() and not has_role and not user.groups.exists()


def choose_record(*, patient: Patient, now: datetime) -> None:
    """Make a record the one that the person's new sessions begin with."""
    Patient.objects.filter(pk=patient.pk).update(chosen_at=now)


@transaction.atomic
def agree(*, patient: Patient, now: datetime) -> bool:
    """Record that the patient agrees to the text as it is now; return False if that is recorded already."""
    own = Patient.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=patient.pk)
    version = own.clinic.consent_version
    if own.consent_version == version:
        return False
    Patient.objects.filter(pk=own.pk).update(consent_version=version, consented_at=now)
    patient.consent_version, patient.consented_at = version, now
    record_event(
        verb=Event.Verb.AGREED,
        actor=patient.user,
        now=now,
        patient=patient,
        subject=patient.pk,
        data={"portal_text": DATA_TEXT_VERSION, "clinic_text": own.clinic.data_text_version},
    )
    return True
