"""Get help: emergencies and the number first, then every sign by its level, in words that no edit leaves out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from aftercare.guidance.articles.help_signs import BY_LEVEL, GROUPS
from aftercare.guidance.articles.loading import load_articles
from aftercare.guidance.articles.page import HELP_KEY
from aftercare.guidance.models import Article
from aftercare.people.models import Clinic, User
from aftercare.triage import RULES, Level
from tests.checkins.posting import text_of
from tests.checkins.wording import forbidden_words
from tests.clock import frozen_at
from tests.factories import at
from tests.readability.grades import HARDEST, full, grade, hardest, too_long
from tests.readability.sentences import sentences_of_html

PATH = "/guidance/get-help/"
TO_CALL = [rule for rule in RULES.values() if rule.level >= Level.SAME_DAY]


@pytest.fixture
def page(clinic: Clinic, client: Client) -> Any:
    load_articles(by=User.objects.system())
    with frozen_at(at(3)):
        return client.get(PATH)


@pytest.mark.parametrize("rule", TO_CALL, ids=[rule.id for rule in TO_CALL])
def test_each_rule_of_same_day_and_higher_is_named_at_its_level(rule: Any) -> None:
    assert any(rule.id in sign.rules for sign in BY_LEVEL[rule.level])


def test_no_sign_names_a_rule_that_there_is_not_or_one_of_another_level() -> None:
    named = {(level, rule) for level, signs in BY_LEVEL.items() for sign in signs for rule in sign.rules}
    assert [(level, rule) for level, rule in named if RULES[rule].level is not level] == []


@pytest.mark.django_db
def test_the_page_shows_every_sign_in_the_order_of_the_levels(page: Any) -> None:
    text = text_of(page)
    signs = [sign.words for group in GROUPS.values() for sign in group]
    places = [text.find(sign) for sign in signs]
    assert -1 not in places, signs[places.index(-1)]
    headings = (
        "Call 999 now if",
        "Call 999 Do not",
        "Call the clinic now if",
        "Speak to the clinic today if",
    )
    order = [text.index(heading) for heading in (*headings, "Tell us in a check-in")]
    assert order == sorted(order)


@pytest.mark.django_db
def test_an_edit_leaves_no_sign_out_and_the_clinics_own_words_stay(clinic: Clinic, client: Client) -> None:
    load_articles(by=User.objects.system())
    Article.objects.filter(key=HELP_KEY).update(body="<p>Ring the bell at the door.</p>")
    text = text_of(client.get(PATH))
    assert "Ring the bell at the door." in text
    for group in GROUPS.values():
        for sign in group:
            assert sign.words in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("h", "words"),
    [(3, "Open now. Closes 18:00. Today, not tomorrow."), (12, "Closed now. Opens tomorrow 08:00.")],
)
def test_the_opening_hours_are_those_of_now(clinic: Clinic, client: Client, h: float, words: str) -> None:
    load_articles(by=User.objects.system())
    with frozen_at(at(h)):
        assert words in text_of(client.get(PATH))


@pytest.mark.django_db
def test_the_clinics_line_for_people_who_cannot_phone_stands_below_the_number(
    clinic: Clinic, client: Client
) -> None:
    load_articles(by=User.objects.system())
    assert "Can’t phone?" not in text_of(client.get(PATH))
    clinic.cannot_phone = "Text 07700 900199."
    clinic.save()
    text = text_of(client.get(PATH))
    below = text[text.index("Do not drive.") :]
    assert below.startswith(
        "Do not drive. Abroad? The local number, often 112 or 911 . Can’t phone? Text 07700 900199."
    )


@pytest.mark.django_db
def test_it_is_easy_to_read_and_says_nothing_that_must_never_be_said(page: Any) -> None:
    said = sentences_of_html(page.content.decode())
    assert [sentence for sentence in said if forbidden_words(sentence)] == []
    assert too_long(said) == []
    assert grade(full(said)) <= HARDEST, hardest(said)


@pytest.mark.django_db
def test_every_emergency_number_of_a_patients_pages_has_the_line_below_it(clinic: Clinic) -> None:
    from django.template.loader import render_to_string

    clinic.cannot_phone = "Text 07700 900199."
    for template in ("ui/sos.html", "ui/emergency_advice.html"):
        html = render_to_string(template, {"clinic": clinic})
        assert re.search(r"(?s)999.*Abroad\?.*Text 07700 900199", html), template
