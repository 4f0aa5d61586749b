"""What follows a check-in with time: confirmation by the clinic, or silence of the patient."""
