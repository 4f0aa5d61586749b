"""The demo clinic in the pseudo-locale: what its pages and mails say, and which of it is data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.core.management import call_command
from django.db import models
from django.test import Client, override_settings

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.drills import start_drill
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.actions.patient_messages import send_letter
from aftercare.alerts.answering.links import own_links
from aftercare.alerts.models import Alert, ContactAttempt, ContactStep, Dispatch, DutyConfirmation, Letter
from aftercare.alerts.on_call import confirmations
from aftercare.alerts.on_call.overrides import set_override
from aftercare.alerts.on_call.swaps import ask_swap
from aftercare.checkins.clusters.actions import look_at_cluster
from aftercare.checkins.models import CheckIn, Cluster
from aftercare.checkins.reminders.actions import plan_of
from aftercare.checkins.reminders.links import path_of
from aftercare.checkins.reminders.planning import Occasion
from aftercare.checkins.reminders.writing import new_reminder
from aftercare.guidance.models import Article, Instruction
from aftercare.outbox.models import Message
from aftercare.people.actions.invitations import invite
from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.actions.staff_invitations import invite_staff
from aftercare.people.actions.withdrawal import withdraw_patient
from aftercare.people.companions.actions import accept_companionship, invite_companion, remove_companion
from aftercare.people.companions.actions import path_of as path_of_companion
from aftercare.people.contact_points import actions
from aftercare.people.contact_points.addresses import SERVICES
from aftercare.people.models import (
    Clinic,
    Companion,
    ContactPoint,
    FactorRemoval,
    Invitation,
    Lot,
    Operator,
    Patient,
    Shift,
    StaffInvitation,
    StaffMember,
    User,
)
from aftercare.people.treatments.details import LotEntry, TreatmentDetails
from aftercare.people.treatments.recording import record_details
from tests.checkins.clusters.making import make_cluster
from tests.checkins.photos.making import make_photo
from tests.clock import frozen_at
from tests.factories import check_in
from tests.translation.mails import mails
from tests.translation.pseudo import pseudo_locale
from tests.translation.unmarked import Data, unmarked, unmarked_in_text
from tests.translation.walk import Walk
from tools.servers.providers.push import VAPID_PRIVATE_KEY

NOW = datetime(2026, 11, 18, 13, 12, tzinfo=UTC)  # a Wednesday, and the clinic is open
PATIENTS = (
    "patient",
    "daniel.reyes",
    "joan.whitaker",
    "mei.lin",
    "leila.haddad",
    "ruth.okafor",
    "tomasz.nowak",
)
STAFF = ("nurse", "clinician", "manager")
CHANNELS = {"SMS_URL": "json://127.0.0.1/send?:to={to}", "VAPID_PRIVATE_KEY": VAPID_PRIVATE_KEY}
# Columns that people fill in, in words of their own.
ENTERED: dict[type[models.Model], tuple[str, ...]] = {
    User: ("first_name", "last_name", "email"),
    Clinic: ("name", "telephone", "out_of_hours_telephone", "time_zone", "cannot_phone"),
    Patient: ("record_number", "call_back_hours", "guardian_name"),
    Article: ("title", "summary", "checked_by", "body"),
    Instruction: ("text",),
    CheckIn: ("note",),
    Alert: ("note", "next_try_reason"),
    ContactAttempt: ("note",),
    ContactPoint: ("name",),
    Companion: ("name", "email"),
    Lot: ("number", "product"),
    Operator: ("name",),
}
CLASSES = re.compile(r'class="([^"]*)"')
MARKUP = re.compile(r"<[^>]+>|\{\w+\}")


@dataclass(frozen=True)
class World:
    """Texts of each page and each kind of mail, by name, and the data among them."""

    pages: dict[str, set[str]]
    mails: dict[str, set[str]]
    data: Data

    def unmarked(self) -> dict[str, list[str]]:
        """Return the unmarked texts by page ("clinic:alert") or mail ("mail: drill"); empty if all are."""
        found = {
            name: said(unmarked(html, self.data) for html in pages) for name, pages in self.pages.items()
        }
        for name, texts in self.mails.items():
            found[f"mail: {name}"] = said(unmarked_in_text(text, self.data) for text in texts)
        return found

    def classes(self) -> set[str]:
        """Return the classes of all elements on all pages."""
        return {
            name
            for pages in self.pages.values()
            for html in pages
            for names in CLASSES.findall(html)
            for name in names.split()
        }


def said(findings: Iterable[list[str]]) -> list[str]:
    return sorted({text for found in findings for text in found})


def entered() -> Iterator[str]:
    """Every text that somebody has entered: an article's in the pieces between its tags."""
    for model, columns in ENTERED.items():
        for row in model._default_manager.values_list(*columns):
            for text in row:
                yield from (piece.strip() for piece in MARKUP.split(str(text or "")))
    yield from ("Enrolled twice", "Christmas Day", "Wenzel fragte nach.", "Seen at once", *SERVICES.values())
    yield from (zone.rpartition("/")[2] for zone in Clinic.objects.values_list("time_zone", flat=True))


def look_around() -> World:
    """Fill the database with the demo clinic, and walk through it as everybody who is there."""
    pages: dict[str, set[str]] = {}
    letters: dict[str, set[str]] = {}
    with pseudo_locale(), frozen_at(NOW), override_settings(**CHANNELS):
        call_command("load_guidance", verbosity=0)
        call_command("seed_demo", verbosity=0)
        prepare()
        for name in PATIENTS:
            user = User.objects.get(email=f"{name}@demo.example")
            tapped = [f"/accounts/ways/tap/123456/{point.pk}/" for point in user.contact_points.all()]
            Walk(user, pages).from_("/", "/check-in/", "/offline/", "/accounts/", "/nowhere/", *tapped)
        for name in STAFF:
            user = User.objects.get(email=f"{name}@demo.example")
            direct = [f"/clinic/contact-points/tap/123456/{point.pk}/" for point in user.contact_points.all()]
            direct.append(link_of_a_reminder())
            shown = Patient.objects.get(user__email="patient@demo.example")
            direct.append(f"/clinic/patients/{shown.pk}/pictures/")
            direct += [
                confirmations.path_of(duty) for duty in DutyConfirmation.objects.filter(member__user=user)
            ]
            Walk(user, pages).from_("/clinic/", "/accounts/", "/accounts/reauthenticate/", *direct)
        for companion in Companion.objects.exclude(user=None).select_related("user"):
            sent = [
                f"/companion/{companion.pk}/check-ins/{one.pk}/{part}"
                for one in companion.check_ins.all()
                for part in ("", "confirmation/")
            ]
            Walk(companion.user, pages).from_("/companion/", "/guidance/", "/timeline/", *sent)
        look_at_a_lock(pages)
        Walk(None, pages).from_("/", *ways_in())
        data = Data(list(entered()))
        for name, content in mails():
            assert content is not None, name
            letters.setdefault(name, set()).update((content.subject, content.body, content.short))
        return World(pages=pages, mails=letters, data=data)


def look_at_a_lock(pages: dict[str, set[str]]) -> None:
    """Walk on as a nurse whose session is locked."""
    walk = Walk(User.objects.get(email="nurse@demo.example"), pages)
    walk.client.post("/clinic/lock/", {"asked": "yes"})
    walk.from_("/clinic/locked/", "/clinic/locked/counts/")


def prepare() -> None:
    """Add to the demo clinic: a message, invitations, calls, a drill, a shift, a withdrawn patient."""
    nurse, manager = (
        StaffMember.objects.get(user__email=f"{name}@demo.example") for name in ("nurse", "manager")
    )
    patient, withdrawn = (
        Patient.objects.get(user__email=f"{name}@demo.example") for name in ("patient", "ben.achebe")
    )
    send_letter(patient=patient, template=Letter.Template.PLEASE_CALL, by=nurse.user, now=NOW)
    invite(patient=patient, by=nurse.user, now=NOW)
    invite_staff(member=nurse, by=nurse.user, now=NOW)
    withdraw_patient(patient=withdrawn, reason="Enrolled twice", by=nurse.user, now=NOW)
    newcomer, asked_again = (
        Patient.objects.filter(user__email=f"{name}@demo.example") for name in ("ruth.okafor", "leila.haddad")
    )
    newcomer.update(consent_version="", consented_at=None)
    asked_again.update(consent_version="1.0", consented_at=NOW)
    add_companions(patient, Patient.objects.get(user__email="joan.whitaker@demo.example"))
    work_alerts(nurse.user)
    add_contact_points(manager.user, nurse.user)
    add_ways(patient.user)
    for reported in patient.check_ins.order_by("-number")[:2]:
        make_photo(reported, NOW)
    make_clusters(nurse.clinic, manager.user)
    start_drill(clinic=nurse.clinic, by=manager.user, now=NOW)
    change_rota(nurse, manager)
    Clinic.objects.update(closed_days={"2026-11-25": "Christmas Day"})


def add_companions(patient: Patient, other: Patient) -> None:
    """Somebody who accompanies two patients, somebody who was removed, and invitations in each state."""
    for one in (patient, other):
        companion = invite_companion(patient=one, name="Thorben", email="thorben@demo.example", now=NOW)
        accept_companionship(companion=companion, now=NOW)
    check_in(patient, NOW, by=User.objects.get(email="thorben@demo.example"), companion=companion_of(patient))
    for name in ("Ottilie", "Wenzel"):
        made = invite_companion(patient=patient, name=name, email=f"{name.lower()}@demo.example", now=NOW)
    Companion.objects.filter(pk=made.pk).update(invited_at=NOW - timedelta(days=20))
    gone = invite_companion(patient=other, name="Ottilie", email="ottilie@demo.example", now=NOW)
    remove_companion(companion=accept_companionship(companion=gone, now=NOW), by=other.user, now=NOW)


def make_clusters(clinic: Clinic, by: User) -> None:
    """One that a manager has looked at, and one that has grown since, with a report that does not count any more."""
    reported = list(CheckIn.objects.filter(patient__clinic=clinic).order_by("submitted_at")[:3])
    seen = make_cluster(*reported[:1], now=NOW)
    look_at_cluster(cluster_id=seen.pk, by=by, note="Wenzel fragte nach.", grown_at=NOW, now=NOW)
    found = make_cluster(*reported, now=NOW)
    share_a_lot(found, reported)
    Cluster.objects.filter(pk=found.pk).update(found_at=NOW - timedelta(days=1))


def share_a_lot(cluster: Cluster, reported: Sequence[CheckIn]) -> None:
    """Two with the same lot, treated by somebody without an account, and a check-in with it at another clinic."""
    cluster.elsewhere.create(check_in=reported[0], added_at=NOW)
    for one in reported[:2]:
        assert one.procedure is not None
        lots = frozenset({LotEntry(kind="needle", number="77-1", product="Wenzel")})
        record_details(one.procedure, TreatmentDetails(operator="Ottilie", lots=lots))


def companion_of(patient: Patient) -> Companion:
    found: Companion = patient.companions.active()[0]
    return found


def change_rota(nurse: StaffMember, manager: StaffMember) -> None:
    """Two shifts, somebody else for one of them, a request to take the other, and a duty to confirm."""
    soon, later = (
        Shift.objects.create(
            clinic=nurse.clinic,
            member=member,
            starts_at=NOW + timedelta(hours=hours),
            ends_at=NOW + timedelta(hours=hours + 7),
        )
        for member, hours in ((nurse, 2), (manager, 26))
    )
    ContactStep.objects.filter(clinic=nurse.clinic).update(on_duty=True)
    times = {"starts_at": soon.starts_at, "ends_at": soon.ends_at}
    set_override(
        member=manager,
        instead_of=None,
        starts_at=later.ends_at,
        ends_at=later.ends_at + timedelta(hours=1),
        by=manager.user,
        now=NOW,
    )
    ask_swap(shift=later, by=manager, colleagues=[nurse], in_return=None, now=NOW)
    nurse.duty_confirmations.create(clinic=nurse.clinic, asked_at=NOW, **times)


def add_contact_points(user: User, colleague: User) -> None:
    """One of each state: not confirmed, confirmed with a test on its way, shared, and off in each kind."""
    made: dict[str, Any] = {"created_at": NOW, "address": "+447700900163", "kind": "sms"}
    off: dict[str, Any] = {"disabled_at": NOW, "disabled_because": "gone", "verified_at": NOW}
    user.contact_points.create(**made)
    for owner in (user, colleague):
        confirmed = owner.contact_points.create(**made, verified_at=NOW)
    actions.test_point(user=user, point=confirmed, now=NOW)
    user.contact_points.create(**made, **off)
    user.contact_points.create(**{**made, "kind": "push", "address": "{}", "name": "Old tablet"}, **off)
    actions.set_quiet_hours(user=user, starts=time(22), ends=time(7), now=NOW)


def add_ways(user: User) -> None:
    """A telephone of a patient in each state, and a browser that is not confirmed."""
    made: dict[str, Any] = {"created_at": NOW, "address": "+447700900163", "kind": "sms", "agreed_at": NOW}
    user.contact_points.create(**{**made, "kind": "push", "address": "{}", "code_sent_at": NOW})
    user.contact_points.create(**made, code_sent_at=NOW)
    user.contact_points.create(**made, verified_at=NOW)
    user.contact_points.create(**{**made, "agreed_at": None}, verified_at=NOW)
    user.contact_points.create(**made, disabled_at=NOW, disabled_because="gone")


def work_alerts(by: User) -> None:
    """One alert is acknowledged and called about, another closed."""
    called, closed = (
        Alert.objects.open().filter(patient__user__email=f"{name}@demo.example").worst_first()[0]
        for name in ("daniel.reyes", "joan.whitaker")
    )
    acknowledge(alert=called, by=by, now=NOW)
    said = {"kind": ContactAttempt.Kind.CALLED, "result": ContactAttempt.Result.NO_ANSWER, "note": ""}
    record_contact_attempt(patient=called.patient, alert=called, by=by, now=NOW, **said)
    close(alert=closed, by=by, now=NOW, outcome=Alert.Outcome.ADVICE_GIVEN, note="Seen at once")


def removal_of(member: StaffMember) -> FactorRemoval:
    """The removal of a second step, to which a second person has agreed."""
    others = member.clinic.staff_members.exclude(user=member.user)
    asked_by, approved_by = (other.user for other in others[:2])
    by = {"asked_by": asked_by, "asked_at": NOW, "approved_by": approved_by, "approved_at": NOW}
    made: FactorRemoval = FactorRemoval.objects.create(user=member.user, clinic=member.clinic, **by)
    return made


def link_of_a_message(member: StaffMember) -> str:
    """The page behind the link of an SMS about an alert that waits."""
    dispatch = Dispatch.objects.filter(alerts__in=member.clinic.alerts.need_action().waiting())[0]
    sms = Message.objects.create(
        kind="alert_dispatch",
        subject=dispatch.pk,
        recipient=member.user,
        channel="sms",
        created_at=NOW,
        next_attempt_at=NOW,
    )
    return own_links([sms], NOW)[sms.pk]


def link_of_a_reminder(*, is_sent: bool = False) -> str:
    """The check-in behind the link of a reminder, or what was sent there."""
    patient = Patient.objects.get(user__email="patient@demo.example")
    due = Occasion(due_at=NOW, expires_at=NOW + timedelta(hours=1), day=NOW.date(), sort="later")
    reminder = new_reminder(plan_of(patient), due)
    reminder.save()
    path = path_of(reminder.pk)
    if is_sent:
        Client().post(path, {"redness": "1", "procedure": "several"})
    return path


def ways_in() -> list[str]:
    """The pages that somebody who is not signed in is sent to, and links that are of no use."""
    nurse = StaffMember.objects.get(user__email="nurse@demo.example")
    return [
        make_sign_in_link(user=nurse.user, now=NOW),
        Invitation.objects.latest("made_at").path,
        StaffInvitation.objects.latest("made_at").path,
        *(path_of_companion(one.pk) for one in Companion.objects.all()),
        "/accounts/companion/gone/",
        removal_of(nurse).path,
        link_of_a_message(nurse),
        "/h/gone/",
        *(f"{link_of_a_reminder()}{page}" for page in ("", "change/", "stop/")),
        *(f"{link_of_a_reminder(is_sent=True)}{page}" for page in ("result/", "?form=x")),
        "/r/gone/",
        "/accounts/link/gone/",
        "/accounts/removal/gone/",
        "/accounts/invitation/gone/",
        "/accounts/staff-invitation/gone/",
        "/accounts/login/code/",
        "/nowhere/",
    ]
