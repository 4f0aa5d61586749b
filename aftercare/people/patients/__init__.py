"""Patients of a clinic: intake and the page of an invitation."""
