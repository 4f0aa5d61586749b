"""A patient is erased: nothing says any more who it was, and what was reported and done is still there."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Model, QuerySet
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from aftercare.alerts.models import Alert, ContactAttempt
from aftercare.checkins.models import Assessment, CheckIn, Finding
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.actions.patients import enrol_patient
from aftercare.people.models import Event, EventDetail, Invitation, Patient, StaffMember, User
from aftercare.people.sealing.actions import seal_events
from aftercare.people.sealing.verification import verify
from clinic.patient_search import SEARCHES
from tests.clinic.erasure.lives import ADDRESS, LAST, TRACES, TYPED, Clients, patient_with_a_life
from tests.clinic.erasure.whole_database import places_of
from tests.clinic.staff_client import PATIENTS, QUEUE, alert_url, patient_url, staff_client, words
from tests.databases import shared_records
from tests.people.encryption.test_fields import ENCRYPTED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


@pytest.fixture(scope="module")
def demonstration(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with shared_records(django_db_blocker):
        call_command("seed_demo", stdout=StringIO())
        yield


@pytest.fixture
def nurse(demonstration: None) -> StaffMember:
    """The nurse of the demonstration, whose clinic holds its patients too."""
    return StaffMember.objects.get(role="nurse")


@pytest.fixture
def clinician(nurse: StaffMember) -> StaffMember:
    return StaffMember.objects.get(role="clinician")


@pytest.fixture
def life(nurse: StaffMember, clinician: StaffMember) -> tuple[Patient, Clients]:
    return patient_with_a_life(nurse, clinician)


def erase(address: str = ADDRESS) -> str:
    printed = StringIO()
    call_command("erase_person", address, "--yes", stdout=printed)
    return printed.getvalue()


@pytest.mark.usefixtures("codes_wait")
def test_no_column_of_any_table_holds_a_trace_of_an_erased_patient(life: tuple[Patient, Clients]) -> None:
    before = places_of(TRACES)
    assert before.keys() == set(TRACES), "each was written somewhere"
    encrypted = {
        f"{label.replace('.', '_').lower()}.{name}" for label, names in ENCRYPTED.items() for name in names
    }
    assert encrypted <= set().union(*before.values()), "the patient wrote into each column that is encrypted"
    assert {"people_user.email", "django_session.session_data", "outbox_message.error"} <= set().union(
        *before.values()
    )
    erase()
    assert places_of(TRACES) == {}


def test_others_stay_as_they_were(life: tuple[Patient, Clients], nurse: StaffMember) -> None:
    patient, clients = life
    before = others_than(patient)
    erase()
    assert others_than(patient) == before
    assert clients.nurse.get(QUEUE).status_code == 200, "still signed in"
    assert SEARCHES not in clients.nurse.session
    assert "staff_form" not in clients.nurse.session
    assert "_auth_user_id" not in clients.own.session
    assert "check_in_draft" not in clients.signed_out.session


def others_than(patient: Patient) -> dict[str, Any]:
    """Return the rows of everybody else, and the rows about the patient that are kept as they are."""
    rows: dict[type[Model], QuerySet[Any]] = {
        User: User.objects.exclude(pk=patient.user_id).exclude(companionships__patient=patient),
        Patient: Patient.objects.exclude(pk=patient.pk),
        CheckIn: CheckIn.objects.exclude(patient=patient),
        Alert: Alert.objects.exclude(patient=patient),
        ContactAttempt: ContactAttempt.objects.exclude(patient=patient),
        EventDetail: EventDetail.objects.exclude(event__patient=patient),
        Invitation: Invitation.objects.exclude(patient=patient),
        Message: Message.objects.exclude(recipient=patient.user_id),
        Assessment: Assessment.objects.all(),
        Finding: Finding.objects.all(),
        Event: Event.objects.exclude(verb="erased"),
    }
    return {model.__name__: sorted(map(str, found.values_list())) for model, found in rows.items()}


def test_what_was_reported_and_done_is_kept_without_the_person(
    life: tuple[Patient, Clients], clinician: StaffMember
) -> None:
    patient, _clients = life
    names = ("id", "level", "answers", "observed_at", "submitted_at", "advice", "confirm_by")
    times = (
        "id",
        "rule",
        "level",
        "status",
        "opened_at",
        "acknowledged_at",
        "closed_at",
        "outcome",
        "reached_at",
    )
    check_ins, alerts = list(patient.check_ins.values(*names)), list(patient.alerts.values(*times))
    calls = list(patient.contact_attempts.values("id", "at", "result", "by"))
    erase()
    assert list(patient.check_ins.values(*names)) == check_ins
    assert list(patient.alerts.values(*times)) == alerts
    assert list(patient.contact_attempts.values("id", "at", "result", "by")) == calls
    assert check_ins
    assert {alert["status"] for alert in alerts} == {"closed"}
    patient = Patient.objects.get(pk=patient.pk)
    assert str(patient.user) == "Erased patient"
    assert not patient.user.is_active
    assert patient.is_withdrawn


def test_a_tombstone_says_when_and_that_an_operator_did_it(life: tuple[Patient, Clients]) -> None:
    patient, _clients = life
    began = timezone.now()
    said = erase()
    event = Event.objects.get(verb="erased")
    assert (event.patient, event.subject, event.clinic) == (patient, patient.pk, patient.clinic)
    assert event.actor == User.objects.system()
    assert event.data == {"user": patient.user_id, "by": "operator"}
    assert event.at >= began
    assert f"erased-{patient.user_id}@aftercare.invalid" in said
    assert LAST not in said


def test_the_chain_stays_valid(life: tuple[Patient, Clients]) -> None:
    seal_events(timezone.now())
    known = verify().newest
    assert known is not None
    erase()
    seal_events(timezone.now())
    found = verify([known.hash])
    assert found.faults == []
    assert found.waiting == 0
    assert "Nothing was removed, inserted or altered." in printed_by("verify_events")


def printed_by(command: str) -> str:
    printed = StringIO()
    call_command(command, stdout=printed)
    return printed.getvalue()


def test_nothing_is_sent_to_an_erased_patient(life: tuple[Patient, Clients]) -> None:
    patient, _clients = life
    assert Message.objects.waiting().filter(recipient=patient.user_id).exists()
    erase()
    mine = Message.objects.filter(recipient=patient.user_id)
    assert not mine.waiting().exists()
    assert not mine.unattended_failures().exists()
    sweep()
    assert not mine.filter(state="sent", finished_at__gte=Event.objects.get(verb="erased").at).exists()


def test_the_pages_of_staff_show_an_erased_patient_to_nobody(
    life: tuple[Patient, Clients], nurse: StaffMember
) -> None:
    patient, _clients = life
    alert, client = patient.alerts.all()[0], staff_client(nurse)
    assert client.get(patient_url(patient)).status_code == 200
    assert LAST in words(client.get(PATIENTS))
    erase()
    for path in (patient_url(patient), patient_url(patient, "edit/"), alert_url(alert)):
        assert client.get(path).status_code == 404, path
    assert client.post(patient_url(patient, "calls/"), {"result": "reached"}).status_code == 404
    for path in (PATIENTS, QUEUE, "/clinic/handover/"):
        page = words(client.get(path))
        assert "Erased patient" not in page, path
        assert LAST not in page, path


def test_the_same_address_can_be_enrolled_anew(life: tuple[Patient, Clients], nurse: StaffMember) -> None:
    patient, _clients = life
    erase()
    again = enrol_patient(
        clinic=nurse.clinic, by=nurse.user, now=timezone.now(), email=ADDRESS, first_name="Z", last_name="Q"
    )
    assert again.user_id != patient.user_id
    assert places_of([TYPED["note"]]) == {}
