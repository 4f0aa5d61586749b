"""Telephone numbers: parsed as typed, stored as E.164, formatted for the reader's country."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Final, Self

import phonenumbers
from django.utils import timezone
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult, shortnumberinfo

# Separators that people type. Letters would be an extension or a remark, which E.164 cannot hold.
_TYPED: Final = re.compile(r"[+＋]?[\d\s().‐-―-]+")
_FIRST: Final = re.compile(r"[^A-Za-z,;#*]+")
_WITHOUT_SMS: Final = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
    }
)
_FEWEST_DIGITS: Final = 9  # length of a number in an unassigned range, such as those for fiction


class Telephone(PhoneNumber):
    """A telephone number, or invalid text. `home`: the country for which it is formatted."""

    home: str | None = None

    @classmethod
    @lru_cache(maxsize=4096)
    def read(cls, typed: str, region: str | None = None) -> Self:
        """Parse `typed` for a country; without one only numbers with "+" can be parsed."""
        seen = "".join(sign for sign in typed if unicodedata.category(sign) != "Cf")
        number = cls()
        if _TYPED.fullmatch(seen.strip()):
            try:
                phonenumbers.parse(seen, region, keep_raw_input=True, numobj=number)
            except phonenumbers.NumberParseException:
                number = cls()
        if not number.is_valid():
            number = cls(raw_input=typed)
        number.home = region
        return number

    def is_valid(self) -> bool:
        """True if the number can be dialled from anywhere: assigned, or of a length valid in its country."""
        return self._is_valid

    # Pages ask for the same few numbers repeatedly, and `read` is cached.
    @cached_property
    def _is_valid(self) -> bool:
        if phonenumbers.is_valid_number(self):
            return True
        is_whole = phonenumbers.is_possible_number_with_reason(self) == ValidationResult.IS_POSSIBLE
        return is_whole and len(phonenumbers.national_significant_number(self)) >= _FEWEST_DIGITS

    @property
    def takes_sms(self) -> bool:
        """False for a number that is certainly no mobile telephone's; in some countries nobody can tell."""
        return phonenumbers.number_type(self) not in _WITHOUT_SMS

    @property
    def key(self) -> tuple[str, str | None]:
        """What the number says: the same number reads otherwise in another country."""
        return self.kept, self.home

    @cached_property
    def kept(self) -> str:
        """Value for the database: E.164, or as typed."""
        return str(self.as_e164 if self.is_valid() else self.raw_input)

    def written(self, region: str | None) -> str:
        """The number as written in its country; numbers of that country without country code."""
        if not self.is_valid():
            return str(self.raw_input)
        is_own = region is not None and phonenumbers.country_code_for_region(region) == self.country_code
        return str(self.format_as(PhoneNumberFormat.NATIONAL if is_own else PhoneNumberFormat.INTERNATIONAL))

    def __str__(self) -> str:
        return self.written(self.home or active_region())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return bool(other) and self.kept == Telephone.read(other, self.home).kept
        return isinstance(other, Telephone) and self.kept == other.kept

    def __hash__(self) -> int:
        return hash(self.kept)


def kept(number: Telephone | str) -> str:
    """Return a number for storage outside of a telephone column: E.164, or as typed."""
    return number.kept if isinstance(number, Telephone) else number


def as_telephone(number: Telephone | str, region: str | None = None) -> Telephone:
    """Return a stored text as a Telephone, formatted for a country."""
    found = number if isinstance(number, Telephone) else Telephone.read(number, region or active_region())
    return Telephone.read(found.kept, region) if region else found


def dialled(number: Telephone | str) -> str:
    """Return what a telephone dials: E.164, or the leading digits of a short or invalid number."""
    found = as_telephone(number)
    if found.is_valid():
        return found.kept
    first = _FIRST.match(found.kept.strip())
    start = Telephone.read(first[0], found.home) if first else found
    if start.is_valid():
        return start.kept
    plus = "+" if start.kept.startswith("+") else ""
    return plus + re.sub(r"[^0-9]", "", start.kept)


def active_region() -> str | None:
    """Return the country of the active time zone; "" for UTC."""
    return region_of(timezone.get_current_timezone_name())


def example_of(region: str | None) -> str:
    """Return an example number as written in a country."""
    number = phonenumbers.example_number(region) if region else None
    form = PhoneNumberFormat.NATIONAL
    return phonenumbers.format_number(number, form) if number else "+44 161 496 0123"


def is_emergency_number(number: str, region: str | None) -> bool:
    """Return True for an emergency number of the country, or of any if it is unknown."""
    regions = [region] if region else phonenumbers.SUPPORTED_SHORT_REGIONS
    return any(shortnumberinfo.is_emergency_number(number, one) for one in regions)


@lru_cache(maxsize=512)
def region_of(zone: str) -> str | None:
    """Return the country of an IANA time zone, by the tz database; "" for UTC and the like."""
    countries, links = _tables()
    seen = zone
    while seen not in countries and seen in links:
        seen = links[seen]
    found = countries.get(seen)
    return found if found in phonenumbers.SUPPORTED_REGIONS else None


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    """Return countries by zone, and canonical zones by alias."""
    folder = files("tzdata.zoneinfo")
    rows = (line.split("\t") for line in folder.joinpath("zone.tab").read_text("utf-8").splitlines())
    countries = {row[2]: row[0] for row in rows if not row[0].startswith("#")}
    words = (line.split() for line in folder.joinpath("tzdata.zi").read_text("utf-8").splitlines())
    return countries, {line[2]: line[1] for line in words if line and line[0] == "L"}
