"""The demo clinic comes about through the real actions, and the same way each time."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoDbBlocker

from aftercare.alerts.models import Alert, Dispatch
from aftercare.checkins.follow_up.auditing import audit
from aftercare.checkins.follow_up.non_response import non_responders
from aftercare.checkins.follow_up.unconfirmed import tell_unconfirmed
from aftercare.checkins.models import CheckIn
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Event, Patient, StaffMember
from clinic.demo.stories import STORIES
from tests.clock import frozen_at
from tests.databases import shared_records
from tools.run.prepare import DEMO_SIGN_INS

pytestmark = [pytest.mark.django_db, pytest.mark.starts_first]

NOW = datetime(2026, 11, 18, 20, 45, tzinfo=UTC)


def seed(*options: str) -> str:
    printed = io.StringIO()
    with frozen_at(NOW):
        call_command("seed_demo", *options, stdout=printed)
    return printed.getvalue()


def everything() -> list[tuple[Any, ...]]:
    """Return the visible columns of the check-ins, by patient and time."""
    rows = CheckIn.objects.values_list(
        "patient__record_number",
        "patient__user__email",
        "patient__date_of_birth",
        "procedure__performed_at",
        "token",
        "observed_at",
        "level",
    )
    return sorted(rows, key=str)


@pytest.fixture(scope="class")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo as it is seeded without options, made once."""
    with shared_records(django_db_blocker):
        seed()
        yield


@pytest.mark.usefixtures("demo")
class TestTheDemo:
    def test_the_demo_has_somebody_to_sign_in_as_in_every_role(self) -> None:
        clinic = Clinic.objects.get()
        assert clinic.name == "Larkfield Skin Clinic"
        roles = {member.user.email: member.role for member in StaffMember.objects.all()}
        assert roles == {DEMO_SIGN_INS[role]: role for role in ("nurse", "clinician", "manager")}
        assert Patient.objects.get(user__email=DEMO_SIGN_INS["patient"]).clinic == clinic

    def test_the_demo_patient_is_26_hours_after_microneedling_with_two_ordinary_check_ins(self) -> None:
        patient = Patient.objects.get(user__email=DEMO_SIGN_INS["patient"])
        procedure = patient.procedures.get()
        assert procedure.kind == "mn"
        assert procedure.hours_at(NOW) == 26
        check_ins = CheckIn.objects.filter(patient=patient).order_by("observed_at")
        assert [procedure.hours_at(check_in.observed_at) for check_in in check_ins] == [3, 20]
        assert [check_in.level for check_in in check_ins] == ["expected", "expected"]
        assert not patient.alerts.exists()

    def test_the_demo_queue_has_every_level_and_some_of_it_taken_on(self) -> None:
        assert set(Alert.objects.open().values_list("level", flat=True)) == {
            "emergency",
            "urgent",
            "same_day",
            "routine",
        }
        assert set(Alert.objects.values_list("status", flat=True)) == {"new", "acknowledged", "closed"}
        taken_on = Alert.objects.filter(status="acknowledged").values_list(
            "patient__user__last_name", flat=True
        )
        assert set(taken_on) == {"Lin", "Ito"}

    def test_the_demo_has_patients_at_all_stages(self) -> None:
        closed = Alert.objects.exclude(outcome="").values_list("outcome", flat=True)
        assert {"prescribed", "seen_in_clinic", "expected_course"} <= set(closed)
        assert Alert.objects.filter(rule="at_risk_patient").exists()
        assert Alert.objects.get(silent_since__isnull=False).patient.user.last_name == "Ito"
        silent = set(
            non_responders([Clinic.objects.get().pk]).values_list("patient__user__last_name", flat=True)
        )
        assert "Achebe" in silent
        two_areas = Patient.objects.get(user__last_name="Okafor")
        assert [procedure.area for procedure in two_areas.procedures.all()] == ["face", "neck"]
        assert set(two_areas.check_ins.values_list("procedure__area", flat=True)) == {"face", "neck"}
        healed = Patient.objects.get(user__last_name="Marin")
        assert set(healed.check_ins.values_list("level", flat=True)) == {"expected"}
        assert Event.objects.filter(verb="submitted_for", patient__user__last_name="Lindqvist").exists()

    def test_nothing_in_the_demo_lies_ahead(self) -> None:
        assert all(check_in.submitted_at <= NOW for check_in in CheckIn.objects.all())
        for alert in Alert.objects.exclude(acknowledged_at=None):
            assert alert.acknowledged_at is not None
            assert alert.opened_at < alert.acknowledged_at <= NOW


def test_whatever_fell_due_before_has_happened_so_that_nothing_is_sent_from_the_demo() -> None:
    seed("--patients", str(len(STORIES) + 20))
    assert not Dispatch.objects.filter(drained_at=None).exists()
    assert not Message.objects.exclude(state__in=["sent", "withdrawn"]).exists()
    assert not Alert.objects.to_escalate(NOW).exists()
    told_again = Dispatch.objects.get(reason="unacknowledged")
    assert told_again.patient is not None
    assert told_again.patient.user.last_name == "Reyes"
    assert not Alert.objects.to_follow_up(NOW).exists()
    assert tell_unconfirmed(NOW) == 0
    assert audit(NOW) == []


def test_the_same_seed_gives_the_same_demo(django_db_blocker: Any) -> None:
    from django.db import transaction

    seen = []
    for number in ("7", "7", "8"):
        with transaction.atomic():
            seed("--seed", number, "--patients", str(len(STORIES) + 5))
            seen.append(everything())
            transaction.set_rollback(True)
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


def test_more_patients_than_stories_are_drawn() -> None:
    seed("--patients", str(len(STORIES) + 8))
    assert Patient.objects.count() == len(STORIES) + 8
    drawn = CheckIn.objects.filter(patient__user__email__startswith="patient-")
    assert drawn.count() >= 8
    assert not Alert.objects.open().filter(patient__user__email__startswith="patient-").exists()


def test_fewer_patients_begin_with_the_one_to_sign_in_as() -> None:
    seed("--patients", "1")
    assert Patient.objects.get().user.email == DEMO_SIGN_INS["patient"]


def test_several_clinics_have_their_own_people() -> None:
    seed("--clinics", "2", "--patients", "2")
    first, second = Clinic.objects.order_by("pk")
    assert {first.name, second.name} == {"Larkfield Skin Clinic", "Ashdown Skin Clinic"}
    for one in (first, second):
        assert one.patients.count() == 2
        assert one.staff_members.count() == 3
    ours = set(first.staff_members.values_list("user", flat=True))
    assert ours.isdisjoint(second.staff_members.values_list("user", flat=True))


def test_seeding_again_changes_nothing() -> None:
    seed("--patients", "3")
    before = everything()
    assert "already there" in seed("--patients", "5")
    assert everything() == before


def test_a_database_with_a_real_clinic_is_left_alone() -> None:
    seed("--patients", "1")
    Clinic.objects.update(slug="a-real-one")
    with pytest.raises(CommandError, match="not of the demo"):
        seed()
    assert Clinic.objects.count() == 1


@pytest.mark.parametrize(
    "options",
    [
        ("--patients", "0"),
        ("--patients", "many"),
        ("--clinics", "-1"),
        ("--seed", "x"),
        ("--beds", "3"),
        ("--check-ins", "1e6"),
        ("--now", "yesterday"),
        ("--now", "2026-11-18T20:45"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: tuple[str, str]) -> None:
    with pytest.raises(CommandError):
        seed(*options)
    assert not Clinic.objects.exists()
