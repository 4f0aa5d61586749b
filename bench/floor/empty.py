"""An empty page, the least that a browser can load."""

from collections.abc import Callable, Iterable

PAGE = b'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Empty</title></head><p>Empty.</p></html>'


def application(
    environ: dict[str, object], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    """Serve the page at every path except the icon, which browsers request on their own."""
    found = environ["PATH_INFO"] != "/favicon.ico"
    body = PAGE if found else b""
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response("200 OK" if found else "404 Not Found", headers)
    return [body]
