"""Drawn input: what browsers, scripts and attackers send where a page asks for something else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

from tests.fuzzing.targets import Target

# Values that have broken software of this kind.
AWKWARD = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\r\nSet-Cookie: a=b",
    "\u202eevil",
    "\ufeff",
    "\U0001f9ea" * 50,
    "é" * 300,
    "x" * 10_000,
    "0",
    "-1",
    "1e999",
    "NaN",
    "١٢",
    "99999999999999999999999999",
    "00000000-0000-0000-0000-000000000000",
    "2026-02-30",
    "9999-12-31T23:59:60",
    "0000-00-00",
    "2026-10-25 01:30",
    "25:61",
    "none",
    "null",
    "[]",
    "{}",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "{{ 7|add:7 }}",
    "%s%n%(a)s",
    "../../etc/passwd",
    "//evil.example/",
    "javascript:alert(1)",
    "a@b@c",
    "+44 161 496 0123;ext=5",
)
# Bytes that are no UTF-8, as they stand in a body or a query.
NOT_UTF8 = b"\xff\xfe=\xc3\x28&redness=\x80"
texts = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(max_size=80),
    st.integers().map(str),
    st.dates().map(str),
    st.uuids().map(str),
)
HEADERS = st.dictionaries(
    st.sampled_from(
        (
            "Accept-Language",
            "HX-Request",
            "HX-Target",
            "If-None-Match",
            "Referer",
            "User-Agent",
            "Cookie",
            "Origin",
        )
    ),
    st.one_of(st.sampled_from(AWKWARD), st.text(max_size=40)).map(
        lambda text: text.encode("latin-1", "replace").decode("latin-1")
    ),
    max_size=2,
)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A request as sent. `content_type` "" sends the fields as a browser does."""

    body: bytes
    query: str
    content_type: str
    headers: dict[str, str]


FORM = "application/x-www-form-urlencoded"
CONTENT_TYPES = (
    FORM,
    FORM,
    FORM,
    "application/json",
    "multipart/form-data; boundary=x",
    "text/plain; charset=utf-7",
    "",
)


@st.composite
def drawn_request(draw: st.DrawFn, target: Target) -> Drawn:
    """Draw a request: the fields of the target with some changed, left out, repeated or added; or any body."""
    sent: list[tuple[str, str]] = []
    for name, values in target.fields:
        match draw(st.integers(0, 5)):
            case 0:
                continue
            case 1:
                sent.append((name, draw(texts)))
            case 2:
                sent += [(name, text) for text in draw(st.lists(texts, max_size=4))]
            case _:
                sent += [(name, value) for value in values]
    sent += draw(
        st.lists(
            st.tuples(st.sampled_from((*(n for n, _ in target.fields), "page", "next", "q")), texts),
            max_size=2,
        )
    )
    encoded = urlencode(sent, errors="surrogatepass")
    body = draw(
        st.one_of(
            st.just(encoded.encode()), st.just(encoded.encode()), st.just(encoded.encode()), odd_bodies()
        )
    )
    return Drawn(
        body=body,
        query=encoded
        if target.method == "GET"
        else draw(st.sampled_from(("", "", "page=-1", "next=//evil.example"))),
        content_type=draw(st.sampled_from(CONTENT_TYPES)),
        headers=draw(HEADERS),
    )


def odd_bodies() -> st.SearchStrategy[bytes]:
    """Bodies that are no form: bytes, JSON, a broken multipart."""
    anything: Any = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
        max_leaves=8,
    )
    return st.one_of(
        st.just(NOT_UTF8),
        st.binary(max_size=60),
        anything.map(lambda value: json.dumps(value).encode()),
        st.just(b'--x\r\nContent-Disposition: form-data; name="redness"\r\n\r\n1'),
    )
