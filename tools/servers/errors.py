"""The error of this package, which callers print without a traceback."""


class ServerError(Exception):
    """A server is missing or did not start. The message says what to do."""
