"""Contacting the patient: attempts to call, their correction, and messages with fixed texts."""
