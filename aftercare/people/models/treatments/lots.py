"""Lots: the products that were used at a treatment, by the number on the package."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from aftercare.people.models.clinics import Clinic
from aftercare.people.models.treatments.procedures import Procedure

PRODUCT_LENGTH = 100
NUMBER_LENGTH = 60


class Lot(models.Model):
    """A product that was used at a procedure, with its lot number as printed.

    Found by equality, and no detail about a person's health: not encrypted, as a procedure's kind and area.
    """

    class Kind(models.TextChoices):
        NEEDLE = "needle", _("Needle cartridge or tip")
        PRODUCT = "product", _("Serum or product")
        NUMBING = "numbing", _("Numbing cream")

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="lots")
    # Of the procedure's patient; the newest lots of a clinic are suggested.
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    product = models.CharField(max_length=PRODUCT_LENGTH, blank=True)
    number = models.CharField(max_length=NUMBER_LENGTH)
    # The number as it is compared (`aftercare.people.treatments.comparing`).
    key = models.CharField(max_length=NUMBER_LENGTH)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(number="") & ~Q(key=""), name="lot_has_a_number"),
            models.CheckConstraint(
                condition=Q(kind__in=["needle", "product", "numbing"]), name="lot_is_of_a_known_kind"
            ),
            models.UniqueConstraint(
                fields=["procedure", "kind", "key"], name="one_row_per_procedure_and_lot"
            ),
        ]
        indexes = [
            models.Index(fields=["key", "kind"], name="lot_by_number"),
            models.Index(fields=["clinic", "-id"], name="lot_of_clinic_newest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.number}"

    @property
    def mark(self) -> str:
        """A mark that is the same wherever the same lot was used."""
        return f"lot {self.kind} {self.key}"

    @property
    def kind_words(self) -> str:
        """The kind within a sentence."""
        return str(KIND_WORDS[self.Kind(self.kind)])

    @property
    def words(self) -> str:
        """The number with what it was: "AB-12 (needle cartridge, SkinFine tip)"."""
        return f"{self.number} ({self.what})"

    @property
    def what(self) -> str:
        """The kind and the product: "needle cartridge, SkinFine tip"."""
        return f"{self.kind_words}, {self.product}" if self.product else self.kind_words


KIND_WORDS = {
    Lot.Kind.NEEDLE: pgettext_lazy("within a sentence", "needle cartridge"),
    Lot.Kind.PRODUCT: pgettext_lazy("within a sentence", "serum or product"),
    Lot.Kind.NUMBING: pgettext_lazy("within a sentence", "numbing cream"),
}
