"""Two clinics with their people and records, and a signed-in client for each kind of person."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Locale, Page

from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.drills import start_drill
from aftercare.alerts.actions.patient_messages import send_letter
from aftercare.alerts.answering.links import own_links
from aftercare.alerts.models import Alert, ContactStep
from aftercare.alerts.on_call.overrides import set_override
from aftercare.alerts.on_call.swaps import ask_swap
from aftercare.checkins.models import Reminder
from aftercare.checkins.reminders.links import token_of
from aftercare.guidance.actions.courses import publish_default_courses
from aftercare.guidance.actions.editors import add_editor
from aftercare.guidance.models import Article
from aftercare.outbox.models import Message
from aftercare.people.actions.invitations import invite
from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.actions.staff_invitations import invite_staff
from aftercare.people.companions.actions import token_of as token_of_companion
from aftercare.people.models import Clinic, FactorRemoval, Patient, Shift, StaffMember, User
from tests.access.table import PEOPLE
from tests.checkins.clusters.making import make_cluster
from tests.checkins.photos.making import make_photo
from tests.factories import (
    MONDAY,
    ClinicFactory,
    PatientFactory,
    ProcedureFactory,
    StaffMemberFactory,
    UserFactory,
    alert_of,
    at,
    person,
)
from tests.people.companions.making import companion_of, invited
from tests.people.proving import prove

NOW = at(21)


@dataclass
class Records:
    """The records of one clinic: for each argument of an address the record that it names."""

    clinic: Clinic
    staff: dict[str, StaffMember]
    patient: Patient
    # The record, or the token, that each argument of an address names; a token by the address's name.
    named: dict[str, Any]


@dataclass
class World:
    """Everybody, and what belongs to the clinic of the nurse (`own`) and to the other one (`foreign`)."""

    own: Records
    foreign: Records
    clients: dict[str, Client]

    def answer(self, who: str, method: str, path: str) -> HttpResponseBase:
        """Return the answer to one request; whatever it writes is undone, and nobody is signed out by it."""
        client = self.clients[who]
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        ask: Callable[..., HttpResponseBase] = client.get if method == "GET" else client.post
        with transaction.atomic():
            answer = ask(path)
            transaction.set_rollback(True)
        client.cookies.clear()
        for name, value in cookies.items():
            client.cookies[name] = value
        return answer


def build() -> World:
    """Make the world, at `NOW`."""
    if not Page.objects.exists():  # a test with transactions of its own took what Wagtail's migrations made
        language = get_supported_content_language_variant(settings.LANGUAGE_CODE)
        Locale.objects.get_or_create(language_code=language)
        Page.add_root(title="Root", slug="root")
    call_command("load_guidance", stdout=StringIO())
    own = clinic_with_records("Larkfield", "Amara")
    foreign = clinic_with_records("Elsewhere", "Sam")
    other = PatientFactory.create(clinic=own.clinic)
    two = PatientFactory.create(clinic=own.clinic)
    PatientFactory.create(clinic=foreign.clinic, user=two.user)
    editor = add_editor(email="editor@test.example", first_name="Eva", last_name="Editor")
    superuser = User.objects.create_superuser("root@test.example", first_name="Ada", last_name="Admin")
    users = {
        "patient": own.patient.user,
        "other patient": other.user,
        "two clinics": two.user,
        **{role: member.user for role, member in own.staff.items()},
        "other manager": foreign.staff["manager"].user,
        "editor": editor,
        "superuser": superuser,
        "companion": User.objects.get(companionships__patient=own.patient),
    }
    clients = {who: Client(raise_request_exception=False) for who in PEOPLE}
    for who, user in users.items():
        clients[who].force_login(user)
        prove(clients[who], user)
    return World(own, foreign, clients)


def clinic_with_records(name: str, patient_name: str) -> Records:
    """Make a clinic with three members of staff and a patient, and one record of every kind."""
    clinic = ClinicFactory.create(name=f"{name} Clinic", slug=name.lower())
    staff = {role: person(clinic, f"{name}-{role}", role) for role in ("nurse", "clinician", "manager")}
    manager = staff["manager"]
    publish_default_courses(clinic=clinic, by=manager.user, now=MONDAY - timedelta(days=30))
    patient = PatientFactory.create(clinic=clinic, user=UserFactory.create(first_name=patient_name))
    procedure = ProcedureFactory.create(patient=patient, recorded_by=manager.user)
    alert: Alert = alert_of(patient, 20, signs=["pus"])
    attempt = record_contact_attempt(patient=patient, by=manager.user, now=at(20.5), result="no_answer")
    letter = send_letter(patient=patient, template="please_call", by=manager.user, now=at(20.6))
    message = Message.objects.get(subject=letter.pk)
    Message.objects.filter(pk=message.pk).update(
        state="failed", failure="permanent", finished_at=at(20.7), error="550"
    )
    step = ContactStep.objects.create(clinic=clinic, position=0)
    step.members.add(manager)
    colleague = StaffMemberFactory.create(clinic=clinic)
    shift = Shift.objects.create(clinic=clinic, member=colleague, starts_at=at(22), ends_at=at(30))
    override = set_override(
        member=manager, instead_of=None, starts_at=at(30), ends_at=at(32), by=manager.user, now=NOW
    )
    [swap] = ask_swap(shift=shift, by=colleague, colleagues=[staff["nurse"]], in_return=None, now=NOW)
    duty = manager.duty_confirmations.create(clinic=clinic, starts_at=at(22), ends_at=at(30), asked_at=at(18))
    drill = start_drill(clinic=clinic, by=manager.user, now=at(20.8))
    session = UserSession.objects.create(
        user=manager.user, session_key=uuid.uuid4().hex, ip="127.0.0.1", last_seen_at=NOW
    )
    invitation = invite(patient=patient, by=manager.user, now=at(20.9))
    staff_invitation = invite_staff(member=colleague, by=manager.user, now=at(20.9))
    removal = FactorRemoval.objects.create(
        user=colleague.user, clinic=clinic, asked_by=manager.user, asked_at=at(20.9)
    )
    companion = companion_of(patient, at(20.9), email=f"{name.lower()}@kin.example")
    asked = invited(patient, at(20.9), email=f"{name.lower()}@friend.example")
    named = {
        "companion_id": companion.pk,
        "companion_invitation.token": token_of_companion(asked.pk),
        "alert_id": alert.pk,
        "patient_id": patient.pk,
        "procedure_id": procedure.pk,
        "check_in_id": patient.check_ins.get().pk,
        "attempt_id": attempt.pk,
        "photo_id": make_photo(patient.check_ins.get(), at(20.9)).pk,
        "cluster_id": make_cluster(patient.check_ins.get(), now=at(20.9)).pk,
        "letter_id": letter.pk,
        "message_id": message.pk,
        "step_id": step.pk,
        "shift_id": shift.pk,
        "override_id": override.pk,
        "swap_id": swap.pk,
        "duty_id": duty.pk,
        "member_id": colleague.pk,
        "member_pk": colleague.pk,
        "drill_id": drill.pk,
        "point_id": manager.user.contact_points.create(
            kind="sms", address="+447700900163", created_at=NOW
        ).pk,
        "session_pk": session.pk,
        "sign_in_link.token": make_sign_in_link(user=patient.user, now=NOW).split("/")[3],
        "invitation.token": invitation.path.split("/")[3],
        "staff_invitation.token": staff_invitation.path.split("/")[3],
        "second_step_removal.token": removal.path.split("/")[3],
        "have_it.token": link_of_a_message(alert, manager),
        **dict.fromkeys(
            (
                *("reminder_check_in.token", "reminder_result.token", "reminder_confirmation.token"),
                *("reminder_change.token", "reminder_stop.token"),
            ),
            token_of(reminder_for(patient).pk),
        ),
        "article.slug": Article.objects.filter(live=True)[0].slug,
    }
    return Records(clinic, staff, patient, named)


def reminder_for(patient: Patient) -> Reminder:
    """Make a reminder of the patient, which was due an hour ago."""
    pk = uuid.uuid4()
    made: Reminder = Reminder.objects.create(
        id=pk,
        patient=patient,
        sort=Reminder.Sort.PLANNED,
        day=NOW.date(),
        due_at=NOW - timedelta(hours=1),
        expires_at=NOW,
        token_hash=Reminder.hash_of(token_of(pk)),
    )
    return made


def link_of_a_message(alert: Alert, member: StaffMember) -> str:
    """Return the token of the link in an SMS about the alert."""
    message = Message.objects.create(
        kind="alert_dispatch",
        subject=alert.dispatches.get(reason="opened").pk,
        recipient=member.user,
        channel="sms",
        created_at=at(20.9),
        next_attempt_at=at(20.9),
    )
    return own_links([message], at(20.9))[message.pk].split("/")[2]


# Arguments of addresses that name no record of a clinic.
OF_NOBODY: dict[str, Any] = {
    "hours": "open",
    "kind": "email",
    "level": "urgent",
    "day": "2026-12-25",
    "token": "made-up",
    "code": "000000",
    "path": "none.png",
    "slug": "none",
    "key": "MQ:made-up",
    "uidb36": "1",
    "pk": 999_999,
}
BY_CONVERTER: dict[str, Any] = {
    "IntConverter": 999_999,
    "UUIDConverter": uuid.UUID(int=1),
    "SlugConverter": "none",
    "StringConverter": "none",
    "PathConverter": "none",
}
