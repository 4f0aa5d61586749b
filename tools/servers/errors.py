"""The one error of this package, so that a caller can show it without a traceback."""


class ServerError(Exception):
    """A server that is missing or did not start; the text says what to do."""
