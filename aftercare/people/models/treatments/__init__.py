"""Treatments: procedures, who performed them, and the lots that were used."""
