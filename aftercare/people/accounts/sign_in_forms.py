"""Forms of allauth with the portal's texts: request a sign-in code, set up an authenticator app or a passkey."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.forms import RequestLoginCodeForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.core.validators import MaxLengthValidator
from django.forms import Field
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 60  # characters
UNREADABLE = (
    *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, struct.error),
    *(InvalidSignature, UnsupportedAlgorithm),
)


class RequestCodeForm(RequestLoginCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["email"]
        field.label = _("Your e-mail address")
        field.help_text = _("The one that you gave your clinic.")
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs["autocomplete"] = "email"

    def clean_email(self) -> str:
        """Look nobody up and count nothing: that is done when the code is asked for, and refuses nobody."""
        email: str = self.cleaned_data["email"]
        return email


class SetUpAppForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("The six digits")
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs["inputmode"] = "numeric"


@contextmanager
def refused_if_unreadable() -> Iterator[None]:
    """Refuse what no browser has made: fido2 fails on it in many ways."""
    try:
        yield
    except UNREADABLE as error:
        raise get_adapter().validation_error("incorrect_code") from error


class AddKeyForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label_name(self.fields["name"])

    def clean(self) -> dict[str, Any]:
        with refused_if_unreadable():
            cleaned: dict[str, Any] = super().clean()
        return cleaned


class RenameKeyForm(EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label_name(self.fields["name"])


class UseKeyForm(AuthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        with refused_if_unreadable():
            found: Authenticator = super().clean_credential()
        return found


class UseKeyAgainForm(UseKeyForm, ReauthenticateWebAuthnForm):
    pass


def label_name(field: Field) -> None:
    field.label = _("Name")
    field.widget.attrs["maxlength"] = LONGEST_NAME
    field.validators.append(MaxLengthValidator(LONGEST_NAME))
