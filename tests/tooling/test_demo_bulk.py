"""Bulk loading writes the same rows as the real actions would for the same check-ins."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from aftercare.alerts.models import Alert, ContactAttempt, Dispatch
from aftercare.checkins.models import Assessment, CheckIn, Finding, NonResponse
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Event, Lot, Patient, Procedure
from clinic.demo.clinics import nurse_of, open_clinic
from clinic.demo.loading import write_stories
from clinic.demo.open_stories import open_alert_story, silent_story
from clinic.demo.random_stories import random_stories
from clinic.demo.replay import replay_story
from clinic.demo.story_steps import Story

pytestmark = [pytest.mark.django_db, pytest.mark.starts_first]

NOW = datetime(2026, 11, 18, 14, 45, tzinfo=UTC)  # a Wednesday afternoon
WHO = "patient__record_number"
AN_ALERT = ("patient__record_number", "procedure__performed_at", "rule", "opened_at")
# Every column but the ids, which stand for what they refer to.
COLUMNS: dict[Any, tuple[str, ...]] = {
    Patient: (
        *("user__email", "user__first_name", "user__last_name", "date_of_birth", "record_number"),
        *("call_back_telephone", "call_back_hours", "time_zone", "intake", "at_risk", "enrolled_at"),
    ),
    Procedure: (
        *(WHO, "kind", "area", "performed_at", "recorded_at", "recorded_by__email"),
        "operator__member__user__email",
    ),
    Lot: (
        *("procedure__patient__record_number", "procedure__performed_at", "clinic__slug"),
        *("kind", "product", "number", "key"),
    ),
    CheckIn: (
        *(
            WHO,
            "procedure__performed_at",
            "course_set__version",
            "number",
            "token",
            "revision",
            "submitted_at",
        ),
        *("submitted_by__email", "observed_at", "stated_at", "in_series", "answers", "note", "unreadable"),
        *("supersedes", "level", "confirm_by", "advice"),
    ),
    Assessment: ("check_in__token", "caused_by__token", "reason", "at", "level", "ruleset_version"),
    Finding: (
        *("assessment__check_in__token", "assessment__caused_by__token", "rule", "level", "evidence"),
        *("limit_h", "is_new", *(f"alert__{name}" for name in AN_ALERT)),
    ),
    Alert: (
        *(
            "clinic__slug",
            *AN_ALERT,
            "level",
            "status",
            "acknowledged_at",
            "acknowledged_by__email",
            "owner__email",
            "closed_at",
        ),
        *("closed_by__email", "outcome", "note", "reported_again_at", "silent_since", "next_escalation_at"),
        *("escalations", "follow_up_at", "forgotten_since", "returned_at", "last_reported_at"),
        *("unconfirmed_since", "reached_at", "failed_tries", "next_try_at", "next_try_reason"),
    ),
    Dispatch: (
        *("clinic__slug", WHO, "reason", "turn", "step", "decided_at", "due_at", "drained_at"),
        *(f"alerts__{name}" for name in AN_ALERT),
    ),
    Message: ("kind", "recipient__email", "channel", "state", "created_at", "finished_at", "attempts"),
    ContactAttempt: (WHO, "alert", "at", "by__email", "kind", "result", "note", "corrects"),
    NonResponse: (WHO, "procedure__performed_at", "silent_since", "noted_at"),
    Event: (
        *("at", "actor__email", "verb", "clinic__slug", WHO),
        *(f"data__{key}" for key in ("consent", "outcome", "result", "kind", "step", "turn")),
    ),
}


def drawn(count: int) -> list[Story]:
    """So many drawn patients, one for each reason to wait that there is, and two silent ones."""
    chance = random.Random(20)
    return [
        *random_stories(1000, chance, now=NOW, days=40, patients=count, check_ins=None, each=None),
        *random_stories(3000, chance, now=NOW, days=40, patients=None, check_ins=22, each=17),
        *(open_alert_story(2000 + position, chance) for position in range(10)),
        *(silent_story(2100 + position, chance) for position in range(2)),
    ]


def rows_after(load: Callable[[Clinic], None]) -> dict[str, list[Any]]:
    """Every row that a way of loading leaves; nothing is kept."""
    with transaction.atomic():
        load(open_clinic(1, courses_from=NOW - timedelta(days=90)))
        found = {
            model.__name__: sorted(map(repr, model.objects.values_list(*columns)))
            for model, columns in COLUMNS.items()
        }
        transaction.set_rollback(True)
    return found


def in_bulk(stories: list[Story]) -> Callable[[Clinic], None]:
    def load(clinic: Clinic) -> None:
        write_stories(stories, clinic=clinic, clinic_number=1, rng=random.Random(1), now=NOW)

    return load


def by_the_actions(stories: list[Story]) -> Callable[[Clinic], None]:
    def load(clinic: Clinic) -> None:
        nurse = nurse_of(clinic).user
        for story in stories:
            number = int(story.email[8:14])
            replay_story(story, clinic=clinic, clinic_number=1, number=number, nurse=nurse, now=NOW)

    return load


def test_in_bulk_and_by_the_actions_the_rows_are_the_same() -> None:
    stories = drawn(24)
    bulk, acted = rows_after(in_bulk(stories)), rows_after(by_the_actions(stories))

    for name, rows in acted.items():
        assert rows, name
        assert bulk[name] == rows, name
    # What is compared holds something of everything.
    levels = {
        row
        for level in ("emergency", "urgent", "same_day", "routine")
        for row in acted["Alert"]
        if level in row
    }
    assert len(levels) == len(acted["Alert"])
    for status in ("'new'", "'acknowledged'", "'closed'"):
        assert any(status in row for row in acted["Alert"]), status


def seed(*options: str) -> str:
    printed = io.StringIO()
    call_command("seed_demo", "--now", NOW.isoformat(), "--processes", "1", *options, stdout=printed)
    return printed.getvalue()


def test_so_many_check_ins_as_were_asked_for_are_spread_over_the_clinics() -> None:
    printed = seed("--check-ins", "601", "--clinics", "3", "--open-alerts", "25")

    assert "already there" not in printed
    for number, clinic in enumerate(Clinic.objects.order_by("pk")):
        assert CheckIn.objects.filter(patient__clinic=clinic).count() == (201 if number == 0 else 200)
        assert clinic.alerts.open().count() == 25
        assert clinic.alerts.filter(status="closed").exists()
    assert not Dispatch.objects.filter(drained_at=None).exists()
    assert not Alert.objects.to_escalate(NOW).exists()


def test_patients_and_check_ins_together_say_how_long_a_history_is() -> None:
    seed("--check-ins", "480", "--clinics", "2", "--patients", "10")
    second = Clinic.objects.get(slug="ashdown")
    counts = [patient.check_ins.count() for patient in second.patients.all()]

    assert sorted(counts)[-3:] == [34, 34, 34]
    assert sum(counts) == 240


def test_the_same_seed_and_instant_give_the_same_rows_with_the_same_ids() -> None:
    seen = []
    for number in ("3", "3", "4"):
        with transaction.atomic():
            seed("--seed", number, "--check-ins", "150", "--open-alerts", "20")
            drawn_ones = CheckIn.objects.filter(patient__user__email__startswith="patient-")
            seen.append(
                sorted(map(repr, drawn_ones.values_list("pk", "token", "answers", "level", "advice")))
            )
            transaction.set_rollback(True)
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]
