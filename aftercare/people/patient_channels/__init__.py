"""By which channels a message reaches a patient."""
