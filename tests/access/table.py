"""Who may open what. One row for each address, whose ten answers stand in the order of `PEOPLE`."""

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
)
