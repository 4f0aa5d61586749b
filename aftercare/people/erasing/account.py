"""A person's account and patient records, emptied of what says who the person is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.db.models import Model, Q, QuerySet

from aftercare.outbox.models import Message
from aftercare.people.erasing.traces import Traces, without
from aftercare.people.models import (
    AddressChange,
    CodeMail,
    CodeRequest,
    Companion,
    ContactPoint,
    ContactRule,
    Event,
    EventDetail,
    FactorChange,
    FactorRemoval,
    Invitation,
    Operator,
    Patient,
    QuietHours,
    SignInLink,
    StaffInvitation,
    User,
)
from aftercare.people.models.users import ERASED_EMAIL

# What belongs to the user alone: ways to sign in and what became of them, and how the person is reached.
WAYS_IN: tuple[type[Model], ...] = (
    *(EmailAddress, Authenticator, UserSession, SignInLink),
    *(AddressChange, FactorChange, FactorRemoval),
    *(ContactPoint, ContactRule, QuietHours),
)
# Events whose details may name a member of staff.
NAMING_STAFF = (
    *(Event.Verb.CHANGED_CLINIC, Event.Verb.GAVE_BACK, Event.Verb.RETURNED),
    *(Event.Verb.CORRECTED_PROCEDURE, Event.Verb.MOVED_PROCEDURE),
)


def empty_account(user: User, erased_as: User.ErasedAs) -> User:
    """Empty the row of a user, and delete every way in: addresses, codes, links, sessions, second factors."""
    addresses = {user.email, *(change.old_address for change in user.address_changes.all())}
    mailboxes = [CodeRequest.hash_of(address) for address in addresses]
    CodeRequest.objects.filter(mailbox__in=mailboxes).delete()
    CodeMail.objects.filter(pk__in=Message.objects.filter(recipient=user).values("subject")).delete()
    for model in WAYS_IN:
        model._default_manager.filter(user=user).delete()
    StaffInvitation.objects.filter(member__user=user).delete()
    user.groups.clear()
    user.user_permissions.clear()
    User.objects.filter(pk=user.pk).update(
        first_name="",
        last_name="",
        email=ERASED_EMAIL.format(pk=user.pk),
        telephone="",
        language="",
        password=make_password(None),
        is_active=False,
        is_staff=False,
        is_superuser=False,
        last_login=None,
        erased_as=erased_as,
    )
    return User.objects.get(pk=user.pk)


def empty_records(patients: Sequence[Patient], by: User, now: datetime) -> None:
    """Empty patient records and withdraw them. Whether the patient was at risk stays: levels depend on it."""
    Invitation.objects.filter(patient__in=patients).delete()
    forget_companions(Companion.objects.filter(patient__in=patients), now)
    for patient in patients:
        Patient.objects.filter(pk=patient.pk).update(
            date_of_birth=None,
            record_number="",
            call_back_telephone="",
            call_back_hours="",
            time_zone=patient.clinic.time_zone,
            search_text="",
            guardian_name="",
            intake=None,
            intake_asked=None,
            chosen_at=None,
            withdrawn_at=patient.withdrawn_at or now,
            withdrawn_by=patient.withdrawn_by or by,
        )


def forget_companions(companions: QuerySet[Companion], now: datetime) -> None:
    """Remove companions, and forget who they are; the check-ins that they filled in stay marked."""
    Companion.objects.filter(pk__in=companions.values("pk")).end(now)
    Companion.objects.filter(pk__in=companions.values("pk")).update(name="", email="")


def erase_details(patients: Iterable[Patient]) -> int:
    """Delete the words beside the events about patients; return how many there were.

    The events stay as they are, and so do their seals.
    """
    deleted = 0
    for patient in patients:
        about = Q(event__patient=patient) | Q(
            event__data__to=str(patient.pk)
        )  # a procedure that was moved here
        deleted += EventDetail.objects.filter(about).delete()[0]
    return deleted


def erase_names_of_staff(user: User, traces: Traces) -> None:
    """Take a member of staff out of the words beside events about others; their own account's go.

    So does the name under which they treated before they had an account.
    """
    EventDetail.objects.filter(event__actor=user, event__verb=Event.Verb.CHANGED_ACCOUNT).delete()
    clinics = user.staff_memberships.values("clinic")
    for operator in Operator.objects.filter(clinic__in=clinics, member=None).exclude(name=""):
        if traces.are_in_text(operator.name):
            Operator.objects.filter(pk=operator.pk).update(name="", key="")
    for detail in EventDetail.objects.filter(event__verb__in=NAMING_STAFF, event__clinic__in=clinics):
        if traces.are_in(detail.content):
            detail.content = without(detail.content, traces)
            detail.save(update_fields=["content"])
