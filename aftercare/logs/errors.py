"""Descriptions of exceptions without their messages, which may hold what a person typed or is called.

PostgreSQL adds the values of a row to its messages ("DETAIL: Key (email)=(...) already exists"), Django the value of
a field, smtplib the recipient's address.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator

MOST = 10  # exceptions of a chain
# Attributes that say what happened, and nothing about a person: codes of PostgreSQL, of mail servers, of the system.
CODES = ("pgcode", "smtp_code", "errno")


def kind_of(error: BaseException) -> str:
    """Return the class of an exception with its codes, such as "psycopg2.errors.UniqueViolation 23505 one_user"."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    codes = (getattr(error, code, None) for code in CODES)
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    return " ".join([name, *(str(code) for code in (*codes, constraint) if code)])


def trace_of(error: BaseException) -> list[str]:
    """Return the exceptions of a chain, the last one first, each with its stack."""
    return [line for link in chain_of(error) for line in (kind_of(link), *stack_of(link))]


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception, what it was raised from, and so on."""
    for _ in range(MOST):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def stack_of(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"
