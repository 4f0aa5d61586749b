"""What the portal keeps about a patient, as a file for the patient."""
