"""Instructions for an hour after a procedure, with the clinic's own values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from aftercare.guidance.instructions.clinic_placeholders import ClinicPlaceholders
from aftercare.guidance.models import Article, Instruction
from aftercare.people.models import Clinic


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicInstruction:
    """An instruction with the clinic's words and hours, and its article."""

    key: str
    action: str
    text: str
    from_hour: float
    until_hour: float | None
    kinds: tuple[str, ...]
    article_title: str
    article_slug: str
    clinic_field: str = ""

    @property
    def is_do(self) -> bool:
        return self.action == Instruction.Action.DO

    def holds_at(self, hours: float) -> bool:
        """Return True from `from_hour` up to, but not including, `until_hour`."""
        return self.from_hour <= hours and (self.until_hour is None or hours < self.until_hour)

    def is_for(self, kind: str) -> bool:
        """Return True if the instruction applies to this kind of procedure."""
        return kind in self.kinds


def as_said_by(words: ClinicPlaceholders, instruction: Instruction, article: Article) -> ClinicInstruction:
    """Return `instruction` with the clinic's own values.

    The make-up hour is when make-up is allowed again: a "do" begins, and an "avoid" ends there.
    """
    field, begins, ends = instruction.clinic_field, instruction.from_hour, instruction.until_hour
    if field == Instruction.ClinicField.MAKE_UP and words.make_up_from_h is not None:
        if instruction.action == Instruction.Action.DO:
            begins = words.make_up_from_h
        else:
            ends = words.make_up_from_h
    return ClinicInstruction(
        key=instruction.key,
        action=instruction.action,
        text=words.sentence(text_of(words, instruction)),
        from_hour=begins,
        until_hour=ends,
        kinds=tuple(instruction.kinds.split()),
        article_title=article.title,
        article_slug=article.slug,
        clinic_field=field,
    )


def text_of(words: ClinicPlaceholders, instruction: Instruction) -> str:
    """Return the text; the clinic's own products or sunscreen replace it."""
    own = {"products": words.products, "sunscreen": words.sunscreen}.get(instruction.clinic_field)
    if own and f"{{{instruction.clinic_field}}}" not in instruction.text:
        return _("Use %(product)s.") % {"product": own}
    return instruction.text


def all_for(clinic: Clinic, kind: str) -> list[ClinicInstruction]:
    """Return all published instructions for a kind of procedure, in the order of the articles."""
    words = ClinicPlaceholders.of(clinic)
    found = Instruction.objects.filter(article__in=Article.objects.published()).select_related("article")
    ordered = found.order_by("article__order", "article__pk", "sort_order", "pk")
    return [as_said_by(words, one, one.article) for one in ordered if one.is_for(kind)]


def do_first(instructions: Iterable[ClinicInstruction]) -> list[ClinicInstruction]:
    """Sort instructions to do before those to avoid, otherwise stable."""
    return sorted(instructions, key=lambda instruction: not instruction.is_do)


def holding_at(clinic: Clinic, kind: str, hours: float) -> list[ClinicInstruction]:
    """Return the instructions that apply at `hours` after a procedure, to do before to avoid."""
    return do_first(one for one in all_for(clinic, kind) if one.holds_at(hours))


def coming_after(clinic: Clinic, kind: str, hours: float) -> list[ClinicInstruction]:
    """Return the instructions that begin after `hours`, soonest first, to do before to avoid."""
    later = [one for one in all_for(clinic, kind) if one.from_hour > hours]
    return sorted(later, key=lambda one: (one.from_hour, not one.is_do))
