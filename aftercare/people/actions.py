"""Actions that write several records of this room."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.people.models import (
    AT_RISK_QUESTIONS,
    Clinic,
    Event,
    Patient,
    Procedure,
    SignInLink,
    StaffMember,
    User,
)
from aftercare.people.name_matching import is_same_name

ANOTHER_NAME = gettext_lazy(
    "Somebody with another name uses this e-mail address. If it is this person, write the name as it was given "
    "elsewhere. If not, ask for another address: each person needs their own."
)


def record_event(
    *,
    verb: Event.Verb,
    actor: User,
    now: datetime,
    patient: Patient | None = None,
    clinic: Clinic | None = None,
    subject: UUID | None = None,
    data: dict[str, Any] | None = None,
) -> Event:
    """Record an event: who did or saw what."""
    at_clinic = clinic.pk if clinic else patient.clinic_id if patient else None
    return Event.objects.create(
        verb=verb, actor=actor, at=now, patient=patient, clinic_id=at_clinic, subject=subject, data=data or {}
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

    Raise ValidationError if the user has another name or is a patient of the clinic already. `consent`: the
    patient has read how data is used and that the portal is not monitored round the clock, and agrees.
    """
    user = user_to_enrol(
        clinic=clinic, email=email, first_name=first_name, last_name=last_name, language=language
    )
    details["time_zone"] = details.get("time_zone") or clinic.time_zone
    patient = Patient.objects.create(
        user=user, clinic=clinic, at_risk=is_at_risk(details.get("intake")), enrolled_at=now, **details
    )
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
    if not is_same_name(user.get_full_name(), f"{first_name} {last_name}"):
        raise ValidationError({"email": ANOTHER_NAME})
    if language:
        user.language = language
        user.save(update_fields=["language"])
    return user


@transaction.atomic
def add_procedure(
    *, patient: Patient, by: User, now: datetime, kind: str, area: str, performed_at: datetime
) -> Procedure:
    """Record a procedure; raise ValidationError if it is in the future. Clinics use `clinic.procedures`, which
    warns.
    """
    if performed_at > now:
        raise ValidationError(
            {"performed_at": _("This time is still to come. Give the time of the treatment.")}
        )
    if kind not in Procedure.Kind.values:
        raise ValidationError({"kind": _("Choose microneedling or RF microneedling.")})
    Patient.objects.select_for_update().get(pk=patient.pk)
    procedure = Procedure.objects.create(
        patient=patient, kind=kind, area=area, performed_at=performed_at, recorded_at=now, recorded_by=by
    )
    record_event(verb=Event.Verb.RECORDED_PROCEDURE, actor=by, now=now, patient=patient, subject=procedure.pk)
    return procedure


def make_sign_in_link(*, user: User, now: datetime, next_path: str = "") -> str:
    """Return the path of a single-use sign-in link, valid for 15 minutes."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(
        user=user, token_hash=SignInLink.hash_of(token), next_path=next_path, created_at=now
    )
    return f"/accounts/link/{token}/"


def use_sign_in_link(*, token: str, now: datetime) -> SignInLink | None:
    """Use up a sign-in link and return it; None if it is used, expired or unknown."""
    link = SignInLink.objects.filter(token_hash=SignInLink.hash_of(token)).select_related("user").first()
    if link is None or not link.is_usable(now):
        return None
    used = SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now)
    return link if used else None


def add_staff_member(
    *, clinic: Clinic, email: str, role: str, first_name: str, last_name: str
) -> StaffMember:
    """Add a person to the staff of `clinic`; a user with the same e-mail address is the same person."""
    address = email.strip().lower()
    user = User.objects.filter(email=address).first()
    if user is None:
        user = User.objects.create_user(address, first_name=first_name, last_name=last_name)
    member, _created = StaffMember.objects.get_or_create(user=user, clinic=clinic, defaults={"role": role})
    return member
