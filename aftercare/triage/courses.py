"""Expected course of a recovery: how long each symptom usually lasts, and when to tell the clinic."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from math import isfinite
from types import MappingProxyType
from typing import Any

from aftercare.triage.answers import SYMPTOMS, Symptom

RADIOFREQUENCY = "rf"
Hours = tuple[float | None, float, float, float]


@dataclass(frozen=True, slots=True)
class SymptomCourse:
    """Hours since the procedure for one symptom (S3, S4, S5, S12, S40, S55, S58)."""

    often_by_h: float | None
    usual_until_h: float
    tell_us_after_h: float  # if it is moderate or worse
    tell_us_after_mild_h: float


# Often by, usual until, tell us after, tell us after if mild.
DEFAULT_HOURS: Mapping[str, Mapping[Symptom, Hours]] = {
    "mn": {
        "redness": (24, 48, 72, 168),
        "swelling": (24, 48, 72, 168),
        "itch": (24, 72, 120, 240),
        "pain": (None, 24, 48, 168),
    },
    RADIOFREQUENCY: {
        "redness": (24, 72, 120, 336),
        "swelling": (24, 72, 120, 336),
        "itch": (24, 72, 120, 336),
        "pain": (None, 48, 72, 168),
    },
}
DEFAULT_SIGN_HOURS: Mapping[str, float] = {"bruise_h": 336, "peeling_h": 336, "spots_h": 672}
# Without an upper bound, an editor could raise an hour until its rule never fires.
CEILING = 2
FIELD_WORDS = {
    "often_by_h": "often by",
    "usual_until_h": "usual until",
    "tell_us_after_h": "tell us after",
    "tell_us_after_mild_h": "tell us after if mild",
}


def symptom_ceilings(kind: str, symptom: Symptom) -> tuple[float, float, float]:
    """Return the upper bounds, in hours, of "usual until", "tell us after" and "tell us after if mild"."""
    _, usual, tell, mild = DEFAULT_HOURS[kind][symptom]
    return CEILING * usual, CEILING * tell, CEILING * mild


def sign_ceiling(sign: str) -> float:
    """Return the upper bound, in hours, of `bruise`, `peeling` or `spots`."""
    return CEILING * DEFAULT_SIGN_HOURS[f"{sign}_h"]


class CourseError(ValueError):
    """An invalid expected course; ``problems`` has a sentence for each reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedCourse:
    """All hours for a kind of procedure: ``mn`` (microneedling) or ``rf`` (with radiofrequency).

    Raise CourseError unless every hour is positive, in order and at most twice its default.
    """

    kind: str
    redness: SymptomCourse
    pain: SymptomCourse
    swelling: SymptomCourse
    itch: SymptomCourse
    bruise_h: float
    peeling_h: float
    spots_h: float

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise CourseError(problems)

    def of(self, symptom: Symptom) -> SymptomCourse:
        course: SymptomCourse = getattr(self, symptom)
        return course

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ExpectedCourse":
        """Read the shape of ``to_json``; raise CourseError for what is missing, unknown or out of bounds."""
        _check_keys("The expected course", data, [field.name for field in fields(cls)])
        names = [field.name for field in fields(SymptomCourse)]
        for symptom in SYMPTOMS:
            _check_keys(symptom.capitalize(), data[symptom], names)
        symptoms: dict[str, Any] = {symptom: SymptomCourse(**data[symptom]) for symptom in SYMPTOMS}
        return cls(**{**data, **symptoms})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def _check_keys(what: str, data: object, names: list[str]) -> None:
    if not isinstance(data, Mapping):
        raise CourseError([f"{what} must be an object."])
    missing = [f"{what} lacks {name}." for name in names if name not in data]
    unknown = [f"{what} has an unknown entry {key!r}." for key in data if key not in names]
    if missing or unknown:
        raise CourseError(missing + unknown)


def _problems(course: ExpectedCourse) -> Iterator[str]:
    if course.kind not in DEFAULT_HOURS:
        yield f"The kind {course.kind!r} is not one of {', '.join(DEFAULT_HOURS)}."
        return
    for symptom in SYMPTOMS:
        yield from _symptom_problems(course.kind, symptom, course.of(symptom))
    for name in DEFAULT_SIGN_HOURS:
        sign = name.removesuffix("_h")
        yield from _hour_problems(sign.capitalize(), getattr(course, name), sign_ceiling(sign))


def _symptom_problems(kind: str, symptom: Symptom, course: SymptomCourse) -> Iterator[str]:
    word = symptom.capitalize()
    often_by, usual_until, *_ = DEFAULT_HOURS[kind][symptom]
    # Pain has no "often by" of its own; if a clinic gives one, it may not exceed "usual until".
    first = CEILING * (usual_until if often_by is None else often_by)
    given: list[tuple[str, float]] = []
    ceilings = (first, *symptom_ceilings(kind, symptom))
    for (field, name), ceiling in zip(FIELD_WORDS.items(), ceilings, strict=True):
        value = getattr(course, field)
        if field == "often_by_h" and value is None:
            continue
        problems = list(_hour_problems(f"{word}, {name}", value, ceiling))
        yield from problems
        if not problems:
            given.append((name, value))
    for (earlier, first), (later, second) in pairwise(given):
        if first > second:
            yield f"{word}: {earlier} ({first:g}) must not be later than {later} ({second:g})."


def _hour_problems(what: str, value: object, ceiling: float) -> Iterator[str]:
    if type(value) not in (int, float) or not isfinite(value) or value <= 0:  # type: ignore[arg-type, operator]
        yield f"{what}: must be a number of hours above 0."
    elif value > ceiling:  # type: ignore[operator]
        yield f"{what}: must be at most {ceiling:g} hours, not {value:g}."


def _default_course(kind: str) -> ExpectedCourse:
    symptoms: dict[str, Any] = {name: SymptomCourse(*row) for name, row in DEFAULT_HOURS[kind].items()}
    return ExpectedCourse(kind=kind, **symptoms, **dict[str, Any](DEFAULT_SIGN_HOURS))


DEFAULT_COURSES: Mapping[str, ExpectedCourse] = MappingProxyType(
    {kind: _default_course(kind) for kind in DEFAULT_HOURS}
)
