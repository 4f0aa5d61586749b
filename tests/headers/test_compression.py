"""Pages are compressed with Brotli where the browser takes it, else with gzip, and their length varies."""

from __future__ import annotations

import gzip
import secrets

import brotli  # type: ignore[import-untyped]
import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory

from aftercare.headers.compression import PADDING, Compression
from aftercare.people.models import StaffMember
from tests.clinic.staff_client import staff_client

TEXT = b"<p>How red is the treated skin?</p>" * 40
CHROMIUM = "gzip, deflate, br, zstd"


def compressed(response: HttpResponseBase, accepted: str) -> HttpResponseBase:
    """The response as a client gets it that takes these encodings."""
    request = RequestFactory().get("/", headers={"accept-encoding": accepted})
    return Compression(lambda _request: response).process_response(request, response)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        (CHROMIUM, "br"),
        ("br", "br"),
        ("br;q=1.0, gzip;q=0.8", "br"),
        ("gzip, br;q=0", "gzip"),
        ("br; q=0.0, gzip", "gzip"),
        ("br;q=0.5", "br"),
        ("gzip", "gzip"),
        ("gzip, deflate", "gzip"),
        ("brotli", None),
        ("identity", None),
        ("", None),
    ],
)
def test_the_best_encoding_is_used_that_the_client_takes(accepted: str, encoding: str | None) -> None:
    response = compressed(HttpResponse(TEXT), accepted)
    assert response.headers.get("Content-Encoding") == encoding
    assert response.headers["Vary"] == "Accept-Encoding"


def test_the_page_is_the_same_in_each_encoding() -> None:
    by_brotli, by_gzip = (compressed(HttpResponse(TEXT), accepted) for accepted in ("br", "gzip"))
    assert isinstance(by_brotli, HttpResponse)
    assert isinstance(by_gzip, HttpResponse)
    assert brotli.decompress(by_brotli.content) == gzip.decompress(by_gzip.content) == TEXT
    assert by_brotli.headers["Content-Length"] == str(len(by_brotli.content))


def test_the_length_of_the_same_page_varies_as_with_gzip() -> None:
    lengths = {len(compressed(HttpResponse(TEXT), "br").headers[PADDING]) for _ in range(200)}
    assert len(lengths) > 50
    assert max(lengths) < Compression.max_random_bytes


def test_a_strong_tag_becomes_a_weak_one_and_a_weak_one_stays() -> None:
    for tag in ('"one"', 'W/"one"'):
        response = compressed(HttpResponse(TEXT, headers={"ETag": tag}), "br")
        assert response.headers["ETag"] == 'W/"one"'


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(b"short"),
        HttpResponse(TEXT, headers={"Content-Encoding": "identity"}),
        HttpResponse(secrets.token_bytes(500), content_type="image/png"),
        HttpResponse(status=304),
    ],
)
def test_what_would_not_get_smaller_stays_as_it_is(response: HttpResponse) -> None:
    before = response.content
    assert compressed(response, "br") is response
    assert response.content == before
    assert response.headers.get("Content-Encoding") != "br"
    assert PADDING not in response.headers


def test_what_is_streamed_is_streamed_as_gzip() -> None:
    response = compressed(StreamingHttpResponse([TEXT, TEXT]), CHROMIUM)
    assert isinstance(response, StreamingHttpResponse)
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.getvalue()) == TEXT + TEXT


@pytest.mark.django_db
def test_a_poll_of_the_queue_keeps_its_tag(nurse: StaffMember) -> None:
    client: Client = staff_client(nurse)
    client.defaults["HTTP_ACCEPT_ENCODING"] = CHROMIUM
    drawn = client.get("/clinic/queue/")
    assert drawn.headers["Content-Encoding"] == "br"
    assert drawn.headers["ETag"].startswith('W/"')
    assert client.get("/clinic/queue/", headers={"if-none-match": drawn.headers["ETag"]}).status_code == 304
