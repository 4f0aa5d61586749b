"""Pictures of a patient for staff: side by side with the earlier one of the same area, with what was answered then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from aftercare.checkins.models import Photo, PhotoArea
from clinic.labels import QUESTIONS, all_answers

SCALES = ("redness", "pain", "swelling", "itch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A picture with the check-in that it came with."""

    photo: Photo

    @property
    def hours(self) -> float | None:
        """Hours from the treatment to what the check-in describes."""
        return self.photo.check_in.hours

    @property
    def answers(self) -> list[tuple[str, str]]:
        """The four scales in words."""
        said = all_answers(self.photo.check_in.given)
        return [(str(QUESTIONS[key]), said[key]) for key in SCALES]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaTab:
    area: PhotoArea
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two pictures of one area. `earlier`: None if there is one only."""

    area: PhotoArea
    tabs: list[AreaTab]
    # Of the area, oldest first.
    shots: list[Shot]
    earlier: Shot | None
    latest: Shot

    @classmethod
    def of(cls, photos: Sequence[Photo], *, area: str = "", earlier: UUID | None = None) -> Self | None:
        """Compare pictures, which come oldest first; None without any.

        `area`: one of the newest check-in unless another is named. `earlier`: of the check-in before, unless named.
        """
        if not photos:
            return None
        areas = [PhotoArea(one.area) for one in reversed(photos)]
        chosen = PhotoArea(area) if area in areas else area_to_compare(photos, areas)
        shots = [Shot(photo=photo) for photo in photos if photo.area == chosen]
        before = shots[:-1]
        named = next((shot for shot in before if shot.photo.pk == earlier), None)
        tabs = [AreaTab(area=one, number=areas.count(one)) for one in dict.fromkeys(areas)]
        return cls(
            area=chosen,
            tabs=tabs,
            shots=shots,
            earlier=named or earlier_of(before, shots[-1]),
            latest=shots[-1],
        )


def area_to_compare(photos: Sequence[Photo], areas: Sequence[PhotoArea]) -> PhotoArea:
    """Return an area of the newest check-in, one with an earlier picture if there is any."""
    newest = [PhotoArea(one.area) for one in photos if one.check_in_id == photos[-1].check_in_id]
    return next((area for area in reversed(newest) if areas.count(area) > newest.count(area)), areas[0])


def earlier_of(before: Sequence[Shot], latest: Shot) -> Shot | None:
    """Return the newest picture of an earlier check-in; of the same one if there is no other."""
    of_others = [shot for shot in before if shot.photo.check_in_id != latest.photo.check_in_id]
    candidates = of_others or before
    return candidates[-1] if candidates else None
