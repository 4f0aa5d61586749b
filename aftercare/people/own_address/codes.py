"""The code that proves a new address."""

from __future__ import annotations

from allauth.account.adapter import get_adapter

from aftercare.people.models import User
from aftercare.people.reauthentication.mailed_codes import MailedCode


class NewAddressCode(MailedCode):
    """A code to the new address. The owner of an address in use is told instead, and no page shows a difference."""

    session_key = "new_address_code"
    mail = "account/email/new_address_code"
    mail_to_owner = "account/email/address_in_use"

    def send(self) -> None:
        is_in_use = User.objects.filter(email=self.email).exists()
        words = {"request": self.request, "code": self.code}
        get_adapter().send_mail(self.mail_to_owner if is_in_use else self.mail, self.email, words)
