"""Companions of patients: invited and removed by the patient, with a sign-in of their own."""
