"""Everyday answers: what a clinic has not confirmed is silent for its patients and waits for its editor."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client

from aftercare.guidance.actions.confirmations import confirm_answers
from aftercare.guidance.articles.preview import preview
from aftercare.guidance.models import AnswerConfirmation, Article, EverydayAnswer
from aftercare.guidance.refusals import RefusedError
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember, User
from tests.clock import frozen_at
from tests.factories import at
from tests.guidance.writing import WASH, publish

pytestmark = pytest.mark.django_db

PATH = "/guidance/wash/"


def answer(key: str = "sauna", **fields: Any) -> EverydayAnswer:
    return EverydayAnswer(
        **{"key": key, "topic": f"About {key}", "text": f"Text of {key}.", "until_hour": 72, **fields}
    )


def published_with(*answers: EverydayAnswer) -> Article:
    article = Article(**{**WASH, "live": False})
    article.answers = list(answers)
    article.save()
    article.save_revision()
    return publish(article)


def confirm(clinic: Clinic, clinician: StaffMember, *statements: str, h: float = 0) -> int:
    return confirm_answers(
        clinic=clinic, statements=statements, clinician=clinician, by=clinician.user, now=at(h)
    )


def page_of(path: str = PATH, user: User | None = None) -> str:
    client = Client()
    if user:
        client.force_login(user)
    return client.get(path).content.decode()


def test_an_answer_is_silent_until_the_clinic_confirms_it_and_again_once_it_does_not(
    clinic: Clinic, clinician: StaffMember
) -> None:
    published_with(answer(), answer("pets", needs_confirmation=False, sources="S62"))
    statement = EverydayAnswer.objects.get(key="sauna").statement
    for statements, is_shown in (((), False), ((statement,), True), ((), False)):
        confirm(clinic, clinician, *statements)
        assert ("Text of sauna." in page_of()) is is_shown
        assert ("About sauna" in page_of()) is is_shown
        assert ("Text of sauna." in page_of("/guidance/?q=sauna")) is is_shown
        assert "Text of pets." in page_of()
    assert list(AnswerConfirmation.objects.values_list("is_confirmed", flat=True)) == [True, False]


def test_a_confirmation_is_of_one_clinic_alone(
    clinic: Clinic, clinician: StaffMember, stranger: Patient, patient: Patient
) -> None:
    published_with(answer())
    confirm(clinic, clinician, EverydayAnswer.objects.get().statement)
    assert "Text of sauna." in page_of(user=patient.user)
    assert "Text of sauna." not in page_of(user=stranger.user)


@pytest.mark.parametrize(
    "change", [{"text": "Go."}, {"until_hour": 24}, {"from_hour": 1}, {"topic": "Steam"}, {"kinds": "rf"}]
)
def test_what_was_changed_after_the_confirmation_waits_again(
    clinic: Clinic, clinician: StaffMember, change: dict[str, Any]
) -> None:
    published_with(answer())
    confirm(clinic, clinician, EverydayAnswer.objects.get().statement)
    for name, value in change.items():
        EverydayAnswer.objects.update(**{name: value})
    assert "Text of sauna." not in page_of()


def test_confirming_the_same_again_writes_nothing(clinic: Clinic, clinician: StaffMember) -> None:
    assert confirm(clinic, clinician, "one", "two") == 2
    assert confirm(clinic, clinician, "one", "two", h=1) == 0
    assert confirm(clinic, clinician, "two", h=2) == 1
    assert AnswerConfirmation.objects.confirmed(clinic) == {"two"}
    assert AnswerConfirmation.objects.count() == 3


@pytest.mark.parametrize(
    ("h", "answers", "summary"),
    [
        (
            0,
            [
                ("Stay out.", "now, until 3 days after treatment", True),
                ("Go again.", "from 3 days to 7 days after treatment", False),
            ],
            "Stay out.",
        ),
        (72, [("Go again.", "now, until 7 days after treatment", True)], "Go again."),
        (
            168,
            [
                ("Stay out.", "this was for 3 days", False),
                ("Go again.", "this was from 3 days to 7 days after treatment", False),
            ],
            "This was for 3 days: Stay out. This was from 3 days to 7 days after treatment: Go again.",
        ),
    ],
)
def test_the_answers_that_hold_now_or_later_are_shown_and_past_ones_only_if_there_is_no_other(
    patient: Patient,
    procedure: Procedure,
    clinic: Clinic,
    clinician: StaffMember,
    h: int,
    answers: list[tuple[str, str, bool]],
    summary: str,
) -> None:
    published_with(answer(text="Stay out."), answer(text="Go again.", from_hour=72, until_hour=168))
    confirm(clinic, clinician, *(one.statement for one in EverydayAnswer.objects.all()))
    client = Client()
    client.force_login(patient.user)
    with frozen_at(at(h)):
        (topic,) = client.get(PATH).context["topics"]
        found = client.get("/guidance/", {"q": "sauna"}).context["results"]
    assert [(one.text, one.when, one.is_now) for one in topic.answers] == answers
    assert [(row.title, row.summary, row.address) for row in found] == [
        ("About sauna", summary, f"{PATH}#sauna")
    ]


def test_a_patient_reads_the_answers_of_their_kind_of_treatment(
    patient: Patient, procedure: Procedure, clinic: Clinic, clinician: StaffMember
) -> None:
    published_with(answer("mine", kinds="mn"), answer("other", kinds="rf"))
    confirm(clinic, clinician, *(one.statement for one in EverydayAnswer.objects.all()))
    with frozen_at(at(3)):
        page = page_of(user=patient.user)
    assert "Text of mine." in page
    assert "Text of other." not in page


def test_a_preview_shows_what_waits_and_says_so(clinic: Clinic, rf: Any) -> None:
    article = published_with(answer())
    request = rf.get("/")
    request.user, request.session = User.objects.system(), {}
    shown = preview(request, article, "mn-26").content.decode()  # type: ignore[attr-defined]
    assert "Text of sauna." in shown
    assert "Waits for the clinic. Patients do not see it." in shown


def test_an_answer_without_a_source_is_confirmed_by_each_clinic(clinic: Clinic) -> None:
    with pytest.raises(ValidationError, match="Name a source, or let each clinic confirm it"):
        answer(needs_confirmation=False).clean()
    with pytest.raises(IntegrityError, match="answer_has_sources_or_is_confirmed"):
        published_with(answer(needs_confirmation=False))


def test_an_answer_ends_after_it_begins(clinic: Clinic) -> None:
    with pytest.raises(ValidationError, match="later than the from-hour"):
        answer(from_hour=72).clean()


@pytest.mark.parametrize("field", ["topic", "text"])
def test_no_answer_says_what_patients_must_never_read(clinic: Clinic, field: str) -> None:
    with pytest.raises(RefusedError, match="Patients must never read “normal”"):
        published_with(answer(**{field: "That is normal."}))
