"""Searches of Wagtail are as long at most as those of the portal."""

from __future__ import annotations

import pytest
from django.test import Client

from aftercare.people.models import User
from tests.guidance.editing.test_admin_access import signed_in, superuser
from tests.guidance.writing import published

pytestmark = pytest.mark.django_db

TOO_LONG = "word " * 300
LIMIT = "Search for at most 10 words and 100 characters."


@pytest.fixture
def client(editor: User) -> Client:
    published()
    return signed_in(superuser())


@pytest.mark.parametrize(
    "path",
    [
        "/admin/guidance/articles/",
        "/admin/guidance/clinics/",
        "/admin/guidance/search-words/",
        "/admin/images/",
        "/admin/documents/",
        "/admin/users/",
        "/admin/groups/",
        "/admin/images/chooser/",
    ],
)
def test_a_search_that_is_too_long_leads_to_the_page_and_says_so(client: Client, path: str) -> None:
    response = client.get(path, {"q": TOO_LONG, "ordering": "title"})
    assert (response.status_code, response["Location"]) == (302, f"{path}?ordering=title")
    assert LIMIT in client.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/admin/guidance/articles/results/", "q"),
        ("/admin/images/chooser/results/", "q"),
        ("/admin/tag-autocomplete/", "term"),
    ],
)
def test_a_script_is_given_the_message_in_place_of_the_results(client: Client, path: str, field: str) -> None:
    response = client.get(path, {field: TOO_LONG}, headers={"x-requested-with": "XMLHttpRequest"})
    assert (response.status_code, response.content.decode()) == (
        200,
        f'<p class="help-block" role="status">{LIMIT}</p>',
    )


@pytest.mark.parametrize("path", ["/admin/pages/search/", "/admin/choose-page/search/"])
def test_the_pages_of_wagtail_search_no_longer_either(client: Client, path: str) -> None:
    response = client.get(path, {"q": TOO_LONG}, follow=True)
    assert response.status_code in (200, 404)


@pytest.mark.parametrize("query", ["word " * 10, "washing"])
def test_a_search_at_the_limit_is_searched_for(client: Client, query: str) -> None:
    for path in ("/admin/guidance/articles/", "/admin/images/", "/admin/users/", "/admin/documents/"):
        assert client.get(path, {"q": query}).status_code == 200, path
