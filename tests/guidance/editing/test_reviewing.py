"""A draft can be reviewed before patients read it: submitted by an editor, approved or sent back by a reviewer."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import Workflow

from aftercare.guidance.editing.reviewing import set_up_review
from aftercare.guidance.management.commands import load_guidance
from aftercare.guidance.models import Article
from aftercare.people.models import Clinic, User
from tests.guidance.editing.test_editing import edit, typed
from tests.guidance.writing import published

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def submitted(editor: User, clinic: Clinic) -> Article:
    """A change that the editor has submitted."""
    set_up_review()
    article = published()
    form = typed(publish=False, title="Wash gently")
    page = signed_in(editor).post(edit(article), form | {"action-submit": "action-submit"})
    assert page.status_code == 302
    return article


@pytest.fixture
def reviewer(submitted: Article) -> User:
    """A person who only reviews."""
    call_command("add_editor", "rae@test.example", "--reviewer", verbosity=0)
    return User.objects.get(email="rae@test.example")


def decide(reviewer: User, article: Article, action: str) -> int:
    """The reviewer's answer on the article's page; its status code."""
    state = article.current_workflow_task_state
    address = reverse("wagtailsnippets_guidance_article:workflow_action", args=(article.pk, action, state.pk))
    return signed_in(reviewer).post(address, {"comment": ""}).status_code


def shown() -> str:
    return Client().get("/guidance/wash/").content.decode()


def test_what_an_editor_submits_waits_and_patients_read_it_once_it_is_approved(
    submitted: Article, reviewer: User
) -> None:
    assert "Washing your face" in shown()
    assert "Review of guidance" in signed_in(reviewer).get(edit(submitted)).content.decode()

    assert decide(reviewer, submitted, "approve") == 302

    assert "Wash gently" in shown()
    assert not submitted.workflow_in_progress


def test_what_is_sent_back_is_not_published_and_nothing_of_it_is_lost(
    submitted: Article, reviewer: User
) -> None:
    assert decide(reviewer, submitted, "reject") == 302
    assert "Washing your face" in shown()
    assert Article.objects.get().get_latest_revision_as_object().title == "Wash gently"


def test_an_editor_who_does_not_review_cannot_approve(submitted: Article, editor: User) -> None:
    decide(editor, submitted, "approve")
    assert submitted.workflow_in_progress
    assert "Washing your face" in shown()


def test_the_first_set_up_makes_the_review_and_later_ones_leave_it_as_it_is(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_guidance, "load_articles", lambda **_by: [])
    call_command("load_guidance", verbosity=0)
    workflow = Article.get_default_workflow()
    assert workflow is not None
    (task,) = workflow.tasks
    assert [group.name for group in task.specific.groups.all()] == ["Guidance reviewers"]

    Workflow.objects.filter(name="Review of guidance").update(active=False)
    call_command("load_guidance", verbosity=0)
    assert Workflow.objects.filter(name="Review of guidance").values_list("active", flat=True).get() is False
    assert Article.get_default_workflow() is None
