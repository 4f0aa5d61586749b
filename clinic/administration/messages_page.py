"""The page of failed messages: each with its subject, and messages still being retried."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from aftercare.alerts.actions import patient_messages
from aftercare.alerts.auditing import report
from aftercare.alerts.models import Alert, Dispatch, Letter, Omission
from aftercare.alerts.notifying import notifications
from aftercare.alerts.on_call import confirmations, overrides, swaps
from aftercare.checkins.clusters import messages as clusters
from aftercare.checkins.follow_up import unconfirmed
from aftercare.checkins.models import CheckIn, ClusterReport
from aftercare.outbox.models import Message
from aftercare.people.actions import invitations, staff_invitations
from aftercare.people.models import Clinic, Invitation, Patient, StaffInvitation

ROTA_KINDS = (
    *(overrides.SET, overrides.REMOVED, confirmations.ASKED, confirmations.WARNED),
    *(swaps.ASKED, swaps.ANSWERED, swaps.TAKEN),
)
TRIED_OFTEN = 3  # attempts after which a message still being retried is listed
SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSubject:
    """The subject of a message: its kind in words, and a link to its page. Contains no health detail."""

    kind: str
    page: str = ""
    name: str = ""
    patient: Patient | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """One failed or retried message."""

    message: Message
    about: MessageSubject
    to_patient: Patient | None  # None for a message to staff
    is_too_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesPage:
    failed: list[MessageRow]
    trying: list[MessageRow]
    attended: list[MessageRow]

    @property
    def patients(self) -> Iterator[Patient]:
        """The patients whom the page names."""
        for row in (*self.failed, *self.trying, *self.attended):
            yield from filter(None, (row.about.patient, row.to_patient))


def messages_page(clinic: Clinic, now: datetime) -> MessagesPage:
    """Return unattended failures, messages still being retried, and the failures attended last."""
    own = Message.objects.filter(sender=clinic.pk).select_related("recipient")
    trying = own.filter(state=Message.State.RETRYING, attempts__gte=TRIED_OFTEN).order_by("created_at")
    # Only a failed message is attended; the state is named, so that the index of failures is used.
    attended = own.filter(state=Message.State.FAILED, attended_at__isnull=False).order_by("-attended_at")
    failed = own.unattended_failures().order_by("-finished_at")
    return MessagesPage(
        failed=message_rows(failed[:SHOWN], clinic, now),
        trying=message_rows(trying[:SHOWN], clinic, now),
        attended=message_rows(attended[:20], clinic, now),
    )


def message_rows(messages: Iterable[Message], clinic: Clinic, now: datetime) -> list[MessageRow]:
    """Return the rows of the messages, in a constant number of queries."""
    messages = list(messages)
    about = about_each(messages, clinic)
    users = [message.recipient_id for message in messages]
    patients = {one.user_id: one for one in Patient.objects.filter(clinic=clinic, user__in=users)}
    return [
        MessageRow(
            message=message,
            about=about.get(message.subject)
            or MessageSubject(kind=message.kind.replace("_", " ").capitalize()),
            to_patient=patients.get(message.recipient_id),
            is_too_late=message.expires_at is not None and message.expires_at <= now,
        )
        for message in messages
    ]


def about_each(messages: Collection[Message], clinic: Clinic) -> dict[UUID, MessageSubject]:
    """Return the subject of each message by the message's `subject` id."""
    found: dict[UUID, MessageSubject] = {}
    for kind, find in KINDS.items():
        subjects = [message.subject for message in messages if message.kind == kind]
        if subjects:
            found |= find(subjects, clinic)
    return found


def about_dispatches(subjects: list[UUID], clinic: Clinic) -> dict[UUID, MessageSubject]:
    """Return the subjects of dispatches: alerts, lists of alerts, and drills, linked to the patient's first alert."""
    alerts = alerts_behind(subjects, clinic)
    return {
        dispatch.pk: about_dispatch(dispatch, alerts.get(dispatch.pk))
        for dispatch in clinic.dispatches.filter(pk__in=subjects)
    }


def about_dispatch(dispatch: Dispatch, alert: Alert | None) -> MessageSubject:
    if dispatch.reason == Dispatch.Reason.DRILL:
        return MessageSubject(
            kind=_("Alarm drill"), page=reverse("clinic:drill", args=[dispatch.event]), name=_("the drill")
        )
    if alert is None or dispatch.patient_id is None:
        return MessageSubject(kind=_("List of alerts"), page=reverse("clinic:queue"), name=_("the queue"))
    return MessageSubject(
        kind=_("Alert"),
        page=reverse("clinic:alert", args=[alert.pk]),
        name=str(alert.patient.user),
        patient=alert.patient,
    )


def about_letters(subjects: list[UUID], clinic: Clinic) -> dict[UUID, MessageSubject]:
    """Return the subjects of fixed texts that staff sent to patients."""
    found = Letter.objects.filter(pk__in=subjects, patient__clinic=clinic).select_related("patient__user")
    return {letter.pk: about_patient(_("Message to the patient"), letter.patient) for letter in found}


def about_check_ins(subjects: list[UUID], clinic: Clinic) -> dict[UUID, MessageSubject]:
    """Return the subjects of "please call" messages to patients with an unconfirmed check-in."""
    found = CheckIn.objects.filter(pk__in=subjects, patient__clinic=clinic).select_related("patient__user")
    return {one.pk: about_patient(_("“Please call the clinic”"), one.patient) for one in found}


def about_omissions(subjects: list[UUID], clinic: Clinic) -> dict[UUID, MessageSubject]:
    """Return the subjects of messages to managers about what the auditor found."""
    found = Omission.objects.filter(pk__in=subjects, clinic=clinic).select_related("alert__patient__user")
    return {one.pk: about_omission(one) for one in found}


def about_omission(omission: Omission) -> MessageSubject:
    if omission.alert is None:
        return MessageSubject(kind=_("Nearly missed"), page=reverse("clinic:queue"), name=_("the queue"))
    patient = omission.alert.patient
    return MessageSubject(
        kind=_("Nearly missed"),
        page=reverse("clinic:alert", args=[omission.alert_id]),
        name=str(patient.user),
        patient=patient,
    )


def about_invitations(subjects: list[UUID], clinic: Clinic) -> dict[UUID, MessageSubject]:
    found = Invitation.objects.filter(pk__in=subjects, patient__clinic=clinic).select_related("patient__user")
    return {
        one.pk: MessageSubject(
            kind=_("Invitation"),
            page=reverse("clinic:invitation", args=[one.patient_id]),
            name=str(one.patient.user),
            patient=one.patient,
        )
        for one in found
    }


def about_staff_invitations(subjects: list[UUID], clinic: Clinic) -> dict[UUID, MessageSubject]:
    found = StaffInvitation.objects.filter(pk__in=subjects, member__clinic=clinic)
    return {
        one.pk: MessageSubject(
            kind=_("Invitation to the staff"),
            page=reverse("clinic:change_staff", args=[one.member_id]),
            name=str(one.member.user),
        )
        for one in found.select_related("member__user")
    }


def about_rota(subjects: list[UUID], _clinic: Clinic) -> dict[UUID, MessageSubject]:
    """Return the subjects of messages about who is on duty."""
    about = MessageSubject(kind=_("Rota"), page=reverse("clinic:contacts"), name=_("the rota"))
    return dict.fromkeys(subjects, about)


def about_clusters(subjects: list[UUID], clinic: Clinic) -> dict[UUID, MessageSubject]:
    """Return the subjects of messages to managers about check-ins of several patients."""
    found = ClusterReport.objects.filter(pk__in=subjects, cluster__clinic=clinic)
    return {
        one.pk: MessageSubject(
            kind=_("Similar signs in several patients"),
            page=reverse("clinic:cluster", args=[one.cluster_id]),
            name=_("these check-ins"),
        )
        for one in found
    }


def about_patient(kind: str, patient: Patient) -> MessageSubject:
    return MessageSubject(
        kind=kind,
        page=reverse("clinic:patient", args=[patient.pk]),
        name=str(patient.user),
        patient=patient,
    )


def alerts_behind(dispatches: list[UUID], clinic: Clinic) -> dict[UUID, Alert]:
    """Return the first alert of each dispatch, by the dispatch's id."""
    found = (
        clinic.alerts.filter(dispatches__in=dispatches).select_related("patient__user").order_by("opened_at")
    )
    pairs = Alert.dispatches.through.objects.filter(dispatch_id__in=dispatches)
    by_id = {alert.pk: alert for alert in found}
    return {
        pair.dispatch_id: by_id[pair.alert_id] for pair in pairs.order_by("-pk") if pair.alert_id in by_id
    }


# Finders of subjects by kind of message; other kinds are shown by their name.
KINDS: dict[str, Callable[[list[UUID], Clinic], dict[UUID, MessageSubject]]] = {
    notifications.KIND: about_dispatches,
    patient_messages.KIND: about_letters,
    unconfirmed.KIND: about_check_ins,
    report.KIND: about_omissions,
    clusters.KIND: about_clusters,
    invitations.KIND: about_invitations,
    staff_invitations.KIND: about_staff_invitations,
    **dict.fromkeys(ROTA_KINDS, about_rota),
}
