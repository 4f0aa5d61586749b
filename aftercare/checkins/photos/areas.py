"""Which parts of the skin can be shown with a check-in: those that were treated."""

from __future__ import annotations

from collections.abc import Iterable

from aftercare.checkins.models import CheckIn, PhotoArea
from aftercare.people.models import Area, Patient, Procedure

PARTS: dict[str, tuple[PhotoArea, ...]] = {
    Area.FACE: (
        PhotoArea.LEFT_CHEEK,
        PhotoArea.RIGHT_CHEEK,
        PhotoArea.FOREHEAD,
        PhotoArea.CHIN,
        PhotoArea.FACE,
    ),
    Area.FOREHEAD: (PhotoArea.FOREHEAD,),
    Area.CHEEKS: (PhotoArea.LEFT_CHEEK, PhotoArea.RIGHT_CHEEK),
    Area.NECK: (PhotoArea.NECK,),
    Area.CHEST: (PhotoArea.CHEST,),
    Area.SCALP: (PhotoArea.SCALP,),
    Area.HANDS: (PhotoArea.LEFT_HAND, PhotoArea.RIGHT_HAND),
}
# The forms of the clinic take any area.
OF_OTHERS = (PhotoArea.TREATED,)


def areas_of(check_in: CheckIn) -> list[PhotoArea]:
    """Return the parts of every area that the check-in is about; all of them together before a treatment."""
    named = {str(check_in.procedure_id), *map(str, check_in.several_of)}
    about = [one for one in check_in.patient.procedures.all() if str(one.pk) in named]
    return parts_of(about) or list(OF_OTHERS)


def areas_without_network(patient: Patient) -> list[PhotoArea]:
    """Return the parts of every area that was treated, the newest first; all together before a treatment."""
    return parts_of(patient.procedures.order_by("-performed_at")) or list(OF_OTHERS)


def parts_of(procedures: Iterable[Procedure]) -> list[PhotoArea]:
    """Return the parts of the areas of procedures, each once."""
    return list(dict.fromkeys(part for one in procedures for part in PARTS.get(one.area, OF_OTHERS)))
