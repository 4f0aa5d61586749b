"""Editing in Wagtail's forms: every refusal says what to mend, and no input is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from wagtail.images import get_image_model
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

from aftercare.guidance.actions.article_reads import record_article_read
from aftercare.guidance.actions.editors import add_editor
from aftercare.guidance.models import Article
from aftercare.people.models import Clinic, Patient, User
from tests.factories import at
from tests.guidance.drawing import png
from tests.guidance.writing import change, draft, published

pytestmark = pytest.mark.django_db

NAMES = "wagtailsnippets_guidance_article"
ROW = {
    "action": "do",
    "key": "wash",
    "text": "Wash with clean fingers.",
    "from_hour": "4",
    "until_hour": "72",
    "kinds": "mn rf",
    "sources": "S27",
    "clinic_field": "",
}


@pytest.fixture
def editor_client(editor: User) -> Client:
    """The editor, signed in."""
    client = Client()
    client.force_login(editor)
    return client


def typed(*, publish: bool = True, **fields: Any) -> dict[str, str]:
    """The editing form, filled in and sent by "Publish" or "Save draft"."""
    told: dict[str, Any] = {
        "title": "Washing your face",
        "slug": "wash",
        "summary": "Use clean fingers.",
        "body": rich_text("<p>Wet your face.</p>"),
        "sources": "S27 S29",
        "key": "A1",
        "group": "first_days",
        "order": "1",
        "instructions": inline_formset([]),
        "answers": inline_formset([]),
        "pictures": inline_formset([]),
        **fields,
    }
    told |= {"action-publish": "action-publish"} if publish else {}
    flat: dict[str, str] = nested_form_data(told)
    return flat


def edit(article: Article) -> str:
    return f"/admin/guidance/articles/edit/{article.pk}/"


def refusal(page: Any) -> str:
    """The page that shows the form again: what was typed is still in it."""
    assert page.status_code == 200
    assert "Use clean fingers." in page.content.decode()
    return " ".join(page.content.decode().split())


def test_a_published_change_is_what_patients_read_next(editor_client: Client, clinic: Clinic) -> None:
    article = published()
    page = editor_client.post(edit(article), typed(title="Wash gently", instructions=inline_formset([ROW])))
    assert page.status_code == 302
    shown = Client().get("/guidance/wash/").content.decode()
    assert "Wash gently" in shown
    assert "Wash with clean fingers." in shown


def test_a_draft_changes_nothing_for_patients(editor_client: Client, clinic: Clinic) -> None:
    article = published()
    editor_client.post(edit(article), typed(publish=False, title="Wash gently"))
    assert "Washing your face" in Client().get("/guidance/wash/").content.decode()
    assert Article.objects.get().get_latest_revision_as_object().title == "Wash gently"


def test_an_article_without_sources_is_kept_as_a_draft_and_not_published(editor_client: Client) -> None:
    page = editor_client.post("/admin/guidance/articles/add/", typed(sources=""))
    assert "This field is required" in refusal(page)
    assert not Article.objects.exists()
    editor_client.post("/admin/guidance/articles/add/", typed(sources="", publish=False))
    assert not Article.objects.published().exists()
    assert Article.objects.get().title == "Washing your face"


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ("27", "from S1 to S64"),
        ("S65", "from S1 to S64"),
        ("S0", "from S1 to S64"),
        ("S27,S29", "from S1 to S64"),
        ("S27 S27", "named twice"),
    ],
)
def test_sources_are_source_statements(editor_client: Client, sources: str, said: str) -> None:
    assert said in refusal(editor_client.post(edit(published()), typed(sources=sources)))


@pytest.mark.parametrize("address", ["javascript:alert(1)", "JaVa\tScript:alert(1)", "data:text/html,x", ""])
def test_a_link_to_a_script_is_refused(editor_client: Client, address: str) -> None:
    body = json.loads(rich_text('<p>See <a href="https://example.org/">this page</a>.</p>'))
    body["entityMap"]["0"]["data"]["url"] = address
    article = published()
    assert "The link “this page” leads to nothing" in refusal(
        editor_client.post(edit(article), typed(body=json.dumps(body)))
    )
    assert "Wet your face." in Article.objects.get().body


@pytest.mark.parametrize(
    "address", ["https://example.org/", "/guidance/hands/", "mailto:us@example.org", "tel:999"]
)
def test_a_link_that_leads_somewhere_is_kept(editor_client: Client, address: str) -> None:
    editor_client.post(
        edit(published()), typed(body=rich_text(f'<p>See <a href="{address}">this page</a>.</p>'))
    )
    assert f'href="{address}"' in Article.objects.get().body


@pytest.mark.parametrize("field", ["body", "title", "summary"])
def test_script_is_refused_wherever_it_is_typed(editor_client: Client, field: str) -> None:
    words = "Use clean fingers. <script>alert(1)</script>"
    value = rich_text(f"<p>{words.replace('<', '&lt;')}</p>") if field == "body" else words
    told: dict[str, Any] = {field: value}
    assert "Guidance holds no script" in refusal(editor_client.post(edit(published()), typed(**told)))


def test_a_placeholder_that_nothing_fills_is_named(editor_client: Client) -> None:
    page = editor_client.post(edit(published()), typed(body=rich_text("<p>Call {phone}.</p>")))
    assert "Nothing is known to fill in for {phone}" in refusal(page)


def test_an_until_hour_before_the_from_hour_is_refused(editor_client: Client) -> None:
    row = ROW | {"from_hour": "72", "until_hour": "4"}
    page = editor_client.post(edit(published()), typed(instructions=inline_formset([row])))
    assert "The until-hour must be later than the from-hour." in refusal(page)
    assert "Wash with clean fingers." in page.content.decode()


def test_an_address_that_is_taken_names_the_article_that_has_it(editor_client: Client) -> None:
    published(key="A2", slug="hands", title="Clean hands")
    page = editor_client.post(edit(published()), typed(slug="hands"))
    assert "“Clean hands” has this address already. Choose another." in refusal(page)


def test_a_picture_without_alternative_text_is_refused(editor_client: Client) -> None:
    image = get_image_model().objects.create(title="x", file=ContentFile(png(), "x.png"))
    rows = [{"image": str(image.pk), "alternative_text": "", "caption": "Day two"}]
    page = editor_client.post(edit(published()), typed(pictures=inline_formset(rows)))
    assert "This field is required" in refusal(page)
    assert "Day two" in page.content.decode()
    rows[0]["alternative_text"] = "A brown cheek with small red dots."
    editor_client.post(edit(Article.objects.get()), typed(pictures=inline_formset(rows)))
    assert Article.objects.get().pictures.get().alternative_text == "A brown cheek with small red dots."


def test_two_editors_at_once_are_told_of_each_other_and_both_texts_are_kept(
    editor_client: Client, editor: User
) -> None:
    other = add_editor(email="omar@test.example", first_name="Omar", last_name="Second")
    second = Client()
    second.force_login(other)
    article = published()
    opened = editor_client.get(edit(article))
    loaded = {
        "loaded_revision_id": str(article.latest_revision_id),
        "loaded_revision_created_at": opened.context["loaded_revision_created_at"],
    }
    second.post(edit(article), typed(publish=False, title="By Omar"))

    session = opened.context["editing_sessions"].current_session
    ping = f"/admin/editing-sessions/ping/guidance/article/{article.pk}/{session.pk}/"
    told = editor_client.post(ping, {"revision_id": loaded["loaded_revision_id"]}).json()
    assert "Omar Second" in json.dumps(told)

    by_itself = editor_client.post(
        edit(article), typed(publish=False, title="By Nina") | loaded, headers={"accept": "application/json"}
    )
    assert by_itself.json()["error_code"] == "invalid_revision"

    editor_client.post(edit(article), typed(publish=False, title="By Nina") | loaded)
    titles = [revision.as_object().title for revision in article.revisions.order_by("pk")]
    assert titles == ["Washing your face", "By Omar", "By Nina"]


def test_a_locked_article_is_changed_by_nobody_else(editor_client: Client, editor: User) -> None:
    article = published()
    editor_client.post(f"/admin/guidance/articles/lock/{article.pk}/")
    second = Client()
    second.force_login(add_editor(email="omar@test.example"))
    second.post(edit(article), typed(title="By Omar"))
    assert Article.objects.get().title == "Washing your face"


def test_an_earlier_revision_is_compared_and_restored(editor_client: Client, clinic: Clinic) -> None:
    article = published()
    first = article.live_revision_id
    second = change(article, title="Wash gently").live_revision_id
    compared = editor_client.get(reverse(f"{NAMES}:revisions_compare", args=[article.pk, first, second]))
    assert "gently" in compared.content.decode()
    reverted = reverse(f"{NAMES}:revisions_revert", args=[article.pk, first])
    assert "Washing your face" in editor_client.get(reverted).content.decode()
    editor_client.post(edit(article), typed() | {"revision": str(first)})
    assert Article.objects.get().title == "Washing your face"
    assert article.revisions.count() == 3


def test_what_patients_have_read_is_unpublished_but_never_deleted(
    editor_client: Client, patient: Patient
) -> None:
    article = published()
    record_article_read(patient=patient, article=article, now=at())
    page = editor_client.post(f"/admin/guidance/articles/delete/{article.pk}/", follow=True)
    assert "Patients have read “Washing your face”, so it is kept." in page.content.decode()
    assert Article.objects.filter(pk=article.pk).exists()
    editor_client.post(f"/admin/guidance/articles/unpublish/{article.pk}/")
    assert not Article.objects.published().exists()


def test_several_articles_at_once_are_not_deleted_where_one_was_read(
    editor_client: Client, patient: Patient
) -> None:
    read, unread = published(), draft(key="A2", slug="hands")
    record_article_read(patient=patient, article=read, now=at())
    editor_client.post(f"/admin/bulk/guidance/article/delete/?id={read.pk}&id={unread.pk}")
    assert Article.objects.count() == 2


def test_what_nobody_has_read_can_be_deleted(editor_client: Client, clinic: Clinic) -> None:
    article = published()
    editor_client.post(f"/admin/guidance/articles/delete/{article.pk}/")
    assert not Article.objects.exists()
    assert Client().get("/guidance/wash/").status_code == 410


def test_saving_by_itself_never_writes_over_what_was_published(editor_client: Client, editor: User) -> None:
    article = draft()
    first = article.save_revision(user=editor)
    first.publish(skip_permission_checks=True)
    editor_client.post(
        edit(article), typed(publish=False, title="Later words") | {"overwrite_revision_id": str(first.pk)}
    )
    first.refresh_from_db()
    assert first.content["title"] == "Washing your face"
    assert Article.objects.get().get_latest_revision_as_object().title == "Later words"


@pytest.mark.parametrize(
    ("mode", "heading", "lines"),
    [
        ("mn-2", "For you now, at 2 hours", ["Always."]),
        ("mn-26", "For you now, at 26 hours", ["From four.", "Always."]),
        ("mn-72", "For you now, at 3 days", ["Always."]),
        ("rf-26", "For you now, at 26 hours", ["From four.", "Only after RF.", "Always."]),
        ("rf-336", "For you now, at 14 days", ["Only after RF.", "Always."]),
        ("signed-out", "", []),
    ],
)
def test_a_draft_is_previewed_as_a_patient_at_an_hour(
    editor_client: Client, clinic: Clinic, mode: str, heading: str, lines: list[str]
) -> None:
    article = published()
    rows = [
        ROW | {"text": "From four."},
        ROW | {"key": "rf", "text": "Only after RF.", "kinds": "rf", "until_hour": "", "from_hour": "0"},
        ROW | {"key": "always", "text": "Always.", "until_hour": "", "from_hour": "0"},
    ]
    address = f"/admin/guidance/articles/preview/{article.pk}/"
    sent = typed(title="Not yet published", instructions=inline_formset(rows))
    assert editor_client.post(address, sent).json() == {"is_valid": True, "is_available": True}
    page = editor_client.get(address, {"mode": mode, "in_preview_panel": "true"})
    shown = page.content.decode()
    assert "Not yet published" in shown
    assert (heading or "How to do it") in shown or heading == ""
    assert [line.text for line in page.context["now_do"]] == lines
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "Washing your face" in Client().get("/guidance/wash/").content.decode()


def test_a_preview_offers_both_kinds_at_five_hours(db: None) -> None:
    modes = {mode for mode, _label in Article().preview_modes}
    assert {f"{kind}-{hours}" for kind in ("mn", "rf") for hours in (2, 26, 72, 120, 336)} <= modes
