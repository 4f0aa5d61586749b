"""Expected courses, articles with their instructions, and a clinic's own guidance."""

from aftercare.guidance.models.article_reads import ArticleRead, ShippedText
from aftercare.guidance.models.articles import Article, ArticleSlug, Instruction, Picture
from aftercare.guidance.models.clinic_fields import ClinicGuidance
from aftercare.guidance.models.courses import (
    ExpectedCourseRow,
    ExpectedCourseSet,
    ImmutableError,
    course_from_rows,
    courses_of_set,
)

__all__ = [
    "Article",
    "ArticleRead",
    "ArticleSlug",
    "ClinicGuidance",
    "ExpectedCourseRow",
    "ExpectedCourseSet",
    "ImmutableError",
    "Instruction",
    "Picture",
    "ShippedText",
    "course_from_rows",
    "courses_of_set",
]
