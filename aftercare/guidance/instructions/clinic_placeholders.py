"""The clinic's own values, and the placeholders that they fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from aftercare.guidance.models import ClinicGuidance
from aftercare.guidance.placeholders import fill, fill_body, values_for
from aftercare.people.models import Clinic


@dataclass(frozen=True, slots=True)
class ClinicPlaceholders:
    """A clinic's choices, and the values of the placeholders."""

    products: str
    sunscreen: str
    make_up_from_h: int | None
    values: Mapping[str, str]

    @classmethod
    def of(cls, clinic: Clinic) -> ClinicPlaceholders:
        """Return those of `clinic`; defaults without clinic guidance."""
        own = ClinicGuidance.objects.filter(clinic_id=clinic.pk).first() or ClinicGuidance(clinic=clinic)
        chosen = {"products": own.products, "sunscreen": own.sunscreen}
        hour = own.make_up_from_h
        return cls(**chosen, make_up_from_h=hour, values=values_for(clinic, **chosen, make_up_from_h=hour))

    def sentence(self, text: str) -> str:
        """Return a plain sentence, filled."""
        return fill(text, self.values)

    def body(self, body: str) -> SafeString:
        """Return the text of an article, filled, as HTML."""
        return fill_body(body, self.values)
