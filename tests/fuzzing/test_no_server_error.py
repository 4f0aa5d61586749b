"""No drawn request to any form or endpoint is answered with an error of the server."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

import pytest
from django.core.management import call_command
from django.db import transaction
from django.http import HttpResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.clock import frozen_at
from tests.fuzzing.inputs import Drawn, drawn_request
from tests.fuzzing.targets import Target, collect
from tests.translation.world import NOW

pytestmark = pytest.mark.django_db
DRAWN = 1_000  # requests
FEWEST_TARGETS = 150  # fewer, and the walk has lost its way


@pytest.fixture
def targets() -> Iterator[list[Target]]:
    """The requests that the demo clinic's pages offer."""
    with frozen_at(NOW):
        call_command("load_guidance", verbosity=0)
        call_command("seed_demo", verbosity=0)
        found = collect()
        assert len(found) >= FEWEST_TARGETS
        yield found


def send(target: Target, drawn: Drawn) -> HttpResponse:
    """Send a request and undo what it wrote."""
    with transaction.atomic():
        client = target.client()
        path = f"{target.path.partition('?')[0]}?{drawn.query}"
        response = client.generic(
            target.method,
            path,
            drawn.body if target.method == "POST" else b"",
            content_type=drawn.content_type,
            headers=drawn.headers,
        )
        transaction.set_rollback(True)
    assert isinstance(response, HttpResponse)
    return response


@pytest.mark.slow
def test_no_input_is_an_error_of_the_server(targets: list[Target]) -> None:
    sent = 0

    # The same requests at every run: what fails here fails for whoever looks into it.
    @settings(
        max_examples=DRAWN,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.integers(0, len(targets) - 1).flatmap(
            lambda number: st.tuples(st.just(targets[number]), drawn_request(targets[number]))
        )
    )
    def no_server_error(case: tuple[Target, Drawn]) -> None:
        nonlocal sent
        sent += 1
        target, drawn = case
        status = send(target, drawn).status_code
        assert status < HTTPStatus.INTERNAL_SERVER_ERROR, f"{status} from {target.method} {target.path}"

    no_server_error()
    assert sent >= DRAWN
