"""What a clinic says where articles leave a gap: its own words where it has some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from aftercare.guidance.models import ClinicGuidance
from aftercare.guidance.placeholders import fill, fill_body, values_for
from aftercare.people.models import Clinic


@dataclass(frozen=True, slots=True)
class ClinicPlaceholders:
    """The decisions of one clinic, and the words that fill the placeholders."""

    products: str
    sunscreen: str
    make_up_from_h: int | None
    values: Mapping[str, str]

    @classmethod
    def of(cls, clinic: Clinic) -> ClinicPlaceholders:
        """Those of `clinic`; without a record of its own, the defaults."""
        own = ClinicGuidance.objects.filter(clinic_id=clinic.pk).first() or ClinicGuidance(clinic=clinic)
        chosen = {"products": own.products, "sunscreen": own.sunscreen}
        hour = own.make_up_from_h
        return cls(**chosen, make_up_from_h=hour, values=values_for(clinic, **chosen, make_up_from_h=hour))

    def sentence(self, text: str) -> str:
        """A plain sentence, filled."""
        return fill(text, self.values)

    def body(self, body: str) -> SafeString:
        """The text of an article, filled, as HTML."""
        return fill_body(body, self.values)
