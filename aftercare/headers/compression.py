"""Middleware that compresses pages."""

from __future__ import annotations

import re
import secrets

import brotli  # type: ignore[import-untyped]
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

TAKES_BROTLI = re.compile(r"\bbr\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")
# Of 11, with a window of 64 kB (a power of two), which holds a page: a larger one would take ten times as long.
QUALITY, WINDOW = 9, 16
SHORTEST = 200  # bytes, as Django's: what is shorter is not worth it
PADDING = "X-Pad"


class Compression(GZipMiddleware):
    """Django's, which uses Brotli where the client takes it; what is streamed stays gzip.

    Against BREACH, Django makes the length of each answer vary by a file name in gzip's head. Brotli has no such name:
    a header of random length takes its place, since an attacker sees the length of the whole encrypted answer only.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        takes_brotli = TAKES_BROTLI.search(request.headers.get("Accept-Encoding", ""))
        if takes_brotli and isinstance(response, HttpResponse) and self._compress(response):
            return response
        return super().process_response(request, response)

    def _compress(self, response: HttpResponse) -> bool:
        """Compress a response; return False if it is left as it was."""
        if len(response.content) < SHORTEST or response.has_header("Content-Encoding"):
            return False
        compressed = brotli.compress(response.content, brotli.MODE_TEXT, QUALITY, WINDOW)
        if len(compressed) >= len(response.content):
            return False
        response.content = compressed
        response["Content-Length"] = str(len(compressed))
        response["Content-Encoding"] = "br"
        response[PADDING] = padding(self.max_random_bytes)
        patch_vary_headers(response, ("Accept-Encoding",))
        # The same page, not the same bytes: a strong tag becomes a weak one.
        if response.get("ETag", "").startswith('"'):
            response["ETag"] = f"W/{response['ETag']}"
        return True


def padding(most: int) -> str:
    """Return fewer than `most` letters. They are random, because HTTP/2 sends a header that repeats as one byte."""
    return secrets.token_hex(most)[: secrets.randbelow(most)]
