"""The first visit of a patient: what the portal is, consent, and reminders."""
