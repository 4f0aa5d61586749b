"""Patients of a clinic: invitation, details, intake, withdrawal."""
