"""Follow-up of a check-in: confirmation by the clinic, non-response of the patient."""
