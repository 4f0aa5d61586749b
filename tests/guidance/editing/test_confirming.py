"""An editor sees which everyday answers wait for a clinic, and records what its clinician has decided."""

from __future__ import annotations

import pytest
from django.test import Client

from aftercare.guidance.models import (
    AnswerConfirmation,
    Article,
    ClinicGuidance,
    EverydayAnswer,
    SearchSynonym,
)
from aftercare.people.models import Clinic, StaffMember, User
from tests.guidance.articles.test_topics import answer, confirm, published_with
from tests.guidance.editing.test_admin_access import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(clinic: Clinic) -> ClinicGuidance:
    published_with(answer("sauna"), answer("pets", needs_confirmation=False, sources="S62"))
    return ClinicGuidance.objects.create(clinic=clinic)


@pytest.fixture
def client(editor: User) -> Client:
    return signed_in(editor)


def address(own: ClinicGuidance) -> str:
    return f"/admin/guidance/clinics/edit/{own.pk}/"


def statement() -> str:
    found: str = EverydayAnswer.objects.get(key="sauna").statement
    return found


def test_the_list_of_clinics_says_how_many_answers_wait(
    client: Client, own: ClinicGuidance, clinician: StaffMember
) -> None:
    def waiting() -> list[int]:
        table = client.get("/admin/guidance/clinics/").context["table"]
        column = next(one for one in table.columns.values() if one.name == "waiting")
        return [column.get_value(row) for row in table.data]

    assert waiting() == [1]
    confirm(own.clinic, clinician, statement())
    assert waiting() == [0]


def test_the_page_of_a_clinic_shows_each_answer_with_its_state(
    client: Client, own: ClinicGuidance, clinician: StaffMember
) -> None:
    page = client.get(address(own)).content.decode()
    assert "About sauna (for 3 days): Text of sauna. [waiting]" in page
    assert "Text of pets." not in page
    confirm(own.clinic, clinician, statement())
    assert f"Text of sauna. [confirmed by {clinician.user}]" in client.get(address(own)).content.decode()


def test_an_editor_records_and_takes_back_what_the_clinician_decided(
    client: Client, own: ClinicGuidance, clinician: StaffMember, editor: User
) -> None:
    for ticked in ([statement()], []):
        sent = client.post(
            address(own), {"confirmed": ticked, "clinician": clinician.pk, "make_up_from_h": "48"}
        )
        assert sent.status_code == 302
    rows = AnswerConfirmation.objects.values_list("statement", "is_confirmed", "clinician", "by")
    assert list(rows) == [
        (statement(), True, clinician.pk, editor.pk),
        (statement(), False, clinician.pk, editor.pk),
    ]


def test_without_the_clinician_nothing_is_confirmed_and_a_change_of_words_needs_none(
    client: Client, own: ClinicGuidance, nurse: StaffMember, clinician: StaffMember
) -> None:
    refused = client.post(address(own), {"confirmed": [statement()]})
    assert "Say which clinician has decided this." in refused.content.decode()
    for other in (nurse.pk, "nobody"):
        client.post(address(own), {"confirmed": [statement()], "clinician": other})
    assert not AnswerConfirmation.objects.exists()
    confirm(own.clinic, clinician, statement())
    saved = client.post(address(own), {"confirmed": [statement()], "products": "the gel"})
    assert saved.status_code == 302
    assert ClinicGuidance.objects.get().products == "the gel"
    assert AnswerConfirmation.objects.count() == 1


def test_an_answer_that_was_changed_meanwhile_is_not_confirmed(
    client: Client, own: ClinicGuidance, clinician: StaffMember
) -> None:
    seen = statement()
    EverydayAnswer.objects.filter(key="sauna").update(text="Something else.")
    client.post(address(own), {"confirmed": [seen], "clinician": clinician.pk})
    assert not AnswerConfirmation.objects.exists()


def test_an_editor_keeps_the_words_that_people_search_by(client: Client, own: ClinicGuidance) -> None:
    listed = "/admin/guidance/search-words/"
    sent = client.post(f"{listed}add/", {"meaning": "washing", "words": "flannel, bubble bath"})
    assert sent.status_code == 302
    assert "flannel" in client.get(listed).content.decode()
    for query in ("flannel", "flannels", "flanel", "bubble bath"):
        results = Client().get("/guidance/", {"q": query}).context["results"]
        assert [row.title for row in results] == [Article.objects.get().title], query
    SearchSynonym.objects.update(words="")
    assert Client().get("/guidance/", {"q": "flannel"}).context["results"] == []
