"""Adapter of allauth's second factor; its secrets are stored encrypted."""

from __future__ import annotations

from urllib.parse import urlsplit

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings

from aftercare.people.accounts.devices import device_name
from aftercare.people.encryption.cipher import SECOND_FACTORS, cipher
from aftercare.people.models import User


class SecondFactorAdapter(DefaultMFAAdapter):
    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return for whom passkeys are made: the host of SITE_URL, whatever the request says."""
        return {"id": urlsplit(settings.SITE_URL).hostname or "localhost", "name": settings.MFA_TOTP_ISSUER}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """Return the name that is offered for a new passkey: the browser and the device."""
        return device_name(context.request.headers.get("User-Agent", ""))

    def encrypt(self, text: str) -> str:
        return cipher().encrypt(text, SECOND_FACTORS)

    def decrypt(self, encrypted_text: str) -> str:
        return cipher().decrypt(encrypted_text, SECOND_FACTORS)
