"""Every kind of mail in the pseudo-locale, by what it is called here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db.models import Exists, OuterRef
from django.test import Client
from django.utils import timezone

from aftercare.alerts.actions.patient_messages import send_letter
from aftercare.alerts.auditing import report
from aftercare.alerts.models import Alert, Dispatch, Drill, DutyConfirmation, Letter, Omission, Override, Swap
from aftercare.alerts.notifying import taken
from aftercare.alerts.notifying.texts import drill_words, list_words, together_words, words
from aftercare.alerts.on_call import confirmations, overrides, swaps
from aftercare.checkins.clusters import messages as clusters
from aftercare.checkins.follow_up import unconfirmed
from aftercare.checkins.models import CheckIn, Cluster, ClusterElsewhere, ClusterReport
from aftercare.checkins.reminders import messages
from aftercare.checkins.reminders.actions import plan_of
from aftercare.checkins.reminders.planning import Occasion
from aftercare.checkins.reminders.rows import calling_alerts
from aftercare.checkins.reminders.writing import new_reminder
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content, renderer_of
from aftercare.people.accounts import code_mails
from aftercare.people.actions.addresses import change_own_address
from aftercare.people.actions.invitations import invite
from aftercare.people.actions.staff_invitations import invite_staff
from aftercare.people.companions.actions import invite_companion
from aftercare.people.contact_points import actions, asking, delivery, stopping
from aftercare.people.factors.changes import note_factor_change
from aftercare.people.factors.removal import approve_removal, approvers, ask_removal, cancel_removal
from aftercare.people.models import (
    CodeMail,
    ContactPoint,
    FactorChange,
    FactorRemoval,
    Invitation,
    Patient,
    StaffInvitation,
    StaffMember,
    User,
)
from aftercare.triage import Level
from tests.people.proving import prove

ABOUT_THE_CLINIC = {Dispatch.Reason.CLOSING, Dispatch.Reason.DIGEST}
Mail = tuple[str, Content | None]


def mails() -> Iterator[Mail]:
    """All of them, each with a name. Writes what they are about into the database."""
    forget_codes()
    yield from mails_to_patients()
    yield from mails_about_alerts()
    yield from mails_about_omissions()
    yield from mails_about_clusters()
    yield from mails_about_the_rota()
    yield from mails_about_contact_points()
    yield from mails_to_come_in()


def mails_about_alerts() -> Iterator[Mail]:
    """To staff, for each reason: about one patient of each level, about several, about a drill."""
    alerts = list(
        {alert.level: alert for alert in Alert.objects.select_related("clinic", "patient")}.values()
    )
    # The event where a message was refused.
    before = Dispatch.objects.exclude(reason=Dispatch.Reason.UNDELIVERED)[0]
    for alert in alerts:
        for reason in Dispatch.Reason:
            dispatch = Dispatch(reason=reason, clinic=alert.clinic, patient=alert.patient, event=before.pk)
            if reason in ABOUT_THE_CLINIC:
                yield from ((f"alert {reason}", list_words(dispatch, count)) for count in (1, 3))
            elif reason != Dispatch.Reason.DRILL:
                for when in (alert.opened_at, alert.opened_at + timedelta(days=7)):  # in time and too late
                    yield f"alert {reason}", words(dispatch, alert, when)
    yield "drill", drill_words(Drill())
    for level in (None, *Level):
        yield from (("several alerts", together_words(count, level)) for count in (1, 3))


def mails_about_omissions() -> Iterator[Mail]:
    """What the auditor found, to managers and to whoever runs the portal: with an alert and without."""
    alert, now = Alert.objects.select_related("clinic").order_by("pk")[0], timezone.now()
    found = [
        Omission(
            clinic=alert.clinic, kind=kind, event=alert.pk, alert=one, found_at=now, repaired_at=repaired
        )
        for kind, one, repaired in (
            *((kind, alert, now) for kind in Omission.Kind),
            (Omission.Kind.NO_ALERT, None, None),
        )
    ]
    for omission in found:
        omission.save()
        yield "nearly missed", report.render(Message(subject=omission.pk), now)
        omission.delete()
    for some in (found[:1], found):
        yield "auditor", Content(subject="", body=report.mail_body(some))


def mails_about_clusters() -> Iterator[Mail]:
    """One that is new, one that has grown, and one with a check-in at another clinic."""
    now = timezone.now()
    for joined in ClusterReport.objects.filter(cluster__looked_at=None).select_related("cluster")[:1]:
        for found_at in (joined.added_at, joined.added_at - timedelta(days=1)):
            Cluster.objects.filter(pk=joined.cluster_id).update(found_at=found_at)
            yield "cluster", clusters.render(Message(subject=joined.pk), now)
    for elsewhere in ClusterElsewhere.objects.filter(cluster__looked_at=None)[:1]:
        yield "cluster", clusters.render(Message(subject=elsewhere.pk), now)


def mails_about_the_rota() -> Iterator[Mail]:
    """Who is on instead, who is asked to take a shift and what the answer is, and the duty to confirm."""
    now = timezone.now()
    duty = DutyConfirmation.objects.select_related("member__user").all()[0]
    override = Override.objects.select_related("member__user").all()[0]
    swap = Swap.objects.select_related("asked__user", "asked_by__user").all()[0]
    other = User.objects.get(email="clinician@demo.example")
    Override.objects.update(instead_of=duty.member)
    for user in (override.member.user, duty.member.user, other):
        yield "override", overrides.render_set(Message(subject=override.pk, recipient=user), now)
        yield "override removed", overrides.render_removed(Message(subject=override.pk, recipient=user), now)
    yield "duty", confirmations.render_asked(Message(subject=duty.pk), now)
    yield "duty not confirmed", confirmations.render_warned(Message(subject=duty.pk), now)
    for returned in ({}, {"return_starts_at": swap.starts_at, "return_ends_at": swap.ends_at}):
        Swap.objects.update(state="asked", answered_at=None, **returned)
        yield "swap asked", swaps.render_asked(Message(subject=swap.pk), now)
        for state, user in (
            ("accepted", swap.asked_by.user),
            ("accepted", other),
            ("declined", swap.asked_by.user),
        ):
            Swap.objects.update(state=state, answered_at=now)
            yield f"swap {state}", swaps.render_answered(Message(subject=swap.pk, recipient=user), now)
    yield "swap taken", swaps.render_taken(Message(subject=swap.pk), now)


def mails_about_contact_points() -> Iterator[Mail]:
    """A code to each kind, a test, the question to set up a way, and that somebody has an alert."""
    now = timezone.now()
    member = StaffMember.objects.get(user__email="clinician@demo.example")
    for kind in ContactPoint.Kind:
        point = member.user.contact_points.create(kind=kind, address="{}", created_at=now, code_sent_at=now)
        message = Message(kind=actions.CODE_KIND, recipient=member.user, point=point.pk)
        yield "code of a contact point", actions.render_code(message, now)
        point.delete()
    yield "test of a contact point", actions.render_test(Message(), now)
    off = {"kind": "sms", "address": "{}", "created_at": now, "disabled_at": now, "disabled_because": "gone"}
    point = member.user.contact_points.create(**off)
    yield "contact point off", delivery.render_off(Message(subject=point.pk), now)
    asked = asking.render(Message(recipient=member.user), now)
    yield "set up a way", asked
    point = member.user.contact_points.create(**off | {"address": "[]", "disabled_because": "stopped"})
    yield "contact point stopped", stopping.render_stopped(Message(thread=point.pk), now)
    taken_on = Alert.objects.exclude(acknowledged_by=None).exclude(pk__in=Alert.objects.waiting())
    told_of = Dispatch.objects.filter(alerts__in=taken_on).order_by("pk")
    alone = next(dispatch for dispatch in told_of if dispatch.alerts.count() == 1)
    about = {"subject": alone.pk, "recipient": member.user, "channel": "sms"}
    times = {"created_at": now, "next_attempt_at": now, "finished_at": now}
    told = Message.objects.create(kind="alert_dispatch", state=Message.State.SENT, **about, **times)
    yield "alert taken", taken.render(Message(**about), now)
    told.delete()


def mails_to_patients() -> Iterator[Mail]:
    """Fixed texts, and that nobody has confirmed a check-in."""
    now, nurse = timezone.now(), StaffMember.objects.get(user__email="nurse@demo.example")
    patient = Alert.objects.open()[0].patient
    for template in Letter.Template:
        send_letter(patient=patient, template=template, by=nurse.user, now=now)
    check_in = CheckIn.objects.unconfirmed().exclude(confirm_by=None).latest("confirm_by")
    CheckIn.objects.filter(pk=check_in.pk).update(confirm_by=now - timedelta(minutes=5))
    unconfirmed.tell_unconfirmed(now)
    yield from written_now()
    yield from reminders()


def reminders() -> Iterator[Mail]:
    """A reminder, and what somebody is sent who still needs to call."""
    now = timezone.now()
    calling = Patient.objects.filter(Exists(calling_alerts(OuterRef("pk"))))
    for patient in (calling[0], Patient.objects.filter(check_ins=None)[0]):
        plan_of(patient)
        later = new_reminder(
            patient.reminder_plan,
            Occasion(due_at=now, expires_at=now + timedelta(hours=1), day=now.date(), sort="later"),
        )
        later.save()
        yield "reminder", messages.render(Message(subject=later.pk, channel="email"), now)


def mails_to_come_in() -> Iterator[Mail]:
    """Invitations of patients and staff, with and without a link, and the codes."""
    now, members = timezone.now(), StaffMember.objects.order_by("pk")
    patient = Alert.objects.open()[0].patient
    member, by = members[0], members[2].user
    for is_staff in (False, True):
        for user in (patient.user, member.user):
            user.is_staff = is_staff  # such a person comes in by a code
            user.save()
        for sent in (Invitation, StaffInvitation):
            sent.objects.live().update(stopped_at=now)  # another one may go at once
        invite(patient=patient, by=by, now=now)
        invite_staff(member=member, by=by, now=now)
        yield from written_now()
    Patient.objects.filter(pk=patient.pk).update(pending_since=now)
    Invitation.objects.live().update(stopped_at=now)
    invite(patient=patient, by=by, now=now)
    yield from written_now()
    Patient.objects.filter(pk=patient.pk).update(pending_since=None)
    invite_companion(patient=patient, name="Hildegard", email="hildegard@demo.example", now=now)
    yield from written_now()
    client = Client()
    client.post("/accounts/login/code/", {"email": member.user.email})
    yield "code", sent_just_now()
    client.force_login(member.user)
    client.post("/accounts/reauthenticate/", {"action": "send"})
    yield "code before a change", sent_just_now()
    yield from mails_about_an_address(member.user, of_somebody_else=by.email)
    for what in FactorChange.What:
        note_factor_change(user=member.user, what=what, by=by, now=now)
    yield from written_now()
    yield from mails_about_removal(member, by)


def mails_about_an_address(user: User, of_somebody_else: str) -> Iterator[Mail]:
    """The code to a new address, what the owner of an address in use reads, and the notice to the old one."""
    client = Client()
    client.force_login(user)
    prove(client, user)
    for address in ("new@demo.example", of_somebody_else):
        client.post("/accounts/address/", {"email": address})
        yield "new address", sent_just_now()
    change_own_address(by=user, address="new@demo.example", now=timezone.now())
    yield from written_now()


def mails_about_removal(member: StaffMember, by: User) -> Iterator[Mail]:
    """That it is asked for, agreed to and stopped, and the one to colleagues who can agree."""
    now = timezone.now()
    FactorRemoval.objects.open().update(ended_at=now, outcome=FactorRemoval.Outcome.CANCELLED)
    TOTP.activate(member.user, generate_totp_secret())
    asked = ask_removal(user=member.user, clinic=member.clinic, by=by, now=now)
    yield from written_now()
    colleague = approvers(user=member.user, clinic=member.clinic, asked_by=by)[0]
    approve_removal(removal=asked, by=colleague.user, now=now)
    yield from written_now()
    cancel_removal(removal=asked, by=by, now=now)
    yield from written_now()


def sent_just_now() -> Content:
    """The mail with a code that was just written."""
    content = Content(**CodeMail.objects.get().content)
    forget_codes()
    return content


def forget_codes() -> None:
    """Delete the mails with a code, so that the next one is the only one."""
    CodeMail.objects.all().delete()
    Message.objects.filter(kind=code_mails.KIND).delete()


def written_now() -> Iterator[Mail]:
    """The mails of messages that were written at this instant."""
    for message in Message.objects.filter(created_at=timezone.now(), state=Message.State.PENDING):
        content = renderer_of(message.kind)(message, timezone.now())
        if content is not None:
            yield message.kind, content
