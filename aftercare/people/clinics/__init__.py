"""Clinics: telephones, names of senders, the page of a staff invitation."""
