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
from aftercare.guidance.models.everyday import AnswerConfirmation, EverydayAnswer, SearchSynonym

__all__ = [
    "AnswerConfirmation",
    "Article",
    "ArticleRead",
    "ArticleSlug",
    "ClinicGuidance",
    "EverydayAnswer",
    "ExpectedCourseRow",
    "ExpectedCourseSet",
    "ImmutableError",
    "Instruction",
    "Picture",
    "SearchSynonym",
    "ShippedText",
    "course_from_rows",
    "courses_of_set",
]
