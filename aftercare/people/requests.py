"""The request of the portal: its sender, with the patient records and memberships, loaded once."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import cast
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from aftercare.database.compiled_queries import CompiledQuery
from aftercare.people.models import Clinic, Companion, Event, Patient, StaffMember, User
from aftercare.people.models.hot_reads import opened_records

# Session key: patient record chosen by a patient of several clinics.
CHOSEN_PATIENT = "patient"
# Session key: clinic chosen by a staff member of several clinics.
CHOSEN_CLINIC = "clinic"
# Session key: the companionship whose pages were opened last.
CHOSEN_COMPANION = "companion"


def memberships(user: int) -> QuerySet[StaffMember]:
    own = StaffMember.objects.active().filter(user=user).select_related("clinic", "user").order_by("pk")
    spare = Authenticator.Type.RECOVERY_CODES
    second_factor = Exists(Authenticator.objects.filter(user=OuterRef("user")).exclude(type=spare))
    return own.annotate(has_second_factor=second_factor)


find_memberships = CompiledQuery(memberships, user=-1)


class Sender:
    """The sender of a request. `patient` and `member` may be set to the record that the page is about.

    `companion` is set on a page that the sender reads as the companion of a patient.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.companion: Companion | None = None
        # True while a page of staff is drawn: a user who is both sees the staff member's clinic.
        self.is_staff_page = False
        # The member as whom a page of staff acts, once the page is guarded.
        self.acting_member: StaffMember | None = None
        # The patients that the page of staff shows, by page and by the id of what is shown of them.
        self.shown: dict[Event.Page, dict[UUID, Patient]] = {}

    @property
    def user(self) -> User | None:
        """The signed-in user, or None: also for a request that was refused before anybody looked who sent it."""
        user: User | AnonymousUser | None = getattr(self.request, "user", None)
        return user if isinstance(user, User) else None

    @cached_property
    def patients(self) -> list[Patient]:
        """The user's patient records, one per clinic, the last chosen first, else the newest enrolment.

        Withdrawn records, and those that the user has not accepted, are left out.
        """
        user = self.user
        if user is None:
            return []
        own = cast("list[Patient] | None", user.opened_records)
        if own is None:  # signed in by this request
            own = opened_records(user)
        return sorted(sorted(own, key=lambda patient: patient.pk), key=last_chosen, reverse=True)

    @cached_property
    def patient(self) -> Patient | None:
        """The record chosen in this session, else the first of `patients`; None for other users."""
        own = self.patients
        chosen = self.request.session.get(CHOSEN_PATIENT) if len(own) > 1 else None
        return next((one for one in own if str(one.pk) == chosen), own[0] if own else None)

    @cached_property
    def companionships(self) -> list[Companion]:
        """The patients whom the user accompanies, the first accepted first."""
        user = self.user
        if user is None:
            return []
        own = Companion.objects.active().filter(user=user)
        found = list(own.select_related("patient__user", "patient__clinic").order_by("accepted_at", "pk"))
        for companion in found:
            companion.user = user
        return found

    @cached_property
    def memberships(self) -> list[StaffMember]:
        """The user's active staff memberships, with `has_second_factor`."""
        return find_memberships(user=self.user.pk) if self.user else []

    @cached_property
    def member(self) -> StaffMember | None:
        """The membership of the chosen clinic, else the first; None for other users."""
        own = self.memberships
        chosen = self.request.session.get(CHOSEN_CLINIC) if len(own) > 1 else None
        return next((one for one in own if one.clinic_id == chosen), own[0] if own else None)

    @cached_property
    def first_clinic(self) -> Clinic | None:
        """The first clinic of this installation, which strangers see."""
        return Clinic.objects.order_by("pk").first()


def last_chosen(patient: Patient) -> tuple[datetime, bool]:
    """Sort key: when the record was chosen, else enrolled; at the same instant the chosen one is the later."""
    return patient.chosen_at or patient.enrolled_at, patient.chosen_at is not None


class PortalRequest(HttpRequest):
    """A request with its sender."""

    sender: Sender


def sender_of(request: HttpRequest) -> Sender:
    """Return the sender of a request, the same object each time."""
    own = cast(PortalRequest, request)
    if not hasattr(own, "sender"):
        own.sender = Sender(request)
    return own.sender
