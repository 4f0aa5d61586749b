"""The review of guidance: an editor submits a draft, somebody of the reviewers approves it, and it is published."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import GroupApprovalTask, Workflow, WorkflowContentType, WorkflowTask

from aftercare.guidance.access import MAY_EDIT
from aftercare.guidance.actions import permission_named
from aftercare.guidance.models import Article
from aftercare.people.models import User

REVIEWERS = "Guidance reviewers"
REVIEW = "Review of guidance"
# What was submitted is theirs to read, mend and publish; nothing about patients, users or settings.
REVIEWER_MAY = (
    *(f"guidance.{verb}_article" for verb in ("view", "change", "publish", "lock", "unlock")),
    MAY_EDIT,
)


@transaction.atomic
def reviewers_group() -> Group:
    """The group of the reviewers, with exactly the permissions above."""
    group, _is_new = Group.objects.get_or_create(name=REVIEWERS)
    group.permissions.set([permission_named(name) for name in REVIEWER_MAY])
    return group


@transaction.atomic
def set_up_review() -> None:
    """Make the workflow of articles, once: what was made of it since, its end included, stays."""
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


def let_review(user: User) -> None:
    """Let a person approve what editors submit."""
    user.groups.add(reviewers_group())
