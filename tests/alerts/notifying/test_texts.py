"""The words of mails to staff: how pressing it is at a glance, and nothing about the patient."""

import pytest

from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.notifying.texts import SUBJECTS, together_words, words
from aftercare.people.models import Patient, Procedure
from aftercare.triage import Level
from tests.factories import at, check_in

pytestmark = pytest.mark.django_db

ABOUT_A_PATIENT = [
    reason
    for reason in Dispatch.Reason
    if reason not in {Dispatch.Reason.CLOSING, Dispatch.Reason.DIGEST, Dispatch.Reason.DRILL}
]
MARKS = {"eye_involved": "Emergency", "pus": "Urgent", "lumps": ""}


@pytest.fixture
def alerts(patient: Patient, procedure: Procedure) -> dict[str, Alert]:
    check_in(patient, 1, emergency=["eye"], signs=["pus", "lumps"])
    return {alert.rule: alert for alert in patient.alerts.all()}


@pytest.mark.parametrize("reason", ABOUT_A_PATIENT)
@pytest.mark.parametrize(("rule", "mark"), MARKS.items())
def test_emergency_and_urgent_stand_in_the_subject_and_in_the_first_line(
    alerts: dict[str, Alert], patient: Patient, reason: Dispatch.Reason, rule: str, mark: str
) -> None:
    dispatch = Dispatch.objects.get()
    dispatch.reason = reason
    dispatch.event = dispatch.pk  # of which a message was refused, where that is the reason

    content = words(dispatch, alerts[rule], at(1))

    first_line = content.body.splitlines()[0]
    assert content.subject.startswith(f"{mark}: ") is bool(mark)
    assert first_line.startswith(f"{mark}. ") is bool(mark)
    for other in {"Emergency", "Urgent"} - {mark}:
        assert other not in f"{content.subject}{first_line}"
    for detail in (patient.user.first_name, patient.user.last_name, "eye", "pus", "lump", "needling"):
        assert detail.lower() not in f"{content.subject}\n{content.body}".lower()


def test_every_reason_has_words() -> None:
    assert set(SUBJECTS) == set(Dispatch.Reason)


@pytest.mark.parametrize(
    ("count", "worst", "subject"),
    [
        (1, Level.EMERGENCY, "Emergency: a check-in needs a person"),
        (3, Level.URGENT, "Urgent: 3 check-ins need a person"),
        (2, Level.SAME_DAY, "2 check-ins need a person"),
        (1, None, "A check-in needs a person"),
    ],
)
def test_one_mail_for_several_says_the_most_pressing_of_them(
    count: int, worst: Level | None, subject: str
) -> None:
    assert together_words(count, worst).subject == subject
