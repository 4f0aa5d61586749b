"""The parts of the file of a patient's own data: which columns of which tables it has, and which it leaves out.

A test compares these lists with the models: a new column, or a new table about a person, is in one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Model, Q

from aftercare.alerts.models import Alert, ContactAttempt, Letter
from aftercare.checkins.models import Assessment, CheckIn, Finding, NonResponse, Reminder, ReminderPlan
from aftercare.guidance.models import ArticleRead
from aftercare.outbox.models import Message
from aftercare.people.models import (
    AddressChange,
    ContactPoint,
    ContactRule,
    Event,
    FactorChange,
    FactorRemoval,
    Invitation,
    Patient,
    Procedure,
    QuietHours,
    SignInLink,
    User,
)

OWNER = "whose row it is, which is the same in the whole file"
SECRET = "a secret that opens something"  # noqa: S105  # a reason
WORKING = "a mark by which the portal does its work; it says nothing about a person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows of one table. `fields`: columns in the file; `left_out`: the others, each with the reason."""

    key: str
    model: type[Model]
    fields: tuple[str, ...]
    left_out: Mapping[str, str]
    wanted: Callable[[Patient], Q]
    order: tuple[str, ...] = ("pk",)
    prefetch: tuple[str, ...] = field(default=())


def of_user(patient: Patient) -> Q:
    return Q(user=patient.user_id)


def of_record(patient: Patient) -> Q:
    return Q(patient=patient)


def sent_by_clinic(patient: Patient) -> Q:
    """Messages to the person from this clinic, or from the portal itself."""
    return Q(recipient=patient.user_id) & (Q(sender=patient.clinic_id) | Q(sender=None))


def about_or_by(patient: Patient) -> Q:
    """Events about the record, and what the person did with the own account."""
    return Q(patient=patient) | Q(patient=None, clinic=None, actor=patient.user_id)


PERSON = Part(
    key="person",
    model=User,
    fields=("first_name", "last_name", "email", "telephone", "language", "date_joined", "last_login"),
    left_out={
        "id": WORKING,
        "password": SECRET,
        "is_active": WORKING,
        "erased_as": WORKING,
        "is_superuser": WORKING,
        "is_staff": WORKING,
    },
    wanted=lambda patient: Q(pk=patient.user_id),
)
RECORD = Part(
    key="record",
    model=Patient,
    fields=(
        *("clinic", "date_of_birth", "record_number", "call_back_telephone", "call_back_hours", "time_zone"),
        *("guardian_name", "at_risk", "enrolled_at", "chosen_at", "withdrawn_at", "withdrawn_by"),
        *("consent_version", "consented_at"),
    ),
    left_out={
        "id": WORKING,
        "user": OWNER,
        "search_text": "made of the name and the record number",
        "intake": "in words, as `intake`",
        "intake_asked": "in words, as `intake`",
        "pending_since": "always empty where the file can be fetched",
    },
    wanted=lambda patient: Q(pk=patient.pk),
)
# What belongs to the person whichever clinic it is: ways to sign in, and how the person is reached.
OF_THE_PERSON = (
    Part(
        key="addresses",
        model=EmailAddress,
        fields=("email", "verified", "primary"),
        left_out={"id": WORKING, "user": OWNER},
        wanted=of_user,
    ),
    Part(
        key="earlier_addresses",
        model=AddressChange,
        fields=("old_address", "changed_at", "changed_by"),
        left_out={"id": WORKING, "user": OWNER},
        wanted=of_user,
    ),
    Part(
        key="second_steps",
        model=Authenticator,
        fields=("type", "created_at", "last_used_at"),
        left_out={"id": WORKING, "user": OWNER, "data": SECRET},
        wanted=of_user,
    ),
    Part(
        key="second_step_changes",
        model=FactorChange,
        fields=("what", "changed_at", "changed_by"),
        left_out={"id": WORKING, "user": OWNER},
        wanted=of_user,
    ),
    Part(
        key="second_step_removals",
        model=FactorRemoval,
        fields=("asked_at", "asked_by", "approved_at", "approved_by", "ended_at", "outcome"),
        left_out={"id": WORKING, "user": OWNER, "clinic": "the clinic of the file"},
        wanted=lambda patient: Q(user=patient.user_id, clinic=patient.clinic_id),
    ),
    Part(
        key="devices",
        model=UserSession,
        fields=("created_at", "last_seen_at", "ip", "user_agent"),
        left_out={"id": WORKING, "user": OWNER, "session_key": SECRET, "data": WORKING},
        wanted=of_user,
    ),
    Part(
        key="sign_in_links",
        model=SignInLink,
        fields=("created_at", "used_at"),
        left_out={"id": WORKING, "user": OWNER, "token_hash": SECRET, "next_path": WORKING},
        wanted=of_user,
    ),
    Part(
        key="ways",
        model=ContactPoint,
        fields=(
            *("kind", "name", "created_at", "verified_at", "agreed_at"),
            *("disabled_at", "disabled_because"),
        ),
        left_out={
            "id": WORKING,
            "user": OWNER,
            "code_hash": SECRET,
            "code_sent_at": WORKING,
            "code_tries": WORKING,
            "address": "as `number`; the address of a browser is a secret that opens it",
        },
        wanted=of_user,
    ),
    Part(
        key="way_rules",
        model=ContactRule,
        fields=("level", "kind", "after_min"),
        left_out={"id": WORKING, "user": OWNER},
        wanted=of_user,
    ),
    Part(
        key="quiet_hours",
        model=QuietHours,
        fields=("starts", "ends"),
        left_out={"user": OWNER},
        wanted=of_user,
    ),
    Part(
        key="messages",
        model=Message,
        fields=("kind", "channel", "state", "created_at", "finished_at", "failure"),
        left_out={
            "id": WORKING,
            "subject": WORKING,
            "thread": WORKING,
            "sender": WORKING,
            "recipient": OWNER,
            "point": WORKING,
            "repeat": WORKING,
            "priority": WORKING,
            "next_attempt_at": WORKING,
            "expires_at": WORKING,
            "claimed_at": WORKING,
            "claimed_by": WORKING,
            "bundle": WORKING,
            "attempts": WORKING,
            "deaths": WORKING,
            "attended_at": WORKING,
            "error": "what a server answered, for whoever runs the portal",
        },
        wanted=sent_by_clinic,
        order=("created_at", "pk"),
    ),
)
OF_THE_RECORD = (
    Part(
        key="treatments",
        model=Procedure,
        fields=("id", "kind", "area", "performed_at", "recorded_at", "recorded_by", "corrected_at"),
        left_out={"patient": OWNER},
        wanted=of_record,
        order=("performed_at", "pk"),
    ),
    Part(
        key="check_ins",
        model=CheckIn,
        fields=(
            *("id", "procedure", "first_procedure", "several_of", "number", "revision", "supersedes"),
            *("submitted_at", "submitted_by", "observed_at", "stated_at", "in_series", "answers", "note"),
            *("unreadable", "level", "advice"),
        ),
        left_out={"patient": OWNER, "token": SECRET, "confirm_by": WORKING, "course_set": WORKING},
        wanted=of_record,
        order=("number",),
        prefetch=("assessments__findings",),
    ),
    Part(
        key="missed_check_ins",
        model=NonResponse,
        fields=("procedure", "silent_since", "noted_at"),
        left_out={"id": WORKING, "patient": OWNER},
        wanted=of_record,
    ),
    Part(
        key="alerts",
        model=Alert,
        fields=(
            *("id", "number", "procedure", "rule", "level", "status", "opened_at", "last_reported_at"),
            *("reported_again_at", "acknowledged_at", "acknowledged_by", "owner", "reached_at"),
            *("next_try_at", "next_try_by", "next_try_reason"),
            *("closed_at", "closed_by", "outcome", "note"),
        ),
        left_out={
            "clinic": "the clinic of the file",
            "patient": OWNER,
            "unconfirmed_since": WORKING,
            "silent_since": WORKING,
            "next_escalation_at": WORKING,
            "escalations": WORKING,
            "returned_at": WORKING,
            "follow_up_at": WORKING,
            "forgotten_since": WORKING,
            "failed_tries": WORKING,
        },
        wanted=of_record,
        order=("opened_at", "pk"),
    ),
    Part(
        key="calls",
        model=ContactAttempt,
        fields=("id", "alert", "at", "by", "kind", "result", "note", "corrects"),
        left_out={"patient": OWNER},
        wanted=of_record,
        order=("at", "pk"),
    ),
    Part(
        key="letters",
        model=Letter,
        fields=("id", "alert", "at", "by", "template"),
        left_out={"patient": OWNER},
        wanted=of_record,
        order=("at", "pk"),
    ),
    Part(
        key="invitations",
        model=Invitation,
        fields=("made_at", "made_by", "way", "opened_at", "used_at", "stopped_at"),
        left_out={"id": SECRET, "patient": OWNER},
        wanted=of_record,
    ),
    Part(
        key="articles_read",
        model=ArticleRead,
        fields=("revision", "at"),
        left_out={"id": WORKING, "patient": OWNER},
        wanted=of_record,
    ),
    Part(
        key="reminder_plan",
        model=ReminderPlan,
        fields=(
            *("at_time", "quiet_from", "quiet_until", "by_push", "by_sms", "by_email", "stopped_at"),
            "next_at",
        ),
        left_out={"patient": OWNER, "counted_from": WORKING, "time_zone": "as in `record`"},
        wanted=of_record,
    ),
    Part(
        key="reminders",
        model=Reminder,
        fields=("sort", "day", "due_at", "expires_at"),
        left_out={"id": SECRET, "patient": OWNER, "token_hash": SECRET},
        wanted=of_record,
        order=("due_at", "pk"),
    ),
    Part(
        key="events",
        model=Event,
        fields=("at", "actor", "verb", "page"),
        left_out={
            "id": WORKING,
            "clinic": "the clinic of the file",
            "patient": OWNER,
            "subject": WORKING,
            "data": WORKING,
            "slot": WORKING,
            "address": "of the device of somebody of the clinic",
        },
        wanted=about_or_by,
        order=("at", "pk"),
        prefetch=("detail",),
    ),
)
# Rows within a check-in: its evaluations, and what each found.
ASSESSMENT = Part(
    key="assessments",
    model=Assessment,
    fields=("reason", "at", "level", "ruleset_version", "advice"),
    left_out={"id": WORKING, "check_in": OWNER, "caused_by": WORKING, "event": WORKING},
    wanted=lambda patient: Q(check_in__patient=patient),
)
FINDING = Part(
    key="findings",
    model=Finding,
    fields=("rule", "level", "evidence", "limit_h", "procedure", "kept_since", "is_new", "alert"),
    left_out={"id": WORKING, "assessment": OWNER},
    wanted=lambda patient: Q(assessment__check_in__patient=patient),
)
LISTS = (*OF_THE_PERSON, *OF_THE_RECORD)
EVERY = (PERSON, RECORD, *LISTS, ASSESSMENT, FINDING)
