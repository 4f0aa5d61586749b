"""The shipped articles: loaded once, never written over an edit, refused with a reason where they are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from aftercare.guidance.articles.loading import ContentError, load_articles
from aftercare.guidance.models import Article, ClinicGuidance
from aftercare.people.models import Clinic, User
from tests.guidance.writing import change

pytestmark = pytest.mark.django_db

WASH = """
key = "A1"
slug = "wash"
title = "Washing your face"
summary = "Use clean fingers."
sources = ["S27", "S29"]
body = "<h2>How</h2><p>Wet your face.</p>"

[[instructions]]
key = "wash"
action = "do"
text = "Wash with clean fingers."
from_hour = 4
until_hour = 72
kinds = ["rf", "mn"]
sources = ["S27"]
"""


def write(folder: Path, text: str = WASH, name: str = "a01_wash.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return folder


def load(folder: Path) -> list[Article]:
    return load_articles(by=User.objects.system(), folder=folder)


def test_an_article_is_published_with_its_instructions_and_a_first_revision(tmp_path: Path) -> None:
    (article,) = load(write(tmp_path))
    found = Article.objects.published().get(slug="wash")
    assert found == article
    assert found.sources == "S27 S29"
    assert found.live_revision is not None
    (row,) = found.instructions.all()
    assert (row.key, row.from_hour, row.until_hour, row.kinds) == ("wash", 4, 72, "mn rf")


def test_loading_again_changes_nothing(tmp_path: Path) -> None:
    load(write(tmp_path))
    assert load(tmp_path) == []
    assert Article.objects.count() == 1
    assert Article.objects.get().revisions.count() == 1


def test_an_edit_is_never_written_over(tmp_path: Path) -> None:
    (article,) = load(write(tmp_path))
    change(article, title="Wash gently", slug="gently")
    load(write(tmp_path, WASH.replace("Washing your face", "Newer words")))
    assert [one.title for one in Article.objects.all()] == ["Wash gently"]


def test_an_unpublished_article_does_not_come_back(tmp_path: Path) -> None:
    (article,) = load(write(tmp_path))
    article.unpublish()
    load(tmp_path)
    assert not Article.objects.published().exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WASH.replace('sources = ["S27", "S29"]', "sources = []"), "sources"),
        (WASH.replace('sources = ["S27"]\n', ""), "wash: sources"),
        (WASH.replace("until_hour = 72", "until_hour = 4"), "later than the from-hour"),
        (WASH.replace("Wet your face.", "<script>x</script>"), "holds no script"),
        (WASH.replace("Wet your face.", "<a href='javascript:x'>here</a>"), "leads to nothing"),
        (WASH.replace('key = "A1"\n', "", 1), "missing key"),
        (WASH + 'colour = "red"\n', "unknown colour"),
        (WASH.replace('action = "do"', 'action = "maybe"'), "wash: action"),
        ("key = ", "a01_wash.toml"),
    ],
)
def test_a_file_that_is_no_article_is_refused_with_its_name_and_the_reason(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(ContentError, match=r"a01_wash\.toml") as refused:
        load(write(tmp_path, text))
    assert said in str(refused.value)
    assert not Article.objects.exists()


def test_the_shipped_articles_load_and_every_clinic_gets_room_for_its_own_words(clinic: Clinic) -> None:
    call_command("load_guidance")
    assert ClinicGuidance.objects.get().clinic == clinic
    call_command("load_guidance")
    assert ClinicGuidance.objects.count() == 1
