"""What the clinic says: expected courses, articles with their instructions, what differs from clinic to clinic."""

from aftercare.guidance.models.articles import Address, Article, Instruction, Picture
from aftercare.guidance.models.clinic_fields import ClinicGuidance
from aftercare.guidance.models.courses import (
    ExpectedCourseRow,
    ExpectedCourseSet,
    ImmutableError,
    course_from_rows,
    courses_of_set,
)
from aftercare.guidance.models.readings import Reading, ShippedText

__all__ = [
    "Address",
    "Article",
    "ClinicGuidance",
    "ExpectedCourseRow",
    "ExpectedCourseSet",
    "ImmutableError",
    "Instruction",
    "Picture",
    "Reading",
    "ShippedText",
    "course_from_rows",
    "courses_of_set",
]
