"""A minimal HTTP client with cookies, pages and forms, for signing in and sending a form."""

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser

from tools.servers.errors import ServerError


@dataclass
class Form:
    """A form of a page with its initial values."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)


class _FormParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        elif tag == "input" and self._open is not None and "name" in given:
            ticked = given.get("type") not in ("radio", "checkbox", "submit") or "checked" in given
            if ticked:
                value = given.get("value", "on" if given.get("type") == "checkbox" else "")
                self._open.fields.setdefault(given["name"], []).append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


@dataclass(frozen=True)
class Page:
    """A response."""

    url: str
    status: int
    text: str

    def form(self) -> Form:
        """Return the form of this page that posts to the page's own address."""
        parser = _FormParser()
        parser.feed(self.text)
        own = urllib.parse.urlsplit(self.url).path
        for form in parser.forms:
            target = urllib.parse.urlsplit(urllib.parse.urljoin(self.url, form.action)).path
            if form.method == "post" and target == own:
                return form
        raise ServerError(f"{own} shows no form of its own (status {self.status}).")


class Visitor:
    """Keeps cookies between requests and follows redirects, as a browser does."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
        )

    def get(self, address: str) -> Page:
        """Request a page by its path or URL."""
        return self._request(urllib.parse.urljoin(self.base, address), None)

    def send(self, page: Page, **answers: str | list[str]) -> Page:
        """Submit the page's form with these answers in place of the initial values."""
        form = page.form()
        fields: dict[str, str | list[str]] = {**form.fields, **answers}
        data = urllib.parse.urlencode(fields, doseq=True).encode()
        return self._request(urllib.parse.urljoin(page.url, form.action), data)

    def _request(self, url: str, data: bytes | None) -> Page:
        try:
            with self._opener.open(urllib.request.Request(url, data), timeout=30) as response:
                return Page(response.url, response.status, response.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                # The path after redirects, which may differ from the requested one.
                path = urllib.parse.urlsplit(error.url).path
                raise ServerError(f"{path} answered {error.code}, which should not be.") from error
        except OSError as error:
            raise ServerError(f"{url} cannot be reached: {error}.") from error
