"""Limits on sign-in codes. They limit mails and guesses, and never refuse a person with the right code.

A request beyond a limit sends no mail. Whoever made it can type any unused code that was mailed to the same address
within a day, so that a stranger who uses up the mails of a mailbox locks nobody out (decision 22).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.core.internal.cryptokit import normalize_user_code
from django.db import transaction
from django.db.models import Count, F, Q, Sum

from aftercare.people.actions.withdrawal import is_left
from aftercare.people.models import CodeRequest, User
from aftercare.people.models.codes import DAY
from aftercare.people.models.users import SYSTEM_EMAIL

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Mails to one mailbox within a day: in all, and asked for from one network.
MAILS_A_DAY, MAILS_A_DAY_FROM_A_NETWORK = 20, 10
# Mails to one mailbox, asked for from one network within a minute.
MAILS_A_MINUTE = 3
# Requests of one network for any mailbox. Hundreds of people can share an address of a mobile operator.
REQUESTS_A_MINUTE, REQUESTS_AN_HOUR = 20, 200
TRIES = 3  # per request
# Tries of one network within a day at codes that other requests were mailed.
TRIES_AT_OTHER_CODES = 12


def user_who_signs_in_with(email: str) -> User:
    """Return the user who is mailed codes at this address; for nobody's, and for that of who has left, the system user.

    The system user is mailed nothing and cannot sign in. With it an address that nobody has takes the same work, so
    that no answer comes sooner; the look-up is one query either way.
    """
    wanted = User.objects.filter(email__in=[email.lower(), SYSTEM_EMAIL]).annotate(left=is_left())
    found = {user.email: user for user in wanted}
    user = found.get(email.lower())
    if user is not None and user.is_active and not user.left:
        return user
    return found.get(SYSTEM_EMAIL) or User.objects.system()


def is_nobody(user: User) -> bool:
    """Return True for the user who stands in where nobody has an address."""
    return user.email == SYSTEM_EMAIL


@transaction.atomic
def ask_for_code(*, email: str, user: User, network: str, now: datetime) -> CodeRequest:
    """Keep a request for a code; `is_mailed` says whether its mail may be sent.

    `user`: whose address it is, or who wants to have it.
    """
    CodeRequest.objects.filter(asked_at__lte=now - DAY).delete()
    # One at a time for a mailbox: each counts those before it.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    return CodeRequest.objects.create(
        mailbox=CodeRequest.hash_of(email),
        network=network,
        asked_at=now,
        is_mailed=may_mail(email, network, now),
    )


def may_mail(email: str, network: str, now: datetime) -> bool:
    """Return whether another mail may go to this mailbox, asked for from this network; "" is counted nowhere."""
    sent = CodeRequest.objects.to_mailbox(email).filter(is_mailed=True).since(now - DAY)
    mails = list(sent.values_list("network", "asked_at"))
    if len(mails) >= MAILS_A_DAY:
        return False
    if not network:
        return True
    from_here = [asked_at for origin, asked_at in mails if origin == network]
    in_a_minute = sum(asked_at > now - MINUTE for asked_at in from_here)
    if len(from_here) >= MAILS_A_DAY_FROM_A_NETWORK or in_a_minute >= MAILS_A_MINUTE:
        return False
    return is_within_limits_of_network(network, now)


def is_within_limits_of_network(network: str, now: datetime) -> bool:
    """Return whether few enough requests came from this network lately, for whatever mailbox."""
    found = CodeRequest.objects.filter(network=network).since(now - HOUR)
    counts = found.aggregate(hour=Count("pk"), minute=Count("pk", filter=Q(asked_at__gt=now - MINUTE)))
    return bool(counts["hour"] < REQUESTS_AN_HOUR and counts["minute"] < REQUESTS_A_MINUTE)


def keep_mailed_code(*, request: CodeRequest, code: str) -> None:
    """Keep the hash of the code that the request's mail brings."""
    request.code_hash = CodeRequest.hash_of(normalize_user_code(code))
    request.save(update_fields=["code_hash"])


def take_try(*, request_pk: int) -> CodeRequest | None:
    """Count a try before its code is compared; None if the request has none left, or is a day old.

    Counted here, not in the session: of many tries that arrive at once each would find the session as it was.
    """
    counted = CodeRequest.objects.filter(pk=request_pk, tries__lt=TRIES).update(tries=F("tries") + 1)
    return CodeRequest.objects.get(pk=request_pk) if counted else None


def is_mailed_code(*, email: str, code: str, network: str, now: datetime) -> bool:
    """Return whether the code was mailed to this address within a day, is unused, and may be tried from here."""
    tried = CodeRequest.objects.filter(network=network, is_mailed=False).since(now - DAY)
    if (tried.aggregate(tries=Sum("tries"))["tries"] or 0) > TRIES_AT_OTHER_CODES:
        return False
    return bool(CodeRequest.objects.unused(email, normalize_user_code(code), now).exists())


def use_code(*, email: str, code: str, now: datetime) -> bool:
    """Mark a mailed code as used; False if it was used before."""
    unused = CodeRequest.objects.unused(email, normalize_user_code(code), now)
    return bool(unused.update(used_at=now))


def pressed_within_a_minute(presses: Iterable[float], now: datetime) -> list[float]:
    """Return those of a browser's requests (seconds since 1970) that are less than a minute old."""
    return [press for press in presses if press > now.timestamp() - MINUTE.total_seconds()]
