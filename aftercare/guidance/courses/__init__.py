"""Expected courses: those of a clinic, and their wording."""
