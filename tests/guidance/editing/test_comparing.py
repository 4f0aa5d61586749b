"""Compare shows what changed in an article, and not what stayed; the shipped text can be gone back to."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.management.commands.purge_revisions import purge_revisions
from wagtail.test.utils.form_data import rich_text

from aftercare.guidance.actions.editors import add_editor
from aftercare.guidance.articles.loading import load_article, load_articles
from aftercare.guidance.editing.comparing import blocks_of, changes
from aftercare.guidance.models import Article, Instruction, ShippedText
from aftercare.people.models import Clinic, User
from tests.guidance.articles.test_loading import WASH, load, write
from tests.guidance.editing.test_editing import edit, typed
from tests.guidance.writing import change

pytestmark = pytest.mark.django_db
NAMES = "wagtailsnippets_guidance_article"


@pytest.fixture
def editor_client(editor: User) -> Client:
    client = Client()
    client.force_login(editor)
    return client


@pytest.fixture
def get_help(clinic: Clinic) -> Article:
    path = Path("aftercare/guidance/content/a05-get-help.toml")
    loaded = load_article(path, by=User.objects.system())
    assert loaded is not None
    return loaded


def through_the_editor(body: str) -> str:
    """The text as it comes out of the editor's own form."""
    converter = ContentstateConverter(["h2", "h3", "bold", "ul", "ol", "link"])
    written: str = converter.to_database_format(converter.from_database_format(body))
    return written


def compared(editor_client: Client, article: Article, first: int | None, second: int | None) -> str:
    page = editor_client.get(reverse(f"{NAMES}:revisions_compare", args=[article.pk, first, second]))
    assert page.status_code == 200
    table = re.search(r"<tbody>(.*?)</tbody>", page.content.decode(), re.S)
    assert table
    return unescape(table[1])


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def test_one_changed_word_is_shown_without_the_rest_of_the_text(
    editor_client: Client, get_help: Article
) -> None:
    first = get_help.live_revision_id
    body = through_the_editor(get_help.body).replace("The pain is moderate", "The pain is middling", 1)
    second = change(get_help, body=body).live_revision_id
    shown = compared(editor_client, get_help, first, second)
    assert '<span class="deletion">moderate' in shown
    assert '<span class="addition">middling' in shown
    assert "hard to breathe" not in shown
    assert len(plain(shown)) < 200


def test_what_the_editor_writes_otherwise_is_no_change(editor_client: Client, get_help: Article) -> None:
    first = get_help.live_revision_id
    second = change(get_help, body=through_the_editor(get_help.body)).live_revision_id
    assert "There are no differences" in compared(editor_client, get_help, first, second)


def test_a_changed_instruction_is_shown_without_the_others(editor_client: Client, get_help: Article) -> None:
    first = get_help.live_revision_id
    changed = Article.objects.get().get_latest_revision_as_object()
    row, _other = changed.instructions.all()
    row.text = "Call whenever you are worried."
    changed.instructions = [row, _other]
    changed.save_revision().publish(skip_permission_checks=True)
    shown = compared(editor_client, get_help, first, Article.objects.get().live_revision_id)
    assert "whenever" in shown
    assert "Do not wait" not in shown


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (
            ["a b", "c"],
            ["a x", "c"],
            ['a <span class="deletion">b</span><span class="addition">x</span>', "…"],
        ),
        (["a"], ["a", "b"], ["…", '<span class="addition">b</span>']),
        (["a", "b"], ["b"], ['<span class="deletion">a</span>', "…"]),
        ([], [], []),
    ],
)
def test_only_paragraphs_that_differ_are_shown(before: list[str], after: list[str], shown: list[str]) -> None:
    assert list(changes(before, after)) == shown


def test_bold_and_links_count_and_spaces_do_not() -> None:
    assert blocks_of("<p>a <b>b</b></p>\n\n<ul>\n<li>c</li></ul>") == blocks_of(
        '<p data-block-key="x">a <b>b</b></p><ul><li>c</li></ul>'
    )
    assert blocks_of("<p>a <b>b</b></p>") != blocks_of("<p>a b</p>")
    assert blocks_of('<p><a href="/one/">a</a></p>') != blocks_of('<p><a href="/two/">a</a></p>')


def test_the_shipped_text_is_the_first_revision_and_history_leads_back_to_it(
    editor_client: Client, clinic: Clinic, tmp_path: Path
) -> None:
    (article,) = load(write(tmp_path))
    shipped = article.revisions.order_by("created_at").first()
    assert shipped is not None
    assert shipped.pk == article.live_revision_id
    change(article, title="Wash gently", body="<p>Other words.</p>")
    history = editor_client.get(reverse(f"{NAMES}:history", args=[article.pk])).content.decode()
    assert "Text that came with the portal" in history
    revert = reverse(f"{NAMES}:revisions_revert", args=[article.pk, shipped.pk])
    assert revert in history
    assert reverse(f"{NAMES}:revisions_compare", args=[article.pk, shipped.pk, "latest"]) in history
    assert "Washing your face" in editor_client.get(revert).content.decode()
    editor_client.post(
        revert, typed(body=rich_text("<h2>How</h2><p>Wet your face.</p>")) | {"revision": str(shipped.pk)}
    )
    assert Article.objects.get().title == "Washing your face"
    assert "Wet your face." in Article.objects.get().body


def test_the_shipped_text_is_never_purged_deleted_or_written_over(
    editor_client: Client, tmp_path: Path
) -> None:
    (article,) = load(write(tmp_path))
    shipped = article.revisions.get()
    editor_client.post(
        edit(article), typed(publish=False, title="Mine") | {"overwrite_revision_id": str(shipped.pk)}
    )
    change(article, title="Wash gently")
    purge_revisions(pages=False, non_pages=True)
    shipped.refresh_from_db()
    assert shipped.content["title"] == "Washing your face"
    page = editor_client.post(f"/admin/guidance/articles/delete/{article.pk}/", follow=True)
    assert "“Wash gently” came with the portal, so it is kept." in page.content.decode()


NEWER = WASH.replace("Wet your face.", "Wet your face first.").replace("until_hour = 72", "until_hour = 96")


def test_a_newer_shipped_text_reaches_articles_that_nobody_edited(tmp_path: Path) -> None:
    (article,) = load(write(tmp_path))
    row = Instruction.objects.get()
    (newer,) = load(write(tmp_path, NEWER))
    assert newer == article
    assert "Wet your face first." in newer.body
    changed = Instruction.objects.get()
    assert (changed.pk, changed.until_hour) == (row.pk, 96)
    assert newer.revisions.count() == 2
    assert load(tmp_path) == []


@pytest.mark.parametrize("by_editor", [False, True])
def test_a_newer_shipped_text_leaves_alone_what_an_editor_changed_or_began(
    tmp_path: Path, by_editor: bool
) -> None:
    (article,) = load(write(tmp_path))
    if by_editor:
        changed = article.get_latest_revision_as_object()
        changed.save_revision(user=add_editor(email="nina@test.example"))
    else:
        change(article, title="Wash gently")
    assert load(write(tmp_path, NEWER)) == []
    assert "first" not in Article.objects.get().body


def test_articles_loaded_before_shipped_texts_were_kept_are_recognised(tmp_path: Path) -> None:
    (article,) = load(write(tmp_path))
    ShippedText.objects.all().delete()
    (newer,) = load(write(tmp_path, NEWER))
    assert newer == article
    assert ShippedText.objects.count() == 2


def test_a_shipped_file_that_says_what_must_never_be_said_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must never read “normal”"):
        load(write(tmp_path, WASH.replace("Wet your face.", "Heat is normal.")))


def test_every_shipped_article_may_be_published(db: None) -> None:
    assert len(load_articles(by=User.objects.system())) == 12
