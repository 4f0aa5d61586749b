"""The parts of the file about the record at one clinic."""

from __future__ import annotations

from django.db.models import Q

from aftercare.alerts.models import Alert, ContactAttempt, Letter
from aftercare.checkins.models import (
    Assessment,
    CheckIn,
    Finding,
    NonResponse,
    Photo,
    PhotoConsent,
    Reminder,
    ReminderPlan,
)
from aftercare.checkins.own_data.part import OWNER, SECRET, WORKING, Part, about_or_by, of_record
from aftercare.guidance.models import ArticleRead
from aftercare.people.models import Companion, Event, Invitation, Lot, Patient, Procedure

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
OF_THE_RECORD = (
    Part(
        key="treatments",
        model=Procedure,
        fields=(
            *("id", "kind", "area", "performed_at", "operator", "recorded_at", "recorded_by"),
            "corrected_at",
        ),
        left_out={"patient": OWNER},
        wanted=of_record,
        order=("performed_at", "pk"),
        prefetch=("operator__member__user",),
    ),
    Part(
        key="lots",
        model=Lot,
        fields=("procedure", "kind", "product", "number"),
        left_out={"id": WORKING, "clinic": "the clinic of the file", "key": "made of the number"},
        wanted=lambda patient: Q(procedure__patient=patient),
    ),
    Part(
        key="check_ins",
        model=CheckIn,
        fields=(
            *("id", "procedure", "first_procedure", "several_of", "number", "revision", "supersedes"),
            *(
                "submitted_at",
                "submitted_by",
                "companion",
                "observed_at",
                "stated_at",
                "filled_in_at",
                "in_series",
                "answers",
                "note",
            ),
            *("unreadable", "level", "advice"),
        ),
        left_out={"patient": OWNER, "token": SECRET, "confirm_by": WORKING, "course_set": WORKING},
        wanted=of_record,
        order=("number",),
        prefetch=("assessments__findings",),
    ),
    Part(
        key="photos",
        model=Photo,
        fields=(
            *("id", "check_in", "area", "size", "width", "height", "created_at", "stored_at"),
            "deleted_at",
        ),
        left_out={
            "patient": OWNER,
            "token": SECRET,
            "key": SECRET,
            "thumbnail": WORKING,
            "purged_at": WORKING,
        },
        wanted=of_record,
        order=("created_at", "pk"),
    ),
    Part(
        key="photo_consents",
        model=PhotoConsent,
        fields=("version", "given_at", "ended_at"),
        left_out={"id": WORKING, "patient": OWNER},
        wanted=of_record,
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
        key="companions",
        model=Companion,
        fields=("id", "name", "email", "invited_at", "accepted_at", "removed_at"),
        left_out={
            "patient": OWNER,
            "user": "the companion's own sign-in",
            "token_hash": SECRET,
        },
        wanted=of_record,
        order=("invited_at", "pk"),
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
