"""Pages of companions: the recovery of the patient who invited them, and a check-in for that patient."""
