"""A message is worded in the language of its recipient, where the portal speaks it, at the moment of sending."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

import pytest
from django.utils.formats import date_format
from django.utils.translation import get_language
from pytest_django import Settings

from aftercare.outbox import registry
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.models import User
from tests.factories import UserFactory, at
from tests.outbox.wire import KIND, Wire, swept

pytestmark = pytest.mark.django_db
MakeMessage = Callable[..., Message]


@pytest.fixture(autouse=True)
def _words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each message says which language is spoken, and a date in it."""

    def say(message: Message, now: datetime) -> Content:
        return Content(subject=str(get_language()), body=date_format(now, "l"))

    monkeypatch.setitem(registry._renderers, KIND, say)


def said(wire: Wire) -> list[tuple[str, str]]:
    swept(at())
    return [(mail.content.subject, mail.content.body) for mail in wire.outgoing]


@pytest.mark.parametrize("language", ["", "en", "pl", "xx"])
def test_until_it_is_translated_the_portal_speaks_its_own_language_as_a_whole(
    make_message: MakeMessage, recipient: User, wire: Wire, language: str
) -> None:
    make_message()
    User.objects.filter(pk=recipient.pk).update(language=language)
    assert said(wire) == [("en-gb", "Monday")]


def test_the_language_is_the_one_of_the_moment_of_sending(
    make_message: MakeMessage, recipient: User, wire: Wire, translated: None
) -> None:
    make_message()
    User.objects.filter(pk=recipient.pk).update(language="pl")
    assert said(wire) == [("pl", "Poniedziałek")]


@pytest.fixture
def translated(settings: Settings) -> None:
    """As if the portal were translated into Polish."""
    settings.LANGUAGES = [("en-gb", "English"), ("pl", "Polish")]


def test_words_that_are_the_same_for_all_are_asked_for_once_a_language(
    make_message: MakeMessage, recipient: User, wire: Wire, translated: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def for_all(subjects: Collection[UUID], now: datetime) -> dict[UUID, Content | None]:
        asked.append(str(get_language()))
        return {subject: Content(subject=str(get_language()), body="") for subject in subjects}

    monkeypatch.setitem(registry._for_all, KIND, for_all)
    first = make_message()
    for language in ("pl", "en"):
        make_message(subject=first.subject, recipient=UserFactory.create(language=language))
    assert sorted(said(wire)) == [("en-gb", ""), ("en-gb", ""), ("pl", "")]
    assert sorted(asked) == ["en-gb", "pl"]
