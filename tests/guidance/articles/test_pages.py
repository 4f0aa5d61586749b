"""The public guidance: the list, its search, an article, and addresses that lead nowhere any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from aftercare.guidance.models import Article, ArticleRead
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember, User
from tests.clock import frozen_at
from tests.factories import at
from tests.guidance.writing import change, draft, instruction, published

pytestmark = pytest.mark.django_db


def client_of(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


@pytest.fixture
def readers(
    patient: Patient, procedure: Procedure, stranger: Patient, nurse: StaffMember, outsider: StaffMember
) -> dict[str, User | None]:
    return {
        "owner": patient.user,
        "another patient": stranger.user,
        "colleague": nurse.user,
        "outsider": outsider.user,
        "anonymous": None,
    }


@pytest.mark.parametrize("path", ["/guidance/", "/guidance/wash/", "/guidance/?q=wash"])
def test_everybody_may_read_guidance(readers: dict[str, User | None], path: str) -> None:
    published(instruction("wash"))
    for who, user in readers.items():
        page = client_of(user).get(path)
        assert page.status_code == 200, who
        assert "Washing your face" in page.content.decode(), who


def test_a_reader_sees_the_words_and_numbers_of_their_own_clinic(stranger: Patient, clinic: Clinic) -> None:
    published()
    stranger.clinic.telephone = "0113 496 0000"
    stranger.clinic.save()
    page = client_of(stranger.user).get("/guidance/wash/").content.decode()
    assert 'Call Elsewhere Clinic on <a href="tel:+441134960000"><bdi>0113 496 0000</bdi></a>' in page


def test_a_patient_sees_what_holds_at_this_hour_and_below_only_what_holds_at_others(
    patient: Patient, procedure: Procedure
) -> None:
    published(instruction("now", from_hour=4), instruction("later", from_hour=48))
    with frozen_at(at(26)):
        page = client_of(patient.user).get("/guidance/wash/")
    assert "For you now, at 26 hours" in page.content.decode()
    assert page.content.decode().count("Text of now.") == 1
    assert [(line.text, line.when) for line in page.context["now_do"]] == [
        ("Text of now.", "from 4 hours after treatment")
    ]
    assert "Do, at other times" in page.content.decode()
    assert [line.text for line in page.context["do"]] == ["Text of later."]


def test_signed_out_no_hour_is_shown(clinic: Clinic) -> None:
    published(instruction("now", from_hour=4))
    page = client_of(None).get("/guidance/wash/").content.decode()
    assert "For you now" not in page
    assert "From 4 hours after treatment" in page


@pytest.mark.parametrize(("hours", "here"), [(26, "Days 1 to 3"), (100, "Later"), (700, None)])
def test_the_list_says_where_the_patient_is(
    patient: Patient, procedure: Procedure, hours: float, here: str | None
) -> None:
    published()
    published(key="A6", slug="peeling", title="Peeling", group=Article.Group.LATER)
    with frozen_at(at(hours)):
        page = client_of(patient.user).get("/guidance/")
    assert [group.title for group in page.context["groups"] if group.is_now] == ([here] if here else [])


def test_before_the_first_article_the_list_says_what_will_be_there(clinic: Clinic) -> None:
    assert "Nothing here yet" in client_of(None).get("/guidance/").content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("washing", ["Washing your face", "Clean hands"]),
        ("WASH hands", ["Clean hands", "Washing your face"]),
        ("creme", ["Crème and sun"]),
        ("h2", []),
        ("nothing like this", []),
        ("<script>", []),
    ],
)
def test_a_search_finds_articles_with_every_word_the_best_first(
    clinic: Clinic, query: str, found: list[str]
) -> None:
    published(body="<h2>How</h2><p>Clean hands come first.</p>")
    published(key="A2", slug="hands", title="Clean hands", summary="Wash your hands.", body="<p>Soap.</p>")
    published(key="A9", slug="sun", title="Crème and sun", summary="Wait.", body="<p>Shade.</p>")
    page = client_of(None).get("/guidance/", {"q": query})
    assert [row.title for row in page.context["results"]] == found
    assert "<script>" not in page.content.decode()


@pytest.mark.parametrize("query", ["wash " * 11, "wash " * 2000, "ﷺ" * 20])
def test_a_search_that_is_too_long_says_what_to_do(clinic: Clinic, query: str) -> None:
    published()
    page = client_of(None).get("/guidance/", {"q": query})
    text = page.content.decode()
    assert page.status_code == 200
    assert "That is too long to search for" in text
    assert "Try one short word" in text
    assert "results" not in page.context
    assert len(text) < 20_000


def test_an_article_that_was_renamed_is_found_under_its_old_address(clinic: Clinic) -> None:
    change(published(), slug="washing")
    page = client_of(None).get("/guidance/wash/")
    assert (page.status_code, page["Location"]) == (302, "/guidance/washing/")


@pytest.mark.parametrize("way", ["unpublish", "delete"])
def test_an_article_that_is_gone_says_so_and_where_to_go(clinic: Clinic, way: str) -> None:
    published(key="A2", slug="hands", title="Clean hands")
    getattr(published(), way)()
    page = client_of(None).get("/guidance/wash/")
    assert page.status_code == 410
    assert "This page has moved" in page.content.decode()
    assert "Clean hands" in page.content.decode()


def test_an_address_that_never_was_is_not_found_and_neither_is_a_draft(clinic: Clinic) -> None:
    draft()
    assert client_of(None).get("/guidance/wash/").status_code == 404
    assert client_of(None).get("/guidance/nothing/").status_code == 404


def test_what_a_patient_was_shown_is_kept_once_a_revision(patient: Patient) -> None:
    article = published()
    first = article.live_revision
    client = client_of(patient.user)
    for minutes in (0, 5):
        with frozen_at(at(1, minutes=minutes)):
            client.get("/guidance/wash/")
    second = change(article, title="Wash gently").live_revision
    with frozen_at(at(2)):
        client.get("/guidance/wash/")
    kept = ArticleRead.objects.order_by("at").values_list("revision", "at")
    assert list(kept) == [(first.pk, at(1)), (second.pk, at(2))]


def test_nothing_is_kept_of_who_is_no_patient(clinic: Clinic, nurse: StaffMember) -> None:
    published()
    for user in (None, nurse.user):
        client_of(user).get("/guidance/wash/")
    assert not ArticleRead.objects.exists()


@pytest.mark.parametrize("path", ["/guidance/", "/guidance/wash/", "/guidance/?q=wash", "/guidance/gone/"])
def test_a_patients_page_needs_at_most_ten_queries(
    patient: Patient, procedure: Procedure, path: str, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(6):
        published(instruction("one"), key=f"B{number}", slug=f"b{number}")
    published(instruction("wash"))
    published(key="G", slug="gone").unpublish()
    with frozen_at(at(26)):
        client = client_of(patient.user)
        with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
            client.get(path)


def test_without_a_clinic_there_is_no_guidance(db: None) -> None:
    assert client_of(None).get("/guidance/").status_code == 404


@pytest.mark.parametrize("path", ["/guidance/", "/guidance/wash/"])
def test_guidance_is_only_read(clinic: Clinic, path: str) -> None:
    published()
    assert client_of(None).post(path).status_code == 405


def test_the_hours_are_those_after_the_newest_procedure(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    published()
    patient.procedures.create(
        kind="rf", area="neck", performed_at=at(50), recorded_at=at(50), recorded_by=nurse.user
    )
    with frozen_at(at(53) + timedelta(minutes=10)):
        page = client_of(patient.user).get("/guidance/")
    assert "It is 3 hours since your treatment" in page.content.decode()
