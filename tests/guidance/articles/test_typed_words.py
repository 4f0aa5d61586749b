"""Words that patients type: each finds an answer among its first results, at a clinic that has confirmed all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from aftercare.guidance.actions.confirmations import confirm_answers
from aftercare.guidance.articles.loading import load_articles
from aftercare.guidance.articles.search import search
from aftercare.guidance.articles.synonym_loading import load_synonyms
from aftercare.guidance.instructions.clinic_placeholders import ClinicPlaceholders
from aftercare.guidance.models import AnswerConfirmation, Article, EverydayAnswer, SearchSynonym
from aftercare.people.models import Clinic, StaffMember, User
from tests.databases import shared_records
from tests.factories import ClinicFactory, at, person

pytestmark = pytest.mark.django_db

FIRST = 3  # results that a phone shows without scrolling far
# The end of the address that answers, and what people type who look for it: plural, other forms, other words, slips.
TYPED = {
    "#shower": "shower showers showering bath bathing baths shwoer",
    "#hair": "hair shampoo conditioner hairdresser dye dyeing bleach hairdryer shampo",
    "#work": "work working job office desk school dust",
    "#sport": "gym gyms sport exercise exersise workout jogging running yoga sweat sweating pilates cycling excercise",
    "#sauna": "sauna saunas steam jacuzzi spa suana",
    "#swimming": "swimming swim swiming pool pools chlorine sea beach ocean",
    "#alcohol": "alcohol alchohol wine beer prosecco drinking booze alcahol",
    "#smoking": "smoking smoke vaping vape cigarettes ciggies smokng",
    "#sun": "sun sunbathing sunburn sunbed sunshine tan tanning",
    "#sunscreen": "sunscreen sunscreens spf suncream sunblock sunscren",
    "#make-up": "makeup make-up foundation concealer mascara lipstick makup cosmetics",
    "#make-up-removal": "remover wipes",
    "#shaving": "shaving shave razor beard waxing threading eyebrows shavng laser",
    "#beauty": "botox filler fillers facial peels lashes fascial",
    "#flying": "flying fly flight plane holiday travelling airport fligt",
    "#sex": "sex intimacy",
    "#kissing": "kissing kiss kisses boyfriend kising",
    "#pets": "dog dogs cat cats pet puppy",
    "#cooling": "ice icepack cooling",
    "#masks": "mask masks glasses helmet goggles",
    "#pain-medicine": "painkiller painkillers paracetamol ibuprofen ibuprofin medicine tablets nurofen medecine",
    "#fever": "fever temperature shivering chills feever",
    "/wash/": "wash washing cleanser cleansing soap flannel scrub",
    "/hands/": "hands hand fingers nails",
    "/sleep/": "sleep sleeping sleeping pillow pillows pillowcase bed",
    "/products/": "retinol cream creams moisturiser moisturizer serum vaseline acids",
    "/what-to-expect/": "redness red swelling swollen puffy bruise bruises heal downtime",
    "/peeling-and-spots/": "peeling flaking flaky spots pimples acne breakouts purging pimpels",
    "/infection/": "infection infected germs infecton",
    "/pain/": "pain hurts sore stinging",
    "/rare-and-later/": "scar scars scarring lumps pigmentation",
    "/get-help/": "pus itchy rash hives breathing emergency 999 hospital coldsore bleeding nausea headache dizzy",
    "/before-treatment/": "pregnant pregnancy dermaroller",
}
WORDS = [(word, ends) for ends, words in TYPED.items() for word in dict.fromkeys(words.split())]


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Clinic]:
    """A clinic whose clinician has confirmed every shipped answer."""
    with shared_records(django_db_blocker):
        clinic = ClinicFactory.create()
        clinician = person(clinic, "Tom", StaffMember.Role.CLINICIAN)
        load_articles(by=User.objects.system())
        load_synonyms()
        statements = {one.statement for one in EverydayAnswer.objects.all()}
        confirm_answers(
            clinic=clinic, statements=statements, clinician=clinician, by=User.objects.system(), now=at(0)
        )
        yield clinic


def addresses(clinic: Clinic, query: str) -> list[str]:
    found = search(
        Article.objects.published().prefetch_related("instructions", "answers"),
        ClinicPlaceholders.of(clinic),
        query,
        reader=None,
        confirmed=AnswerConfirmation.objects.confirmed(clinic),
        synonyms=SearchSynonym.objects.all(),
    )
    return [entry.address for entry in found]


def test_nothing_of_what_is_searched_for_is_logged_or_sent_to_the_database(
    loaded: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(0), CaptureQueriesContext(connection) as asked:
        page = Client().get("/guidance/", {"q": "swimmming zebra"})
    assert page.context["results"]
    said = [record.getMessage() for record in caplog.records] + [query["sql"] for query in asked]
    assert [line for line in said if "swimmming" in line or "zebra" in line] == []


@pytest.mark.parametrize(
    ("query", "ends"),
    [
        ("Can I go swimming?", "#swimming"),
        ("is it ok to drink wine", "#alcohol"),
        ("hot tub", "#sauna"),
        ("make up", "/products/"),
        ("sun cream", "#sunscreen"),
        ("zebra wine", "#alcohol"),
    ],
)
def test_a_question_finds_its_answer_first(loaded: Clinic, query: str, ends: str) -> None:
    assert addresses(loaded, query)[0].endswith(ends)


@pytest.mark.parametrize("query", ["zebra", "xyz", "dg", "rain", "wind", "snow", "wine " * 11])
def test_what_no_article_knows_and_what_is_too_long_find_nothing(loaded: Clinic, query: str) -> None:
    assert addresses(loaded, query) == []


def test_every_word_finds_an_answer_among_the_first(loaded: Clinic) -> None:
    assert len(WORDS) >= 150
    lost = {}
    for word, ends in WORDS:
        first = addresses(loaded, word)[:FIRST]
        if not any(address.endswith(ends) for address in first):
            lost[word] = (ends, first)
    assert lost == {}
