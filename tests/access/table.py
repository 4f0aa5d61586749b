"""Who may open what: one row for each address. The answers of a row stand in the order of `PEOPLE`.

Pages of `/admin/` have a row for each beginning of an address.
"""

from __future__ import annotations

from dataclasses import dataclass

PEOPLE = (
    "anonymous",
    "patient",
    "other patient",
    "two clinics",
    "nurse",
    "clinician",
    "manager",
    "other manager",
    "editor",
    "superuser",
    "companion",
)


NOT_FOUND = "in 404 404 404 404 404 404 404 404 404"


@dataclass(frozen=True)
class Answers:
    """The eleven answers: with the records of the own clinic, with those of the other, and with some of each.

    `foreign_part`: where only the second record of the address is the other clinic's, if that differs from `mixed`.
    """

    own: str
    foreign: str = ""
    mixed: str = ""
    foreign_part: str = ""

    def of(self, kind: str) -> str:
        """Return the answers for "own", "foreign", "foreign first" or "foreign second"."""
        second = self.foreign_part or self.mixed
        named = {"foreign": self.foreign, "foreign first": self.mixed, "foreign second": second}
        return with_companion(named.get(kind) or self.own)


def with_companion(answers: str) -> str:
    """Return the answers with that for the companion, who sees what all who are signed in see, where it is left out."""
    given = answers.split()
    if len(given) == len(PEOPLE) - 1:
        given.append(given[1] if len(set(given[1:])) == 1 else "404")
    return " ".join(given)


@dataclass(frozen=True)
class Row:
    get: Answers
    post: Answers


def everybody(status: str) -> Answers:
    return Answers(" ".join([status] * len(PEOPLE)))


def staff(nurse: str, clinician: str = "", manager: str = "") -> Answers:
    """A page of staff that is about no record. The first status holds for the higher roles too."""
    clinician = clinician or nurse
    manager = manager or clinician
    return Answers(f"in 404 404 404 {nurse} {clinician} {manager} {manager} 404 404")


def record(nurse: str, clinician: str = "", manager: str = "") -> Answers:
    """A page of staff about a record of the clinic: for the other clinic's staff it does not exist."""
    clinician = clinician or nurse
    manager = manager or clinician
    return Answers(
        own=f"in 404 404 404 {nurse} {clinician} {manager} 404 404 404",
        foreign=f"in 404 404 404 404 404 404 {manager} 404 404",
        mixed=NOT_FOUND,
        foreign_part=f"in 404 404 404 {'403' if nurse == '403' else '404'} 404 404 404 404 404",
    )


def role_first(nurse: str, clinician: str, manager: str) -> Answers:
    """A page whose role is asked for before its record: who may not is told so of any record."""
    return Answers(
        own=f"in 404 404 404 {nurse} {clinician} {manager} 404 404 404",
        foreign=f"in 404 404 404 {nurse} {clinician} 404 {manager} 404 404",
    )


def patients(status: str) -> Answers:
    """A page of the patient who is signed in."""
    return Answers(f"in {status} {status} {status} 404 404 404 404 404 404")


def one_patient(status: str) -> Answers:
    """A page about a record of one patient: for everybody else it does not exist."""
    return Answers(own=f"in {status} 404 404 404 404 404 404 404 404", foreign=NOT_FOUND)


def own_of_manager(status: str) -> Answers:
    """A page about something of the manager's own."""
    return Answers(
        own=f"in 404 404 404 404 404 {status} 404 404 404",
        foreign=f"in 404 404 404 404 404 404 {status} 404 404",
    )


def editors(status: str) -> Answers:
    return Answers(f"in 404 404 404 404 404 404 404 {status} {status}")


def signed_out(status: str) -> Answers:
    """A page for whoever is not signed in; everybody else is led on."""
    return Answers(f"{status} 302 302 302 302 302 302 302 302 302")


def signed_in(status: str) -> Answers:
    return Answers(" ".join(["in"] + [status] * 10))


def own_account(status: str) -> Answers:
    """A page of the account, which companions have none of."""
    return Answers(" ".join(["in"] + [status] * 9 + ["404"]))


def companions(status: str) -> Answers:
    """A page of the companion of the own clinic's patient."""
    nobody = "in 404 404 404 404 404 404 404 404 404"
    return Answers(f"{nobody} {status}", f"{nobody} 404", f"{nobody} 404")


REFUSED = everybody("405")  # the method is refused, whoever asks

# fmt: off
TABLE: dict[str, Row] = {
    # Whether the portal works.
    "healthz": Row(everybody("200"), REFUSED),
    "readyz": Row(everybody("200"), REFUSED),
    "csp-reports/": Row(REFUSED, everybody("204")),

    # Patients. Whoever is signed out keeps a check-in until the sign-in.
    "": Row(Answers("200 200 200 200 302 302 302 302 302 302 302"), REFUSED),
    "first-visit/": Row(patients("302"), patients("302")),
    "check-in/": Row(patients("200"), patients("422")),
    "check-ins/": Row(patients("200"), REFUSED),
    "offline/": Row(patients("200"), REFUSED),
    "offline/state/": Row(Answers("401 200 200 200 404 404 404 404 404 404"), REFUSED),
    "check-ins/<uuid:check_in_id>/": Row(one_patient("200"), REFUSED),
    "check-ins/<uuid:check_in_id>/confirmation/": Row(one_patient("200"), REFUSED),
    "check-ins/print/": Row(patients("200"), REFUSED),
    "check-ins/<uuid:check_in_id>/print/": Row(one_patient("200"), REFUSED),
    "check-ins/<uuid:check_in_id>/pictures/": Row(one_patient("200"), REFUSED),
    "pictures/": Row(patients("200"), patients("404")),
    "pictures/take-back/": Row(REFUSED, patients("200")),
    "pictures/<uuid:photo_id>/": Row(one_patient("200"), REFUSED),
    "pictures/<uuid:photo_id>/remove/": Row(REFUSED, one_patient("302")),
    "letters/<uuid:letter_id>/": Row(one_patient("200"), REFUSED),
    # Before the first treatment there are no dates.
    "calendar/": Row(Answers("in 200 404 404 404 404 404 404 404 404"), REFUSED),
    "lead/": Row(patients("200"), REFUSED),
    "called/": Row(REFUSED, patients("302")),
    "your-number/": Row(patients("200"), patients("200")),
    "your-details/": Row(patients("200"), patients("422")),
    "leave/": Row(patients("200"), patients("200")),
    "who-looked/": Row(patients("200"), REFUSED),
    "your-data/": Row(patients("200"), patients("200")),
    "reminders/": Row(patients("200"), patients("422")),

    # Companions. Whoever is signed out keeps a check-in until the sign-in.
    "companion/": Row(Answers("in 404 404 404 404 404 404 404 404 404 302"), REFUSED),
    "companion/<uuid:companion_id>/": Row(companions("200"), REFUSED),
    "companion/<uuid:companion_id>/lead/": Row(companions("200"), REFUSED),
    "companion/<uuid:companion_id>/check-in/": Row(companions("200"), companions("422")),
    "companion/<uuid:companion_id>/check-ins/<uuid:check_in_id>/": Row(companions("404"), REFUSED),
    "companion/<uuid:companion_id>/check-ins/<uuid:check_in_id>/confirmation/": Row(companions("404"), REFUSED),
    "accounts/companion/<str:token>/": Row(everybody("200"), everybody("in")),
    "accounts/companions/": Row(patients("200"), patients("422")),
    "accounts/companions/<uuid:companion_id>/remove/": Row(
        Answers(
            "in 200 302 302 404 404 404 404 404 404",
            "in 302 302 302 404 404 404 404 404 404",
        ),
        patients("302"),
    ),

    # What everybody may read.
    "timeline/": Row(everybody("200"), REFUSED),
    "privacy/": Row(everybody("200"), REFUSED),
    "guidance/": Row(everybody("200"), REFUSED),
    "guidance/<slug:slug>/": Row(everybody("200"), REFUSED),
    "media/images/<path:path>": Row(everybody("404"), REFUSED),
    "ui/": Row(everybody("404"), REFUSED),  # a page of the demonstration
    "manifest.webmanifest": Row(everybody("200"), REFUSED),
    "worker.js": Row(everybody("200"), REFUSED),
    "push-worker.js": Row(everybody("200"), REFUSED),

    # Whoever has the link of a message answers as its recipient; a bare POST shows the second step.
    "h/<str:token>/": Row(everybody("200"), everybody("200")),
    # Whoever has the link of a reminder may send one check-in; its patient is led to the own pages.
    "r/<str:token>/": Row(
        Answers("200 302 200 200 200 200 200 200 200 200 200", "200 200 200 200 200 200 200 200 200 200"),
        everybody("422"),
    ),
    "r/<str:token>/result/": Row(
        Answers("302 302 200 200 200 200 200 200 200 200 200", "302 200 200 200 200 200 200 200 200 200 200"),
        REFUSED,
    ),
    "r/<str:token>/confirmation/": Row(everybody("404"), REFUSED),  # nothing was sent yet
    "r/<str:token>/change/": Row(everybody("200"), everybody("200")),
    "r/<str:token>/stop/": Row(everybody("302"), everybody("200")),
    # Webhooks, which need a signature.
    "webhooks/twilio/sms/": Row(REFUSED, everybody("403")),
    "webhooks/twilio/calls/<uuid:message_id>/keys/": Row(REFUSED, everybody("403")),

    # The queue and an alert.
    "clinic/": Row(staff("200"), REFUSED),
    "clinic/queue/": Row(staff("200"), REFUSED),
    "clinic/handover/": Row(staff("200"), REFUSED),
    "clinic/queue/<uuid:patient_id>/acknowledge/": Row(REFUSED, record("409")),
    "clinic/queue/<uuid:patient_id>/give-back/": Row(REFUSED, record("409")),
    "clinic/queue/<uuid:patient_id>/undo-close/": Row(REFUSED, record("409")),
    "clinic/alerts/<uuid:alert_id>/": Row(record("200"), REFUSED),
    "clinic/alerts/<uuid:alert_id>/acknowledge/": Row(REFUSED, record("409", "409", "302")),
    "clinic/alerts/<uuid:alert_id>/close/": Row(REFUSED, record("422")),
    "clinic/alerts/<uuid:alert_id>/give-back/": Row(REFUSED, record("302")),
    "clinic/alerts/<uuid:alert_id>/undo-close/": Row(REFUSED, record("409")),
    "clinic/alerts/<uuid:alert_id>/attempts/": Row(REFUSED, record("422")),
    "clinic/alerts/<uuid:alert_id>/letters/": Row(REFUSED, record("422")),
    "clinic/alerts/<uuid:alert_id>/assign/": Row(REFUSED, record("422")),
    "clinic/alerts/<uuid:alert_id>/reopen/": Row(REFUSED, record("422")),

    # Patients of a clinic.
    "clinic/patients/": Row(staff("200"), REFUSED),
    "clinic/patients/search/": Row(staff("200"), staff("302")),
    "clinic/patients/enrol/": Row(staff("200"), staff("422")),
    "clinic/patients/<uuid:patient_id>/": Row(record("200"), REFUSED),
    "clinic/patients/<uuid:patient_id>/edit/": Row(record("200"), record("422")),
    "clinic/patients/<uuid:patient_id>/invitation/": Row(record("200"), record("200")),
    "clinic/patients/<uuid:patient_id>/invitation/send/": Row(REFUSED, record("302")),
    "clinic/patients/<uuid:patient_id>/calls/": Row(REFUSED, record("422")),
    "clinic/patients/<uuid:patient_id>/calls/<uuid:attempt_id>/correct/": Row(record("200"), record("422")),
    "clinic/patients/<uuid:patient_id>/procedures/new/": Row(record("403", "200"), record("403", "422")),
    "clinic/patients/<uuid:patient_id>/procedures/<uuid:procedure_id>/correct/":
        Row(record("403", "200"), record("403", "422")),
    "clinic/patients/<uuid:patient_id>/procedures/<uuid:procedure_id>/move/":
        Row(record("403", "200"), record("403", "422")),
    "clinic/patients/<uuid:patient_id>/intake/": Row(record("403", "200"), record("403", "422")),
    "clinic/patients/<uuid:patient_id>/second-step/": Row(record("403", "200"), record("403", "422")),
    "clinic/patients/<uuid:patient_id>/withdraw/": Row(record("403", "200"), record("403", "422")),
    "clinic/patients/<uuid:patient_id>/take-back/": Row(REFUSED, record("403", "302")),
    "clinic/patients/<uuid:patient_id>/pictures/": Row(record("200"), REFUSED),
    "clinic/patients/<uuid:patient_id>/pictures/ask/": Row(REFUSED, record("302")),
    "clinic/patients/<uuid:patient_id>/pictures/<uuid:photo_id>/": Row(record("200"), REFUSED),
    "clinic/patients/<uuid:patient_id>/check-ins/new/": Row(record("200"), record("422")),
    "clinic/patients/<uuid:patient_id>/check-ins/<uuid:check_in_id>/": Row(record("200"), REFUSED),

    # Who is told, the rota, drills.
    "clinic/contacts/": Row(staff("200"), REFUSED),
    "clinic/contacts/steps/new/<slug:hours>/": Row(staff("403", "403", "200"), staff("403", "403", "422")),
    "clinic/contacts/steps/<int:step_id>/": Row(role_first("403", "403", "200"), role_first("403", "403", "422")),
    "clinic/contacts/steps/<int:step_id>/remove/":
        Row(role_first("403", "403", "200"), role_first("403", "403", "302")),
    "clinic/contacts/steps/<int:step_id>/up/": Row(REFUSED, role_first("403", "403", "302")),
    "clinic/contacts/rota/new/": Row(staff("403", "403", "200"), staff("403", "403", "422")),
    "clinic/contacts/rota/<int:shift_id>/remove/":
        Row(role_first("403", "403", "200"), role_first("403", "403", "409")),
    "clinic/on-call/overrides/new/": Row(staff("200"), staff("422")),
    "clinic/on-call/overrides/<uuid:override_id>/remove/": Row(REFUSED, record("403", "403", "302")),
    "clinic/on-call/shifts/<int:shift_id>/ask/": Row(record("403"), record("403")),
    "clinic/on-call/swaps/<uuid:swap_id>/": Row(record("200"), record("409", "403", "403")),
    "clinic/on-call/duties/<uuid:duty_id>/": Row(own_of_manager("200"), own_of_manager("302")),
    "clinic/contacts/away/<int:member_id>/": Row(role_first("403", "403", "200"), role_first("403", "403", "422")),
    "clinic/contacts/closed-days/new/": Row(staff("403", "403", "200"), staff("403", "403", "422")),
    "clinic/contacts/closed-days/<str:day>/remove/": Row(REFUSED, staff("403", "403", "302")),
    # Only in a demonstration.
    "clinic/outside-world/": Row(staff("404"), REFUSED),
    "clinic/outside-world/reply/": Row(REFUSED, staff("404")),
    "clinic/outside-world/press/": Row(REFUSED, staff("404")),
    "clinic/contact-points/": Row(staff("200"), REFUSED),
    "clinic/contact-points/add/<slug:kind>/": Row(staff("200"), staff("422")),
    "clinic/contact-points/rules/<slug:level>/": Row(staff("200"), staff("422")),
    "clinic/contact-points/quiet-hours/": Row(staff("200"), staff("302")),
    "clinic/contact-points/test/": Row(REFUSED, staff("302")),
    "clinic/contact-points/mailbox/test/": Row(REFUSED, staff("302")),
    "clinic/contact-points/ask/<int:member_id>/": Row(REFUSED, role_first("403", "403", "302")),
    "clinic/contact-points/push/": Row(REFUSED, staff("404")),
    # One's own: for everybody else there is no such contact point.
    "clinic/contact-points/<uuid:point_id>/confirm/": Row(own_of_manager("200"), own_of_manager("422")),
    "clinic/contact-points/tap/<str:code>/<uuid:point_id>/": Row(own_of_manager("200"), own_of_manager("422")),
    "clinic/contact-points/<uuid:point_id>/again/": Row(REFUSED, own_of_manager("404")),
    "clinic/contact-points/<uuid:point_id>/code/": Row(REFUSED, own_of_manager("302")),
    "clinic/contact-points/<uuid:point_id>/test/": Row(REFUSED, own_of_manager("404")),
    # Whosever it is, nothing is left to remove: the page says so, and another's stays.
    "clinic/contact-points/<uuid:point_id>/remove/": Row(REFUSED, staff("302")),
    "clinic/drills/start/": Row(REFUSED, staff("403", "403", "302")),
    "clinic/drills/<uuid:drill_id>/": Row(record("200"), REFUSED),
    "clinic/drills/<uuid:drill_id>/acknowledge/": Row(REFUSED, record("302")),
    "clinic/drills/<uuid:drill_id>/stop/": Row(REFUSED, role_first("403", "403", "302")),

    # The clinic itself.
    "clinic/details/": Row(staff("403", "403", "200"), staff("403", "403", "422")),
    "clinic/staff/": Row(staff("403", "403", "200"), REFUSED),
    "clinic/staff/add/": Row(staff("403", "403", "200"), staff("403", "403", "422")),
    "clinic/staff/<int:member_pk>/": Row(role_first("403", "403", "200"), role_first("403", "403", "422")),
    "clinic/staff/<int:member_pk>/invitation/": Row(REFUSED, role_first("403", "403", "302")),
    "clinic/staff/<int:member_pk>/second-step/":
        Row(
            Answers("in 404 404 404 403 200 200 404 404 404", "in 404 404 404 403 404 404 200 404 404"),
            Answers("in 404 404 404 403 422 422 404 404 404", "in 404 404 404 403 404 404 422 404 404"),
        ),
    "clinic/looks/": Row(staff("403", "403", "200"), REFUSED),
    "clinic/clusters/": Row(staff("403", "403", "200"), REFUSED),
    "clinic/clusters/<uuid:cluster_id>/": Row(
        role_first("403", "403", "200"), role_first("403", "403", "422")
    ),
    "clinic/messages/": Row(staff("403", "403", "200"), REFUSED),
    "clinic/messages/<uuid:message_id>/again/": Row(REFUSED, role_first("403", "403", "302")),
    "clinic/messages/<uuid:message_id>/dismiss/": Row(REFUSED, role_first("403", "403", "302")),
    "clinic/typed/": Row(staff("302"), staff("302")),
    "clinic/choose/": Row(REFUSED, staff("404")),
    # Of a locked session, which none of these people has.
    "clinic/lock/": Row(REFUSED, everybody("302")),
    "clinic/locked/": Row(signed_in("302"), REFUSED),
    "clinic/locked/counts/": Row(everybody("204"), REFUSED),

    # The own account, and signing in.
    "accounts/": Row(own_account("200"), Answers("in 302 302 302 422 422 422 422 422 422")),
    "accounts/address/": Row(signed_in("ok"), signed_in("ok")),
    "accounts/address/confirm/": Row(signed_in("ok"), signed_in("ok")),
    "accounts/ways/number/": Row(Answers(NOT_FOUND), Answers(NOT_FOUND)),  # SMS is not set up
    "accounts/ways/push/": Row(REFUSED, Answers(NOT_FOUND)),
    "accounts/ways/tap/<str:code>/<uuid:point_id>/": Row(Answers(NOT_FOUND), Answers(NOT_FOUND)),
    "accounts/ways/<uuid:point_id>/confirm/": Row(Answers(NOT_FOUND), Answers(NOT_FOUND)),
    "accounts/ways/<uuid:point_id>/code/": Row(REFUSED, Answers(NOT_FOUND)),
    "accounts/ways/<uuid:point_id>/change/": Row(REFUSED, patients("302")),  # as for staff's points
    "accounts/session/": Row(everybody("200"), everybody("200")),
    "accounts/unlock/": Row(everybody("302"), everybody("302")),
    "accounts/unlock/code/": Row(REFUSED, everybody("302")),
    "accounts/unlock/leave/": Row(REFUSED, everybody("in")),
    "accounts/sessions/own-device/": Row(Answers("405 ok ok ok ok ok ok ok ok ok"), signed_in("ok")),
    "accounts/sessions/": Row(own_account("302"), REFUSED),
    "accounts/sessions/end/": Row(REFUSED, own_account("302")),
    "accounts/sessions/<int:session_pk>/end/": Row(
        REFUSED,
        Answers("in 404 404 404 404 404 302 404 404 404", "in 404 404 404 404 404 404 302 404 404"),
    ),
    "accounts/login/": Row(everybody("in"), REFUSED),
    "admin/login/": Row(everybody("in"), REFUSED),
    "admin/password_reset/": Row(everybody("in"), REFUSED),
    "accounts/login/code/": Row(signed_out("200"), signed_out("200")),
    "accounts/login/code/confirm/": Row(signed_out("in"), signed_out("in")),
    "accounts/signup/": Row(everybody("in"), REFUSED),
    "accounts/logout/": Row(Answers("302 200 200 200 200 200 200 200 200 200"), everybody("302")),
    "accounts/link/<str:token>/": Row(
        Answers("200 200 403 403 403 403 403 403 403 403 403", "200 403 403 403 403 403 403 403 403 403 403"),
        Answers("302 302 403 403 403 403 403 403 403 403 403", "302 403 403 403 403 403 403 403 403 403 403"),
    ),
    "accounts/invitation/<str:token>/": Row(
        Answers("200 200 200 200 403 403 403 403 200 200 200"),
        Answers("302 302 409 409 403 403 403 403 409 409 409", "302 409 409 409 403 403 403 403 409 409 409"),
    ),
    "accounts/staff-invitation/<str:token>/": Row(
        everybody("200"), Answers("302 409 409 409 409 409 409 409 409 409 409")
    ),
    "accounts/removal/<str:token>/": Row(everybody("200"), everybody("302")),
    "accounts/clinic/": Row(
        Answers("in 404 404 200 404 404 404 404 404 404"), Answers("in 404 404 404 404 404 404 404 404 404")
    ),
    "accounts/clinic/join/": Row(
        Answers("in 404 404 404 404 404 404 404 404 404"), Answers("in 404 404 404 404 404 404 404 404 404")
    ),
}

# Pages of Wagtail and of allauth, by the beginning of their address; the longest one counts. To /admin/ nobody but
# editors is let in; what they may do there is tested in guidance. Pages of the second factor act on whoever asks.
GROUPS: dict[str, Row] = {
    "admin/": Row(editors("ok"), editors("ok")),
    "accounts/2fa/": Row(signed_in("ok"), signed_in("ok")),
    "accounts/reauthenticate/": Row(signed_in("ok"), signed_in("ok")),
    "accounts/inactive/": Row(everybody("ok"), everybody("ok")),
    "admin/logout/": Row(editors("405"), editors("in")),
    # Wagtail's own faults: a page that fails on purpose, and choosers that fail where fields are left out.
    "admin/failwhale/": Row(editors("any"), editors("any")),
    "admin/choose-external-link/": Row(editors("ok"), editors("any")),
    "admin/snippets/choose/": Row(editors("any"), editors("any")),
    # A clinic's guidance comes with the clinic: adding one here fails.
    "admin/guidance/clinics/add/": Row(editors("ok"), editors("any")),
}
# fmt: on
