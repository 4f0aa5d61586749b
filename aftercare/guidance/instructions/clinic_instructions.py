"""What to do and what to avoid at one hour after a procedure, as one clinic says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aftercare.guidance.instructions.clinic_placeholders import ClinicPlaceholders
from aftercare.guidance.models import Article, Instruction
from aftercare.people.models import Clinic


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicInstruction:
    """One instruction with the clinic's own words and hours in it, and the article that explains it."""

    key: str
    action: str
    text: str
    from_hour: float
    until_hour: float | None
    kinds: tuple[str, ...]
    article_title: str
    article_slug: str

    @property
    def is_do(self) -> bool:
        return self.action == Instruction.Action.DO

    def holds_at(self, hours: float) -> bool:
        """From the from-hour on, up to but without the until-hour."""
        return self.from_hour <= hours and (self.until_hour is None or hours < self.until_hour)

    def is_for(self, kind: str) -> bool:
        """Whether it is meant for this kind of procedure."""
        return kind in self.kinds


def as_said_by(words: ClinicPlaceholders, instruction: Instruction, article: Article) -> ClinicInstruction:
    """`instruction` with what the clinic decided for itself.

    The make-up hour is when make-up may come back: where a "do" begins, and where an "avoid" ends.
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
    )


def text_of(words: ClinicPlaceholders, instruction: Instruction) -> str:
    """Its text; where the clinic names its own products or sunscreen, what to use is those."""
    own = {"products": words.products, "sunscreen": words.sunscreen}.get(instruction.clinic_field)
    if own and f"{{{instruction.clinic_field}}}" not in instruction.text:
        return f"Use {own}."
    return instruction.text


def all_for(clinic: Clinic, kind: str) -> list[ClinicInstruction]:
    """Every instruction of the published articles for one kind of procedure, in the order of the articles."""
    words = ClinicPlaceholders.of(clinic)
    found = Instruction.objects.filter(article__in=Article.objects.published()).select_related("article")
    ordered = found.order_by("article__order", "article__pk", "sort_order", "pk")
    return [as_said_by(words, one, one.article) for one in ordered if one.is_for(kind)]


def do_first(instructions: Iterable[ClinicInstruction]) -> list[ClinicInstruction]:
    """What to do before what to avoid, else in the order given."""
    return sorted(instructions, key=lambda instruction: not instruction.is_do)


def holding_at(clinic: Clinic, kind: str, hours: float) -> list[ClinicInstruction]:
    """What holds at `hours` after a procedure of `kind`: do before avoid."""
    return do_first(one for one in all_for(clinic, kind) if one.holds_at(hours))


def coming_after(clinic: Clinic, kind: str, hours: float) -> list[ClinicInstruction]:
    """What begins to hold after `hours`: the soonest first, do before avoid within one hour."""
    later = [one for one in all_for(clinic, kind) if one.from_hour > hours]
    return sorted(later, key=lambda one: (one.from_hour, not one.is_do))
