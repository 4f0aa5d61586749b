"""The fields for who treated and for the lots used, with suggestions. Each may stay empty: not recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crispy_forms.layout import Div, Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.people.models import Clinic, Lot
from aftercare.people.models.treatments.lots import NUMBER_LENGTH, PRODUCT_LENGTH
from aftercare.people.models.treatments.operators import NAME_LENGTH
from aftercare.people.name_matching import require_one_line
from aftercare.people.treatments.comparing import says_nothing
from aftercare.people.treatments.details import LotEntry, TreatmentDetails
from aftercare.people.treatments.operators import member_called
from aftercare.people.treatments.suggestions import Suggestions, suggestions_for

OPERATOR = "operator"
OPERATORS_LIST = "operators"
# Rows that a form has at least, of each kind; a posted one has up to MOST.
ROWS = {Lot.Kind.NEEDLE: 1, Lot.Kind.PRODUCT: 2, Lot.Kind.NUMBING: 1}
MOST = 8
TOO_LONG = gettext_lazy("Write at most %(limit_value)d characters.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRow:
    """The two fields of one lot, the `place`th of its kind."""

    kind: Lot.Kind
    place: int

    @property
    def number_field(self) -> str:
        return f"{self.kind.value}_{self.place}_lot"

    @property
    def product_field(self) -> str:
        return f"{self.kind.value}_{self.place}_product"

    @property
    def is_further(self) -> bool:
        return self.place > 1

    @property
    def names(self) -> tuple[str, str]:
        return self.number_field, self.product_field


class LotsBlock(Div):
    """The fields of the lots behind a summary, and the lists of suggestions."""

    template = "clinic/treatment_details/lots.html"

    def __init__(self, *fields: Any, suggestions: Suggestions, is_open: bool) -> None:
        super().__init__(*fields)
        self.suggestions, self.is_open = suggestions, is_open


def add_details(form: forms.Form, stored: Sequence[LotEntry] = ()) -> None:
    """Add the fields of who treated and of the lots to a form. `stored`: the lots so far, in order."""
    form.fields[OPERATOR] = forms.CharField(
        label=_("Treated by"),
        required=False,
        help_text=_("Optional."),
        max_length=NAME_LENGTH,
        validators=[require_one_line],
        error_messages={"max_length": TOO_LONG},
        widget=forms.TextInput(attrs={"list": OPERATORS_LIST, "autocomplete": "off"}),
    )
    for row, entry in rows_of(form, stored):
        add_row(form, row, entry)
    for name in detail_names(form):
        form.fields[name].widget.attrs.pop("maxlength", None)  # a browser would cut a pasted text unnoticed


def rows_of(form: forms.Form, stored: Sequence[LotEntry]) -> Iterator[tuple[LotRow, LotEntry | None]]:
    """Yield the rows of a form: those stored and an empty one, or as many as were posted."""
    for kind, least in ROWS.items():
        entries = [entry for entry in stored if entry.kind == kind]
        places = range(1, MOST + 1)
        posted = [
            place
            for place in places
            if any(form.data.get(name) for name in LotRow(kind=kind, place=place).names)
        ]
        for place in range(1, max(least, len(entries) + 1 if entries else 0, *posted, 0) + 1):
            yield LotRow(kind=kind, place=place), entries[place - 1] if place <= len(entries) else None


def add_row(form: forms.Form, row: LotRow, entry: LotEntry | None) -> None:
    """Add the two fields of a lot."""
    attrs = {"autocomplete": "off", "list": f"lots-{row.kind.value}"}
    form.fields[row.number_field] = forms.CharField(
        label=_("Another lot number") if row.is_further else _("Lot number"),
        required=False,
        max_length=NUMBER_LENGTH,
        initial=entry.number if entry else "",
        validators=[require_one_line],
        error_messages={"max_length": TOO_LONG},
        widget=forms.TextInput(attrs={**attrs, "autocapitalize": "characters", "spellcheck": "false"}),
    )
    form.fields[row.product_field] = forms.CharField(
        label=_("Product"),
        required=False,
        max_length=PRODUCT_LENGTH,
        initial=entry.product if entry else "",
        validators=[require_one_line],
        error_messages={"max_length": TOO_LONG},
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": f"products-{row.kind.value}"}),
    )


def lot_rows(form: forms.Form) -> list[LotRow]:
    """Return the rows of lots that a form has."""
    places = [LotRow(kind=kind, place=place) for kind in ROWS for place in range(1, len(form.fields))]
    return [row for row in places if row.number_field in form.fields]


def detail_names(form: forms.Form) -> list[str]:
    """Return the names of the fields, in the order of the page."""
    return [OPERATOR, *(name for row in lot_rows(form) for name in row.names)]


def details_layout(form: forms.Form, clinic: Clinic) -> list[Any]:
    """Return the layout of the fields. The lots are open where the clinic records lots, or one has an error."""
    suggestions, rows = suggestions_for(clinic), lot_rows(form)
    has_content = any(form.errors.get(name) or form[name].value() for row in rows for name in row.names)
    pairs = [
        Fieldset(
            kind.label,
            *(Div(*row.names, css_class="pair") for row in rows if row.kind == kind),
        )
        for kind in ROWS
    ]
    is_open = has_content or suggestions.has_lots
    return [
        Div(OPERATOR, css_class="pair"),
        LotsBlock(*pairs, suggestions=suggestions, is_open=is_open),
    ]


def require_details(form: forms.Form, clinic: Clinic, kept: str = "") -> None:
    """Add errors to what says nothing, and to a name that staff share. `kept`: the operator as stored."""
    operator = form.cleaned_data.get(OPERATOR, "")
    if operator and operator != kept:
        if says_nothing(operator):
            form.add_error(OPERATOR, _("Write a name, or leave it empty if you do not know."))
        try:
            member_called(clinic, operator)
        except ValidationError as error:
            form.add_error(OPERATOR, error)
    for row in lot_rows(form):
        number, product = (form.cleaned_data.get(name, "") for name in row.names)
        if number and says_nothing(number):
            form.add_error(row.number_field, _("Write the lot number, or leave it empty if you do not know."))
        if product and not number and row.number_field not in form.errors:
            form.add_error(row.number_field, _("Write the lot number of this product, or empty both."))


def typed_details(form: forms.Form) -> TreatmentDetails:
    """Return what was typed."""
    cleaned = form.cleaned_data
    lots = (
        LotEntry(kind=row.kind, number=cleaned[row.number_field], product=cleaned[row.product_field])
        for row in lot_rows(form)
        if cleaned[row.number_field]
    )
    return TreatmentDetails(operator=cleaned[OPERATOR], lots=frozenset(lots))
