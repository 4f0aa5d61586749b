"""Forbidden phrases are never published, and the safety articles cannot be taken away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale
from wagtail.test.utils.form_data import inline_formset, rich_text

from aftercare.guidance.actions.editors import add_editor
from aftercare.guidance.editing.reviewing import add_reviewer, set_up_review
from aftercare.guidance.forbidden_phrases import forbidden_phrases, forbidden_phrases_in_html
from aftercare.guidance.models import Article, ClinicGuidance, Instruction
from aftercare.guidance.refusals import RefusedError
from aftercare.people.models import Clinic, User
from tests.guidance.editing.test_editing import ROW, edit, typed
from tests.guidance.writing import change, draft, instruction, publish, published

pytestmark = pytest.mark.django_db

NAMES = "wagtailsnippets_guidance_article"
UNSAFE = "<p>A bit of heat is <b>norm</b>al.</p>"
HELP = {"key": "A5", "slug": "get-help", "title": "Get help", "group": Article.Group.GET_HELP}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def moderator() -> User:
    user = add_editor(email="rae@test.example")
    add_reviewer(user)
    return user


def superuser() -> User:
    user = User.objects.create_user("root@test.example")
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    user.refresh_from_db()
    return user


PEOPLE = {
    "an editor": lambda: add_editor(email="nina@test.example"),
    "a moderator": moderator,
    "a superuser": superuser,
}
everybody = pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE.keys())


def said_on(page: Any) -> str:
    return " ".join(page.content.decode().split())


@pytest.mark.parametrize(
    "text",
    [
        "You’re fine.",
        "You are fine",
        "That is normal.",
        "It heals normally",
        "It is not infected.",
        "It isn’t infected",
        "You have an infection.",
        "You’ve got an allergy",
        "You have infected skin",
        "This is an infection",
        "Take 400 mg",
        "Take 2,5 ml",
        "Take two tablets.",
        "Take some ibuprofen",
        "Stop taking your medicine",
        "Start using it",
        "There is no need to call.",
        "You don’t need to call us",
        "Someone is watching",
        "We are always watching.",
        "Your message was delivered",
        "nor\u00admal",
        "not\n infected",
    ],
)
def test_what_must_never_be_said_is_found_however_it_is_written(text: str) -> None:
    assert forbidden_phrases(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "Do you have any of these?",
        "If you have a question, call.",
        "It can be a sign of an infection.",
        "Fine lines often fade.",
        "You have to wait.",
        "Use what the clinic said you can use.",
        "Take it off each night.",
        "It is a sign of an abnormal course.",
        "Call us for a fever.",
        "You take isotretinoin (Accutane).",
        "You have asked for a code.",
    ],
)
def test_plain_words_are_no_such_phrase(text: str) -> None:
    assert forbidden_phrases(text) == []


def test_a_phrase_is_found_across_bold_and_not_across_paragraphs() -> None:
    assert forbidden_phrases_in_html(UNSAFE) == ["normal"]
    assert forbidden_phrases_in_html("<p>Is it infected or not</p><p>infected skin is hot</p>") == []
    assert forbidden_phrases_in_html("<ul><li>Tell us what you</li><li>have an infection</li></ul>") == []


@pytest.mark.parametrize("field", ["title", "summary", "body"])
def test_publishing_such_a_phrase_is_refused_by_the_model_and_named(field: str) -> None:
    article = published(**HELP)
    with pytest.raises(RefusedError, match="Patients must never read “normal”"):
        change(article, **{field: UNSAFE if field == "body" else "This is normal."})
    assert Article.objects.get().title == "Get help"
    assert Article.objects.get().live


def test_an_instruction_with_such_a_phrase_is_refused_too() -> None:
    with pytest.raises(RefusedError, match="“Stop using”"):
        published(instruction("stop", text="Stop using it."))
    assert not Article.objects.published().exists()


def test_saving_a_published_article_by_hand_is_refused_like_publishing() -> None:
    article = published(instruction("wash"))
    article.body = UNSAFE
    with pytest.raises(RefusedError):
        article.save()
    row = Instruction.objects.get()
    row.text = "This is normal."
    with pytest.raises(RefusedError):
        row.save()
    assert "norm" not in Article.objects.get().body


def test_a_draft_is_kept_whatever_it_says() -> None:
    article = draft(body=UNSAFE)
    assert not article.live
    with pytest.raises(RefusedError):
        publish(article)


def test_a_scheduled_publication_is_refused_when_it_is_scheduled_and_when_it_is_due() -> None:
    article = published()
    changed = Article.objects.get().get_latest_revision_as_object()
    changed.body, changed.go_live_at = UNSAFE, timezone.now() + timedelta(hours=1)
    revision = changed.save_revision()
    with pytest.raises(RefusedError):
        revision.publish(skip_permission_checks=True)
    # As if it had been scheduled before such phrases were refused; what else is due is done all the same.
    article.revisions.filter(pk=revision.pk).update(approved_go_live_at=timezone.now() - timedelta(hours=1))
    other = published(key="A2", slug="hands", title="Clean hands")
    Article.objects.filter(pk=other.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(CommandError, match="Washing your face: Patients must never read “normal”"):
        call_command("publish_scheduled")
    assert "norm" not in Article.objects.get(key="A1").body
    assert not Article.objects.get(key="A2").live


def save_unpublished(article: Article) -> None:
    article.live = False
    article.save()


TAKEN_AWAY: dict[str, Callable[[Article], object]] = {
    "unpublish": lambda article: article.unpublish(),
    "delete": lambda article: article.delete(),
    "delete several": lambda article: Article.objects.filter(pk=article.pk).delete(),
    "save": save_unpublished,
}


@pytest.mark.parametrize("take_away", TAKEN_AWAY.values(), ids=TAKEN_AWAY.keys())
@pytest.mark.parametrize("key", ["A4", "A5", "A6", "A7", "A8", "A11"])
def test_a_safety_article_is_taken_away_by_nobody(key: str, take_away: Callable[[Article], object]) -> None:
    article = published(key=key, title="Get help")
    with pytest.raises(RefusedError, match="Patients need “Get help” to know when to call"):
        take_away(article)
    assert Article.objects.get().live


def test_a_safety_article_does_not_end_at_a_set_time() -> None:
    article = published(**HELP)
    with pytest.raises(RefusedError, match="does not end"):
        change(article, expire_at=timezone.now() + timedelta(days=1))
    Article.objects.filter(pk=article.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(CommandError, match="Get help"):
        call_command("publish_scheduled")
    assert Article.objects.get().live


def test_a_safety_article_does_not_become_an_ordinary_one() -> None:
    article = published(**HELP)
    with pytest.raises(RefusedError, match="key of a safety article"):
        change(article, key="B1", group=Article.Group.LATER)


def test_a_translation_can_be_taken_away_since_the_own_language_stays() -> None:
    german = Locale.objects.create(language_code="de")
    translated = published(**HELP).copy_for_translation(german)
    translated.live = True
    translated.save()
    translated.unpublish()
    assert Article.objects.filter(live=True).get().title == "Get help"


def test_other_articles_can_be_unpublished() -> None:
    published().unpublish()
    assert not Article.objects.published().exists()


@everybody
def test_who_publishes_such_a_phrase_reads_it_named_and_what_was_typed_is_still_there(
    person: Callable[[], User], clinic: Clinic
) -> None:
    article, editor_client = published(**HELP), signed_in(person())
    rows = inline_formset([ROW | {"text": "Keep taking it."}])
    told = typed(key="A5", slug="get-help", group="get_help", body=rich_text(UNSAFE), instructions=rows)
    page = editor_client.post(edit(article), told)
    said = said_on(page)
    assert page.status_code == 200
    assert "Not published. Patients must never read “normal”. Say it in other words." in said
    assert "Patients must never read “Keep taking”" in said
    assert "What you typed is still here" in said
    assert "Keep taking it." in said
    assert "A bit of heat is" in said
    assert "norm" not in Article.objects.get().body

    kept = editor_client.post(edit(article), told | {"action-publish": ""}, follow=True)
    assert "Saved, but it can’t be published like this. Patients must never read “normal”" in said_on(kept)
    assert "norm" in Article.objects.get().get_latest_revision_as_object().body


@everybody
def test_who_would_unpublish_a_safety_article_reads_why_not_and_is_offered_no_button(
    person: Callable[[], User], clinic: Clinic
) -> None:
    article, editor_client = published(**HELP), signed_in(person())
    assert "/unpublish/" not in editor_client.get(edit(article)).content.decode()
    address = reverse(f"{NAMES}:unpublish", args=[article.pk])
    for answer in (editor_client.get(address, follow=True), editor_client.post(address, follow=True)):
        assert "Patients need “Get help” to know when to call, so it stays. You can change it." in said_on(
            answer
        )
    ordinary = published()
    assert "/unpublish/" in editor_client.get(edit(ordinary)).content.decode()


@pytest.mark.parametrize(
    "path", ["/admin/guidance/articles/delete/{}/", "/admin/bulk/guidance/article/delete/?id={}"]
)
def test_a_safety_article_is_not_deleted_alone_or_with_others(path: str, clinic: Clinic) -> None:
    article = published(**HELP)
    page = signed_in(superuser()).post(path.format(article.pk), follow=True)
    assert "Patients need “Get help” to know when to call" in said_on(page)
    assert Article.objects.get().live


@pytest.mark.parametrize("way", ["the editor", "the list"])
def test_a_reviewer_who_approves_such_a_phrase_reads_it_named_and_the_review_goes_on(
    way: str, clinic: Clinic, editor: User
) -> None:
    set_up_review()
    article = published()
    form = typed(publish=False, body=rich_text(UNSAFE))
    page = signed_in(editor).post(edit(article), form | {"action-submit": "action-submit"}, follow=True)
    assert "Patients must never read “normal”" in said_on(page)
    editor_client, state = signed_in(moderator()), article.current_workflow_task_state
    if way == "the list":
        answer = editor_client.post(
            reverse(f"{NAMES}:workflow_action", args=(article.pk, "approve", state.pk)),
            {"comment": ""},
            follow=True,
        )
    else:
        pressed = {"action-workflow-action": "yes", "workflow-action-name": "approve"}
        answer = editor_client.post(edit(article), form | pressed, follow=True)
    assert "Not published. Patients must never read “normal”. Say it in other words." in said_on(answer)
    assert article.current_workflow_task_state == state
    assert "norm" not in Article.objects.get().body


def test_a_new_article_with_such_a_phrase_is_not_published(editor: User, clinic: Clinic) -> None:
    page = signed_in(editor).post("/admin/guidance/articles/add/", typed(body=rich_text(UNSAFE)))
    assert "Not published. Patients must never read “normal”" in said_on(page)
    assert not Article.objects.published().exists()


def test_a_clinics_own_words_are_refused_as_well(clinic: Clinic, editor: User) -> None:
    own = ClinicGuidance.objects.create(clinic=clinic)
    page = signed_in(editor).post(
        f"/admin/guidance/clinics/edit/{own.pk}/",
        {"products": "2 tablets", "sunscreen": "", "make_up_from_h": ""},
    )
    assert "Patients must never read “2 tablets”" in said_on(page)
    own.sunscreen = "a normal one"
    with pytest.raises(Exception, match="“normal”"):
        own.save()
