"""The parts of the file about the person, whichever clinic it is."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Q

from aftercare.checkins.own_data.part import OWNER, SECRET, WORKING, Part, of_user, sent_by_clinic
from aftercare.outbox.models import Message
from aftercare.people.models import (
    AddressChange,
    Companion,
    ContactPoint,
    ContactRule,
    FactorChange,
    FactorRemoval,
    QuietHours,
    SignInLink,
    User,
)

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
        key="companion_of_others",
        model=Companion,
        fields=("invited_at", "accepted_at", "removed_at"),
        left_out={
            "id": WORKING,
            "user": OWNER,
            "patient": "another person, whose file names the companion",
            "name": "as the other person wrote it",
            "email": "as in `person`",
            "token_hash": SECRET,
        },
        wanted=of_user,
        order=("invited_at", "pk"),
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
