"""Model and form fields for telephone numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberDescriptor, PhoneNumberField

from aftercare.ui.telephones import Telephone, example_of, is_emergency_number

LONGEST_TYPED = 40
SHORT_NUMBER = RegexValidator(r"^[0-9]{2,6}\Z", _("Give the emergency number, such as 999, 112 or 911."))


def validate_telephone(number: Telephone | str) -> None:
    """Raise ValidationError unless the number can be dialled from anywhere."""
    if isinstance(number, Telephone) and not number.is_valid():
        raise ValidationError(telephone_problem(number.home), code="invalid")


def telephone_problem(region: str | None) -> str:
    """Return the error text, with an example of the country."""
    example = {"example": example_of(region)}
    if region is None:
        return (
            gettext(
                "Give a telephone number, such as %(example)s, with the code of the country and without words."
            )
            % example
        )
    return (
        gettext(
            "Give a telephone number, such as %(example)s, with its area code and without words. "
            "Begin a number of another country with +."
        )
        % example
    )


def validate_emergency_number(number: str, zone: str, region: str | None) -> None:
    """Raise ValidationError unless the number calls for help in the clinic's country."""
    if not is_emergency_number(number, region):
        raise ValidationError(
            gettext("%(number)s does not call for help in %(zone)s. Look at the number and at the time zone.")
            % {"number": number, "zone": zone}
        )


class TelephoneInput(forms.TextInput):
    input_type = "tel"

    def format_value(self, value: Any) -> str | None:
        """Return the number as people write it; invalid input unchanged."""
        return str(value) if value else None


class TelephoneFormField(forms.CharField):
    """Form field for a number as people of a country type it; the form sets `region`."""

    widget = TelephoneInput

    def __init__(self, *args: Any, region: str | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST_TYPED)
        super().__init__(*args, **kwargs)
        self.region = region
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        return Telephone.read(typed, self.region) if typed else ""

    def run_validators(self, value: Any) -> None:
        if value:
            validate_telephone(value)


class TelephoneDescriptor(PhoneNumberDescriptor):
    """Descriptor that reads a number for `telephone_region` of its record (clinic or patient)."""

    def __get__(self, instance: Model | None, owner: type[Model]) -> Any:
        value = super().__get__(instance, owner)
        if not isinstance(value, Telephone):
            return value
        return Telephone.read(value.kept, getattr(instance, "telephone_region", None))

    def __set__(self, instance: Model, value: Any) -> None:
        instance.__dict__[self.field.name] = self.field.to_python(value)


class TelephoneField(PhoneNumberField):
    """Telephone number stored as E.164; unreadable numbers from before the migration stay as typed."""

    attr_class = Telephone
    descriptor_class = TelephoneDescriptor
    default_validators = [validate_telephone]

    if TYPE_CHECKING:
        # Reading returns a Telephone; setting accepts anything that can be read as one.
        def __get__(self, instance: Model | None, owner: type[Model]) -> Any: ...

        def __set__(self, instance: Model, value: Any) -> None: ...

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST_TYPED)
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            return Telephone.read(value) if value else ""
        return value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return self.to_python(value)

    def pre_save(self, model_instance: Model, add: bool) -> Any:
        """Read a number without country code for the clinic's country, fetching the clinic if needed."""
        value = super().pre_save(model_instance, add)
        if isinstance(value, Telephone) and not value.is_valid():
            owner = getattr(model_instance, "clinic", model_instance)
            return Telephone.read(value.kept, getattr(owner, "telephone_region", None))
        return value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": TelephoneFormField, "max_length": LONGEST_TYPED, **kwargs})
