"""Markup that a browser may parse differently from the check is neither published nor shown as HTML."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from aftercare.guidance.articles.loading import CONTENT, read
from aftercare.guidance.markup import malformed, only_allowed
from aftercare.guidance.models import Article
from aftercare.guidance.refusals import RefusedError
from aftercare.guidance.validation import validate_body
from aftercare.people.models import Clinic
from tests.guidance.writing import publish, published

RUNS = "<img src=x onerror=alert(1)>"
HIDDEN = [
    f"<p>Wet your face.</p><!-->{RUNS}<!-- -->",
    f"<p>Wet your face.</p><!--->{RUNS}<!-- -->",
    f"<p>Wet your face.</p><!-- --!>{RUNS}<!-- -->",
    f"<p>Wet your face.</p><![CDATA[>{RUNS}]]>",
    f"<p>Wet your face.</p><?php >{RUNS}?>",
    f"<p>Wet your face.</p><!DOCTYPE [>{RUNS}]>",
    f"<p>Wet your face.</p></ ><!x>{RUNS}",
    f'<p>Wet your face.</p><a href="/x"title="<!--">{RUNS}<!-- --></a>',
    "<p>Wet your face.</p><img/src=x/onerror=alert(1)//",
    "<p>Wet your face.</p><a href=/x onclick=alert(1)>here</a>",
    "<p>Wet your face.</p><\x00img src=x onerror=alert(1)>",
]


@pytest.mark.parametrize("body", HIDDEN)
def test_what_browsers_may_read_as_something_else_is_refused(body: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_body(body)
    assert any("Browsers may read" in message for message in refused.value.messages)


@pytest.mark.parametrize("body", HIDDEN)
def test_of_what_is_shown_all_the_same_nothing_runs(body: str) -> None:
    shown = only_allowed(body)
    assert "<img" not in shown
    assert "onclick" not in shown or "&lt;a href=/x onclick" in shown
    assert "<!" not in shown
    assert shown.startswith("<p>Wet your face.</p>")


@pytest.mark.parametrize("path", sorted(CONTENT.glob("*.toml")), ids=lambda path: path.stem)
def test_the_shipped_articles_are_shown_as_they_are(path: object) -> None:
    body = read(path)["body"]  # type: ignore[arg-type]
    assert malformed(body) == []
    assert only_allowed(body) == body


@pytest.mark.django_db
@pytest.mark.parametrize("body", HIDDEN[:3])
def test_no_way_of_publishing_takes_it(body: str) -> None:
    changed = published().get_latest_revision_as_object()
    changed.body = body
    changed.save_revision(clean=False)
    with pytest.raises(RefusedError, match="Browsers may read"):
        publish(changed)
    assert "<!--" not in Article.objects.get().body


@pytest.mark.django_db
def test_an_article_that_an_earlier_release_published_shows_it_as_text(clinic: Clinic) -> None:
    article = published()
    Article.objects.filter(pk=article.pk).update(body=HIDDEN[0])
    page = Client().get("/guidance/wash/").content.decode()
    assert "<p>Wet your face.</p>&lt;!-->&lt;img src=x onerror=alert(1)>" in page
