"""Review of articles: an editor submits a draft, a reviewer approves it, and it is published."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import GroupApprovalTask, Workflow, WorkflowContentType, WorkflowTask

from aftercare.guidance.access import MAY_EDIT
from aftercare.guidance.actions.editors import permission_named
from aftercare.guidance.models import Article
from aftercare.people.models import User

REVIEWERS = "Guidance reviewers"
REVIEW = "Review of guidance"
# Permissions of a reviewer: articles only; none for patients, users or settings.
REVIEWER_MAY = (
    *(f"guidance.{verb}_article" for verb in ("view", "change", "publish", "lock", "unlock")),
    MAY_EDIT,
)


@transaction.atomic
def reviewers_group() -> Group:
    """Return the group of reviewers, with exactly the permissions above."""
    group, _is_new = Group.objects.get_or_create(name=REVIEWERS)
    group.permissions.set([permission_named(name) for name in REVIEWER_MAY])
    return group


@transaction.atomic
def set_up_review() -> None:
    """Create the workflow of articles, once; later changes, also its end, are kept."""
    reviewers = reviewers_group()
    articles = ContentType.objects.get_for_model(Article)
    if (
        Workflow.objects.filter(name=REVIEW).exists()
        or WorkflowContentType.objects.filter(content_type=articles).exists()
    ):
        return
    task = GroupApprovalTask.objects.create(name=REVIEW)
    task.groups.add(reviewers)
    workflow = Workflow.objects.create(name=REVIEW)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowContentType.objects.create(content_type=articles, workflow=workflow)


def add_reviewer(user: User) -> None:
    """Make a person a reviewer."""
    user.groups.add(reviewers_group())
